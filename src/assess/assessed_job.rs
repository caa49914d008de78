//! A job as a row of the table of a report.

use super::effort::Effort;
use super::minutes::{Minutes, TaskKind};
use super::operator::OperatorCommands;
use super::task::Task;
use crate::migrate::LeftJob;

/// Whose job it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOrigin {
    /// That of the machine's owner.
    Own,
    /// That of this package, as the package brought it.
    Package(String),
    /// That of this package, changed since.
    ChangedPackage(String),
    /// That of a release of a distribution, such as `ubuntu-14.04`.
    Distribution(&'static str),
}

impl JobOrigin {
    /// The word for it in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Package(_) => "package",
            Self::ChangedPackage(_) => "changed package job",
            Self::Distribution(_) => "distribution",
        }
    }

    /// The package or the release, if it belongs to one.
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Own => None,
            Self::Package(name) | Self::ChangedPackage(name) => Some(name),
            Self::Distribution(release) => Some(release),
        }
    }
}

/// A job, and what it means to carry it over.
#[derive(Clone, Debug)]
pub struct AssessedJob {
    /// The name of the job.
    pub name: String,
    /// Whose job it is.
    pub origin: JobOrigin,
    /// How much it needs from people.
    pub effort: Effort,
    /// What a person has to do.
    pub tasks: Vec<Task>,
    /// When it starts, in words.
    pub starts_on: String,
    /// The files that it becomes, by their paths.
    pub becomes: Vec<String>,
    /// The unit that does its work from now on; `None` if there is none.
    pub unit: Option<String>,
    /// What an operator types; `None` without a unit of its own.
    pub operator: Option<OperatorCommands>,
    /// Whether the unit starts by itself.
    pub enabled: bool,
    /// The index of its group in [`Assessment::groups`](super::assessment::Assessment::groups);
    /// `None` if no other job is related to it.
    pub group: Option<usize>,
    /// Its index in the results of the migration; `None` if it was not converted.
    pub converted: Option<usize>,
    /// Why it is not converted, if it is not.
    pub left: Option<LeftJob>,
}

impl AssessedJob {
    /// The minutes of its tasks, without the test of its unit.
    pub fn minutes(&self, minutes: &Minutes) -> u64 {
        self.tasks.iter().map(|task| u64::from(minutes.of(task.kind))).sum()
    }

    /// The minutes that it takes to test its unit.
    pub fn test_minutes(&self, minutes: &Minutes) -> u64 {
        if self.has_unit() { u64::from(minutes.of(TaskKind::Test)) } else { 0 }
    }

    /// Whether a unit is written for it.
    pub fn has_unit(&self) -> bool {
        !self.becomes.is_empty()
    }
}
