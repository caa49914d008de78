//! What kind of unit a job becomes.

/// What kind of unit the job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Service,
    Task,
    /// No main process: a state.
    State,
    /// The process runs when the unit stops: jobs of a shutdown, or of another job's stop.
    Inverted,
}
