//! Finds a `$` in a value that nothing expands.

use crate::diagnostic::registry::LITERAL_VARIABLE;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::text::source::{Span, SpannedWord};
use crate::upstart::ast::Stanza;

pub(in crate::lint) static LINT: Lint = Lint { rule: &LITERAL_VARIABLE, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let evaluated = subject
        .scripts
        .iter()
        .flat_map(|script| &script.reading.commands)
        .any(|command| command.name() == Some("eval"));
    for stanza in subject.stanzas() {
        let (word, value) = match &stanza.value {
            Stanza::Env(word) if !evaluated => match word.value.split_once('=') {
                Some((_, value)) => (word, value),
                None => continue,
            },
            Stanza::Chdir(word)
            | Stanza::Chroot(word)
            | Stanza::Setuid(word)
            | Stanza::Setgid(word)
            | Stanza::ApparmorLoad(word) => (word, word.value.as_str()),
            _ => continue,
        };
        let Some(expansion) = expansion(value).filter(|_| !in_single_quotes(subject, word)) else {
            continue;
        };
        let consequence = match stanza.value {
            Stanza::Env(_) => "the variable holds these very characters",
            Stanza::ApparmorLoad(_) => "the profile is not found, and is not loaded",
            _ => "the job fails to start",
        };
        found.push(
            rule.at(
                place(subject, word, expansion),
                format!("`{}` is not expanded in `{}`", lossy(expansion), stanza.value.keyword()),
            )
            .note(consequence)
            .help(match stanza.value {
                Stanza::Env(_) => {
                    "write the value out, or set the variable in the script that uses it"
                }
                _ => "write the value out",
            }),
        );
    }
}

/// The first part of a text that a shell would expand.
fn expansion(text: &str) -> Option<&str> {
    if text == "~" || text.starts_with("~/") {
        return text.get(..1);
    }
    let backquoted = text.match_indices('`').next().and_then(|(start, _)| {
        let length = text.get(start + 1..)?.find('`')?;
        text.get(start..start + length + 2)
    });
    text.match_indices('$')
        .find_map(|(start, _)| {
            let escaped = text.get(..start).is_some_and(|before| before.ends_with('\\'));
            let rest = text.get(start..).filter(|_| !escaped)?;
            let name = rest
                .get(1..)?
                .find(|next: char| !(next.is_ascii_alphanumeric() || next == '_'))
                .map_or(rest.len(), |end| end + 1);
            match rest.as_bytes().get(1)? {
                b'{' => rest.get(..=rest.find('}')?),
                b'(' => rest.get(..=rest.find(')')?),
                first if first.is_ascii_alphabetic() || *first == b'_' => rest.get(..name),
                _ => None,
            }
        })
        .or(backquoted)
}

/// An author who writes single quotes does not expect an expansion.
fn in_single_quotes(subject: &Subject<'_>, word: &SpannedWord) -> bool {
    subject.written(word.span).find(['"', '\'']).is_some_and(|at| {
        subject.written(word.span).get(at..).is_some_and(|rest| rest.starts_with('\''))
    })
}

fn place(subject: &Subject<'_>, word: &SpannedWord, part: &str) -> Span {
    match subject.written(word.span).find(part) {
        Some(at) => {
            Span::new(word.span.origin, word.span.start + at..word.span.start + at + part.len())
        }
        None => word.span,
    }
}
