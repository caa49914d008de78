//! Conditions that join events by `and`: a latch unit remembers each event, and a gate unit starts
//! the job when the last event has happened.
//!
//! Upstart remembers an event of a condition until the rest of the condition holds, and forgets all
//! of them when the job starts (`init/event_operator.c`, `event_operator_update`; `init/event.c`,
//! `event_pending_handle_jobs`).

use super::event::trigger::{Role, Trigger};
use super::event_unit;
use super::event_unit::{Ended, EventUnit};
use super::paths::EventMeaning;
use super::peer::{Peer, stops_with};
use super::relations::{Joined, Term};
use crate::jobset::JobKind;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{drop_in, made_for, shell};
use crate::lower::lowering::Lowering;
use crate::lower::own_files::{EVENT, JOINED, LATCH, MATCHED};
use crate::systemd::{Argument, Command, Directive, Unit, UnitName, Value, shell_word};
use crate::text::bytes::lossy;
use crate::upstart::events::JobState;
use crate::upstart::job::StanzaId;

/// The events to remember of one path of the start condition. `None` if no path has an event that
/// must be remembered; otherwise all paths are remembered, because all are forgotten together.
pub(super) fn terms(
    lowering: &Lowering<'_>,
    path: &[EventMeaning],
    all: &[Vec<EventMeaning>],
) -> Option<Vec<Term>> {
    let is_possible = lowering.options.companions && !lowering.instance.is_template();
    (is_possible && all.iter().any(|path| has_to_remember(lowering, path)))
        .then(|| remembered(lowering, path))?
}

/// The triggers of a path with this role.
fn of_role(path: &[EventMeaning], role: Role) -> impl Iterator<Item = &Trigger> {
    path.iter()
        .map(|EventMeaning(leaf, _)| &leaf.value)
        .filter(move |trigger| trigger.role() == role)
}

/// Whether the path has events that must be remembered. A job that the boot starts is up in every
/// boot and does not need a memory, unless this one stops with it and waits for its next start.
fn has_to_remember(lowering: &Lowering<'_>, path: &[EventMeaning]) -> bool {
    let comes_later = |trigger: &Trigger| match trigger {
        Trigger::Job { peer, .. } => {
            peer.present() && (!peer.traits.at_boot || stops_with(lowering, peer))
        }
        _ => false,
    };
    let passes = of_role(path, Role::Passing).next().is_some()
        || of_role(path, Role::Following).any(comes_later);
    passes && remembered(lowering, path).is_some_and(|terms| terms.len() > 1)
}

/// The events of a path. `None` if a unit cannot remember one of them, or if only the boot is left.
fn remembered(lowering: &Lowering<'_>, path: &[EventMeaning]) -> Option<Vec<Term>> {
    let happening = of_role(path, Role::Following)
        .chain(of_role(path, Role::Passing))
        .map(|trigger| term(lowering, trigger));
    let mut terms: Vec<Term> = happening.collect::<Option<_>>()?;
    // A unit that an event starts during the boot waits for the end of the boot by its ordering.
    let is_after_boot = of_role(path, Role::Milestone).next().is_some()
        && of_role(path, Role::Passing).next().is_none();
    if is_after_boot && !terms.is_empty() {
        terms.insert(0, boot(lowering, path)?);
    }
    (!terms.is_empty()).then_some(terms)
}

/// The event that the system is up.
fn boot(lowering: &Lowering<'_>, path: &[EventMeaning]) -> Option<Term> {
    let mut target = "multi-user.target";
    for trigger in of_role(path, Role::Milestone) {
        if let Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) = trigger {
            if !levels.running() {
                return None;
            }
            if levels.only_graphical() {
                target = "graphical.target";
            }
        }
    }
    remembering(lowering, (&UnitName::known(target), None), "boot", "the boot".to_owned(), None)
}

