//! The ordering of units that are started together, and its cycles.
//!
//! systemd starts units in one transaction when something brings them all in, and deletes jobs from
//! it until no cycle of `After=` and `Before=` is left (systemd.unit(5), "Before=, After=";
//! `transaction_verify_order` of systemd). Which job goes is an accident of its tables; better not
//! to have the cycle.
//!
//! ```text
//!  units ─┐  graph: stated and implied waits    breaking: a short cycle,
//!         ├────────────────────────────────▶ waits ────────────────────▶ cycles, each with its remedy
//!  shipped┘                                     components
//! ```
//!
//! Every unit is taken to exist and to be started along with all others, whatever brings it in.
//! Left out is what never meets in one transaction: units wait for `shutdown.target` only in order
//! to be stopped.

mod breaking;
mod components;
mod graph;
mod implied;
mod shipped;

#[cfg(test)]
mod tests;

use super::{Directive, Unit, UnitName};
use breaking::Breaking;
use graph::Graph;

/// The unit `later` waits for the unit `earlier`. An instance goes by the name of its template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub later: UnitName,
    pub earlier: UnitName,
    /// All that makes it wait, at least one: the wait is there until the last of them is gone.
    /// [`WaitOrigin::Wanted`] is not among others where stating the opposite does away with it.
    pub origins: Vec<WaitOrigin>,
}

/// Why a unit waits for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitOrigin {
    /// The given `unit` has `name` in its `After=` or `Before=`.
    Stated { unit: UnitName, directive: Directive, name: UnitName },
    /// An extra wait of this index.
    Extra(usize),
    /// A unit that Debian and Ubuntu have states it.
    Shipped { unit: UnitName, directive: Directive },
    /// `DefaultDependencies=` of the unit (systemd.service(5) and its kin, "Default Dependencies").
    Default { unit: UnitName },
    /// A target waits for what it wants, unless that states that it waits for the target
    /// (systemd.target(5), "Default Dependencies"). Both names are those by which one wants the
    /// other.
    Wanted { target: UnitName, unit: UnitName },
    /// A socket, path or timer comes before the unit that it triggers (systemd.socket(5),
    /// systemd.path(5) and systemd.timer(5), "Implicit Dependencies").
    Triggered,
    /// What writes to the journal waits for its socket (systemd.exec(5), "Implicit Dependencies").
    Journal,
    /// A unit waits for the mounts above a path that it needs, and a mount for those above it
    /// (systemd.exec(5) and systemd.mount(5), "Implicit Dependencies").
    Mounts,
}

/// Units that wait for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The `earlier` of each is the `later` of the next, and that of the last is the `later` of the
    /// first.
    pub edges: Vec<Edge>,
    pub remedy: Remedy,
}

/// What ends a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// `unit` has to say `directive=name`. Nothing is lost: of a target and a unit that it wants,
    /// the target no longer waits for the unit, and the unit waits for the target, by way of the
    /// rest of the cycle, already.
    State { unit: UnitName, directive: Directive, name: UnitName },
    /// The edge of this index goes, with all its origins.
    Drop(usize),
    /// Every edge is there to stay. The search went on as if the first were not there.
    Unbreakable,
}

/// Finds the cycles of the units, as they are in a system of Debian or Ubuntu, where `extra` has
/// more waits: the later unit, and the earlier one. A unit that has the name of one of the system
/// takes its place.
///
/// Once the remedies are applied in their order, no cycle is left. Among the edges that the caller
/// can drop, stated or extra, the one with the least weight goes; those with `None` stay. The
/// result does not depend on the order of the units.
pub fn break_cycles(
    units: &[&Unit],
    extra: &[(UnitName, UnitName)],
    weight: &dyn Fn(&Edge) -> Option<u32>,
) -> Vec<Cycle> {
    Breaking::new(Graph::new(units, extra), weight).cycles()
}
