//! Exit statuses.

use std::process::ExitCode;

use super::arguments::FailOn;
use crate::convert::Conversion;
use crate::diagnostic::{Disposition, Outcome, Severity};

/// The result of a run. If several apply, the greatest is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// No finding at or above `--fail-on`.
    Done = 0,
    /// Findings at or above `--fail-on`, or losses with `--strict`.
    Findings = 1,
    /// Wrong arguments.
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

/// The status of a conversion. With `strict`, a loss is a finding.
pub(super) fn status_of(conversion: &Conversion, fail_on: FailOn, strict: bool) -> Status {
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

/// A stanza that is dropped without a rule had no effect.
fn is_lost(outcome: &Outcome) -> bool {
    match outcome.disposition {
        Disposition::Exact => false,
        Disposition::Approximate | Disposition::Manual => true,
        Disposition::Dropped => outcome.code.is_some(),
    }
}
