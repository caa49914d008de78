//! How much a job needs from people.

use crate::convert::{Conversion, Converted};
use crate::diagnostic::{Disposition, Outcome, Severity};

/// The result of the conversion of a job, from the least work to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// The distribution does its work, so it is not converted.
    NotNeeded,
    /// All of it carries over as it is, and no finding warns of anything.
    Automatic,
    /// Something differs, and a finding names it.
    Look,
    /// The unit lacks something that a person has to write.
    Hand,
    /// There is no unit.
    Refused,
}

impl Effort {
    /// All efforts, in their order.
    pub const ALL: [Self; 5] =
        [Self::NotNeeded, Self::Automatic, Self::Look, Self::Hand, Self::Refused];

    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotNeeded => "not needed",
            Self::Automatic => "automatic",
            Self::Look => "look",
            Self::Hand => "hand",
            Self::Refused => "refused",
        }
    }

    /// What it means for its jobs, for the one who decides.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NotNeeded => "the target has units for them",
            Self::Automatic => "carry over as they are",
            Self::Look => "something differs, and is named",
            Self::Hand => "the unit lacks something",
            Self::Refused => "no unit is written",
        }
    }

    /// The effort of a job that was converted.
    pub fn of(job: &Converted) -> Self {
        let conversion = &job.conversion;
        if conversion.outputs.is_empty() {
            return Self::Refused;
        }
        let differs = |outcome: &Outcome| match outcome.disposition {
            Disposition::Approximate => true,
            Disposition::Dropped => outcome.code.is_some(),
            Disposition::Exact | Disposition::Manual => false,
        };
        if manual_stanzas(conversion) > 0 {
            Self::Hand
        } else if conversion.stanzas.iter().any(differs)
            || conversion.diagnostics.iter().any(|found| found.severity >= Severity::Warning)
        {
            Self::Look
        } else {
            Self::Automatic
        }
    }
}

/// The number of stanzas that a person has to handle.
pub fn manual_stanzas(conversion: &Conversion) -> usize {
    let is_manual = |outcome: &&Outcome| outcome.disposition == Disposition::Manual;
    conversion.stanzas.iter().filter(is_manual).count()
}
