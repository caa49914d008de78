//! What a rule is. The rules themselves are declared in [`super::registry`].

use super::Diagnostic;
use super::page::Page;
use crate::text::source::Span;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the behaviour is kept.
    Note,
    /// Behaviour differs, or the job does not do what it says.
    Warning,
    /// Nothing usable is written.
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

/// What a rule is about. Decides where its findings are reported and whether they can be turned
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
    /// The dialects of other Upstarts.
    Dialect,
    /// What changes when the job becomes a unit.
    Translation,
    /// Between the jobs of one directory.
    BetweenJobs,
    /// Between the units that the jobs of one directory become.
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

    /// How the page of a rule names it.
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

    /// The tag in SARIF. Stable: code scanning filters by it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Mistake | Self::Allow | Self::Script | Self::Dialect => "mistake",
            Self::Translation => "translation",
            Self::BetweenJobs | Self::BetweenUnits => "between-jobs",
        }
    }

    /// Whether it is about the unit and not about the job. `lint` reports such rules only with
    /// `--migration`.
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

    /// Whether it compares jobs with each other, so that one job alone cannot show it.
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
    /// Names the pattern found, so that it reads well after "allow".
    pub name: &'static str,
    /// How much a finding matters, unless a configuration says otherwise.
    pub severity: Severity,
    /// What the rule is about.
    pub category: Category,
    /// The text of its file under docs/rules.
    page: &'static str,
}

impl Rule {
    /// A row of the registry, which is the only caller outside of tests.
    pub(super) const fn new(
        code: &'static str,
        name: &'static str,
        severity: Severity,
        category: Category,
        page: &'static str,
    ) -> Self {
        Self { code, name, severity, category, page }
    }

    /// A rule that is not in the registry, to test what handles rules. Its category is that of most
    /// rules with such a code.
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

    /// The same rule with another severity, where one rule has findings of two severities.
    pub(crate) const fn with_severity(&self, severity: Severity) -> Self {
        Self {
            code: self.code,
            name: self.name,
            severity,
            category: self.category,
            page: self.page,
        }
    }

    /// What it is, why it matters and what to do, with examples: the page under docs/rules.
    pub fn page(&self) -> Page {
        Page::read(self.page)
    }

    /// The page as it is in its file.
    #[cfg(test)]
    pub(super) fn source(&self) -> &'static str {
        self.page
    }

    /// Whether it is about an input that is not a job. Such findings cannot be turned off.
    pub fn is_of_refusal(&self) -> bool {
        self.category == Category::Refused
    }

    /// A finding of this rule.
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
        }
    }
}
