//! The errors for which init refuses a job.

use crate::diagnostic::registry::{
    EXPECTED_EVENT, EXPECTED_OPERATOR, EXPECTED_TOKEN, EXPECTED_VARIABLE, ILLEGAL_EXIT_STATUS,
    ILLEGAL_INTERVAL, ILLEGAL_LIMIT, ILLEGAL_NICE, ILLEGAL_OOM, ILLEGAL_SIGNAL, ILLEGAL_UMASK,
    MISMATCHED_PARENTHESES, TRAILING_BACKSLASH, UNEXPECTED_TOKEN, UNKNOWN_STANZA, UNREADABLE,
    UNTERMINATED_BLOCK, UNTERMINATED_QUOTE,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::text::source::Span;

/// Why init refuses a job file. The order is that of the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// U001: an argument is missing.
    ExpectedToken,
    /// U002: the line continues after a complete stanza.
    UnexpectedToken,
    /// U003: no stanza has this keyword.
    UnknownStanza,
    /// U004: a quotation mark has no partner before the end of the file.
    UnterminatedQuote,
    /// U005: `script` has no `end script`.
    UnterminatedBlock,
    /// U006: the file ends with a backslash.
    TrailingBackslash,
    /// U007: an event is missing in a condition.
    ExpectedEvent,
    /// U008: `and` or `or` is missing in a condition.
    ExpectedOperator,
    /// U009: a positional argument follows a named one.
    ExpectedVariable,
    /// U010: a parenthesis has no partner.
    MismatchedParentheses,
    /// U011: an interval is not a number of seconds.
    IllegalInterval,
    /// U012: not an exit status or signal.
    IllegalExitStatus,
    /// U013: not a signal.
    IllegalSignal,
    /// U014: not an octal mode of at most `0o777`.
    IllegalUmask,
    /// U015: not a nice value from -20 to 19.
    IllegalNice,
    /// U016: not an adjustment or score of the out-of-memory killer.
    IllegalOom,
    /// U017: not a limit.
    IllegalLimit,
    /// U018: the file cannot be read, or exceeds a limit of this program.
    Unreadable,
}

impl ErrorKind {
    /// The stable name, which is also the name of the rule.
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    /// The rule that reports the error.
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

    /// A refusal at a place.
    pub fn at(self, span: Span, message: impl Into<String>) -> Refusal {
        Refusal { kind: self, diagnostic: Box::new(self.rule().at(span, message)) }
    }
}

/// The first error of a file. init does not load any part of the job.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The kind of error.
    pub kind: ErrorKind,
    /// The finding that reports it.
    pub diagnostic: Box<Diagnostic>,
}

/// These methods add to the diagnostic.
impl Refusal {
    /// See [`Diagnostic::label`].
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.label(label))
    }

    /// See [`Diagnostic::related`].
    #[must_use]
    pub fn related(self, span: Span, label: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.related(span, label))
    }

    /// See [`Diagnostic::note`].
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.note(note))
    }

    /// See [`Diagnostic::help`].
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.help(help))
    }

    /// See [`Diagnostic::changing_edit`]. No edit of a refused job is safe: it brings a job to life
    /// that has not run so far.
    #[must_use]
    pub fn edit(self, span: Span, text: impl Into<String>) -> Self {
        self.with(|diagnostic| diagnostic.changing_edit(span, text))
    }

    fn with(self, change: impl FnOnce(Diagnostic) -> Diagnostic) -> Self {
        Self { kind: self.kind, diagnostic: Box::new(change(*self.diagnostic)) }
    }
}
