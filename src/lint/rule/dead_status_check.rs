//! Finds a check of `$?` that is only reached after a success.

use crate::diagnostic::registry::DEAD_STATUS_CHECK;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{Context, SimpleCommand};
use crate::text::bytes::lossy;

pub(in crate::lint) static LINT: Lint = Lint { rule: &DEAD_STATUS_CHECK, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in subject.scripts.iter().filter(|script| !script.is_exec()) {
        let commands = &script.reading.commands;
        if commands.iter().any(|command| goes_on_after_failure(script, command)) {
            continue;
        }
        let Some((command, test)) = commands.iter().enumerate().find_map(|(index, test)| {
            let before = commands.get(..index)?;
            Some((checked(script, before, test)?, test))
        }) else {
            continue;
        };
        let name = name(script, command);
        found.push(
            rule.at(script.span(&test.range), "`$?` is always 0 here")
                .related(
                    script.span(&command.range),
                    format!("if `{name}` fails, the script ends with it"),
                )
                .note("init runs scripts with `sh -e`, which ends at the first command that fails")
                .help(format!("use `if {name} ...; then`, or add `|| STATUS=$?` to the command")),
        );
    }
}

/// The command whose status the test checks, if its failure certainly ends the script.
fn checked<'s>(
    script: &PhaseScript<'_>,
    before: &'s [SimpleCommand],
    check: &SimpleCommand,
) -> Option<&'s SimpleCommand> {
    let text = script.text();
    let asks = |range: &std::ops::Range<usize>| {
        matches!(text.get(range.clone()), Some("$?" | "\"$?\"" | "${?}"))
    };
    let is_test = matches!(check.name(), Some("[" | "test"));
    if !is_test || !check.words.iter().any(|word| asks(&word.range)) {
        return None;
    }
    let command = before.iter().rfind(|command| !command.context.has(Context::SUBSTITUTION))?;
    let between = text.get(command.range.end..check.range.start)?;
    let separators = between.trim().trim_start_matches(';').trim();
    let follows = matches!(separators, "" | "if") && between.contains([';', '\n']);
    // What a builtin that declares a variable returns is not the status of the substitution.
    let declares = matches!(command.name(), Some("export" | "local" | "readonly" | "eval" | "."));
    let unsure = Context::TESTED | Context::FUNCTION | Context::BACKGROUND | Context::PIPELINE;
    let is_of_shell = command.context.is_in_the_shell_itself();
    let ends =
        is_of_shell && !command.context.has(unsure) && begins_line(text, command.range.start);
    (follows && !declares && ends && script.reading.lost.is_none()).then_some(command)
}

/// Whether only a keyword is before this offset in its line, so no `&&` and no `||`.
fn begins_line(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rsplit(['\n', ';']).next().unwrap_or_default().trim();
    let continues = before.trim_end().ends_with(['\\', '|', '&']);
    matches!(line, "" | "then" | "else" | "do") && !continues
}

fn goes_on_after_failure(script: &PhaseScript<'_>, command: &SimpleCommand) -> bool {
    let turns_off = |text: &str| text.starts_with('+') && text.contains(['e', 'o']);
    command.name() == Some("set")
        && command
            .words
            .iter()
            .any(|word| script.text().get(word.range.clone()).is_some_and(turns_off))
}

fn name(script: &PhaseScript<'_>, command: &SimpleCommand) -> String {
    let first = command.words.first().or_else(|| command.assignments.first());
    let written = first.and_then(|word| script.text().get(word.range.clone())).unwrap_or_default();
    lossy(written.lines().next().unwrap_or_default()).to_string()
}
