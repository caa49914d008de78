//! What a condition asks of the unit: its relations to other units.

use std::collections::{BTreeMap, BTreeSet};

use super::event_unit::EventUnit;
use crate::systemd::{Directive, UnitName};
use crate::text::source::Span;

/// A job whose start is waited for.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    pub(super) unit: UnitName,
    pub(super) span: Span,
    /// Only some of the alternatives are about it.
    pub(super) optional: bool,
    /// Nothing else is waited for, or what else is, is remembered.
    pub(super) alone: bool,
    /// What stands for the start, where the job can tell of it.
    pub(super) node: Option<EventUnit>,
}

/// What a condition joins by `and`.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) span: Span,
    /// Those that happen.
    pub(super) units: Vec<UnitName>,
    /// The same, where units remember that they have happened.
    pub(super) terms: Option<Vec<Term>>,
    /// There is another way for the unit to start.
    pub(super) optional: bool,
    /// Each of them is installed, and goes on when it has started.
    pub(super) stay: bool,
}

/// An event that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// What happens when it happens.
    pub(super) unit: UnitName,
    /// What brings in what remembers it; the unit itself, unless that tells of its start.
    pub(super) by: UnitName,
    /// `Before=` where that unit waits until it is remembered, as what stands for an event does.
    pub(super) order: Option<Directive>,
    /// Remembers it.
    pub(super) latch: UnitName,
    /// For a person: `the start of a`.
    pub(super) event: String,
}

impl Term {
    /// Whoever emits the event waits.
    pub(super) fn waits(&self) -> bool {
        self.order == Some(Directive::Before)
    }
}

/// What a condition asks of the unit. Names are in the order in which they were written.
#[derive(Debug)]
pub(super) struct Relations {
    pub(super) after: Vec<UnitName>,
    pub(super) before: Vec<UnitName>,
    pub(super) wants: Vec<UnitName>,
    pub(super) requisite: Vec<UnitName>,
    pub(super) wanted_by: Vec<UnitName>,
    pub(super) conflicts: Vec<UnitName>,
    pub(super) part_of: Vec<UnitName>,
    pub(super) stop_propagated_from: Vec<UnitName>,
    pub(super) binds_to: Vec<UnitName>,
    /// `ConditionVirtualization=` values.
    pub(super) virtualization: Vec<String>,
    /// The unit starts before the ordinary ones.
    pub(super) early: bool,
    /// Off where they would make a cycle.
    pub(super) default_dependencies: bool,
    /// Which event of a condition brought a name in.
    pub(super) origins: BTreeMap<UnitName, Span>,
    /// What only some of the alternatives of the start condition are about.
    pub(super) optional: BTreeSet<UnitName>,
    /// The jobs whose start is waited for.
    pub(super) followed: Vec<Followed>,
    /// Jobs that all have to be there.
    pub(super) joined: Vec<Joined>,
    /// Units that stop this one themselves, by a drop-in.
    pub(super) stopped_by: Vec<UnitName>,
}

impl Relations {
    /// Says of all names that are new that they come from here.
    pub(super) fn attribute(&mut self, span: Span) {
        let Self {
            after,
            before,
            wants,
            wanted_by,
            conflicts,
            part_of,
            stop_propagated_from,
            binds_to,
            origins,
            ..
        } = self;
        for name in
            [after, before, wants, wanted_by, conflicts, part_of, stop_propagated_from, binds_to]
                .into_iter()
                .flatten()
        {
            if !origins.contains_key(name) {
                origins.insert(name.clone(), span);
            }
        }
    }
}

impl Default for Relations {
    fn default() -> Self {
        Self {
            after: Vec::new(),
            before: Vec::new(),
            wants: Vec::new(),
            requisite: Vec::new(),
            wanted_by: Vec::new(),
            conflicts: Vec::new(),
            part_of: Vec::new(),
            stop_propagated_from: Vec::new(),
            binds_to: Vec::new(),
            virtualization: Vec::new(),
            early: false,
            default_dependencies: true,
            origins: BTreeMap::new(),
            optional: BTreeSet::new(),
            followed: Vec::new(),
            joined: Vec::new(),
            stopped_by: Vec::new(),
        }
    }
}

pub(super) fn push(list: &mut Vec<UnitName>, name: &UnitName) {
    if !list.contains(name) {
        list.push(name.clone());
    }
}

pub(super) fn push_known(list: &mut Vec<UnitName>, name: &'static str) {
    push(list, &UnitName::known(name));
}

/// When the process of an inverted job runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inversion {
    Shutdown,
    Stopping(UnitName),
}
