//! Jobs that run when the system goes down, or when another job ends.

use super::Activation;
use super::bind::{bind, in_order};
use super::event::trigger::{Trigger, is_early};
use super::paths::EventMeaning;
use super::peer::{Peer, Presence};
use super::relations::{Inversion, Relations, push, push_known};
use crate::diagnostic::registry::{COMPANION_NEEDED, FOLLOWS_END, JOINED_EVENTS, SHUTDOWN_JOB};
use crate::jobset::ShutdownUnits;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{made_for, shell};
use crate::lower::lowering::Lowering;
use crate::lower::own_files::{LAST, SHUTDOWN};
use crate::systemd::{Command, Directive, Section, Unit, UnitName, Value, shell_word};
use crate::text::bytes::lossy;
use crate::text::list;
use crate::text::source::Span;
use crate::upstart::condition::Condition;
use crate::upstart::events::JobState;
use crate::upstart::job::{Job, Stated};
use crate::upstart::runlevels::Runlevels;

/// Lowers the paths that hold when the system or another job goes down.
pub(super) fn going_down(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    paths: &[Vec<EventMeaning>],
    activation: &mut Activation,
) {
    let leaves = || paths.iter().flatten().map(|EventMeaning(leaf, _)| &leaf.value);
    if can_be_started(lowering, paths) {
        activation.starter = Some(Starter { relations: Relations::default(), at: at(leaves()) });
    }
    for EventMeaning(leaf, _) in paths.iter().flatten() {
        let to = match &mut activation.starter {
            Some(starter) => &mut starter.relations,
            None => &mut activation.start,
        };
        match &leaf.value {
            Trigger::Runlevels(levels) => {
                shutdown(lowering, condition, leaf.span, (*levels, false), activation);
            }
            Trigger::AfterRunlevel(levels) => {
                shutdown(lowering, condition, leaf.span, (*levels, true), activation);
            }
            Trigger::Job { peer, state: JobState::Stopping } if needs_drop_in(lowering, peer) => {
                let (own, unit) = (&lowering.name, &peer.unit);
                let mut diagnostic = COMPANION_NEEDED.at(
                    leaf.span,
                    format!("{unit} starts this unit as it stops only by a drop-in"),
                );
                if peer.presence == Presence::Chrooted {
                    diagnostic = diagnostic.note("the root directory of that job needs systemctl, and the socket of systemd in /run");
                }
                let diagnostic = diagnostic
                    .help(format!(
                        "write {unit}.d/upstart.conf with `[Service]` and `ExecStop=-+/bin/systemctl --job-mode=ignore-dependencies start {own}`"
                    ));
                lowering.remark(
                    Section::Unit,
                    &COMPANION_NEEDED,
                    &format!(
                        "{unit} starts this unit as it stops, by a drop-in that is to be written."
                    ),
                );
                lowering.manual(condition.stanza, &[], diagnostic);
            }
            Trigger::Job { peer, state: JobState::Stopping } => {
                let relations = &mut activation.start;
                push(&mut relations.after, &peer.unit);
                push(&mut relations.wanted_by, &peer.unit);
                bind(lowering, condition, (leaf.span, true), (peer, JobState::Stopping), relations);
                let unit = &peer.unit;
                let diagnostic = FOLLOWS_END
                    .at(leaf.span, format!("the unit is up while {unit} is, and does its work when it is stopped"))
                    .note(format!("starting it by hand starts {unit}, and stopping it by hand does the work, which is not done again when {unit} stops"));
                lowering.approximate(condition.stanza, &[Directive::ExecStop], diagnostic);
                activation.inversion = Some(Inversion::Stopping(peer.unit.clone()));
            }
            Trigger::Shutdown { unit, state } => {
                in_order(lowering, unit, *state, to);
                shutdown(lowering, condition, leaf.span, (Runlevels::DOWN, false), activation);
            }
            Trigger::NetworkGoes => {
                push_known(&mut to.after, "network.target");
                shutdown(lowering, condition, leaf.span, (Runlevels::ALL, false), activation);
            }
            Trigger::RemoteFilesystemsGone => {
                before_remote_file_systems(to);
                shutdown(lowering, condition, leaf.span, (Runlevels::ALL, false), activation);
            }
            // Units stop in the reverse of the order in which they start (systemd.unit(5),
            // `Before=`, `After=`).
            Trigger::End { peer, state: JobState::Stopped, .. }
            | Trigger::Job { peer, state: JobState::Stopped } => {
                push(&mut to.before, &peer.unit);
            }
            Trigger::End { peer, .. } | Trigger::Job { peer, .. } => {
                push(&mut to.after, &peer.unit);
            }
            Trigger::Virtualization(kind) => activation.start.virtualization.push(kind.clone()),
            Trigger::Unit(_) | Trigger::BeforeUnit(_) | Trigger::Custom(_) | Trigger::Companion => {
                let diagnostic = JOINED_EVENTS.at(
                    leaf.span,
                    "the work is done at every shutdown, whether or not this has happened",
                );
                lowering.approximate(condition.stanza, &[], diagnostic);
            }
            // A boot has passed these, or the finding is at the event.
            Trigger::Given | Trigger::Reached(_) | Trigger::Never | Trigger::Beyond => {}
        }
    }
}