/// The event of a trigger; `None` if no unit can remember it.
fn term(lowering: &Lowering<'_>, trigger: &Trigger) -> Option<Term> {
    match trigger {
        // Nothing waits for the end of a job to be remembered (`init/job.c`, `job_emit_event`).
        Trigger::Custom(node) if let Some((event, name)) = Ended::named(node) => {
            remembering(lowering, (node, Some(Directive::After)), &name, event, None)
        }
        Trigger::Custom(node) => {
            let event = node.stem().trim_start_matches(EVENT).trim_start_matches(MATCHED);
            remembering(
                lowering,
                (node, Some(Directive::Before)),
                &format!("event-{event}"),
                format!("the event {event}"),
                None,
            )
        }
        Trigger::Job { peer, state: JobState::Started } if can_be_followed(peer) => {
            let job = peer.unit.stem();
            let node = event_unit::of(lowering, peer, JobState::Started);
            // A task is at work when it has started, and nothing waits for its end.
            let unit = match &node {
                Some(node) if peer.kind == Some(JobKind::Task) => node.unit.clone(),
                _ => peer.unit.clone(),
            };
            remembering(
                lowering,
                (&unit, Some(Directive::After)),
                &format!("started-{job}"),
                format!("the start of {job}"),
                node.map(|node| (node, peer.clone())),
            )
        }
        Trigger::Job { peer, state: JobState::Starting } if can_be_followed(peer) => {
            let job = peer.unit.stem();
            let node = event_unit::of(lowering, peer, JobState::Starting)?;
            remembering(
                lowering,
                (&node.unit.clone(), Some(Directive::Before)),
                &format!("starting-{job}"),
                format!("the start of {job}"),
                Some((node, peer.clone())),
            )
        }
        Trigger::End { peer, state: JobState::Stopping, ended: Ended::Any }
            if can_be_followed(peer) =>
        {
            let job = peer.unit.stem();
            let node = event_unit::of(lowering, peer, JobState::Stopping)?;
            remembering(
                lowering,
                (&node.unit.clone(), Some(Directive::Before)),
                &format!("stopping-{job}"),
                format!("the stop of {job}"),
                Some((node, peer.clone())),
            )
        }
        // Nothing waits for the end of a job to be remembered (`init/job.c`, `job_emit_event`).
        Trigger::End { peer, state: JobState::Stopped, ended } if can_be_followed(peer) => {
            let node = EventUnit::ended(peer, *ended).ok()?;
            let (event, name) = Ended::named(&node.unit)?;
            remembering(
                lowering,
                (&node.unit.clone(), Some(Directive::After)),
                &name,
                event,
                Some((node, peer.clone())),
            )
        }
        Trigger::Job { peer, state: JobState::Stopped }
            if can_be_followed(peer) && peer.kind == Some(JobKind::Task) =>
        {
            let job = peer.unit.stem();
            remembering(
                lowering,
                (&peer.unit, Some(Directive::After)),
                &format!("stopped-{job}"),
                format!("the end of {job}"),
                None,
            )
        }
        Trigger::Job { .. }
        | Trigger::End { .. }
        | Trigger::Unit(_)
        | Trigger::BeforeUnit(_)
        | Trigger::Companion
        | Trigger::Given
        | Trigger::Reached(_)
        | Trigger::Runlevels(_)
        | Trigger::AfterRunlevel(_)
        | Trigger::Virtualization(_)
        | Trigger::Shutdown { .. }
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => None,
    }
}

/// An event with the name of its latch unit. `None` if that name is too long for systemd.
fn remembering(
    lowering: &Lowering<'_>,
    (unit, order): (&UnitName, Option<Directive>),
    name: &str,
    event: String,
    node: Option<(EventUnit, Peer)>,
) -> Option<Term> {
    let latch = UnitName::single(&format!("{LATCH}{}-{name}", lowering.name.stem()), "service");
    (latch.as_str().len() <= 255).then(|| Term {
        unit: unit.clone(),
        by: node.as_ref().map_or_else(|| unit.clone(), |(node, _)| node.unit.clone()),
        order,
        latch,
        event,
        node,
    })
}

/// Whether the unit of the job exists, is ordinary, and has no instances.
fn can_be_followed(peer: &Peer) -> bool {
    peer.present() && !peer.early && !peer.unit.is_template()
}

/// Writes the latch units and the gate unit, if events are remembered. Returns the gate unit, which
/// starts the job.
pub(super) fn write(
    lowering: &mut Lowering<'_>,
    stanza: StanzaId,
    paths: &[Joined],
) -> Option<UnitName> {
    let paths: Vec<&Vec<Term>> = paths.iter().filter_map(|path| path.terms.as_ref()).collect();
    if paths.is_empty() {
        return None;
    }
    let joined = UnitName::single(&format!("{JOINED}{}", lowering.name.stem()), "service");
    let latches = paths.iter().copied().flatten();
    let mut units: Vec<Unit> =
        latches.map(|term| latch(lowering, term, (&joined, &paths))).collect();
    units.push(gate(lowering, &joined, &paths));
    let mut companions: Vec<Companion> = units.into_iter().map(Companion::Unit).collect();
    for term in paths.iter().copied().flatten() {
        companions.extend(starting(lowering, term));
    }
    for companion in companions {
        lowering.ledger.file(stanza, &companion.output().path);
        lowering.companion(companion);
    }
    Some(joined)
}

