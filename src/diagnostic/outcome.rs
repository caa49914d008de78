//! What the stanzas of a job were converted to.

use crate::text::source::Span;

/// How faithfully one stanza was converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// systemd does the same for practical purposes.
    Exact,
    /// systemd does nearly the same; a diagnostic explains the difference.
    Approximate,
    /// The stanza has no effect any more, or never had one.
    Dropped,
    /// The stanza needs manual work.
    Manual,
}

impl Disposition {
    /// The word for it in reports, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Dropped => "dropped",
            Self::Manual => "manual",
        }
    }
}

/// The result of converting one stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The keywords of the stanza: `respawn limit`, `pre-start`.
    pub stanza: &'static str,
    /// The place of the stanza in the sources.
    pub span: Span,
    /// How faithfully it was converted.
    pub disposition: Disposition,
    /// The directives that it became: `Service.ExecStart`.
    pub directives: Vec<String>,
    /// For directives with several values, those that come from this stanza alone, each with the
    /// path of the directive.
    pub values: Vec<(String, String)>,
    /// The rule that explains a disposition other than exact.
    pub code: Option<&'static str>,
}
