//! The relations to other units that a condition asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::event_unit::EventUnit;
use super::peer::Peer;
use crate::systemd::{Directive, UnitName};
use crate::text::source::Span;

/// A job whose start the condition waits for.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    /// The job.
    pub(super) peer: Peer,
    /// The place of the event in the condition.
    pub(super) span: Span,
    /// Not every alternative of the condition names the job.
    pub(super) optional: bool,
    /// The path waits for no other event, or it remembers its events.
    pub(super) alone: bool,
    /// The event unit for the start, if the job can start it.
    pub(super) node: Option<EventUnit>,
}

/// A job before whose start the unit of this job starts. That job waits for it.
#[derive(Clone, Debug)]
pub(super) struct Gated {
    /// The job.
    pub(super) peer: Peer,
    /// The place of the event in the condition.
    pub(super) span: Span,
    /// The event unit for `starting` of the job.
    pub(super) node: EventUnit,
    /// Whether the job waits until the unit has started.
    pub(super) is_waited_for: bool,
}

/// Events that a condition joins by `and`.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) span: Span,
    /// The units of the events that happen, as opposed to states that hold.
    pub(super) units: Vec<UnitName>,
    /// The same events, if units remember them.
    pub(super) terms: Option<Vec<Term>>,
    /// The condition has other alternatives.
    pub(super) optional: bool,
    /// Each of the units is installed and stays active after its start.
    pub(super) stay: bool,
}

/// An event that a latch unit remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// The unit whose start or end is the event.
    pub(super) unit: UnitName,
    /// The unit that starts the latch: the unit of the event, or the event unit for its start.
    pub(super) by: UnitName,
    /// How the latch is ordered to the unit of the event. `Before=` makes that unit wait until the
    /// event is remembered, as event units do.
    pub(super) order: Option<Directive>,
    /// The latch unit.
    pub(super) latch: UnitName,
    /// The event in words for the description of the latch, such as `the start of a`.
    pub(super) event: String,
    /// The event unit that starts the latch, if this unit has to write it, with the job whose event
    /// it stands for.
    pub(super) node: Option<(EventUnit, Peer)>,
}

impl Term {
    /// Whether the emitter of the event waits until it is remembered.
    pub(super) fn waits(&self) -> bool {
        self.order == Some(Directive::Before)
    }
}

/// The relations to other units that a condition asks for. Names are in the order in which they
/// were added.
#[derive(Debug)]
pub(super) struct Relations {
    /// Units for `After=`. Each of the following lists is for the directive of the same name
    /// (systemd.unit(5)).
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
    /// The unit starts before ordinary units, without default dependencies.
    pub(super) early: bool,
    /// Whether systemd adds its default dependencies. They are off if they would cause a cycle.
    pub(super) default_dependencies: bool,
    /// For each name, the event of a condition that brought it in.
    pub(super) origins: BTreeMap<UnitName, Span>,
    /// The units that not every alternative of `start on` names.
    pub(super) optional: BTreeSet<UnitName>,
    /// The jobs whose start the condition waits for.
    pub(super) followed: Vec<Followed>,
    /// The jobs before which the unit starts.
    pub(super) gated: Vec<Gated>,
    /// What other units do to this one by drop-ins of their own.
    pub(super) calls: Vec<Call>,
    /// The events that the condition joins by `and`, for each path that joins several.
    pub(super) joined: Vec<Joined>,
    /// The units that stop this one by a drop-in of their own.
    pub(super) stopped_by: Vec<UnitName>,
}

impl Relations {
    /// Records this place as the origin of all names that have none yet.
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
            gated: Vec::new(),
            calls: Vec::new(),
            joined: Vec::new(),
            stopped_by: Vec::new(),
        }
    }
}

/// Adds a name unless the list has it.
pub(super) fn push(list: &mut Vec<UnitName>, name: &UnitName) {
    if !list.contains(name) {
        list.push(name.clone());
    }
}

/// Adds the name of a unit of systemd unless the list has it.
pub(super) fn push_known(list: &mut Vec<UnitName>, name: &'static str) {
    push(list, &UnitName::known(name));
}

/// When the main process of an inverted job runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inversion {
    /// When the system goes down.
    Shutdown,
    /// When this unit stops.
    Stopping(UnitName),
}
