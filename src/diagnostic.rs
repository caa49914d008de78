//! What there is to say about a job, as data. Rendering is `report`'s business.

use crate::source::{Place, Span};

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
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A kind of finding. Declared as a `static` beside the code that finds it.
///
/// Codes: U0xx what init refuses, U1xx mistakes in a job that init accepts, U2xx what changes in
/// translation, U3xx between the jobs of one directory. Codes and names are stable.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub code: &'static str,
    /// Names the pattern found, so that it reads well after "allow".
    pub name: &'static str,
    pub severity: Severity,
    /// What it is, why it matters and what to do: the text of `explain`.
    pub explanation: &'static str,
}

impl Rule {
    /// Whether it is about what init refuses: there is no job then, and nobody can wish such a finding away.
    pub fn is_of_refusal(&self) -> bool {
        self.code.starts_with("U0")
    }

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

/// What became of one stanza.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// systemd does the same for practical purposes.
    Exact,
    /// systemd does nearly the same; a diagnostic says what differs.
    Approximate,
    /// It has no effect any more, or never had one.
    Dropped,
    /// A person has to act.
    Manual,
}

impl Disposition {
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Dropped => "dropped",
            Self::Manual => "manual",
        }
    }
}

/// The recorded fate of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// As written: `respawn limit`, `pre-start`.
    pub stanza: &'static str,
    pub span: Span,
    pub disposition: Disposition,
    /// Where it went: `Service.ExecStart`.
    pub directives: Vec<String>,
    /// The rule that explains a disposition other than exact.
    pub code: Option<&'static str>,
}
