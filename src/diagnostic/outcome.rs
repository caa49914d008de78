//! What became of the stanzas of a job.

use crate::text::source::Span;

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
    /// The word for it in reports.
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
    /// Where it is.
    pub span: Span,
    /// What became of it.
    pub disposition: Disposition,
    /// Where it went: `Service.ExecStart`.
    pub directives: Vec<String>,
    /// The rule that explains a disposition other than exact.
    pub code: Option<&'static str>,
}
