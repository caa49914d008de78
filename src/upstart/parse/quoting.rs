//! The values of tokens: quotes, escapes, continuations, and the indentation of scripts
//! (`nih/config.c`, `nih_config_token` and `nih_config_parse_block`).

use super::cursor::{Cursor, Rule};
use crate::text::source::{Span, Spanned, SpannedWord};

const BLANKS: [char; 3] = [' ', '\t', '\r'];

/// The value of a complete word, without quotes.
pub(super) fn word(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> SpannedWord {
    let (text, span) = (node.text(), node.span());
    match node.rule() {
        Rule::quoted_word | Rule::quoted_event => {
            Spanned::new(fold(text, Quotes::Removed, span, mangled).value, span)
        }
        _ => Spanned::new(text.to_owned(), span),
    }
}

/// The value of a complete command, with quotes, and the offsets in it of the blanks that stand for
/// line ends. The span leaves out blanks at the end.
pub(super) fn command(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> (SpannedWord, Vec<usize>) {
    let (text, span) = (node.text(), node.span());
    let Folded { value, end, folds } = if text.bytes().any(|byte| matches!(byte, b'\\' | b'\n')) {
        fold(text, Quotes::Kept, span, mangled)
    } else {
        let value = text.trim_end_matches(BLANKS).to_owned();
        Folded { end: value.len(), value, folds: Vec::new() }
    };
    (Spanned::new(value, Span { end: span.start + end, ..span }), folds)
}

/// A token on one line.
struct Folded {
    value: String,
    /// The length of the text that the value is made of, without blanks and continuations at the
    /// end.
    end: usize,
    /// The offsets in the value of the blanks that stand for line ends.
    folds: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Removed,
    Kept,
}

/// The value of a token.
///
/// A newline and the blanks around it become one blank. init garbles blanks before a backslash that
/// escapes nothing; this function keeps them and adds the place to `mangled` (`nih/config.c`,
/// `nih_config_token`).
fn fold(text: &str, quotes: Quotes, span: Span, mangled: &mut Vec<Span>) -> Folded {
    let bytes = text.as_bytes();
    let mut value = String::with_capacity(text.len());
    let mut quote = None;
    // What separates the value so far from the next text: blanks, or a newline with or without
    // blanks.
    let (mut blanks, mut newline) = (0..0, false);
    let (mut at, mut end) = (0, 0);
    let mut folds = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        let following = bytes.get(at + 1).copied();
        match (byte, following) {
            (b'\\', Some(b'\n')) => {
                newline = true;
                at += 2;
                continue;
            }
            (b'\n', _) => {
                newline = true;
                at += 1;
                continue;
            }
            (b' ' | b'\t' | b'\r', _) => {
                let start = if blanks.is_empty() { at } else { blanks.start };
                at += 1;
                blanks = start..at;
                continue;
            }
            _ => {}
        }
        let escapes = matches!(following, Some(b'\\' | b' ' | b'\t' | b'\r'));
        if newline {
            folds.push(value.len());
            value.push(' ');
        } else {
            if byte == b'\\' && !escapes && !blanks.is_empty() {
                mangled.push(Span {
                    start: span.start + blanks.start,
                    end: span.start + at + 1,
                    ..span
                });
            }
            value.push_str(&text[blanks]);
        }
        (blanks, newline) = (0..0, false);
        // `written` is copied to the value, `at` moves past what was read.
        let written = if byte == b'\\' {
            let length = text[at + 1..].chars().next().map_or(0, char::len_utf8);
            let start = if escapes && quotes == Quotes::Removed { at + 1 } else { at };
            at += 1 + length;
            start..at
        } else if quote.map_or(matches!(byte, b'"' | b'\''), |open| open == byte) {
            quote = if quote.is_some() { None } else { Some(byte) };
            at += 1;
            if quotes == Quotes::Removed { at..at } else { at - 1..at }
        } else {
            let start = at;
            at += 1 + bytes[at + 1..]
                .iter()
                .take_while(|byte| !b"\\\"' \t\r\n".contains(byte))
                .count();
            start..at
        };
        value.push_str(&text[written]);
        end = at;
    }
    Folded { value, end, folds }
}

/// The text of a script without the indentation that all lines share, and the length of that
/// indentation (`nih/config.c`, `nih_config_parse_block`).
pub(super) fn dedent(body: &str) -> (String, usize) {
    let mut lines = body.split_inclusive('\n');
    let indentation = |line: &str| line.len() - line.trim_start_matches(BLANKS).len();
    let first = lines.next().unwrap_or_default();
    let mut shared = &first[..indentation(first)];
    for line in lines {
        if shared.is_empty() {
            break;
        }
        let common = shared.bytes().zip(line.bytes()).take_while(|(a, b)| a == b).count();
        shared = &shared[..common];
    }
    if shared.is_empty() {
        return (body.to_owned(), 0);
    }
    let mut text = String::with_capacity(body.len());
    for line in body.split_inclusive('\n') {
        text.push_str(&line[shared.len()..]);
    }
    (text, shared.len())
}
