//! Finds `or` before `and` without parentheses.

use crate::diagnostic::registry::MIXED_OPERATORS;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::source::Span;
use crate::upstart::condition::Condition;
use crate::upstart::job::Stated;

pub(in crate::lint) static LINT: Lint = Lint { rule: &MIXED_OPERATORS, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for condition in subject.job.start_on.iter().chain(&subject.job.stop_on) {
        let Some((or, and)) = mixed(subject, condition) else { continue };
        found.push(
            rule.at(and, "this `and` takes everything on its left, the `or` included")
                .related(or, "read before the `and`")
                .note("`and` and `or` bind alike, from left to right: `a or b and c` is `(a or b) and c`")
                .help("put parentheses around what belongs together"),
        );
    }
}

/// The first `and` that follows an `or` within the same parentheses, with that `or`.
fn mixed(subject: &Subject<'_>, condition: &Stated<Condition>) -> Option<(Span, Span)> {
    let origin = condition.span.origin;
    let text = subject.sources.get(origin).text();
    // The last `or` of each open parenthesis.
    let mut levels: Vec<Option<Span>> = vec![None];
    let mut at = condition.span.start;
    for event in condition.value.leaves() {
        let span = event.span();
        for (start, token) in tokens(text.get(at..span.start)?) {
            let place = Span::new(origin, at + start..at + start + token.len());
            match token {
                "(" => levels.push(None),
                ")" => {
                    levels.pop();
                }
                "or" => {
                    if let Some(level) = levels.last_mut() {
                        *level = Some(place);
                    }
                }
                "and" => {
                    if let Some(or) = levels.last().copied().flatten() {
                        return Some((or, place));
                    }
                }
                _ => {}
            }
        }
        at = span.end;
    }
    None
}

/// The parentheses and words between two events, without comments, each with its offset.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        let mut start = at;
        for piece in code.split_inclusive(|character: char| {
            character.is_ascii_whitespace() || "()".contains(character)
        }) {
            let word = piece.trim_end_matches(|character: char| {
                character.is_ascii_whitespace() || "()".contains(character)
            });
            if !word.is_empty() {
                found.push((start, word));
            }
            let mark = piece.get(piece.len() - 1..).filter(|mark| "()".contains(mark));
            found.extend(mark.map(|mark| (start + piece.len() - 1, mark)));
            start += piece.len();
        }
        at += line.len();
    }
    found
}
