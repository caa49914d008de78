//! Finds a `#` within a word, which cuts the line short.

use crate::diagnostic::registry::COMMENT_IN_COMMAND;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::lines::rest_of_line;
use crate::text::source::Span;
use crate::upstart::ast::{Process, Stanza};

pub(in crate::lint) static LINT: Lint = Lint { rule: &COMMENT_IN_COMMAND, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for stanza in subject.stanzas() {
        let Some(span) = value(&stanza.value) else { continue };
        let text = subject.sources.get(span.origin).text();
        let comment = rest_of_line(text, span.end);
        if !comment.starts_with('#') {
            continue;
        }
        let word = comment.split([' ', '\t', '\r']).next().unwrap_or_default();
        // In `$#` and `${#name}` the `#` belongs to a shell expansion, whatever follows.
        let of_shell = text.get(..span.end).is_some_and(|before| before.ends_with(['$', '{']));
        let is_comment = word.trim_start_matches('#').is_empty()
            || text.get(..span.end).is_some_and(|before| before.ends_with(';'));
        if is_comment && !of_shell {
            continue;
        }
        let cut = Span::new(span.origin, span.end..span.end + comment.trim_end().len());
        let mut diagnostic = rule
            .at(cut, "a `#` within a word begins a comment")
            .label("init does not see this")
            .note(format!("`{}` ends before it", stanza.value.keyword()))
            .help("put the word into quotes");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"#_./:=@%+,-".contains(&byte);
        if !of_shell && word.bytes().all(plain) && can_follow(&comment[word.len()..], &stanza.value)
        {
            // The edit includes the character before the `#`, so that it conflicts with an edit
            // that deletes the stanza and is dropped with it.
            let before = text
                .get(..span.end)
                .and_then(|before| before.chars().next_back())
                .map(String::from)
                .unwrap_or_default();
            let place = span.end - before.len()..span.end + word.len();
            diagnostic = diagnostic
                .changing_edit(Span::new(span.origin, place), format!("{before}\"{word}\""));
        }
        found.push(diagnostic);
    }
}

/// Whether init accepts the stanza once the rest of the line is no longer a comment.
fn can_follow(rest: &str, stanza: &Stanza) -> bool {
    let rest = rest.split('#').next().unwrap_or_default();
    if matches!(stanza, Stanza::Process(..) | Stanza::RespawnCommand(_)) {
        !rest.contains(['\0', '\'', '"', '\\'])
    } else {
        // The other stanzas take one word.
        rest.trim_matches([' ', '\t', '\r']).is_empty()
    }
}

/// The last value of a stanza, for stanzas that a comment is likely to damage.
fn value(stanza: &Stanza) -> Option<Span> {
    match stanza {
        Stanza::Process(_, Process::Exec { text, .. })
        | Stanza::RespawnCommand(Process::Exec { text, .. }) => Some(text.span),
        Stanza::Description(word)
        | Stanza::Author(word)
        | Stanza::Version(word)
        | Stanza::Usage(word)
        | Stanza::Env(word)
        | Stanza::Instance(word)
        | Stanza::Chroot(word)
        | Stanza::Chdir(word)
        | Stanza::Setuid(word)
        | Stanza::Setgid(word)
        | Stanza::ApparmorLoad(word)
        | Stanza::ApparmorSwitch(word)
        | Stanza::PidFile(word) => Some(word.span),
        Stanza::Process(_, Process::Script { .. })
        | Stanza::RespawnCommand(Process::Script { .. })
        | Stanza::OldScript(..)
        | Stanza::Historical(_)
        | Stanza::Import(_)
        | Stanza::Tmpfiles(_)
        | Stanza::Daemon
        | Stanza::Export(_)
        | Stanza::Emits(_)
        | Stanza::StartOn(_)
        | Stanza::StopOn(_)
        | Stanza::Manual
        | Stanza::Expect(_)
        | Stanza::Task
        | Stanza::KillTimeout(_)
        | Stanza::KillSignal(_)
        | Stanza::ReloadSignal(_)
        | Stanza::Respawn
        | Stanza::RespawnLimit(_)
        | Stanza::NormalExit(_)
        | Stanza::Console(_)
        | Stanza::Umask(_)
        | Stanza::Nice(_)
        | Stanza::Oom(_)
        | Stanza::Limit(_)
        | Stanza::Cgroup(_)
        | Stanza::Debug => None,
    }
}
