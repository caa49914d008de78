//! What kind of unit a job becomes.

/// What kind of unit the job becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A main process that runs until it ends or is stopped.
    Service,
    /// A main process whose end is waited for.
    Task,
    /// No main process: a state that lasts until the unit is stopped.
    State,
    /// The main process runs when the unit stops: at shutdown, or when another job stops.
    Inverted,
}
