//! One function for each shape of stanza: from what the grammar matched to the stanza that init
//! would read.

use super::advice::keywords::stray_continuation;
use super::advice::values;
use super::cursor::{Cursor, Nodes, Rule};
use super::process::{process, span_of, unmatched};
use super::refusal::{ErrorKind, Refusal};
use super::tokens::Tokens;
use super::{condition_reader, number, old_stanza};
use crate::text::source::{Span, Spanned};
use crate::upstart::ast::{
    Amount, Cgroup, Console, Expect, Limit, Phase, Resource, RespawnLimit, Stanza,
};
use crate::upstart::signal::{ExitStatus, Signal};
use crate::upstart::stanza_table;

/// Reads a stanza. Adds to `mangled` the places that init garbles.
pub(super) fn stanza(
    node: &Cursor<'_>,
    mangled: &mut Vec<Span>,
) -> Result<Spanned<Stanza>, Refusal> {
    match node.rule() {
        Rule::values | Rule::chromeos_values | Rule::event_d_values => values(node, mangled),
        Rule::old_script | Rule::old_respawn | Rule::many_instances | Rule::console_logged => {
            old_stanza::stanza(node, mangled)
        }
        Rule::conditional => conditional(node, mangled),
        Rule::phase => phase(node, mangled),
        Rule::flag => flag(node),
        Rule::stray_continuation => Err(stray_continuation(node.span())),
        rule => match process(node, rule, mangled) {
            Some(process) => {
                process.map(|process| process.map(|process| Stanza::Process(Phase::Main, process)))
            }
            None => Err(unmatched(node)),
        },
    }
}

fn flag(node: &Cursor<'_>) -> Result<Spanned<Stanza>, Refusal> {
    let keyword = node.children().next();
    match keyword.as_ref().map(Cursor::text) {
        Some("manual") => Ok(Spanned::new(Stanza::Manual, span_of(keyword.as_ref(), node))),
        Some("debug") => Ok(Spanned::new(Stanza::Debug, span_of(keyword.as_ref(), node))),
        _ => Err(unmatched(node)),
    }
}

