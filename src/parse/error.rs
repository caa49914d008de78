//! What init refuses a job for.

use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::source::Span;

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

/// The rules of this module, in the order of their codes.
pub static RULES: [&Rule; 18] = [
    &EXPECTED_TOKEN,
    &UNEXPECTED_TOKEN,
    &UNKNOWN_STANZA,
    &UNTERMINATED_QUOTE,
    &UNTERMINATED_BLOCK,
    &TRAILING_BACKSLASH,
    &EXPECTED_EVENT,
    &EXPECTED_OPERATOR,
    &EXPECTED_VARIABLE,
    &MISMATCHED_PARENTHESES,
    &ILLEGAL_INTERVAL,
    &ILLEGAL_EXIT_STATUS,
    &ILLEGAL_SIGNAL,
    &ILLEGAL_UMASK,
    &ILLEGAL_NICE,
    &ILLEGAL_OOM,
    &ILLEGAL_LIMIT,
    &UNREADABLE,
];

static EXPECTED_TOKEN: Rule = Rule {
    code: "U001",
    name: "expected-token",
    severity: Severity::Error,
    explanation: "A stanza lacks an argument: the line ends, or a comment begins, where init needs a word. Empty quotes \
        count as nothing, so `description \"\"` is refused as well. Within the parentheses of `start on` and `stop on` \
        every line must hold at least one word before any comment: a blank line or a line with only a comment there is \
        this error too. init refuses the whole file, and the job does not exist. Complete the stanza, or delete it.",
};

static UNEXPECTED_TOKEN: Rule = Rule {
    code: "U002",
    name: "unexpected-token",
    severity: Severity::Error,
    explanation: "A stanza has more words than it takes: `author Foo Bar` has two where one is allowed, `env A=1 B=2` sets \
        two variables in one line, `task` takes none at all. init refuses the whole file, and the job does not exist. Put \
        quotes around a text of several words, and write a stanza that may be repeated once for each value. A NUL byte \
        outside comments is refused under this name as well: init takes it for a blank, at times, but no job file has \
        one on purpose.",
};

static UNKNOWN_STANZA: Rule = Rule {
    code: "U003",
    name: "unknown-stanza",
    severity: Severity::Error,
    explanation: "A line begins with a word that is not the name of a stanza, or a stanza continues with a keyword that it \
        does not have (`start when`, `kill timout`, `console logged`, `limit rttime`). Names are compared exactly: case \
        matters, and quotes around a name make it unknown. Stanzas of Upstart versions before 0.5 and of other \
        distributions' Upstart are unknown to the Upstart that was released last. init refuses the whole file, and the \
        job does not exist. Correct the name; shell commands belong in `exec` or between `script` and `end script`.",
};

static UNTERMINATED_QUOTE: Rule = Rule {
    code: "U004",
    name: "unterminated-quote",
    severity: Severity::Error,
    explanation: "A quotation mark has no partner, so the quoted text reaches to the end of the file. The usual cause is an \
        apostrophe in a text without quotes, as in `description it's mine`. Newlines do not end a quoted text, and a \
        backslash works within single quotes too: 'a\\' is not closed. init refuses the whole file, and the job does not \
        exist. Close the quotes, or put the text with the apostrophe in double quotes.",
};

static UNTERMINATED_BLOCK: Rule = Rule {
    code: "U005",
    name: "unterminated-block",
    severity: Severity::Error,
    explanation: "No line after `script` reads `end script`. The two words must stand alone on their line, apart from blanks \
        and a comment: `endscript`, `end scripts`, `end script;` and `end pre-start` do not end the block. init refuses \
        the whole file, and the job does not exist. Add `end script` after the last line of the script.",
};

static TRAILING_BACKSLASH: Rule = Rule {
    code: "U006",
    name: "trailing-backslash",
    severity: Severity::Error,
    explanation: "The last byte of the file is a backslash: it announces that the line continues, and there is nothing to \
        continue with. init refuses the whole file, and the job does not exist. Delete the backslash.",
};

static EXPECTED_EVENT: Rule = Rule {
    code: "U007",
    name: "expected-event",
    severity: Severity::Error,
    explanation: "In a condition, `and` or `or` lacks an event on one side, or a pair of parentheses is empty. A condition \
        ends with its line unless a parenthesis is open, so an operator at the end of a line is the usual cause. init \
        refuses the whole file, and the job does not exist. Add the event, or put the whole condition in parentheses.",
};

