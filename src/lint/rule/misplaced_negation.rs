//! Finds an exclamation mark at a place in an argument where it does not negate anything.

use crate::diagnostic::registry::MISPLACED_NEGATION;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::condition::EventArgument;

pub(in crate::lint) static LINT: Lint = Lint { rule: &MISPLACED_NEGATION, check };

/// Variables whose values are words, so that a set of characters never matches one.
const OF_WORDS: [&str; 9] =
    ["ADDRFAM", "DEVICE", "IFACE", "INTERFACE", "JOB", "LOGICAL", "METHOD", "MOUNTPOINT", "TYPE"];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        for (argument, span) in event.arguments() {
            let EventArgument::Equal(key, value) = argument else { continue };
            let (negated, note) = if let Some(value) = value.strip_prefix('!') {
                (value, "init compares the value with these characters, the `!` among them")
            } else if let Some(word) = set_of_word(key, value) {
                (word, "brackets match one character, so no value of several characters matches")
            } else {
                continue;
            };
            let meant = format!("{key}!={negated}");
            let diagnostic = rule
                .at(span, format!("`{}` does not negate", lossy(subject.written(span))))
                .note(note)
                .help(format!("write `{}`", lossy(&meant)));
            let is_bare = subject.written(span) == format!("{key}={value}");
            found.push(if is_bare { diagnostic.changing_edit(span, meant) } else { diagnostic });
        }
    }
}

/// The word of `[!word]`.
fn set_of_word<'a>(key: &str, value: &'a str) -> Option<&'a str> {
    let word = value.strip_prefix("[!")?.strip_suffix(']')?;
    let is_word = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_word && OF_WORDS.contains(&key)).then_some(word)
}
