//! `start on started X`: the relations to the followed jobs. They depend on what stops the unit.

use super::event_unit::EventUnit;
use super::relations::{Followed, Gated, Joined, Relations, Term, push};
use super::{event_unit, latch};
use crate::diagnostic::registry::{BRINGS_UP_JOB, FOLLOWS_FAILED_JOB, JOINED_JOBS, LATCHED_EVENT};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName};
use crate::upstart::condition::Condition;
use crate::upstart::job::Stated;

impl Relations {
    /// Whether `unit` brings this unit in, and nothing else does.
    pub(super) fn follows(&self, unit: &UnitName) -> bool {
        let joined = self.joined.iter().any(|joined| joined.units.contains(unit));
        !joined
            && self.wanted_by.contains(unit)
            && self
                .followed
                .iter()
                .any(|followed| followed.peer.unit == *unit && !followed.optional)
    }
}

/// Writes the relations to the followed jobs. Returns the unit that starts this one when the last
/// of several events has happened, if the events are remembered.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    relations: &mut Relations,
) -> Option<UnitName> {
    let paths = std::mem::take(&mut relations.joined);
    for path in &paths {
        together(lowering, condition, path, relations);
    }
    let joined = latch::write(lowering, condition.stanza, &paths);
    let all = std::mem::take(&mut relations.followed);
    for followed in &all {
        let unit = &followed.peer.unit;
        let is_needed = all.iter().any(|other| other.peer.unit == *unit && !other.alone)
            || relations.binds_to.contains(unit);
        match followed.node.as_ref().filter(|_| !is_needed) {
            Some(node) => {
                follow_success(lowering, condition, (followed, node), relations);
            }
            None => follow(lowering, condition, followed, relations),
        }
    }
    for Gated { peer, span, node, .. } in &relations.gated {
        event_unit::write(lowering, condition.stanza, (node, peer));
        relations.origins.insert(node.unit.clone(), *span);
    }
    joined
}

/// Reports how the unit differs from a condition that joins events by `and`.
fn together(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    joined: &Joined,
    relations: &mut Relations,
) {
    if let Some(terms) = &joined.terms {
        lowering.exact(condition.stanza, &[]);
        if terms.len() > 1 && terms.iter().any(Term::waits) {
            let diagnostic = LATCHED_EVENT
                .at(
                    joined.span,
                    "only the emitter of the last of these events waits until the unit has started",
                )
                .note("under Upstart the emitters of the others waited as well");
            lowering.approximate(condition.stanza, &[], diagnostic);
        }
        if let Some(unit) = joined
            .units
            .iter()
            .find(|unit| relations.part_of.contains(unit) && !relations.stopped_by.contains(unit))
        {
            let diagnostic = JOINED_JOBS
                .at(joined.span, format!("the unit is restarted along with {unit}"))
                .note("Upstart did not start it again until all of these had happened again");
            lowering.approximate(condition.stanza, &[], diagnostic);
        }
        return;
    }
    // `Requisite=` also stops the unit along with any of them, which is only correct if the unit
    // stops then anyway.
    if joined.stay
        && !joined.optional
        && joined.units.iter().all(|unit| relations.part_of.contains(unit))
    {
        for unit in &joined.units {
            push(&mut relations.requisite, unit);
        }
        let diagnostic = JOINED_JOBS
            .at(joined.span, "the unit does not start by hand unless all of these run")
            .note("it is restarted along with any of them; Upstart did not start it again until all had been started again");
        lowering.approximate(
            condition.stanza,
            &[Directive::Requisite, Directive::After, Directive::WantedBy],
            diagnostic,
        );
        return;
    }
    let (message, note) = if joined.optional {
        (
            "one of these jobs is enough to start the unit",
            "Upstart waited until all of them had started",
        )
    } else {
        (
            "each of these jobs also starts the others",
            "Upstart waited until all of them had been started",
        )
    };
    lowering.approximate(
        condition.stanza,
        &[Directive::WantedBy],
        JOINED_JOBS.at(joined.span, message).note(note),
    );
}

/// Ties the unit to the event unit for the start of the followed job. The unit then does not start
/// if that job fails. If the start is remembered, the unit that remembers it is tied to the event
/// unit already.
fn follow_success(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    (followed, node): (&Followed, &EventUnit),
    relations: &mut Relations,
) {
    let unit = &followed.peer.unit;
    if relations.wanted_by.contains(unit) {
        relations.wanted_by.retain(|name| name != unit);
        push(&mut relations.wanted_by, &node.unit);
        relations.origins.insert(node.unit.clone(), followed.span);
    }
    event_unit::write(lowering, condition.stanza, (node, &followed.peer));
    lowering.exact(condition.stanza, &[Directive::After, Directive::WantedBy]);
}

/// Writes the relations to a followed job whose start has no event unit.
fn follow(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    followed: &Followed,
    relations: &mut Relations,
) {
    let Followed { peer, span, optional, alone, node: _ } = followed;
    let unit = &peer.unit;
    if relations.requisite.contains(unit) {
        return;
    }
    if relations.binds_to.contains(unit) {
        // A unit that is bound to another one does not start if that one failed to start.
        let diagnostic =
            BRINGS_UP_JOB.at(*span, format!("starting the unit by hand also starts {unit}"));
        lowering.approximate(
            condition.stanza,
            &[Directive::After, Directive::WantedBy],
            diagnostic,
        );
        return;
    }
    let diagnostic =
        FOLLOWS_FAILED_JOB.at(*span, format!("the unit also starts when {unit} failed to start"));
    // One of several alternatives is enough to start the unit, which must not bring the others in.
    if *optional || *alone {
        lowering.approximate(
            condition.stanza,
            &[Directive::After, Directive::WantedBy],
            diagnostic,
        );
    } else {
        push(&mut relations.wants, unit);
        let diagnostic = diagnostic.note("starting the unit by hand also starts that unit");
        lowering.approximate(
            condition.stanza,
            &[Directive::After, Directive::Wants, Directive::WantedBy],
            diagnostic,
        );
    }
}
