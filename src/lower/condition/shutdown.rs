//! Jobs that run when the system goes down, or when another job ends.

use super::Activation;
use super::bind::{bind, in_order};
use super::event::trigger::{Trigger, is_early};
use super::paths::EventMeaning;
use super::peer::{Peer, Presence};
use super::relations::{Inversion, push, push_known};
use crate::diagnostic::registry::{COMPANION_NEEDED, FOLLOWS_END, SHUTDOWN_JOB};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section, UnitName};
use crate::text::list;
use crate::text::source::Span;
use crate::upstart::condition::Condition;
use crate::upstart::events::JobState;
use crate::upstart::job::Stated;
use crate::upstart::runlevels::Runlevels;

/// Lowers a path that holds when the system or another job goes down.
pub(super) fn going_down(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    path: &[EventMeaning],
    activation: &mut Activation,
) {
    for EventMeaning(leaf) in path {
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
                    diagnostic = diagnostic.note("the root directory of that job has to have systemctl, and the socket of systemd in /run");
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
                    .note(format!("a start by hand brings {unit} up, and a stop by hand does the work, which is not done again when {unit} stops"));
                lowering.approximate(condition.stanza, &[Directive::ExecStop], diagnostic);
                activation.inversion = Some(Inversion::Stopping(peer.unit.clone()));
            }
            Trigger::Shutdown { unit, state } => {
                in_order(unit, *state, &mut activation.start);
                shutdown(lowering, condition, leaf.span, (Runlevels::DOWN, false), activation);
            }
            Trigger::NetworkGoes => {
                push_known(&mut activation.start.after, "network.target");
                shutdown(lowering, condition, leaf.span, (Runlevels::ALL, false), activation);
            }
            Trigger::RemoteFilesystemsGone => {
                push_known(&mut activation.start.before, "remote-fs-pre.target");
                shutdown(lowering, condition, leaf.span, (Runlevels::ALL, false), activation);
            }
            Trigger::Job { peer, .. } => push(&mut activation.start.after, &peer.unit),
            Trigger::Virtualization(kind) => activation.start.virtualization.push(kind.clone()),
            Trigger::Given
            | Trigger::Reached(_)
            | Trigger::End { .. }
            | Trigger::Unit(_)
            | Trigger::BeforeUnit(_)
            | Trigger::Custom(_)
            | Trigger::Companion
            | Trigger::Never
            | Trigger::Beyond => {}
        }
    }
}

/// Whether only a drop-in can let the other unit start this one as it stops. A task can also do its
/// work as the stop of a unit that is up while the other one is: the only way for parts of the boot,
/// and for a job with a root directory of its own, in which there may be no systemctl.
fn needs_drop_in(lowering: &Lowering<'_>, peer: &Peer) -> bool {
    let is_other_way = is_early(peer) || peer.early || !peer.unit.as_str().ends_with(".service");
    let is_task = lowering.job.is_task() && lowering.has_main();
    !is_other_way && (peer.presence != Presence::Chrooted || !is_task)
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
    // Units stop in the reverse of the order in which they start (systemd.unit(5), `Before=`,
    // `After=`): what the unit starts after is still there when it does its work.
    if !relations.before.contains(&UnitName::known("remote-fs-pre.target")) {
        push_known(&mut relations.after, "network-online.target");
        push_known(&mut relations.after, "remote-fs.target");
    }
    activation.inversion = Some(Inversion::Shutdown);
    let diagnostic = SHUTDOWN_JOB
        .at(span, "the work is done when systemd stops the unit")
        .note("the unit comes up with the system, so that there is something to stop");
    lowering.approximate(condition.stanza, &[Directive::ExecStop, Directive::WantedBy], diagnostic);
}
