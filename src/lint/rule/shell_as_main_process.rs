//! Finds a shell that stays the main process, because it waits for the program that the job is for.

use super::privileges_by_hand;
use crate::diagnostic::registry::SHELL_AS_MAIN_PROCESS;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{Context, Script, SimpleCommand, is_builtin, program};
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::ast::{Expect, Phase};
use crate::upstart::daemons;
use crate::upstart::script::job_control::Verb;

pub(in crate::lint) static LINT: Lint = Lint { rule: &SHELL_AS_MAIN_PROCESS, check };

/// The command that the shell waits for until it ends itself.
struct Awaited<'s> {
    /// The program that serves: the first of a pipeline.
    command: &'s SimpleCommand,
    /// Whether its output goes into a pipe.
    is_piped: bool,
}

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    if job.is_task() || job.expects() != Expect::None || privileges_by_hand::applies(subject) {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    let Some(awaited) = awaited(script) else { return };
    let Some(serves) = serves(awaited.command) else { return };
    // What is run under a condition, or without ever being stopped, may be done in a moment.
    let is_certain = awaited.command.context == Context::TOP || awaited.is_piped;
    if job.respawn.is_none() && job.stop_on.is_none() || !serves && !is_certain {
        return;
    }
    let name = name(script, awaited.command);
    let signal = job.reload_signal().name().map_or_else(String::new, |name| format!("SIG{name} "));
    let after = if job.respawn.is_some() {
        "init starts a second one"
    } else {
        "the job has ended without it"
    };
    let mut diagnostic = rule
        .at(
            script.span(&awaited.command.range),
            format!("the main process is the shell that waits for `{name}`"),
        )
        .note(format!(
            "`reload` sends {signal}to the shell alone, which dies: `{name}` runs on, and {after}"
        ))
        .note(format!(
            "at a `stop` the shell ends at once, so init does not wait for `{name}`, and no kill timeout applies to it"
        ));
    if !serves && job.respawn.is_none() {
        diagnostic.severity = Severity::Note;
    }
    found.push(if awaited.is_piped {
        diagnostic
            .help("write the output to a file or to the log of the job, and start the program with `exec`")
    } else {
        let diagnostic = diagnostic.help("add `exec` before the command");
        match becomes(script, awaited.command) {
            Some((span, text)) => diagnostic.changing_edit(span, text),
            None => diagnostic,
        }
    });
}

/// The last command, if the shell certainly waits for it and does nothing after it.
fn awaited<'s>(script: &'s PhaseScript<'_>) -> Option<Awaited<'s>> {
    let reading = script.reading;
    let commands = &reading.commands;
    let waits = |command: &SimpleCommand| matches!(command.name(), Some("trap" | "wait"));
    if reading.lost.is_some() || commands.iter().any(waits) {
        return None;
    }
    let last = commands.iter().rposition(|command| !command.context.has(Context::SUBSTITUTION))?;
    let mut first = last;
    while first > 0 && is_pipe(script.text(), commands.get(first - 1)?, commands.get(first)?) {
        first -= 1;
    }
    let (command, end) = (commands.get(first)?, commands.get(last)?.range.end);
    let is_piped = first < last;
    // A shell that gets one line by `-c` may become its only command (`init/job_process.c`,
    // `job_process_run`; dash since 0.5.11, bash).
    let one_line = !script.text().trim_end_matches('\n').contains('\n');
    let only_runs_here = if is_piped {
        !command
            .context
            .has(Context::LOOP | Context::FUNCTION | Context::SUBSHELL | Context::SUBSTITUTION)
    } else {
        !one_line
            && !script.is_exec()
            && command.name() != Some("exec")
            && !command.context.has(Context::LOOP | Context::FUNCTION)
            && command.context.is_in_the_shell_itself()
    };
    let follows_operator = before(script, command).is_some_and(|between| {
        between.contains("&&") || between.contains("||") || between.trim_end().ends_with('!')
    });
    (only_runs_here && !follows_operator && ends(script, end))
        .then_some(Awaited { command, is_piped })
}

/// Whether two commands are next to each other in a pipeline.
fn is_pipe(text: &str, left: &SimpleCommand, right: &SimpleCommand) -> bool {
    left.context.has(Context::PIPELINE)
        && right.context.has(Context::PIPELINE)
        && text.get(left.range.end..right.range.start).is_some_and(|text| text.trim() == "|")
}

/// The text between the command and the one before it.
fn before<'s>(script: &PhaseScript<'s>, command: &SimpleCommand) -> Option<&'s str> {
    let previous = script
        .reading
        .commands
        .iter()
        .map(|other| other.range.end)
        .filter(|&end| end <= command.range.start)
        .max()
        .unwrap_or_default();
    script.text().get(previous..command.range.start)
}

/// Whether the script has nothing to do after this offset: only the ends of compound commands follow.
fn ends(script: &PhaseScript<'_>, offset: usize) -> bool {
    let rest = script.text().get(offset..).unwrap_or_default();
    rest.lines().all(|line| {
        let line = line.trim().trim_start_matches(';').trim();
        line.is_empty() || line.starts_with('#') || matches!(line, "fi" | "esac")
    })
}

/// Whether a command certainly is a program that keeps running, or may be one; `None` if it is not.
fn serves(command: &SimpleCommand) -> Option<bool> {
    let chain = program::chain(command);
    let leaves = |program: &program::Program<'_>| {
        daemons::leaves(program).is_some()
            || daemons::left_by_start_stop_daemon(program).is_some()
            || daemons::leaves_terminal(program)
            || Verb::of(program.name).is_some()
    };
    if chain.iter().any(leaves) {
        return None;
    }
    let Some(program) = chain.last() else {
        // The name is in a variable.
        return command.words.first().is_some_and(|word| word.literal.is_none()).then_some(false);
    };
    let is_helper = is_builtin(program.name)
        || !daemons::may_leave_process(Some(program.name))
        || matches!(program.name, "start-stop-daemon" | "nohup" | "env" | "service");
    let is_first = |program: &program::Program<'_>| {
        command.words.first().is_some_and(|word| word.range == program.word.range)
    };
    if is_helper && (is_first(program) || !is_builtin(program.name)) {
        return None;
    }
    Some(daemons::serves(program))
}

/// The command as the reader of the job knows it.
fn name(script: &PhaseScript<'_>, command: &SimpleCommand) -> String {
    let chain = program::chain(command);
    let name = match chain.last() {
        Some(program) if program.name != "exec" => program.name,
        Some(_) | None => command
            .words
            .iter()
            .find(|word| word.literal.as_deref() != Some("exec"))
            .and_then(|word| script.text().get(word.range.clone()))
            .unwrap_or_default()
            .trim_matches('"'),
    };
    lossy(name).to_string()
}

/// The edit by which the shell becomes the program.
fn becomes(script: &PhaseScript<'_>, command: &SimpleCommand) -> Option<(Span, &'static str)> {
    let is_function = |script: &Script| {
        command.name().is_some_and(|name| script.functions.iter().any(|other| other == name))
    };
    let start = command.range.start;
    let first = command.words.first()?;
    // Whether another branch ends in the same way is not known here.
    if command.context != Context::TOP
        || !script.is_exact()
        || !script.reading.background.is_empty()
        || is_function(script.reading)
    {
        return None;
    }
    let text = match command.assignments.first() {
        Some(assigned) if assigned.range.start == start => "exec env ",
        None if first.range.start == start => "exec ",
        Some(_) | None => return None,
    };
    Some((script.span(&(start..start)), text))
}