/// Whether a unit of its own can start the job when the system goes down.
pub(super) fn can_be_started(lowering: &Lowering<'_>, paths: &[Vec<EventMeaning>]) -> bool {
    let is_other = |trigger: &Trigger| {
        matches!(trigger, Trigger::Job { state: JobState::Stopping, .. }) || is_last(trigger)
    };
    lowering.options.companions
        && !lowering.instance.is_template()
        && starter_name(lowering).as_str().len() <= 255
        && !paths.iter().flatten().any(|EventMeaning(leaf, _)| is_other(&leaf.value))
}

/// Whether only a drop-in can let the other unit start this one as it stops. A task can also do its
/// work as the stop of a unit that is up while the other one is: the only way for parts of the boot,
/// and for a job with a root directory of its own, in which there may be no systemctl.
fn needs_drop_in(lowering: &Lowering<'_>, peer: &Peer) -> bool {
    let is_other_way = is_early(peer) || peer.early || !peer.unit.as_str().ends_with(".service");
    let is_task = lowering.job.is_task() && lowering.has_main();
    !is_other_way && (peer.presence != Presence::Chrooted || !is_task)
}

/// Whether the event comes when all units have stopped: at one end of the system, after the scripts
/// of System V. Nothing of the network is needed then.
fn is_last(event: &Trigger) -> bool {
    matches!(event, Trigger::AfterRunlevel(levels) if levels.halt() != levels.reboot())
}

/// What starts the job when the system goes down.
#[derive(Debug)]
pub(super) struct Starter {
    /// The relations of the unit that starts the job.
    relations: Relations,
    /// At which ends of the system it does so.
    at: Ends,
}

/// Ends of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// All of them, and the rescue level.
    AnyOrRescue,
    /// All of them.
    Any,
    Halt,
    Reboot,
}

impl Ends {
    /// A shell command that succeeds at one of these ends; `None` if the unit only stops then. The
    /// target that is being started tells how the system goes down (systemd.special(7)).
    fn test(self) -> Option<String> {
        let by_target = |targets: &str| {
            Some(format!("systemctl list-jobs | grep -Eq ' ({targets})[.]target +start '"))
        };
        match self {
            Self::AnyOrRescue => None,
            Self::Any => Some("[ \"$(systemctl is-system-running)\" = stopping ]".to_owned()),
            Self::Halt => by_target("poweroff|halt"),
            Self::Reboot => by_target("reboot|kexec|soft-reboot"),
        }
    }
}

