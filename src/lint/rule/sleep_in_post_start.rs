//! Finds a post-start that does nothing but sleep.

use crate::diagnostic::registry::SLEEP_IN_POST_START;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &SLEEP_IN_POST_START, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(script) = subject.script(Phase::PostStart) else { return };
    let only_sleeps =
        script.reading.commands.iter().all(|command| {
            matches!(command.name(), Some("sleep" | "echo" | "true" | ":" | "exit"))
        });
    let Some(sleep) =
        script.reading.commands.iter().find(|command| command.name() == Some("sleep"))
    else {
        return;
    };
    // A second at most slows down the restarts of a job that fails at once.
    let is_short = sleep
        .words
        .get(1)
        .and_then(|word| word.literal.as_deref()?.parse::<f32>().ok())
        .is_some_and(|seconds| seconds <= 1.0);
    let slows_down = subject.job.respawn.is_some() && is_short;
    if !only_sleeps || slows_down || script.reading.lost.is_some() {
        return;
    }
    found.push(
        rule.at(script.span(&sleep.range), "post-start only sleeps")
            .note("jobs that wait for this one wait as long, even if the program was ready or has failed")
            .help("wait for what shows that the program is ready, such as its socket, for a limited time"),
    );
}
