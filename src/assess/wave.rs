//! In which order the jobs of a machine are carried over.

use super::assessed_job::AssessedJob;
use super::effort::Effort;

/// Jobs that are carried over together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Why these jobs are together.
    pub kind: WaveKind,
    /// Groups of jobs, by their indices. What starts another job of its group comes first.
    pub groups: Vec<Vec<usize>>,
}

/// Why the jobs of a wave are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaveKind {
    /// The distribution does their work.
    NotNeeded,
    /// No other job is related to them.
    Single,
    /// They start or stop each other.
    Group,
    /// Somebody has to decide something first.
    Decision,
}

impl WaveKind {
    /// The word for it in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotNeeded => "not-needed",
            Self::Single => "single",
            Self::Group => "group",
            Self::Decision => "decision",
        }
    }

    /// The heading of the wave.
    pub fn title(self) -> &'static str {
        match self {
            Self::NotNeeded => "Not needed: the distribution does their work",
            Self::Single => "Jobs without relations, each by itself",
            Self::Group => "Groups of jobs that start or stop each other",
            Self::Decision => "Jobs that need work by hand first",
        }
    }
}

/// The waves, in their order, without empty ones. `groups` are the groups of related jobs, by their
/// indices.
pub fn waves(jobs: &[AssessedJob], groups: &[Vec<usize>]) -> Vec<Wave> {
    let which = |wanted: &dyn Fn(&AssessedJob) -> bool| -> Vec<Vec<usize>> {
        let mut found = jobs.iter().enumerate().filter(|(_, job)| wanted(job));
        let found: Vec<usize> = found.by_ref().map(|(index, _)| index).collect();
        if found.is_empty() { Vec::new() } else { vec![found] }
    };
    let needs_decision = |job: &AssessedJob| job.effort >= Effort::Hand;
    let carried = |index: &usize| jobs.get(*index).is_some_and(|job| job.left.is_none());
    let related: Vec<Vec<usize>> = groups
        .iter()
        .map(|group| group.iter().copied().filter(carried).collect::<Vec<usize>>())
        .filter(|group| !group.is_empty())
        .collect();
    let single = which(&|job| job.left.is_none() && job.group.is_none() && !needs_decision(job));
    [
        (WaveKind::NotNeeded, which(&|job| job.left.is_some())),
        (WaveKind::Single, single),
        (WaveKind::Group, related),
        (WaveKind::Decision, which(&needs_decision)),
    ]
    .into_iter()
    .filter(|(_, groups)| !groups.is_empty())
    .map(|(kind, groups)| Wave { kind, groups })
    .collect()
}
