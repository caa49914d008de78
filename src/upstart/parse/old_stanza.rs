//! Stanzas that Upstart had before 0.5.

use super::advice::values;
use super::cursor::{Cursor, Rule};
use super::process::{keyword_span, process, unmatched};
use super::refusal::{ErrorKind, Refusal};
use super::tokens::Tokens;
use super::{number, quoting};
use crate::text::source::{Span, Spanned};
use crate::upstart::ast::{Console, Historical, Phase, Process, Stanza};

/// Reads a stanza that has its own grammar rule.
pub(super) fn stanza(
    node: &Cursor<'_>,
    mangled: &mut Vec<Span>,
) -> Result<Spanned<Stanza>, Refusal> {
    match node.rule() {
        Rule::many_instances => Ok(Spanned::new(
            Stanza::Historical(Historical::ManyInstances),
            keyword_span(node, "instance"),
        )),
        Rule::console_logged => {
            let Some(value) = node.children().next() else { return Err(unmatched(node)) };
            let span = keyword_span(node, "console").to(value.span());
            Ok(Spanned::new(Stanza::Console(Spanned::new(Console::Log, value.span())), span))
        }
        Rule::old_script => script(node, mangled),
        _ => respawn(node, mangled),
    }
}

/// `start script` and `stop script`: what init runs before and after the main process.
fn script(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> Result<Spanned<Stanza>, Refusal> {
    let mut parts = node.children();
    let (Some(keyword), Some(body)) = (parts.next(), parts.next()) else {
        return Err(unmatched(node));
    };
    let phase = if keyword.text() == "start" { Phase::PreStart } else { Phase::PostStop };
    match process(&body, body.rule(), mangled) {
        Some(process) => process.map(|process| {
            Spanned::new(Stanza::OldScript(phase, process.value), keyword.span().to(process.span))
        }),
        None => Err(unmatched(node)),
    }
}

/// `respawn COMMAND` and `respawn script`.
fn respawn(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> Result<Spanned<Stanza>, Refusal> {
    let mut parts = node.children();
    let (Some(keyword), Some(what)) = (parts.next(), parts.next()) else {
        return Err(unmatched(node));
    };
    if what.rule() == Rule::broken_command {
        return Err(values::broken("respawn", &what));
    }
    if let Some(script) = process(&what, what.rule(), mangled) {
        return script.map(|script| {
            Spanned::new(
                Stanza::Historical(Historical::RespawnScript),
                keyword.span().to(script.span),
            )
        });
    }
    let (text, folds) = quoting::command(&what, mangled);
    let span = keyword.span().to(text.span);
    Ok(Spanned::new(Stanza::RespawnCommand(Process::Exec { text, folds }), span))
}

/// Reads a stanza that consists of words. `None` if the keyword is not an old one.
pub(super) fn value(tokens: &mut Tokens<'_, '_>) -> Option<Result<Stanza, Refusal>> {
    Some(match tokens.keyword {
        "service" => Ok(Stanza::Historical(Historical::Service)),
        "daemon" => Ok(Stanza::Daemon),
        "session" => tokens
            .second_keyword(&["session leader"])
            .map(|_| Stanza::Historical(Historical::SessionLeader)),
        "pid" => pid(tokens),
        _ => return None,
    })
}

fn pid(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    match tokens.second_keyword(&["pid file", "pid binary", "pid timeout"])? {
        "pid file" => tokens.word().map(Stanza::PidFile),
        "pid binary" => tokens.word().map(|_| Stanza::Historical(Historical::PidBinary)),
        _ => {
            tokens.converted(
                ErrorKind::IllegalInterval,
                "a number of seconds from 0 on",
                number::decimal::<u32>,
            )?;
            Ok(Stanza::Historical(Historical::PidTimeout))
        }
    }
}
