//! Stanzas that are newer than the Upstart that a job is written for.

use super::UpstartVersion;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::NEWER_STANZA;
use crate::text::source::{Sources, Spanned};
use crate::upstart::ast::{Console, RespawnLimit, Stanza};
use crate::upstart::expression::Expr;
use crate::upstart::stanza_table;
use crate::upstart::stanza_table::{Availability, OOM_SCORE};

/// Findings about what is newer than `version` in a stanza.
pub(super) fn check(
    version: UpstartVersion,
    sources: &Sources,
    stanza: &Spanned<Stanza>,
) -> Option<Diagnostic> {
    let text = sources.get(stanza.span.origin).text().get(stanza.span.range()).unwrap_or_default();
    let (what, since) = since(&stanza.value, text)?;
    (since > version).then(|| {
        NEWER_STANZA
            .at(stanza.span, format!("{what} came with Upstart {since}"))
            .label(format!("not in {version}"))
            .note(format!("init {version} refuses the whole file because of it"))
            .unit_note("the unit is made as if it had not")
            .help("check whether the job was ever loaded, or whether it is for a newer Upstart")
    })
}

/// The part of a stanza that was added late, and the version that added it. `text` is the stanza as
/// written.
fn since(stanza: &Stanza, text: &str) -> Option<(String, UpstartVersion)> {
    let second = text.split_ascii_whitespace().nth(1).unwrap_or_default();
    match stanza {
        Stanza::Oom(_) if second == "score" => since_keyword(OOM_SCORE.keyword),
        Stanza::Instance(_) => since_keyword("instance").map(|(_, since)| ("`instance` with a pattern".to_owned(), since)),
        Stanza::RespawnLimit(limit) => match limit.value {
            RespawnLimit::Unlimited => Some(("`respawn limit unlimited`".to_owned(), UpstartVersion(0, 5, 0))),
            RespawnLimit::Within { .. } => since_keyword(stanza.keyword()),
        },
        Stanza::StartOn(condition) | Stanza::StopOn(condition) => match condition {
            Expr::And(..) | Expr::Or(..) => Some(("a condition of several events".to_owned(), UpstartVersion(0, 5, 0))),
            Expr::Leaf(_) => since_keyword(stanza.keyword()),
        },
        Stanza::Console(console) => match console.value {
            Console::Log if second == "log" => Some(("`console log`".to_owned(), UpstartVersion(1, 4, 0))),
            Console::Log | Console::None | Console::Output | Console::Owner => since_keyword(stanza.keyword()),
        },
        // The later packages of RHEL 6 have it as well.
        Stanza::Usage(_)
        // `instance` without a pattern is older than `instance PATTERN`.
        | Stanza::Historical(_) => None,
        Stanza::Oom(_)
        | Stanza::Export(_)
        | Stanza::Expect(_)
        | Stanza::Task
        | Stanza::Manual
        | Stanza::Debug
        | Stanza::KillSignal(_)
        | Stanza::Setuid(_)
        | Stanza::Setgid(_)
        | Stanza::ApparmorLoad(_)
        | Stanza::ApparmorSwitch(_)
        | Stanza::ReloadSignal(_)
        | Stanza::Cgroup(_)
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
        | Stanza::OldScript(..) => since_keyword(stanza.keyword()),
    }
}

fn since_keyword(keyword: &str) -> Option<(String, UpstartVersion)> {
    match stanza_table::find(keyword)?.origin {
        Availability::Since(since) => Some((format!("`{keyword}`"), since)),
        Availability::EventD | Availability::ChromeOs => None,
    }
}
