//! Advice about conditions that init refuses.

use super::values::{is_keyword, shown};
use crate::text::source::{Span, SpannedWord};
use crate::upstart::condition::Event;
use crate::upstart::parse::refusal::{ErrorKind, Refusal};

/// A line without words in a parenthesis. `line_end` is the end of that line, `rest` the text after
/// it, and `open` the open parenthesis.
pub(in crate::upstart::parse) fn empty_line_in_condition(
    line_end: Span,
    rest: &str,
    open: Option<Span>,
) -> Refusal {
    let is_comment = line_end.end - line_end.start > 1;
    let what = if is_comment { "a line with only a comment" } else { "an empty line" };
    let at = if is_comment { Span { end: line_end.end - 1, ..line_end } } else { line_end };
    let refusal = ErrorKind::ExpectedToken
        .at(at, format!("{what} within the parentheses of a condition"))
        .label("every line needs a word before any comment");
    let refusal = match open {
        Some(open) => {
            refusal.related(open, "the condition goes on because this parenthesis is open")
        }
        None => refusal,
    };
    let next = rest
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    if next.is_empty() || next.split([' ', '\t']).next().is_some_and(is_keyword) {
        return refusal.help("close the parenthesis: a new stanza follows");
    }
    let refusal = refusal.help("delete the line, or move the comment to the end of another line");
    if is_comment { refusal } else { refusal.edit(line_end, "") }
}

/// For an error at `word`: the name of a stanza within parentheses shows that the closing one is
/// missing.
fn forgotten_parenthesis(
    refusal: Refusal,
    word: &SpannedWord,
    open: Option<Span>,
) -> Result<Refusal, Refusal> {
    match open {
        Some(open) if is_keyword(&word.value) => Ok(refusal
            .related(open, "this parenthesis is still open")
            .help("close the parenthesis before the next stanza")),
        _ => Err(refusal),
    }
}

pub(in crate::upstart::parse) fn positional_after_named(
    event: &SpannedWord,
    named: &SpannedWord,
    word: &SpannedWord,
    open: Option<Span>,
) -> Refusal {
    let refusal = ErrorKind::ExpectedVariable
        .at(word.span, format!("`{}` follows an argument with a name", shown(&word.value)))
        .label("needs the form KEY=VALUE here")
        .related(named.span, "named arguments begin here");
    if is_misspelt_operator(&word.value) {
        return operator_in_lower_case(refusal, word);
    }
    forgotten_parenthesis(refusal, word, open).unwrap_or_else(|refusal| {
        if named.value.ends_with('=') {
            return refusal.help("leave out the blanks around `=`");
        }
        let name = shown(&event.value);
        refusal.help(format!("put arguments without a name first: {name} VALUE KEY=VALUE; a value of several words needs quotes"))
    })
}

/// Whether the word is `and` or `or` in another spelling.
fn is_misspelt_operator(word: &str) -> bool {
    word.eq_ignore_ascii_case("and")
        || word.eq_ignore_ascii_case("or")
        || matches!(word, "&&" | "||")
}

fn operator_in_lower_case(refusal: Refusal, word: &SpannedWord) -> Refusal {
    let meant = if matches!(word.value.as_str(), "||") || word.value.eq_ignore_ascii_case("or") {
        "or"
    } else {
        "and"
    };
    refusal.help(format!("the operator is written `{meant}`")).edit(word.span, meant)
}

pub(in crate::upstart::parse) fn word_after_parenthesis(
    word: &SpannedWord,
    open: Option<Span>,
) -> Refusal {
    let value = word.value.as_str();
    let refusal = ErrorKind::ExpectedOperator
        .at(word.span, format!("`{}` directly after a parenthesis", shown(value)))
        .label("expected `and` or `or`");
    if is_misspelt_operator(value) {
        return operator_in_lower_case(refusal, word);
    }
    forgotten_parenthesis(refusal, word, open).unwrap_or_else(|refusal| {
        if value.contains('=') {
            return refusal.help("arguments belong directly after the name of their event");
        }
        refusal.help(format!("write `and {0}` or `or {0}`", shown(value)))
    })
}

pub(in crate::upstart::parse) fn parenthesis_after_operand(
    span: Span,
    event: Option<&Event>,
) -> Refusal {
    let refusal = ErrorKind::ExpectedOperator
        .at(span, "a parenthesis where an operator is needed")
        .label("expected `and` or `or`");
    match event {
        Some(event) => {
            let what = if event.args.is_empty() {
                "after this event"
            } else {
                "after this event and its arguments"
            };
            refusal
                .related(event.span(), what)
                .help("insert `and` or `or`; arguments of events take no parentheses")
        }
        None => refusal.help("insert `and` or `or`"),
    }
}

pub(in crate::upstart::parse) fn operator_without_left(
    operator: Span,
    before: Option<Span>,
) -> Refusal {
    let refusal = ErrorKind::ExpectedEvent
        .at(operator, "an operator with nothing on its left")
        .label("expected an event before this");
    match before {
        Some(before) => refusal
            .related(before, "nothing stands between this and the operator")
            .help("delete one of them, or add an event"),
        None => refusal.help("write the event first: EVENT and EVENT"),
    }
}

/// An operator directly before `parenthesis`, which closes.
pub(in crate::upstart::parse) fn operator_without_right(
    operator: Span,
    parenthesis: Option<Span>,
) -> Refusal {
    let refusal = ErrorKind::ExpectedEvent
        .at(operator, "an operator with nothing on its right")
        .label("expected an event after this");
    match parenthesis {
        Some(parenthesis) => refusal.related(parenthesis, "closed before an event").help("add the event, or delete the operator"),
        None => refusal.help("a condition ends with its line: put the whole condition in parentheses to go on with the next line"),
    }
}

pub(in crate::upstart::parse) fn empty_parentheses(span: Span) -> Refusal {
    ErrorKind::ExpectedEvent
        .at(span, "empty parentheses")
        .label("expected an event")
        .help("delete them, or write an event in them")
}

pub(in crate::upstart::parse) fn unopened_parenthesis(span: Span) -> Refusal {
    ErrorKind::MismatchedParentheses
        .at(span, "a closing parenthesis without an opening one")
        .label("closes nothing")
        .help("delete it, or open a parenthesis before it; in the name or argument of an event it needs quotes")
}

pub(in crate::upstart::parse) fn unclosed_parenthesis(keyword: &str, open: Span) -> Refusal {
    ErrorKind::MismatchedParentheses
        .at(open, "this parenthesis is never closed")
        .label(format!("the rest of the file is read as a part of `{keyword}`"))
        .help("close it at the end of the condition")
}
