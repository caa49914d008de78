//! Findings about a job, as data. `report` renders them.

pub mod fingerprint;
pub mod fix;
mod outcome;
mod page;
pub mod registry;
mod rule;

use crate::text::source::{Place, Span};

pub use outcome::{Disposition, Outcome};
pub use page::{ExampleFile, Page, PageSection, SectionKind};
pub use rule::{Category, Rule, Severity};

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub rule: &'static Rule,
    /// That of the rule, unless somebody wants it otherwise.
    pub severity: Severity,
    pub span: Span,
    pub message: String,
    /// What to write under the span, where that says more than the message.
    pub label: Option<String>,
    /// Other places that explain this one.
    pub related: Vec<(Span, String)>,
    /// The same in the sources of other jobs.
    pub elsewhere: Vec<(Place, String)>,
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// A change of the source that certainly is what `help` says.
    pub edits: Vec<Edit>,
}

/// A replacement in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
    /// Whether the job keeps its meaning, or gets the one that it evidently was to have.
    pub safe: bool,
}

impl Diagnostic {
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    #[must_use]
    pub fn elsewhere(mut self, place: Place, label: impl Into<String>) -> Self {
        self.elsewhere.push((place, label.into()));
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A certain edit that keeps or mends the meaning.
    #[must_use]
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into(), safe: true });
        self
    }

    /// A certain edit after which the job does something else than it did.
    #[must_use]
    pub fn changing_edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into(), safe: false });
        self
    }
}
