//! What a rule is. The rules themselves are declared in [`super::registry`].

use super::page::Page;
use super::{Diagnostic, WithoutUnit};
use crate::text::source::Span;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; the behaviour is kept.
    Note,
    /// The behaviour differs, or the job does not do what it says.
    Warning,
    /// No usable output is written.
    Error,
}

impl Severity {
    /// The word for it in reports, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The subject of a rule. It decides where findings are reported and whether they can be turned
/// off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// An input that cannot be read or that init refuses. There is no job, so these findings cannot
    /// be turned off.
    Refused,
    /// A mistake in a job that init accepts.
    Mistake,
    /// A comment that turns findings off.
    Allow,
    /// The text of a script, as a shell or `ShellCheck` judges it.
    Script,
    /// Features that only some versions of Upstart have.
    Dialect,
    /// A change of behaviour when the job becomes a unit.
    Translation,
    /// A problem that only several jobs of one directory show together.
    BetweenJobs,
    /// A problem of the units that the jobs of one directory become, seen together.
    BetweenUnits,
}

impl Category {
    /// Every category, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::Mistake,
        Self::Allow,
        Self::Script,
        Self::Dialect,
        Self::Translation,
        Self::BetweenJobs,
        Self::BetweenUnits,
    ];

    /// The name of the category in the page of a rule.
    pub fn title(self) -> &'static str {
        match self {
            Self::Refused => "refused by init",
            Self::Mistake => "mistake in a job",
            Self::Allow => "comments that turn rules off",
            Self::Script => "text of a script",
            Self::Dialect => "other versions of Upstart",
            Self::Translation => "changes in translation",
            Self::BetweenJobs => "between jobs",
            Self::BetweenUnits => "between units",
        }
    }

    /// The tag in SARIF. It is stable, because code scanning filters by it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Mistake | Self::Allow | Self::Script | Self::Dialect => "mistake",
            Self::Translation => "translation",
            Self::BetweenJobs | Self::BetweenUnits => "between-jobs",
        }
    }

    /// Whether the category is about the unit and not about the job. `lint` reports such rules only
    /// with `--migration`.
    pub fn is_about_units(self) -> bool {
        match self {
            Self::Translation | Self::BetweenUnits => true,
            Self::Refused
            | Self::Mistake
            | Self::Allow
            | Self::Script
            | Self::Dialect
            | Self::BetweenJobs => false,
        }
    }

    /// Whether only a shell or `ShellCheck` can show it.
    pub fn needs_a_shell(self) -> bool {
        self == Self::Script
    }

    /// Whether the rule compares jobs, so that a single job cannot show it.
    pub fn is_between(self) -> bool {
        match self {
            Self::BetweenJobs | Self::BetweenUnits => true,
            Self::Refused
            | Self::Mistake
            | Self::Allow
            | Self::Script
            | Self::Dialect
            | Self::Translation => false,
        }
    }
}

/// A kind of finding: one row of [`crate::diagnostic::registry`]. Codes and names are stable.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `U` and three digits.
    pub code: &'static str,
    /// Names the pattern that was found, in words that read well after "allow".
    pub name: &'static str,
    /// The severity of a finding, unless the configuration changes it.
    pub severity: Severity,
    /// What the rule is about.
    pub category: Category,
    /// The text of its file under docs/rules.
    page: &'static str,
}

impl Rule {
    /// Makes a row of the registry. The registry is the only caller outside of tests.
    pub(super) const fn new(
        code: &'static str,
        name: &'static str,
        severity: Severity,
        category: Category,
        page: &'static str,
    ) -> Self {
        Self { code, name, severity, category, page }
    }

    /// A rule that is not in the registry, to test code that handles rules. Its category is the one
    /// that most rules with such a code have.
    #[cfg(test)]
    pub(crate) const fn sample(code: &'static str, name: &'static str, severity: Severity) -> Self {
        let category = match code.as_bytes()[1] {
            b'0' => Category::Refused,
            b'1' => Category::Mistake,
            b'2' => Category::Translation,
            _ => Category::BetweenJobs,
        };
        Self { code, name, severity, category, page: "" }
    }

    /// The same rule with another severity, for a rule whose findings have two severities.
    pub(crate) const fn with_severity(&self, severity: Severity) -> Self {
        Self {
            code: self.code,
            name: self.name,
            severity,
            category: self.category,
            page: self.page,
        }
    }

    /// The parsed page of the rule under docs/rules.
    pub fn page(&self) -> Page {
        Page::read(self.page)
    }

    /// The page as it is in its file.
    #[cfg(test)]
    pub(super) fn source(&self) -> &'static str {
        self.page
    }

    /// Whether the rule reports that an input is not a job. Such findings cannot be turned off.
    pub fn is_of_refusal(&self) -> bool {
        self.category == Category::Refused
    }

    /// A finding of this rule at a place.
    pub fn at(&'static self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule: self,
            severity: self.severity,
            span,
            message: message.into(),
            label: None,
            related: Vec::new(),
            elsewhere: Vec::new(),
            notes: Vec::new(),
            help: None,
            edits: Vec::new(),
            without_unit: WithoutUnit::default(),
        }
    }
}
