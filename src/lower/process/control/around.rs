//! What is around a call, and what the script makes of its words and of its exit status.

use std::ops::Range;

use super::Prelude;
use crate::shell::{Context, SimpleCommand};
use crate::upstart::script::job_control::JobControl;

/// Patterns that hold for `start/running` alone.
const RUNNING: [&str; 2] = ["running", "start/running"];

/// The most commands between the beginning of a command and its name: those of the values that it
/// assigns.
const WITHIN: usize = 32;

/// The simple command that has this word.
fn around<'a>(script: &Prelude<'a>, word: &Range<usize>) -> Option<&'a SimpleCommand> {
    let commands = &script.shell.commands;
    let behind = commands.partition_point(|command| command.range.start <= word.start);
    let mut before = commands[..behind].iter().rev().take(WITHIN);
    before.find(|command| command.words.iter().any(|other| other.range == *word))
}

/// The simple command that is the call; `None` if the call is a part of another one.
fn command<'a>(script: &Prelude<'a>, usage: &JobControl) -> Option<&'a SimpleCommand> {
    around(script, &usage.name).filter(|command| {
        command.assignments.is_empty()
            && command.words.first().is_some_and(|word| word.range == usage.name)
    })
}

/// Whether text of any kind can take the place of the call: it is a command of its own, perhaps after
/// `exec` or `command`, and no redirection is in the middle of it.
pub(super) fn stands_alone(script: &Prelude<'_>, usage: &JobControl) -> bool {
    let passes_on = |word: &str| matches!(word, "exec" | "command");
    around(script, &usage.name).is_some_and(|command| {
        let mut before = command.words.iter().take_while(|word| word.range != usage.name);
        command.assignments.is_empty()
            && before.all(|word| word.literal.as_deref().is_some_and(passes_on))
    })
}

/// Whether the words of the call can be replaced by these: no redirection is among them, and no
/// backquotes are around them in which they would mean something else.
pub(super) fn can_become(script: &Prelude<'_>, usage: &JobControl, text: &str) -> bool {
    let is_among =
        |place: &Range<usize>| usage.range.start < place.start && place.end <= usage.range.end;
    let in_backquotes = usage.context.has(Context::SUBSTITUTION) && script.text.contains('`');
    around(script, &usage.name).is_some_and(|command| !command.redirections.iter().any(is_among))
        && !(in_backquotes && text.contains(['"', '\\', '`']))
}

/// Whether the script goes on in the same way if the call fails: `|| true` follows.
pub(super) fn is_ignored(script: &Prelude<'_>, usage: &JobControl) -> bool {
    let Some(command) = command(script, usage) else { return false };
    let rest = script.text.get(command.range.end..).unwrap_or_default().trim_start();
    let Some(rest) = rest.strip_prefix("||") else { return false };
    let rest = rest.trim_start_matches([' ', '\t']);
    ["true", ":"].iter().any(|word| {
        rest.strip_prefix(word).is_some_and(|rest| {
            let rest = rest.trim_start_matches([' ', '\t']);
            rest.is_empty() || rest.starts_with(['\n', ';', ')', '}', '#'])
        })
    })
}

/// Whether nothing in the script reads what the call prints, as far as the shell itself leads it.
pub(super) fn is_unread(usage: &JobControl) -> bool {
    !usage.context.has(Context::PIPELINE | Context::SUBSTITUTION | Context::FUNCTION)
}

/// If nothing in the script reads what the call prints: the redirection that its replacement needs.
pub(super) fn silence(script: &Prelude<'_>, usage: &JobControl) -> Option<&'static str> {
    let command = command(script, usage).filter(|_| is_unread(usage))?;
    let mut redirections = command.redirections.iter();
    if !redirections.clone().all(|place| is_to_nothing(script.text, place)) {
        return None;
    }
    let is_silent = redirections.any(|place| {
        script.text.get(place.clone()).is_some_and(|written| written.starts_with(['>', '1']))
    });
    Some(if is_silent { "" } else { " >/dev/null" })
}

fn is_to_nothing(text: &str, place: &Range<usize>) -> bool {
    let written = text.get(place.clone()).unwrap_or_default();
    let written: String = written.split_whitespace().collect();
    [">/dev/null", "1>/dev/null", "2>/dev/null", "2>&1"].contains(&written.as_str())
}

/// Where the text of `status JOB | grep -q running` ends, if that is what the call is part of.
pub(super) fn test(script: &Prelude<'_>, usage: &JobControl) -> Option<usize> {
    let status = command(script, usage)?;
    let commands = &script.shell.commands;
    let behind = commands.partition_point(|command| command.range.start < status.range.end);
    let grep = commands.get(behind)?;
    let between = script.text.get(status.range.end..grep.range.start)?;
    let rest = script.text.get(grep.range.end..)?.trim_start_matches([' ', '\t']);
    let ends = !rest.starts_with('|') || rest.starts_with("||");
    let words: Vec<&str> =
        grep.words.iter().map(|word| word.literal.as_deref()).collect::<Option<_>>()?;
    let (&pattern, options) = words.strip_prefix(&["grep"])?.split_last()?;
    let is_quiet = options.iter().any(|option| option.contains('q'))
        || grep.redirections.iter().any(|place| is_to_nothing(script.text, place));
    let known = options.iter().all(|option| {
        option
            .strip_prefix('-')
            .is_some_and(|letters| letters.bytes().all(|b| b"qsEFw".contains(&b)))
    });
    (between.trim() == "|"
        && ends
        && is_quiet
        && known
        && grep.assignments.is_empty()
        && grep.redirections.iter().all(|place| is_to_nothing(script.text, place))
        && status.redirections.iter().all(|place| is_to_nothing(script.text, place))
        && RUNNING.contains(&pattern))
    .then_some(grep.range.end)
}
