//! Finds an `expect` that counts the forks of a script instead of those of the daemon.

use std::collections::HashSet;

use crate::diagnostic::registry::EXPECT_OF_SCRIPT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{Context, SimpleCommand};
use crate::upstart::ast::{Expect, Phase};

pub(in crate::lint) static LINT: Lint = Lint { rule: &EXPECT_OF_SCRIPT, check };

/// Commands that dash runs without a fork.
const BUILTINS: [&str; 36] = [
    ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec",
    "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill", "local", "printf", "pwd",
    "read", "readonly", "return", "set", "shift", "test", "times", "trap", "true", "type",
    "ulimit", "umask", "unset",
];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(expect) = &subject.job.expect else { return };
    let name = match expect.value {
        Expect::Fork => "fork",
        Expect::Daemon => "daemon",
        Expect::None | Expect::Stop => return,
    };
    let Some(script) = subject.script(Phase::Main).filter(|script| !script.is_exec()) else {
        return;
    };
    let Some(fork) = first_fork(script, expect.value) else { return };
    found.push(
        rule.at(expect.span, format!("`expect {name}` counts the forks of the shell that runs the script"))
            .related(script.span(&fork.range), "the shell forks for this")
            .note("init takes the wrong process for the main one; `stop` may never end")
            .help("move what comes before the daemon to `pre-start script`, and let the main process be `exec PROGRAM`"),
    );
}

/// The first command for which the shell forks before it becomes the daemon.
fn first_fork<'s>(script: &'s PhaseScript<'_>, expect: Expect) -> Option<&'s SimpleCommand> {
    let commands = &script.reading.commands;
    let functions: HashSet<&str> = script.reading.functions.iter().map(String::as_str).collect();
    let becomes = commands
        .iter()
        .rfind(|command| is_exec(command))
        .map_or(usize::MAX, |command| command.range.start);
    let mut forks = commands
        .iter()
        .filter(|command| command.range.start < becomes && forks(&functions, command));
    let first = forks.next()?;
    // If this is the only fork, the background process is the daemon that `expect fork` waits for.
    let is_meant = expect == Expect::Fork
        && first.context.has(Context::BACKGROUND)
        && forks.next().is_none()
        && becomes == usize::MAX;
    (!is_meant).then_some(first)
}

fn is_exec(command: &SimpleCommand) -> bool {
    command.name() == Some("exec")
        && command.words.len() > 1
        && command.context.is_in_the_shell_itself()
}

fn forks(functions: &HashSet<&str>, command: &SimpleCommand) -> bool {
    if !command.context.is_in_the_shell_itself() {
        return true;
    }
    match command.words.first() {
        // The commands of a function are checked at its definition.
        Some(word) => !word
            .literal
            .as_deref()
            .is_some_and(|name| BUILTINS.contains(&name) || functions.contains(name)),
        None => false,
    }
}
