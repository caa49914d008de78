//! Exit statuses.

use std::process::ExitCode;

use super::arguments::FailOn;
use crate::convert::Conversion;
use crate::diagnostic::{Disposition, Outcome, Severity};

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

/// The status that comes of a conversion; with `strict` also of what is lost.
pub(super) fn judge(conversion: &Conversion, fail_on: FailOn, strict: bool) -> Status {
    let Conversion { diagnostics, stanzas, .. } = conversion;
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error && diagnostic.rule.is_of_refusal())
    {
        Status::Refused
    } else if diagnostics.iter().any(|diagnostic| fail_on.includes(diagnostic.severity))
        || (strict && stanzas.iter().any(is_lost))
    {
        Status::Findings
    } else {
        Status::Done
    }
}

/// A stanza that is dropped without a rule to tell why had no effect to lose.
fn is_lost(outcome: &Outcome) -> bool {
    match outcome.disposition {
        Disposition::Exact => false,
        Disposition::Approximate | Disposition::Manual => true,
        Disposition::Dropped => outcome.code.is_some(),
    }
}
