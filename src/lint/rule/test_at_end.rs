//! Finds a script whose last command is a test with `&&`, so that a false test is a failure.

use crate::diagnostic::registry::TEST_AT_END;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{Context, SimpleCommand};
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &TEST_AT_END, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in subject.scripts.iter().filter(|script| !script.is_exec()) {
        let Some(effect) = effect(subject, script.phase) else { continue };
        let Some((test, last)) = last_list(script) else { continue };
        let test_span = script.span(&test.range);
        let operator = test.range.end..last.range.start;
        let diagnostic = rule
            .at(test_span, "the script fails if this test is false")
            .note("the status of the last command is that of the script, and the status of `A && B` is that of A if A fails")
            .note(effect)
            .help("use `if ...; then ...; fi`, or add `|| true`");
        let end = last.range.end..last.range.end;
        // Where a line is continued, `; fi` might become a part of its last word.
        let rest = script.text().get(test.range.start..).unwrap_or_default();
        found.push(if rest.contains('\\') {
            diagnostic
        } else {
            diagnostic
                .changing_edit(script.span(&(test.range.start..test.range.start)), "if ")
                .changing_edit(script.span(&operator), "; then ")
                .changing_edit(script.span(&end), "; fi")
        });
    }
}

/// What init does if the phase fails (`init/job_process.c`, `job_process_terminated`).
fn effect(subject: &Subject<'_>, phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::PreStart => Some("then the main process is not started, and the job has failed"),
        Phase::PostStop => Some("then the job has failed, and a respawn or restart is given up"),
        Phase::Main if subject.job.is_task() => Some("then the job has failed"),
        // A service that has nothing to do ends in this way, and init ignores the other phases.
        Phase::Main | Phase::PostStart | Phase::PreStop => None,
    }
}

/// The test and the command after its `&&`, if the script certainly ends with them.
fn last_list<'s>(script: &'s PhaseScript<'_>) -> Option<(&'s SimpleCommand, &'s SimpleCommand)> {
    let written = script.text();
    let commands = &script.reading.commands;
    let outer: Vec<&SimpleCommand> =
        commands.iter().filter(|command| !command.context.has(Context::SUBSTITUTION)).collect();
    let [.., test, last] = outer.as_slice() else { return None };
    let only_conditional = test.context == Context::TESTED && last.context == Context::CONDITIONAL;
    let is_test = matches!(test.name(), Some("[" | "test"));
    // `[ ... ] && exit 0` may mean that anything else is a failure.
    let leaves = matches!(last.name(), Some("exit" | "return" | "exec"));
    let joined = written.get(test.range.end..last.range.start)?.trim() == "&&";
    let rest = written.get(last.range.end..)?;
    let ends = rest.lines().all(|line| {
        let line = line.trim().trim_start_matches(';').trim();
        line.is_empty() || line.starts_with('#')
    });
    let before = written.get(..test.range.start)?;
    let begins = before.trim_end_matches([' ', '\t']);
    let is_first = begins.is_empty() || begins.ends_with(['\n', ';']);
    (only_conditional
        && is_test
        && !leaves
        && joined
        && ends
        && is_first
        && script.reading.lost.is_none())
    .then_some((*test, *last))
}