/// The ends of the system that are among the events.
fn at<'a>(events: impl Iterator<Item = &'a Trigger>) -> Ends {
    let (mut halt, mut reboot, mut rescue) = (false, false, false);
    for event in events {
        let (halts, reboots) = match event {
            Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => {
                rescue |= levels.rescue();
                (levels.halt(), levels.reboot())
            }
            Trigger::Shutdown { .. } | Trigger::NetworkGoes | Trigger::RemoteFilesystemsGone => {
                (true, true)
            }
            _ => (false, false),
        };
        halt |= halts;
        reboot |= reboots;
    }
    match (halt, reboot) {
        _ if rescue => Ends::AnyOrRescue,
        (true, false) => Ends::Halt,
        (false, true) => Ends::Reboot,
        _ => Ends::Any,
    }
}

/// Lets the unit do its work at shutdown. `late` is whether it runs after the scripts of System V,
/// that is, after `rc`.
fn shutdown(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    (levels, late): (Runlevels, bool),
    activation: &mut Activation,
) {
    if let Some(starter) = &mut activation.starter {
        stop_before_network(&mut starter.relations);
        let diagnostic = SHUTDOWN_JOB
            .at(
                span,
                format!("{} starts the unit when the system goes down", starter_name(lowering)),
            )
            .note("that unit starts with the system, so that it can be stopped");
        lowering.approximate(condition.stanza, &[], diagnostic);
        return;
    }
    let relations = &mut activation.start;
    if levels.halt() != levels.reboot() && activation.inversion.is_none() {
        // systemd distinguishes the two levels by the target of the shutdown (systemd.special(7),
        // `poweroff.target`, `reboot.target`).
        let targets: &[&'static str] =
            if levels.reboot() { &["reboot.target"] } else { &["poweroff.target", "halt.target"] };
        for target in targets {
            push_known(&mut relations.wanted_by, target);
        }
        relations.default_dependencies = false;
        if late {
            push_known(&mut relations.after, "umount.target");
            push_known(&mut relations.before, "final.target");
        } else {
            push_known(&mut relations.before, "shutdown.target");
        }
        activation.on_the_way_down = true;
        let diagnostic = SHUTDOWN_JOB
            .at(span, format!("the unit is started by {} itself", list::and(targets)))
            .note(if late {
                "it runs when file systems have been unmounted"
            } else {
                "it runs beside the stop of the other units"
            });
        lowering.approximate(
            condition.stanza,
            &[Directive::WantedBy, Directive::Before, Directive::DefaultDependencies],
            diagnostic,
        );
        return;
    }
    push_known(&mut relations.wanted_by, "multi-user.target");
    stop_before_network(relations);
    activation.inversion = Some(Inversion::Shutdown);
    let diagnostic = SHUTDOWN_JOB
        .at(span, "the work is done when systemd stops the unit")
        .note("the unit starts with the system, so that it can be stopped")
        .note("`systemctl start` does nothing then, as the unit is up");
    lowering.approximate(condition.stanza, &[Directive::ExecStop, Directive::WantedBy], diagnostic);
}

/// Lets the unit stop after the remote file systems. Their target is only part of a boot if a unit
/// wants it (systemd.special(7), `remote-fs-pre.target`).
pub(super) fn before_remote_file_systems(relations: &mut Relations) {
    push_known(&mut relations.before, "remote-fs-pre.target");
    push_known(&mut relations.wants, "remote-fs-pre.target");
}

/// Lets the unit stop while the network and the remote file systems are still there. Units stop in
/// the reverse of the order in which they start (systemd.unit(5), `Before=`, `After=`).
fn stop_before_network(relations: &mut Relations) {
    if !relations.before.contains(&UnitName::known("remote-fs-pre.target")) {
        push_known(&mut relations.after, "network-online.target");
        push_known(&mut relations.after, "remote-fs.target");
    }
}

/// The unit that starts the job when the system goes down.
fn starter_name(lowering: &Lowering<'_>) -> UnitName {
    UnitName::single(&format!("{SHUTDOWN}{}", lowering.name.stem()), "service")
}

/// Writes the units that start the job when the system goes down, and returns them.
///
/// A start would conflict with the shutdown, and would wait for what waits for these units.
/// `ignore-dependencies` lets it do neither (systemctl(1), `--job-mode=`). It also leaves the unit
/// out of the stop of all others: like a job of init that starts then, it runs until the end.
pub(super) fn write(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    Starter { relations, at }: &Starter,
) -> Option<ShutdownUnits> {
    if lowering.job.manual.is_some() {
        return None;
    }
    let (job, unit) = (lossy(&lowering.job.name.0).into_owned(), lowering.name.clone());
    let start = starter_name(lowering);
    let last = UnitName::single(&format!("{LAST}{}", lowering.name.stem()), "service");
    let mut starting = at_shutdown(lowering, &start, &format!("Start of {job} at shutdown"));
    for name in &relations.before {
        starting.add(Directive::Before, Value::unit(name));
    }
    for name in &relations.after {
        starting.add(Directive::After, Value::unit(name));
    }
    let mut command = Command::words([
        "/bin/systemctl",
        "--job-mode=ignore-dependencies",
        "start",
        lowering.name.as_str(),
    ]);
    if let Some(test) = at.test() {
        let asks = format!(
            "if {test}; then systemctl --job-mode=ignore-dependencies start {}; fi",
            shell_word(unit.as_str())
        );
        command = shell(lowering, &["-c"], &asks);
    }
    command.prefix.ignore_failure = true;
    starting.add(Directive::ExecStop, Value::command(&command));
    starting.add(Directive::TimeoutStopSec, Value::keyword("infinity"));
    let mut units = vec![starting];
    let waits = lowering.has_main() && !lowering.job.is_task() && !is_daemon(lowering.job);
    if waits {
        // The work of many a job is done by a process that ends, though the job is no task.
        let mut ending = at_shutdown(lowering, &last, &format!("End of {job} at shutdown"));
        ending.add(Directive::Before, Value::unit(&start));
        for name in relations.after.iter().filter(|name| name.as_str().ends_with(".target")) {
            ending.add(Directive::After, Value::unit(name));
        }
        let wait = format!(
            "while systemctl -q is-active {}; do sleep 0.2; done",
            shell_word(unit.as_str())
        );
        ending.add(Directive::ExecStop, Value::command(&shell(lowering, &["-c"], &wait)));
        ending.add(Directive::TimeoutStopSec, Value::number(PATIENCE));
        units.push(ending);
    }
    for companion in units.into_iter().map(Companion::Unit) {
        lowering.ledger.file(condition.stanza, &companion.output().path);
        lowering.companion(companion);
    }
    let end = if waits { last } else { start.clone() };
    let is_task = lowering.has_main() && lowering.job.is_task();
    let started = (!is_task).then(|| start.clone());
    Some(ShutdownUnits { start, end, started })
}

/// How many seconds the shutdown waits for a process that may end by itself: as long as systemd
/// waits for the stop of a unit (systemd-system.conf(5), `DefaultTimeoutStopSec=`).
const PATIENCE: u32 = 90;

/// Whether the main process visibly does not end by itself.
fn is_daemon(job: &Job) -> bool {
    job.respawn.is_some() || job.expect.is_some()
}

/// A unit that comes up with the system and does nothing until it is stopped.
fn at_shutdown(lowering: &Lowering<'_>, name: &UnitName, description: &str) -> Unit {
    let mut unit = Unit::new(name.clone());
    unit.header.push(made_for(lowering));
    unit.add(Directive::Description, Value::line(description));
    unit.add(Directive::Type, Value::keyword("oneshot"));
    unit.add(Directive::RemainAfterExit, Value::keyword("yes"));
    unit.add(Directive::ExecStart, Value::keyword("/bin/true"));
    unit.add(Directive::WantedBy, Value::keyword("multi-user.target"));
    unit
}
