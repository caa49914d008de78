//! What may break on the whole machine.

use crate::convert::Converted;
use crate::diagnostic::registry::{
    CIRCULAR_START, DECLARED_EVENT_NOT_EMITTED, EVERY_UNIT, ORDERING_CYCLE, PLAIN_UNIT,
    PRIVATE_FILE, SHIPPED_UNIT, UNEMITTED_EVENT, UNKNOWN_EVENT, UNKNOWN_JOB,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::lower::options::Style;

/// A kind of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskKind {
    /// A unit hides one of the target, or does its work a second time.
    Hides,
    /// Units wait for each other, and the circle was broken somewhere.
    Circle,
    /// Nothing that is known emits the event.
    Unemitted,
    /// A condition names a job that is not there.
    UnknownJob,
    /// A secret would be in a file that every user can read.
    Secret,
}

impl RiskKind {
    /// All kinds, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Hides, Self::Circle, Self::Unemitted, Self::UnknownJob, Self::Secret];

    /// The word for it in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Hides => "hides",
            Self::Circle => "circle",
            Self::Unemitted => "unemitted",
            Self::UnknownJob => "unknown-job",
            Self::Secret => "secret",
        }
    }

    /// The heading of the kind.
    pub fn title(self) -> &'static str {
        match self {
            Self::Hides => "Units that hide one of the target or do its work a second time",
            Self::Circle => "Units that wait for each other",
            Self::Unemitted => "Events that nothing here emits",
            Self::UnknownJob => "Jobs that others name and that are not here",
            Self::Secret => "Secrets that would be in a file for everyone",
        }
    }

    fn has(self, rule: &Rule) -> bool {
        let rules: &[&Rule] = match self {
            Self::Hides => &[&SHIPPED_UNIT],
            Self::Circle => &[&ORDERING_CYCLE, &CIRCULAR_START],
            Self::Unemitted => &[&UNEMITTED_EVENT, &UNKNOWN_EVENT, &DECLARED_EVENT_NOT_EMITTED],
            Self::UnknownJob => &[&UNKNOWN_JOB],
            Self::Secret => &[&PRIVATE_FILE],
        };
        rules.iter().any(|known| known.code == rule.code)
    }
}

/// A risk that a job brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The kind of the risk.
    pub kind: RiskKind,
    /// The name of the job.
    pub job: String,
    /// The rule that explains it.
    pub rule: &'static Rule,
    /// What may happen.
    pub text: String,
}

/// What all units of a style have in common, each with the rule whose page explains it.
pub fn of_all_units(style: Style) -> Vec<(&'static str, &'static Rule)> {
    let every = ("what changes for every job", &EVERY_UNIT);
    match style {
        Style::Plain => vec![every, ("what plain units leave out", &PLAIN_UNIT)],
        Style::Exact => vec![every],
    }
}

/// The risks of a migration, by kind.
pub fn of(jobs: &[Converted]) -> Vec<Risk> {
    let risk = |job: &Converted, found: &Diagnostic| {
        let kind = RiskKind::ALL.into_iter().find(|kind| kind.has(found.rule))?;
        let (job, text) = (job.conversion.job.clone(), found.message.clone());
        Some(Risk { kind, job, rule: found.rule, text })
    };
    let mut risks: Vec<Risk> = jobs
        .iter()
        .flat_map(|job| job.conversion.diagnostics.iter().filter_map(move |found| risk(job, found)))
        .collect();
    risks.sort_by_key(|risk| risk.kind);
    risks
}
