//! Relations by which a unit stops along with another one.

use super::peer::Peer;
use super::relations::{Relations, push};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::{FOLLOWS_END, UNBOUND_CRASH};
use crate::jobset::JobKind;
use crate::lower::companion_unit::{drop_in, systemctl};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName};
use crate::text::source::Span;
use crate::upstart::condition::Condition;
use crate::upstart::events::JobState;
use crate::upstart::job::Stated;

/// Orders the unit to stop before or after another unit does its work at shutdown. Units stop in
/// the reverse of the order in which they start (systemd.unit(5), `Before=`, `After=`).
pub(super) fn in_order(
    lowering: &Lowering<'_>,
    unit: &UnitName,
    state: JobState,
    relations: &mut Relations,
) -> Option<Directive> {
    let at_shutdown = lowering.job_set.facts.shutdown.get(unit);
    let (other, directive) = match (state, at_shutdown) {
        (JobState::Starting, Some(units)) => (&units.start, Directive::After),
        (JobState::Starting, None) => (unit, Directive::After),
        (JobState::Started, Some(units)) => (units.started.as_ref()?, Directive::Before),
        (JobState::Stopping | JobState::Stopped, Some(units)) => (&units.end, Directive::Before),
        (JobState::Stopping | JobState::Stopped, None) => (unit, Directive::Before),
        (JobState::Started, None) => return None,
    };
    push(
        if directive == Directive::After { &mut relations.after } else { &mut relations.before },
        other,
    );
    Some(directive)
}

/// Stops the unit along with another one. `follows` is whether only that unit brings this one in.
pub(super) fn bind(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    (span, follows): (Span, bool),
    (peer, state): (&Peer, JobState),
    relations: &mut Relations,
) {
    let unit = &peer.unit;
    let is_propagated = Directive::StopPropagatedFrom.since() <= lowering.options.systemd_version;
    if state == JobState::Stopped && is_propagated {
        // Unlike the other relations, this one does not react to a restart (systemd.unit(5),
        // `StopPropagatedFrom=`). Upstart emits no `stopped` for a restart (`init/job.c`,
        // `job_next_state`).
        push(&mut relations.stop_propagated_from, unit);
        lowering.exact(condition.stanza, &[Directive::StopPropagatedFrom]);
        if peer.traits.respawns {
            let diagnostic = FOLLOWS_END
                .at(span, format!("this unit also stops when {unit} is respawned"))
                .note("Upstart emits no `stopped` then")
                .help(format!("if it should not, check whether it has to stop with {unit} at all"));
            lowering.approximate(condition.stanza, &[Directive::StopPropagatedFrom], diagnostic);
        }
        return;
    }
    let comes_again = relations.wanted_by.contains(unit);
    let is_alone = is_propagated && comes_again && peer.calls(lowering);
    if peer.present() && follows && !is_alone {
        push(&mut relations.binds_to, unit);
        lowering.exact(condition.stanza, &[Directive::BindsTo]);
        if state == JobState::Stopped {
            lowering.approximate(
                condition.stanza,
                &[Directive::BindsTo],
                restarted_along(span, unit),
            );
        }
        return;
    }
    push(&mut relations.part_of, unit);
    // A unit without a process does not end by itself.
    let never_ends = peer.present() && peer.kind == Some(JobKind::State);
    if never_ends && state == JobState::Stopping {
        lowering.exact(condition.stanza, &[Directive::PartOf]);
        return;
    }
    if is_propagated && comes_again {
        // `PartOf=` reacts to a request to stop or restart that unit, and `StopPropagatedFrom=`
        // also to its end by itself.
        push(&mut relations.stop_propagated_from, unit);
        lowering.exact(condition.stanza, &[Directive::PartOf, Directive::StopPropagatedFrom]);
        return;
    }
    if state == JobState::Stopping && !comes_again && peer.present() && peer.can_call(lowering) {
        // The same, except that a restart of that unit leaves this one stopped.
        let stop = systemctl(lowering, &["--no-block", "stop"], unit);
        let companion = drop_in(lowering, unit, [(Directive::ExecStopPost, stop)]);
        push(&mut relations.stopped_by, unit);
        lowering.ledger.file(condition.stanza, &companion.output().path);
        lowering.companion(companion);
        lowering.exact(condition.stanza, &[Directive::PartOf]);
        return;
    }
    if is_propagated || never_ends {
        lowering.approximate(condition.stanza, &[Directive::PartOf], restarted_along(span, unit));
        if is_propagated {
            push(&mut relations.stop_propagated_from, unit);
            lowering.exact(condition.stanza, &[Directive::StopPropagatedFrom]);
        }
        return;
    }
    let mut diagnostic = UNBOUND_CRASH
        .at(span, format!("the end of {unit} by itself is not noticed"))
        .note(format!("the unit stops whenever {unit} is stopped or restarted"));
    if follows {
        diagnostic =
            diagnostic.help(format!("if {unit} is always installed along with this one, write `BindsTo=` in the place of `PartOf=`"));
    }
    lowering.approximate(condition.stanza, &[Directive::PartOf], diagnostic);
}

/// The finding that the unit is restarted along with another one.
fn restarted_along(span: Span, unit: &UnitName) -> Diagnostic {
    UNBOUND_CRASH
        .at(span, format!("the unit is restarted along with {unit}"))
        .note("Upstart left that to the start condition")
}