static EXPECTED_OPERATOR: Rule = Rule {
    code: "U008",
    name: "expected-operator",
    severity: Severity::Error,
    explanation: "In a condition, `and` or `or` is missing between an event and a parenthesis, or between a parenthesis and \
        what follows it. Arguments of an event stand directly after its name, never after or in parentheses. init \
        refuses the whole file, and the job does not exist. Write the operator, in lower case.",
};

static EXPECTED_VARIABLE: Rule = Rule {
    code: "U009",
    name: "expected-variable",
    severity: Severity::Error,
    explanation: "After an argument of the form KEY=VALUE an event has an argument without `=`. Arguments that are matched by \
        position must come first. The usual causes are blanks around the `=` and a value of several words without \
        quotes. init refuses the whole file, and the job does not exist. Write KEY=VALUE without blanks, or name the \
        variable.",
};

static MISMATCHED_PARENTHESES: Rule = Rule {
    code: "U010",
    name: "mismatched-parentheses",
    severity: Severity::Error,
    explanation: "A condition closes a parenthesis that it has not opened, or never closes one. An open parenthesis makes the \
        condition go on with the following lines, to the end of the file if need be. init refuses the whole file, and the \
        job does not exist. Balance the parentheses.",
};

static ILLEGAL_INTERVAL: Rule = Rule {
    code: "U011",
    name: "illegal-interval",
    severity: Severity::Error,
    explanation: "`kill timeout` and the second number of `respawn limit` are whole numbers of seconds, 0 or more, without a \
        unit. init refuses the whole file, and the job does not exist. Write the number of seconds.",
};

static ILLEGAL_EXIT_STATUS: Rule = Rule {
    code: "U012",
    name: "illegal-exit-status",
    severity: Severity::Error,
    explanation: "`normal exit` takes exit statuses, which are numbers from 0 on, and names of signals, separated by blanks. \
        init refuses the whole file, and the job does not exist. Correct the status; commas do not separate.",
};

static ILLEGAL_SIGNAL: Rule = Rule {
    code: "U013",
    name: "illegal-signal",
    severity: Severity::Error,
    explanation: "`kill signal` and `reload signal` take the name of a signal in upper case, with or without `SIG`, or its \
        number. Real-time signals have no names here. init refuses the whole file, and the job does not exist. Correct \
        the name.",
};

static ILLEGAL_UMASK: Rule = Rule {
    code: "U014",
    name: "illegal-umask",
    severity: Severity::Error,
    explanation: "`umask` takes an octal number up to 0777. init refuses the whole file, and the job does not exist. Write \
        the permission bits to take away, such as 022.",
};

static ILLEGAL_NICE: Rule = Rule {
    code: "U015",
    name: "illegal-nice",
    severity: Severity::Error,
    explanation: "`nice` takes a whole number from -20 to 19. init refuses the whole file, and the job does not exist.",
};

static ILLEGAL_OOM: Rule = Rule {
    code: "U016",
    name: "illegal-oom",
    severity: Severity::Error,
    explanation: "`oom` takes a whole number from -17 to 15, `oom score` one from -1000 to 1000, and both take `never`. init \
        refuses the whole file, and the job does not exist.",
};

static ILLEGAL_LIMIT: Rule = Rule {
    code: "U017",
    name: "illegal-limit",
    severity: Severity::Error,
    explanation: "`limit` takes a resource and two values, soft and hard, each a whole number without a unit or `unlimited`. \
        `respawn limit` takes a number of respawns and a number of seconds, or `unlimited` alone. init refuses the whole \
        file, and the job does not exist. Write the number out.",
};

static UNREADABLE: Rule = Rule {
    code: "U018",
    name: "unreadable",
    severity: Severity::Error,
    explanation: "The file cannot be read, or its condition nests deeper than this program follows. Nothing can be said about \
        the job. Check the path and the permissions.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_names_differ() {
        for (index, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.code, format!("U{:03}", index + 1));
            assert!(RULES.iter().filter(|other| other.name == rule.name).count() == 1, "{}", rule.name);
            assert!(rule.explanation.len() > 60, "{}", rule.name);
        }
        assert_eq!(ErrorKind::Unreadable.name(), "unreadable");
    }
}
