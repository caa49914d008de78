//! Stanzas that came after the Upstart that a job is for.

use super::Version;
use crate::ast::{Console, RespawnLimit, Stanza};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::NEWER_STANZA;
use crate::event::Expr;
use crate::source::{Sources, Spanned};

/// What is newer than a version in a stanza.
pub(super) fn check(version: Version, sources: &Sources, stanza: &Spanned<Stanza>) -> Option<Diagnostic> {
    let text = sources.get(stanza.span.origin).text().get(stanza.span.range()).unwrap_or_default();
    let (what, since) = since(&stanza.value, text)?;
    (since > version).then(|| {
        NEWER_STANZA
            .at(stanza.span, format!("{what} came with Upstart {since}"))
            .label(format!("not in {version}"))
            .note(format!("init {version} refuses the whole file on it; the unit is made as if it had not"))
            .help("see whether the job was ever loaded, or whether it is for a newer Upstart")
    })
}

/// What a stanza has that came late, and when, as the NEWS of Upstart has it. `text` is the stanza as written.
fn since(stanza: &Stanza, text: &str) -> Option<(String, Version)> {
    let second = text.split_ascii_whitespace().nth(1).unwrap_or_default();
    let whole = |since| Some((format!("`{}`", stanza.keyword()), since));
    match stanza {
        Stanza::Oom(_) if second == "score" => Some(("`oom score`".to_owned(), Version(1, 3, 0))),
        Stanza::Export(_) | Stanza::Expect(_) | Stanza::Task | Stanza::Oom(_) => whole(Version(0, 5, 0)),
        Stanza::Instance(_) => Some(("`instance` with a pattern".to_owned(), Version(0, 5, 0))),
        Stanza::RespawnLimit(limit) => match limit.value {
            RespawnLimit::Unlimited => Some(("`respawn limit unlimited`".to_owned(), Version(0, 5, 0))),
            RespawnLimit::Within { .. } => None,
        },
        Stanza::StartOn(condition) | Stanza::StopOn(condition) => match condition {
            Expr::And(..) | Expr::Or(..) => Some(("a condition of several events".to_owned(), Version(0, 5, 0))),
            Expr::Leaf(_) => None,
        },
        Stanza::Manual | Stanza::Debug => whole(Version(0, 6, 7)),
        Stanza::KillSignal(_) => whole(Version(1, 3, 0)),
        Stanza::Setuid(_) | Stanza::Setgid(_) => whole(Version(1, 4, 0)),
        Stanza::Console(console) => match console.value {
            Console::Log if second == "log" => Some(("`console log`".to_owned(), Version(1, 4, 0))),
            Console::Log | Console::None | Console::Output | Console::Owner => None,
        },
        Stanza::ApparmorLoad(_) | Stanza::ApparmorSwitch(_) => whole(Version(1, 9, 0)),
        Stanza::ReloadSignal(_) => whole(Version(1, 10, 0)),
        Stanza::Cgroup(_) => whole(Version(1, 13, 0)),
        // `usage` is in the later packages of RHEL 6 as well.
        Stanza::Usage(_)
        | Stanza::Description(_)
        | Stanza::Author(_)
        | Stanza::Version(_)
        | Stanza::Env(_)
        | Stanza::Emits(_)
        | Stanza::Process(..)
        | Stanza::KillTimeout(_)
        | Stanza::Respawn
        | Stanza::NormalExit(_)
        | Stanza::Umask(_)
        | Stanza::Nice(_)
        | Stanza::Limit(_)
        | Stanza::Chroot(_)
        | Stanza::Chdir(_)
        | Stanza::Import(_)
        | Stanza::Tmpfiles(_)
        | Stanza::Daemon
        | Stanza::PidFile(_)
        | Stanza::RespawnCommand(_)
        | Stanza::OldScript(..)
        | Stanza::Historical(_) => None,
    }
}
