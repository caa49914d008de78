//! Findings about a job, as data. `report` renders them.

pub mod fingerprint;
pub mod fix;
mod outcome;
mod page;
pub mod registry;
pub mod repeated;
mod rule;
mod shellcheck_code;

use crate::text::source::{Place, Span};

pub use outcome::{Disposition, Outcome};
pub use page::{ExampleFile, Page, PageSection, SectionKind};
pub use rule::{Category, Rule, Severity};
pub use shellcheck_code::ShellCheckCode;

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that the finding belongs to.
    pub rule: &'static Rule,
    /// The severity of the rule, unless the configuration changes it.
    pub severity: Severity,
    /// The place of the finding.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// The text under the span, if it adds to the message.
    pub label: Option<String>,
    /// Other places of the same job that explain this one, each with a text.
    pub related: Vec<(Span, String)>,
    /// Places in the sources of other jobs, each with a text.
    pub elsewhere: Vec<(Place, String)>,
    /// Explanations, such as why it matters.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Changes of the source that do exactly what `help` says.
    pub edits: Vec<Edit>,
    /// What is different for a job that stays on Upstart.
    pub without_unit: WithoutUnit,
}

/// What a finding leaves out if the job is only checked, and not converted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithoutUnit {
    /// The notes that are about units.
    unit_notes: Vec<String>,
    /// The help in place of one that is about units.
    help: Option<String>,
    /// The severity in place of one that is about units.
    severity: Option<Severity>,
    /// Whether the whole finding is about the unit.
    nothing: bool,
}

/// A replacement in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The text to replace; empty for an insertion.
    pub span: Span,
    /// The new text; empty for a deletion.
    pub text: String,
    /// Whether the job keeps its meaning, or gets the meaning that was evidently intended.
    pub safe: bool,
}

impl Diagnostic {
    /// Sets the text under the span.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds a place of the same job, with a text.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds a place in the sources of another job, with a text.
    #[must_use]
    pub fn elsewhere(mut self, place: Place, label: impl Into<String>) -> Self {
        self.elsewhere.push((place, label.into()));
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a note about the unit, which a job that stays on Upstart does not get.
    #[must_use]
    pub fn unit_note(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        self.without_unit.unit_notes.push(note.clone());
        self.note(note)
    }

    /// Sets what to do about it in a job that stays on Upstart, in place of `help`.
    #[must_use]
    pub fn help_without_unit(mut self, help: impl Into<String>) -> Self {
        self.without_unit.help = Some(help.into());
        self
    }

    /// Sets the severity for a job that stays on Upstart.
    #[must_use]
    pub fn severity_without_unit(mut self, severity: Severity) -> Self {
        self.without_unit.severity = Some(severity);
        self
    }

    /// The whole finding is about the unit.
    #[must_use]
    pub fn only_about_unit(mut self) -> Self {
        self.without_unit.nothing = true;
        self
    }

    /// Sets the severity, for a rule whose findings differ in it.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Leaves out what is about units. `None` if nothing is left.
    #[must_use]
    pub fn without_unit(mut self) -> Option<Self> {
        let WithoutUnit { unit_notes, help, severity, nothing } =
            std::mem::take(&mut self.without_unit);
        self.notes.retain(|note| !unit_notes.contains(note));
        self.help = help.or(self.help);
        self.severity = severity.unwrap_or(self.severity);
        (!nothing).then_some(self)
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a safe edit: the job keeps its meaning, or gets the intended one.
    #[must_use]
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into(), safe: true });
        self
    }

    /// Adds an edit after which the job behaves differently.
    #[must_use]
    pub fn changing_edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into(), safe: false });
        self
    }
}
