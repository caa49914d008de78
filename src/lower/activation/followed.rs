//! `start on started X`: what is said of the jobs that are followed once it is known what stops the unit.

use super::rules::{BRINGS_UP, FOLLOWS_FAILED, TOGETHER};
use super::{Relations, push};
use crate::ast::Condition;
use crate::job::Stated;
use crate::lower::context::Lowering;
use crate::source::Span;
use crate::systemd::{Directive, UnitName};

/// A job whose start is waited for.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    pub(super) unit: UnitName,
    pub(super) span: Span,
    /// Only some of the alternatives are about it.
    pub(super) optional: bool,
    /// Nothing else is waited for.
    pub(super) alone: bool,
}

/// Jobs that a condition joins by `and`.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) span: Span,
    pub(super) units: Vec<UnitName>,
    /// There is no other way for the unit to start; each of them is installed, and goes on when it has started.
    pub(super) required: bool,
}

impl Relations {
    /// The unit is brought in by this one, and by nothing else.
    pub(super) fn follows(&self, unit: &UnitName) -> bool {
        let joined = self.joined.iter().any(|joined| joined.units.contains(unit));
        !joined && self.wanted_by.contains(unit) && self.followed.iter().any(|followed| followed.unit == *unit && !followed.optional)
    }
}

pub(super) fn lower(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, relations: &mut Relations) {
    for joined in std::mem::take(&mut relations.joined) {
        together(lowering, condition, &joined, relations);
    }
    for followed in std::mem::take(&mut relations.followed) {
        follow(lowering, condition, &followed, relations);
    }
}

/// `Requisite=` would also stop the unit along with any of them, so it is for a unit that stops then anyway.
fn together(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, joined: &Joined, relations: &mut Relations) {
    if joined.required && joined.units.iter().all(|unit| relations.part_of.contains(unit)) {
        for unit in &joined.units {
            push(&mut relations.requisite, unit);
        }
        let diagnostic = TOGETHER
            .at(joined.span, "the unit does not start by hand unless all of these run")
            .note("it is restarted along with any of them; Upstart left it down until all had been started anew");
        lowering.approximate(condition.stanza, &[Directive::Requisite, Directive::After, Directive::WantedBy], diagnostic);
        return;
    }
    let diagnostic = TOGETHER
        .at(joined.span, "each of these jobs brings the others in, too")
        .note("Upstart waited until somebody had started all of them");
    lowering.approximate(condition.stanza, &[Directive::WantedBy], diagnostic);
}

fn follow(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, followed: &Followed, relations: &mut Relations) {
    let Followed { unit, span, optional, alone } = followed;
    if relations.requisite.contains(unit) {
        return;
    }
    if relations.binds_to.contains(unit) {
        // A unit that is bound to another one does not start where that one failed to.
        let diagnostic = BRINGS_UP.at(*span, format!("starting the unit by hand brings {unit} up, too"));
        lowering.approximate(condition.stanza, &[Directive::After, Directive::WantedBy], diagnostic);
        return;
    }
    let diagnostic = FOLLOWS_FAILED.at(*span, format!("the unit also starts when {unit} failed to start"));
    // One of several alternatives is enough: the unit must not bring the others in.
    if *optional || *alone {
        lowering.approximate(condition.stanza, &[Directive::After, Directive::WantedBy], diagnostic);
    } else {
        push(&mut relations.wants, unit);
        let diagnostic = diagnostic.note("starting the unit by hand brings that unit up, too");
        lowering.approximate(condition.stanza, &[Directive::After, Directive::Wants, Directive::WantedBy], diagnostic);
    }
}
