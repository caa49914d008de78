//! `start on` and `stop on` become ordering, pulls, bindings and `[Install]`.
//!
//! A condition is read leaf by leaf, brought into normal form, and each path of it gives what has
//! to be said: after what the unit starts, what brings it in, what takes it down. The paths are
//! united, which is safe because `After=` does nothing for a unit that is not being started.

mod bind;
pub(super) mod event;
pub(super) mod event_unit;
mod follow;
mod latch;
mod paths;
pub(crate) mod peer;
mod relations;
mod settle;
mod shutdown;
pub(super) mod start;
mod stop;

use std::collections::{BTreeMap, BTreeSet};

use super::lowering::Lowering;
use super::shape::Shape;
use crate::systemd::{Directive, UnitName};
use crate::text::source::Span;
use relations::{Inversion, Relations};
use settle::settled;

pub(super) use start::start;

/// The start condition of a job, read.
pub(super) struct Activation {
    start: Relations,
    inversion: Option<Inversion>,
    /// Run levels 0 or 6 alone: the unit is started by the way down itself.
    on_the_way_down: bool,
}

impl Activation {
    pub(super) fn shape(&self, lowering: &Lowering<'_>) -> Shape {
        if self.inversion.is_some() && lowering.has_main() {
            Shape::Inverted
        } else if !lowering.has_main() {
            Shape::State
        } else if lowering.job.is_task() || self.on_the_way_down {
            Shape::Task
        } else {
            Shape::Service
        }
    }
}

/// What both conditions of a job came to.
#[derive(Debug)]
pub(super) struct Conditions {
    /// The units that are named in the unit, by directive.
    pub(super) relations: Vec<(Directive, UnitName)>,
    /// `ConditionVirtualization=` values.
    pub(super) virtualization: Vec<String>,
    pub(super) default_dependencies: bool,
    /// Which event of a condition brought a unit into the relations.
    pub(super) origins: BTreeMap<UnitName, Span>,
    /// Those of them that only some of the alternatives are about.
    pub(super) optional: BTreeSet<UnitName>,
    /// The unit starts before the ordinary ones.
    pub(super) is_early: bool,
    /// It does its work when the system goes down.
    pub(super) at_shutdown: bool,
    /// The unit that starts this one when all has happened that has to.
    pub(super) joined: Option<UnitName>,
    /// The name by which the bus starts the unit.
    pub(super) bus_name: Option<String>,
}

impl Conditions {
    /// Whether the unit is started by something that may happen again and again.
    pub(super) fn start_repeatedly(&self) -> bool {
        let by_event = self.relations.iter().any(|(directive, by)| {
            *directive == Directive::WantedBy
                && (event_unit::is_event(by.as_str()) || by.as_str().ends_with(".device"))
        });
        by_event || self.joined.is_some()
    }
}

/// Reads `stop on`. Returns what both conditions come to.
pub(super) fn lower(lowering: &mut Lowering<'_>, activation: Activation) -> Conditions {
    let Activation { mut start, inversion, on_the_way_down } = activation;
    let at_shutdown = on_the_way_down || inversion == Some(Inversion::Shutdown);
    let mut joined = None;
    if let Some(condition) = &lowering.job.stop_on {
        stop::stop(lowering, condition, &mut start);
        start.attribute(condition.span);
    }
    if let Some(condition) = &lowering.job.start_on {
        joined = follow::lower(lowering, condition, &mut start);
    }
    if let Some(manual) = &lowering.job.manual {
        // No [Install] section: nothing starts the unit by itself.
        lowering.exact(manual.stanza, &[]);
    }
    settled(lowering, start, (at_shutdown, joined))
}
