//! What init refuses a job for.

use crate::diagnostic::registry::{
    EXPECTED_EVENT, EXPECTED_OPERATOR, EXPECTED_TOKEN, EXPECTED_VARIABLE, ILLEGAL_EXIT_STATUS,
    ILLEGAL_INTERVAL, ILLEGAL_LIMIT, ILLEGAL_NICE, ILLEGAL_OOM, ILLEGAL_SIGNAL, ILLEGAL_UMASK,
    MISMATCHED_PARENTHESES, TRAILING_BACKSLASH, UNEXPECTED_TOKEN, UNKNOWN_STANZA, UNREADABLE,
    UNTERMINATED_BLOCK, UNTERMINATED_QUOTE,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::text::source::Span;

/// Why a job file is not a job. The order is that of the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    ExpectedToken,
    UnexpectedToken,
    UnknownStanza,
    UnterminatedQuote,
    UnterminatedBlock,
    TrailingBackslash,
    ExpectedEvent,
    ExpectedOperator,
    ExpectedVariable,
    MismatchedParentheses,
    IllegalInterval,
    IllegalExitStatus,
    IllegalSignal,
    IllegalUmask,
    IllegalNice,
    IllegalOom,
    IllegalLimit,
    /// The file cannot be read, or not within the bounds of this program.
    Unreadable,
}

impl ErrorKind {
    /// The stable name, which is also the name of the rule.
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    pub fn rule(self) -> &'static Rule {
        match self {
            Self::ExpectedToken => &EXPECTED_TOKEN,
            Self::UnexpectedToken => &UNEXPECTED_TOKEN,
            Self::UnknownStanza => &UNKNOWN_STANZA,
            Self::UnterminatedQuote => &UNTERMINATED_QUOTE,
            Self::UnterminatedBlock => &UNTERMINATED_BLOCK,
            Self::TrailingBackslash => &TRAILING_BACKSLASH,
            Self::ExpectedEvent => &EXPECTED_EVENT,
            Self::ExpectedOperator => &EXPECTED_OPERATOR,
            Self::ExpectedVariable => &EXPECTED_VARIABLE,
            Self::MismatchedParentheses => &MISMATCHED_PARENTHESES,
            Self::IllegalInterval => &ILLEGAL_INTERVAL,
            Self::IllegalExitStatus => &ILLEGAL_EXIT_STATUS,
            Self::IllegalSignal => &ILLEGAL_SIGNAL,
            Self::IllegalUmask => &ILLEGAL_UMASK,
            Self::IllegalNice => &ILLEGAL_NICE,
            Self::IllegalOom => &ILLEGAL_OOM,
            Self::IllegalLimit => &ILLEGAL_LIMIT,
            Self::Unreadable => &UNREADABLE,
        }
    }

    pub fn at(self, span: Span, message: impl Into<String>) -> Refusal {
        Refusal { kind: self, diagnostic: Box::new(self.rule().at(span, message)) }
    }
}

/// The first error of a file. init does not load any of the job.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub kind: ErrorKind,
    pub diagnostic: Box<Diagnostic>,
}

/// The methods of [`Diagnostic`] that add to it.
impl Refusal {
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.label(label))
    }

    #[must_use]
    pub fn related(self, span: Span, label: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.related(span, label))
    }

    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.note(note))
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.help(help))
    }

    #[must_use]
    pub fn edit(self, span: Span, text: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.edit(span, text))
    }

    fn with(self, change: impl FnOnce(Diagnostic) -> Diagnostic) -> Self {
        Self { kind: self.kind, diagnostic: Box::new(change(*self.diagnostic)) }
    }
}
