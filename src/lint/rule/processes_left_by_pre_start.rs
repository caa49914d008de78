//! Finds background processes of pre-start, which init does not track.

use super::bash_redirection;
use crate::diagnostic::registry::PROCESSES_LEFT_BY_PRE_START;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::Context;
use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::Verb;

pub(in crate::lint) static LINT: Lint = Lint { rule: &PROCESSES_LEFT_BY_PRE_START, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(script) = subject.script(Phase::PreStart) else { return };
    let commands = &script.reading.commands;
    let last_wait = commands
        .iter()
        .rfind(|command| command.name() == Some("wait"))
        .map_or(0, |command| command.range.start);
    let mut left = script.reading.background.iter().filter(|range| {
        let first = commands.partition_point(|command| command.range.start < range.start);
        let behind = commands.partition_point(|command| command.range.start < range.end);
        let sent = commands.get(first..behind).unwrap_or_default();
        // Commands of Upstart exit by themselves, and so does `sleep`.
        let ends =
            sent.iter().any(|command| command.name().is_some_and(|name| Verb::of(name).is_some()));
        let sleeps = matches!(sent, [command] if command.name() == Some("sleep"));
        last_wait < range.end
            && !bash_redirection::is_redirection(script.text(), range)
            && !ends
            && !sleeps
            && !sent.iter().any(|command| command.context.has(Context::SUBSTITUTION))
    });
    let Some(first) = left.next() else { return };
    let diagnostic = rule
        .at(script.span(first), "this process outlives pre-start")
        .note("init does not know it: it is not stopped with the job, and is started again with the next start")
        .help("give it its own job, or `wait` for it");
    found.push(match left.count() {
        0 => diagnostic,
        more => diagnostic.note(format!("and so in {more} more places of this script")),
    });
}
