//! Which units name which other ones.

use super::member::Member;
use crate::lower::Companion;
use crate::systemd::{Directive, Unit, UnitName};

/// A unit that names another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitRelation {
    /// The unit with the directive.
    pub unit: UnitName,
    /// The directive.
    pub directive: Directive,
    /// The unit that the directive names.
    pub other: UnitName,
}

/// The directives that name units.
const NAMES_UNITS: [Directive; 11] = [
    Directive::Wants,
    Directive::Requisite,
    Directive::After,
    Directive::Before,
    Directive::BindsTo,
    Directive::PartOf,
    Directive::StopPropagatedFrom,
    Directive::Conflicts,
    Directive::OnSuccess,
    Directive::OnFailure,
    Directive::WantedBy,
];

/// What the units of the jobs and their companions name.
pub(super) fn of(members: &[Member]) -> Vec<UnitRelation> {
    let mut found = Vec::new();
    for lowered in members.iter().filter_map(Member::lowered) {
        if let Some(unit) = &lowered.unit {
            names(&unit.name, unit, &mut found);
        }
        for companion in &lowered.companions {
            match companion {
                Companion::Unit(unit) => names(&unit.name, unit, &mut found),
                Companion::DropIn { to, part, .. } => names(to, part, &mut found),
                Companion::File(_) => {}
            }
        }
    }
    found
}

fn names(unit: &UnitName, text: &Unit, found: &mut Vec<UnitRelation>) {
    for directive in NAMES_UNITS {
        for other in text.values(directive) {
            let (unit, other) = (unit.clone(), UnitName::known(other.as_str()));
            found.push(UnitRelation { unit, directive, other });
        }
    }
}
