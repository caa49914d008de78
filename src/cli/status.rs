//! Exit statuses.

use std::process::ExitCode;

/// How a run ended; of several, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// Nothing at or above `--fail-on`.
    Done = 0,
    /// Findings at or above `--fail-on`, or `--strict` and something was lost.
    Findings = 1,
    /// Wrong usage.
    Usage = 2,
    /// A file could not be read or written, or init would refuse the job.
    Refused = 3,
    /// A bug in this program.
    Bug = 4,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}
