//! The ordering of units that are started together, and its cycles.
//!
//! When systemd starts units in one transaction, it deletes jobs until no cycle of `After=` and
//! `Before=` is left. Which job it deletes depends on the order of its tables, so it is better not
//! to have the cycle (systemd.unit(5), "Before=, After="; `transaction_verify_order` of systemd).
//!
//! ```text
//! units ─┐  graph: stated and implied waits   breaking: a short cycle,
//!        ├───────────────────────────────▶ waits ──────────────────▶ cycles, each with its remedy
//! shipped┘                                    components
//! ```
//!
//! Every unit is assumed to exist and to be started along with all others. Waits that never meet in
//! one transaction are left out: units wait for `shutdown.target` only in order to be stopped.

mod breaking;
mod components;
mod graph;
mod implied;
mod shipped;

#[cfg(test)]
mod tests;

use super::{Directive, Unit, UnitName};
use breaking::Breaking;
use graph::WaitGraph;

/// The unit `later` waits for the unit `earlier`. An instance has the name of its template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The unit that waits.
    pub later: UnitName,
    /// The unit that it waits for.
    pub earlier: UnitName,
    /// All reasons for the wait, at least one. The wait exists until the last reason is removed. A
    /// [`WaitOrigin::Wanted`] that stating the opposite removes is never together with other
    /// reasons.
    pub origins: Vec<WaitOrigin>,
}

/// Why a unit waits for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitOrigin {
    /// The given `unit` has `name` in its `After=` or `Before=`.
    Stated {
        /// The unit with the directive.
        unit: UnitName,
        /// [`Directive::After`] or [`Directive::Before`].
        directive: Directive,
        /// The unit that the directive names.
        name: UnitName,
    },
    /// The extra wait of this index.
    Extra(usize),
    /// A unit of Debian and Ubuntu states it.
    Shipped {
        /// The unit with the directive.
        unit: UnitName,
        /// [`Directive::After`] or [`Directive::Before`].
        directive: Directive,
    },
    /// The default dependencies of a unit (for example systemd.service(5), "Default Dependencies").
    Default {
        /// The unit that has default dependencies.
        unit: UnitName,
    },
    /// A target waits for a unit that it wants, unless the unit states that it waits for the target
    /// (systemd.target(5), "Default Dependencies"). Both names are as written, with instances.
    Wanted {
        /// The target.
        target: UnitName,
        /// The wanted unit.
        unit: UnitName,
    },
    /// A socket, path or timer is started before the unit that it triggers (systemd.socket(5),
    /// systemd.path(5) and systemd.timer(5), "Implicit Dependencies").
    Triggered,
    /// A unit that writes to the journal waits for its socket (systemd.exec(5), "Implicit
    /// Dependencies").
    Journal,
    /// A service with a name on the system bus waits for the socket of the bus (systemd.service(5),
    /// "Implicit Dependencies").
    Bus,
    /// A unit waits for the mounts that contain a path that it needs, and a mount for those that
    /// contain its mount point (systemd.exec(5) and systemd.mount(5), "Implicit Dependencies").
    Mounts,
}

/// Units that wait for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The waits. The `earlier` of each is the `later` of the next, and the `earlier` of the last
    /// is the `later` of the first.
    pub edges: Vec<Edge>,
    /// What breaks the cycle.
    pub remedy: Remedy,
}

/// What breaks a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Add the line `directive=name` to `unit`. Then a target no longer waits for a unit that it
    /// wants. Nothing is lost, because the rest of the cycle already makes the unit wait for the
    /// target.
    State {
        /// The unit file to change.
        unit: UnitName,
        /// [`Directive::After`] or [`Directive::Before`].
        directive: Directive,
        /// The value to add.
        name: UnitName,
    },
    /// Remove the edge of this index, with all its origins.
    Drop(usize),
    /// No edge can be removed. The search continued as if the first did not exist.
    Unbreakable,
}

/// Finds the cycles of the units on a system of Debian or Ubuntu. `extra` has further waits: the
/// later unit and the earlier one. A given unit replaces a unit of the system that has the same
/// name.
///
/// After applying the remedies in their order, no cycle is left. Of the edges that the caller can
/// remove (stated or extra), the one of the lowest weight is removed; an edge of weight `None` is
/// kept. The result does not depend on the order of the units.
pub fn break_cycles(
    units: &[&Unit],
    extra: &[(UnitName, UnitName)],
    weight: &dyn Fn(&Edge) -> Option<u32>,
) -> Vec<Cycle> {
    Breaking::new(WaitGraph::new(units, extra), weight).cycles()
}