/// What starts the latch: the event unit and the drop-in by which the job starts that.
fn starting(lowering: &Lowering<'_>, term: &Term) -> Vec<Companion> {
    let Some((node, peer)) = &term.node else { return Vec::new() };
    let mut companions = vec![node.companion(lowering)];
    companions.extend(node.starter(lowering, peer));
    companions.extend(node.ender(lowering, peer));
    if node.looks() {
        let mut start = Command::words(["/bin/systemctl", "--no-block", "start"]);
        start.argv.push(Argument::Unit(term.latch.clone()));
        start.prefix.ignore_failure = true;
        let line = [(Directive::ExecStart, Value::command(&start))];
        companions.push(drop_in(lowering, &node.unit, line));
    }
    companions
}

/// A shell function that succeeds if all latch units that it is given are active, or are about to be.
const ALL: &str = "all() { ! systemctl is-active \"$@\" | grep -Eqvx 'active|activating'; }";

/// A latch unit: active from the event until the job starts. The last of them starts the gate unit.
/// It does not bring that in by `Wants=`: systemd would take a second start of a gate that still
/// looks at the other latch units for the first one, and the event would be lost.
fn latch(
    lowering: &Lowering<'_>,
    term: &Term,
    (joined, paths): (&UnitName, &[&Vec<Term>]),
) -> Unit {
    let mut unit = oneshot(lowering, &term.latch, &format!("Remembers {} for", term.event));
    if let Some(order) = term.order {
        unit.add(order, Value::unit(&term.unit));
    }
    unit.add(Directive::ExecStart, Value::keyword("/bin/true"));
    unit.add(Directive::RemainAfterExit, Value::keyword("yes"));
    let block = if term.waits() { "" } else { " --no-block" };
    let start = format!("systemctl{block} start {}", shell_word(joined.as_str()));
    let others: Vec<String> = paths
        .iter()
        .filter(|terms| terms.contains(term))
        .map(|terms| words(terms.iter().filter(|other| other.latch != term.latch)))
        .collect();
    let script = if others.iter().any(String::is_empty) {
        start
    } else {
        let holds: Vec<String> = others.iter().map(|others| format!("all {others}")).collect();
        format!("{ALL}\nif {}; then {start}; fi", holds.join(" || "))
    };
    let mut command = shell(lowering, &["-c"], &script);
    command.prefix.ignore_failure = true;
    unit.add(Directive::ExecStartPost, Value::command(&command));
    if !term.node.as_ref().is_some_and(|(node, _)| node.looks()) {
        unit.add(Directive::WantedBy, Value::unit(&term.by));
    }
    unit
}

/// The gate unit: starts the job if all events of one path are remembered, and forgets all of them.
/// The emitter of the last event waits for that start.
fn gate(lowering: &Lowering<'_>, name: &UnitName, paths: &[&Vec<Term>]) -> Unit {
    let mut unit = oneshot(lowering, name, "All has happened that starts");
    for term in paths.iter().copied().flatten().filter(|term| term.waits()) {
        unit.add(Directive::Before, Value::unit(&term.unit));
    }
    let holds: Vec<String> =
        paths.iter().map(|terms| format!("all {}", words(terms.iter()))).collect();
    let script = format!(
        "{ALL}\nwhile {}; do\n    systemctl stop {}\n    systemctl start {}\ndone",
        holds.join(" || "),
        words(paths.iter().copied().flatten()),
        shell_word(lowering.name.as_str())
    );
    let mut command = shell(lowering, &["-c"], &script);
    command.prefix.ignore_failure = true;
    unit.add(Directive::ExecStart, Value::command(&command));
    unit
}

/// The latch units of these events as shell words. An event may be part of several paths.
fn words<'a>(terms: impl Iterator<Item = &'a Term>) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in terms.map(|term| shell_word(term.latch.as_str())) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

/// A unit of type `oneshot` without a limit on starts.
fn oneshot(lowering: &Lowering<'_>, name: &UnitName, description: &str) -> Unit {
    let mut unit = Unit::new(name.clone());
    unit.header.push(made_for(lowering));
    unit.add(
        Directive::Description,
        Value::line(&format!("{description} {}", lossy(&lowering.job.name.0))),
    );
    unit.add(lowering.unlimited_starts(), Value::number(0));
    unit.add(Directive::Type, Value::keyword("oneshot"));
    unit
}
