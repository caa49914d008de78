//! Turns `start on` and `stop on` into ordering, dependencies and `[Install]`.
//!
//! A condition is classified leaf by leaf and brought into disjunctive normal form. Each path of it
//! determines what the unit starts after, what brings it in and what stops it. The paths are
//! united, which is safe because `After=` has no effect for a unit that is not being started
//! (systemd.unit(5), `After=`).

mod bind;
mod boot;
pub(super) mod call;
pub(super) mod event;
pub(super) mod event_unit;
mod follow;
mod gate;
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
use crate::jobset::ShutdownUnits;
use crate::systemd::{Directive, UnitName};
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use relations::{Inversion, Relations};
use settle::settled;
use shutdown::Starter;

pub(super) use event::NeededEventUnit;
pub(super) use event::has_event_in_both;
pub(super) use start::start;
pub(super) use stop::AtEnd;

/// The result of lowering `start on`. `stop on` may still change it.
pub(super) struct Activation {
    /// The relations to other units that the condition asks for.
    start: Relations,
    /// What the unit has to wait for before it does its work, if it is inverted.
    inversion: Option<Inversion>,
    /// What starts the unit when the system goes down.
    starter: Option<Starter>,
    /// The condition names only run level 0 or only 6: the shutdown itself starts the unit.
    on_the_way_down: bool,
}

impl Activation {
    /// What kind of unit the job becomes.
    pub(super) fn shape(&self, lowering: &Lowering<'_>) -> Shape {
        let runs = |phase| lowering.job.process(phase).is_some();
        // None of its commands may run before the system goes down.
        let only_at_shutdown = self.inversion == Some(Inversion::Shutdown)
            && (runs(Phase::PreStart) || runs(Phase::PostStart));
        if self.inversion.is_some() && lowering.has_main() || only_at_shutdown {
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

/// The result of lowering both conditions of a job.
#[derive(Debug)]
pub(super) struct Conditions {
    /// The units that the unit names, by directive.
    pub(super) relations: Vec<(Directive, UnitName)>,
    /// `ConditionVirtualization=` values.
    pub(super) virtualization: Vec<String>,
    /// Whether systemd adds its default dependencies (systemd.unit(5), `DefaultDependencies=`).
    pub(super) default_dependencies: bool,
    /// For each of these units, the event of a condition that brought it in.
    pub(super) origins: BTreeMap<UnitName, Span>,
    /// The units that not every alternative of `start on` names.
    pub(super) optional: BTreeSet<UnitName>,
    /// The unit starts before ordinary units, without default dependencies.
    pub(super) is_early: bool,
    /// The unit does its work when the system goes down.
    pub(super) at_shutdown: bool,
    /// The units that start the unit then.
    pub(super) shutdown: Option<ShutdownUnits>,
    /// What `stop on` says of the end of the system.
    pub(super) at_end: AtEnd,
    /// The gate unit, which starts this unit when all events of its condition have happened.
    pub(super) joined: Option<UnitName>,
    /// The units that wait for the start of this one before they start themselves.
    pub(super) gated: Vec<UnitName>,
    /// The units that start this one by drop-ins of their own, with the time, such as `a.service as
    /// it stops`.
    pub(super) called_by: Vec<String>,
    /// The name on the system bus by which D-Bus starts the unit.
    pub(super) bus_name: Option<String>,
}

impl Conditions {
    /// Whether other units start this one, which may happen repeatedly.
    pub(super) fn start_repeatedly(&self) -> bool {
        let by_unit = self.relations.iter().any(|(directive, by)| {
            *directive == Directive::WantedBy && !by.as_str().ends_with(".target")
        });
        by_unit || !self.called_by.is_empty() || self.joined.is_some()
    }
}

/// Lowers `stop on`, and returns the result of both conditions.
pub(super) fn lower(lowering: &mut Lowering<'_>, activation: Activation) -> Conditions {
    let Activation { mut start, inversion, starter, on_the_way_down } = activation;
    let mut at_shutdown = on_the_way_down || inversion == Some(Inversion::Shutdown);
    let (mut joined, mut shutdown, mut at_end) = (None, None, AtEnd::Unsaid);
    if let Some(condition) = &lowering.job.stop_on {
        at_end = stop::stop(lowering, condition, inversion.as_ref(), &mut start);
        start.attribute(condition.span);
    }
    if let Some(condition) = &lowering.job.start_on {
        joined = follow::lower(lowering, condition, &mut start);
        if let Some(starter) = starter {
            at_shutdown = true;
            shutdown = shutdown::write(lowering, condition, &starter);
        }
    }
    event::report_needed(lowering);
    call::write(lowering, start.calls.clone());
    if let Some(manual) = &lowering.job.manual {
        // There is no `[Install]` section: nothing starts the unit by itself.
        lowering.exact(manual.stanza, &[]);
    }
    settled(lowering, start, (at_shutdown, shutdown, at_end, joined))
}
