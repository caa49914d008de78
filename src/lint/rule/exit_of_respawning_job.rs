//! Finds a main process that ends on purpose in a job that init starts again.

use crate::diagnostic::registry::EXIT_OF_RESPAWNING_JOB;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::{Context, SimpleCommand};
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &EXIT_OF_RESPAWNING_JOB, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let Some(respawn) = &job.respawn else { return };
    if job.is_task() || !job.normal_exit.is_empty() {
        return;
    }
    let Some(script) = subject.script(Phase::Main).filter(|script| !script.is_exec()) else {
        return;
    };
    let stop = script.uses.commands.iter().find(|usage| usage.stops_own_job());
    let commands = &script.reading.commands;
    let end = script.reading.lost.unwrap_or(usize::MAX);
    // After a `sleep` or a long command it may be what the job does again and again.
    let Some((index, exit)) = commands
        .iter()
        .enumerate()
        .find(|(_, command)| is_end(command) && command.range.end <= end)
    else {
        return;
    };
    let before = commands.get(..index).unwrap_or_default();
    let is_guard = before.iter().all(|command| {
        command.words.is_empty()
            || matches!(
                command.name(),
                Some(
                    "." | "[" | "test" | "echo" | "exec" | "logger" | "printf" | "grep" | "export"
                )
            )
    });
    let stops = stop.is_some_and(|stop| stop.range.start < exit.range.start);
    if !is_guard || stops {
        return;
    }
    found.push(
        rule.at(script.span(&exit.range), "init starts the job again after this")
            .related(respawn.span, "with `respawn` an exit status of 0 is not an end either")
            .note("after the limit of restarts the job has failed")
            .help("check this in pre-start, and use `stop; exit 0` there, or add `normal exit 0`"),
    );
}

/// Whether the command ends the shell with success, under a condition.
fn is_end(command: &SimpleCommand) -> bool {
    let ends = [&["exit"][..], &["exit", "0"], &["exec", "true"], &["exec", "/bin/true"]];
    ends.iter().any(|words| command.is(words))
        && command.context.has(Context::CONDITIONAL)
        && command.context.is_in_the_shell_itself()
        && !command.context.has(Context::FUNCTION | Context::LOOP)
}
