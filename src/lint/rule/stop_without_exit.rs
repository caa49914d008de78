//! Finds a script that stops its job and continues.

use crate::diagnostic::registry::STOP_WITHOUT_EXIT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{Context, SimpleCommand};
use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::JobControl;

pub(in crate::lint) static LINT: Lint = Lint { rule: &STOP_WITHOUT_EXIT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(script) = subject.script(Phase::PreStart) else { return };
    let last = script.reading.commands.iter().rfind(|command| has_effect(command));
    for usage in script.uses.commands.iter().filter(|usage| usage.stops_own_job()) {
        // No command with an effect follows this `stop`, so none follows a later one.
        if last.is_none_or(|last| last.range.start < usage.range.end) {
            return;
        }
        let Some(next) = goes_on(script, usage) else { continue };
        let diagnostic = rule
            .at(script.span(&usage.range), "`stop` does not end the script")
            .related(script.span(&next.range), "this runs all the same")
            .help("write `exit 0` after it");
        found.push(diagnostic);
        return;
    }
}

/// The first command with an effect that runs after a `stop`.
fn goes_on<'s>(script: &'s PhaseScript<'_>, usage: &JobControl) -> Option<&'s SimpleCommand> {
    if !usage.context.is_in_the_shell_itself() || script.reading.lost.is_some() {
        return None;
    }
    let commands = &script.reading.commands;
    let behind = commands
        .get(commands.partition_point(|command| command.range.start < usage.range.end)..)?;
    let between = script.text().get(usage.range.end..behind.first()?.range.start)?;
    // Commands in another branch do not run after it.
    let branches = between
        .split(|character: char| !character.is_ascii_alphabetic())
        .any(|word| matches!(word, "else" | "elif" | "esac"));
    if branches
        || between.contains(";;")
        || matches!(behind.first()?.name(), Some("exit" | "return"))
    {
        return None;
    }
    let ends = |command: &&SimpleCommand| {
        command.context == Context::TOP && command.name() == Some("exit")
    };
    behind
        .iter()
        .find(|command| has_effect(command) || ends(command))
        .filter(|command| !ends(command))
}

/// Whether a command certainly runs, and does more than check or print something.
fn has_effect(command: &SimpleCommand) -> bool {
    let writes = !command.redirections.is_empty();
    let looks = [
        ":", ".", "[", "cd", "echo", "exit", "export", "initctl", "logger", "set", "status",
        "stop", "test", "true", "umask",
    ];
    let is_harmless = !writes
        && command
            .name()
            .is_none_or(|name| looks.contains(&name.rsplit('/').next().unwrap_or(name)));
    command.context == Context::TOP && !is_harmless
}