fn conditional(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> Result<Spanned<Stanza>, Refusal> {
    let mut parts = node.children();
    let Some(keyword) = parts.next() else { return Err(unmatched(node)) };
    let start = keyword.text() == "start";
    let combined = if start { "start on" } else { "stop on" };
    match parts.peek() {
        Some(part) if part.rule() == Rule::condition => {
            let (condition, end) =
                condition_reader::condition(combined, keyword.span(), &part, mangled)?;
            let stanza = if start { Stanza::StartOn(condition) } else { Stanza::StopOn(condition) };
            Ok(Spanned::new(stanza, keyword.span().to(end)))
        }
        _ => {
            let mut tokens =
                Tokens::new(if start { "start" } else { "stop" }, keyword.span(), parts, mangled);
            tokens.second_keyword(&[combined])?;
            Err(values::missing_word(combined, tokens.span(), node.input()))
        }
    }
}

fn phase(node: &Cursor<'_>, mangled: &mut Vec<Span>) -> Result<Spanned<Stanza>, Refusal> {
    let mut parts = node.children();
    let Some(keyword) = parts.next() else { return Err(unmatched(node)) };
    let Some(phase) = Phase::ALL.into_iter().find(|phase| phase.name() == keyword.text()) else {
        return Err(unmatched(node));
    };
    if let Some(part) = parts.peek()
        && let Some(process) = process(&part, part.rule(), mangled)
    {
        let process = process?;
        return Ok(Spanned::new(
            Stanza::Process(phase, process.value),
            keyword.span().to(process.span),
        ));
    }
    let mut tokens = Tokens::new(phase.name(), keyword.span(), parts, mangled);
    tokens.second_keyword(&["exec", "script"])?;
    Err(values::missing_word(phase.name(), tokens.span(), node.input()))
}

pub(super) fn values(
    node: &Cursor<'_>,
    mangled: &mut Vec<Span>,
) -> Result<Spanned<Stanza>, Refusal> {
    let mut parts: Nodes<'_> = node.children();
    let Some(keyword) = parts.next() else { return Err(unmatched(node)) };
    let Some(name) = stanza_table::first_word(keyword.text()) else { return Err(unmatched(node)) };
    let mut tokens = Tokens::new(name, keyword.span(), parts, mangled);
    let Some(stanza) = value(&mut tokens) else { return Err(unmatched(node)) };
    let stanza = stanza?;
    tokens.finish()?;
    Ok(Spanned::new(stanza, tokens.span()))
}

/// Reads a stanza that consists of words. `None` if the keyword is not one of these.
fn value(tokens: &mut Tokens<'_, '_>) -> Option<Result<Stanza, Refusal>> {
    Some(match tokens.keyword {
        "description" => tokens.word().map(Stanza::Description),
        "author" => tokens.word().map(Stanza::Author),
        "version" => tokens.word().map(Stanza::Version),
        "usage" => tokens.word().map(Stanza::Usage),
        "env" => tokens.word().map(Stanza::Env),
        "export" => tokens.words().map(Stanza::Export),
        "emits" => tokens.words().map(Stanza::Emits),
        "instance" => tokens.word().map(Stanza::Instance),
        "task" => Ok(Stanza::Task),
        "respawn" if tokens.is_empty() => Ok(Stanza::Respawn),
        "respawn" => respawn_limit(tokens),
        "expect" => expect(tokens),
        "normal" => normal_exit(tokens),
        "kill" => kill(tokens),
        "reload" => tokens
            .second_keyword(&["reload signal"])
            .and_then(|_| signal(tokens))
            .map(Stanza::ReloadSignal),
        "console" => console(tokens),
        "umask" => umask(tokens),
        "nice" => nice(tokens),
        "oom" => oom(tokens),
        "limit" => limit(tokens),
        "cgroup" => cgroup(tokens),
        "chroot" => tokens.word().map(Stanza::Chroot),
        "chdir" => tokens.word().map(Stanza::Chdir),
        "setuid" => tokens.word().map(Stanza::Setuid),
        "setgid" => tokens.word().map(Stanza::Setgid),
        "apparmor" => apparmor(tokens),
        "import" => tokens.words().map(Stanza::Import),
        "tmpfiles" => tokens.words().map(Stanza::Tmpfiles),
        "service" | "daemon" | "pid" | "session" => return old_stanza::value(tokens),
        _ => return None,
    })
}

fn respawn_limit(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    tokens.second_keyword(&["respawn limit"])?;
    let count = tokens.converted(
        ErrorKind::IllegalLimit,
        "a number of respawns from 0 on, or `unlimited`",
        |text| match text {
            "unlimited" => Some(None),
            number => number::decimal::<i32>(number).filter(|&count| count >= 0).map(Some),
        },
    )?;
    let limit = match count.value {
        None => Spanned::new(RespawnLimit::Unlimited, count.span),
        Some(number) => {
            let interval = tokens.converted(
                ErrorKind::IllegalInterval,
                "a number of seconds from 0 on",
                |text| number::decimal::<i32>(text).filter(|&interval| interval >= 0),
            )?;
            Spanned::new(
                RespawnLimit::Within { count: number, interval: interval.value },
                count.span.to(interval.span),
            )
        }
    };
    Ok(Stanza::RespawnLimit(limit))
}

fn expect(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    let mode = tokens.choice(&["fork", "daemon", "stop", "none"])?;
    Ok(Stanza::Expect(mode.map(|mode| match mode {
        "fork" => Expect::Fork,
        "daemon" => Expect::Daemon,
        "stop" => Expect::Stop,
        _ => Expect::None,
    })))
}

fn console(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    let mode = tokens.choice(&["log", "output", "owner", "none"])?;
    Ok(Stanza::Console(mode.map(|mode| match mode {
        "log" => Console::Log,
        "output" => Console::Output,
        "owner" => Console::Owner,
        _ => Console::None,
    })))
}

fn normal_exit(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    tokens.second_keyword(&["normal exit"])?;
    let mut statuses = Vec::new();
    while statuses.is_empty() || !tokens.is_empty() {
        statuses.push(tokens.converted(
            ErrorKind::IllegalExitStatus,
            "an exit status from 0 on, or the name of a signal",
            |text| {
                let code =
                    || number::decimal::<i32>(text).and_then(|code| u32::try_from(code).ok());
                Signal::named(text).map(ExitStatus::Signal).or_else(|| code().map(ExitStatus::Code))
            },
        )?);
    }
    Ok(Stanza::NormalExit(statuses))
}

fn kill(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    if tokens.second_keyword(&["kill timeout", "kill signal"])? == "kill signal" {
        return signal(tokens).map(Stanza::KillSignal);
    }
    let seconds = tokens.converted(
        ErrorKind::IllegalInterval,
        "a number of seconds from 0 on",
        number::decimal::<u32>,
    )?;
    Ok(Stanza::KillTimeout(seconds))
}

fn signal(tokens: &mut Tokens<'_, '_>) -> Result<Spanned<Signal>, Refusal> {
    tokens.converted(
        ErrorKind::IllegalSignal,
        "the name of a signal, such as TERM, or its number",
        |text| {
            let number = || number::decimal::<i32>(text).filter(|&number| number >= 0).map(Signal);
            Signal::named(text).or_else(number)
        },
    )
}

fn umask(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    let mask = tokens.converted(ErrorKind::IllegalUmask, "an octal number up to 0777", |text| {
        number::integer(text, 8)
            .and_then(|mask| u16::try_from(mask).ok())
            .filter(|&mask| mask <= 0o777)
    })?;
    Ok(Stanza::Umask(mask))
}

fn nice(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    let value = tokens.converted(ErrorKind::IllegalNice, "a number from -20 to 19", |text| {
        number::decimal::<i8>(text).filter(|value| (-20..=19).contains(value))
    })?;
    Ok(Stanza::Nice(value))
}

fn oom(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    /// The value of `never` in the scale of the kernel.
    const NEVER: i16 = -1000;
    // `None` for `score`.
    let adjustment = tokens.converted(
        ErrorKind::IllegalOom,
        "a number from -17 to 15, `never`, or `score`",
        |text| match text {
            "score" => Some(None),
            "never" => Some(Some(NEVER)),
            number => {
                let old = number::decimal::<i16>(number).filter(|old| (-17..=15).contains(old))?;
                // The older scale is from -17 to 15 (`init/parse_job.c`, `stanza_oom`).
                Some(Some(old * 1000 / if old < 0 { 17 } else { 15 }))
            }
        },
    )?;
    if let Some(score) = adjustment.value {
        return Ok(Stanza::Oom(Spanned::new(score, adjustment.span)));
    }
    tokens.keyword = "oom score";
    let score = tokens.converted(
        ErrorKind::IllegalOom,
        "a number from -1000 to 1000, or `never`",
        |text| match text {
            "never" => Some(NEVER),
            number => number::decimal::<i16>(number).filter(|score| (-1000..=1000).contains(score)),
        },
    )?;
    Ok(Stanza::Oom(score))
}

fn limit(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    let start = tokens.choice(&Resource::ALL.map(Resource::name))?;
    let soft = amount(tokens)?;
    let hard = amount(tokens)?;
    // `choice` accepts only the names that `named` knows.
    let Some(resource) = Resource::named(start.value) else {
        return Err(
            ErrorKind::UnknownStanza.at(start.span, format!("unknown resource `{}`", start.value))
        );
    };
    Ok(Stanza::Limit(Spanned::new(
        Limit { resource, soft: soft.value, hard: hard.value },
        start.span.to(hard.span),
    )))
}

fn amount(tokens: &mut Tokens<'_, '_>) -> Result<Spanned<Amount>, Refusal> {
    tokens.converted(ErrorKind::IllegalLimit, "a number without a unit, or `unlimited`", |text| {
        if text == "unlimited" {
            return Some(Amount::Unlimited);
        }
        let number = number::integer(text, 10)?;
        // init reads an unsigned number, so a negative one wraps around; the highest number means
        // no limit (`init/parse_job.c`, `stanza_limit`).
        let value = u64::try_from(number)
            .or_else(|_| i64::try_from(number).map(i64::cast_unsigned))
            .ok()?;
        Some(if value == u64::MAX { Amount::Unlimited } else { Amount::Value(value) })
    })
}

fn cgroup(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    let controller = tokens.word()?;
    let mut optional = || if tokens.is_empty() { Ok(None) } else { tokens.word().map(Some) };
    let (first, second, third) = (optional()?, optional()?, optional()?);
    let (name, setting) = match (first, second) {
        (Some(first), Some(second)) => match third {
            Some(third) => (Some(first), Some((second, third))),
            None => (None, Some((first, second))),
        },
        (name, _) => (name, None),
    };
    Ok(Stanza::Cgroup(Cgroup { controller, name, setting }))
}

fn apparmor(tokens: &mut Tokens<'_, '_>) -> Result<Stanza, Refusal> {
    if tokens.second_keyword(&["apparmor load", "apparmor switch"])? == "apparmor load" {
        tokens.word().map(Stanza::ApparmorLoad)
    } else {
        tokens.word().map(Stanza::ApparmorSwitch)
    }
}
