//! Finds an `expect` for a program that never forks, so that init waits forever.

use crate::diagnostic::registry::EXPECT_OF_FOREGROUND_PROGRAM;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::ast::{Expect, Phase};
use crate::upstart::daemons;

pub(in crate::lint) static LINT: Lint = Lint { rule: &EXPECT_OF_FOREGROUND_PROGRAM, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(expect) = &subject.job.expect else { return };
    if !matches!(expect.value, Expect::Fork | Expect::Daemon) {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    let programs = script.programs();
    let stays = programs
        .iter()
        .filter(|chain| {
            !chain.iter().any(|program| daemons::left_by_start_stop_daemon(program).is_some())
        })
        .filter_map(|chain| chain.last())
        .find_map(|program| Some((program, daemons::stays(program)?)));
    let Some(stanza) = subject.job.stanzas.get(expect.stanza.0) else { return };
    let stays = stays.map(|(program, word)| {
        let message = "has an option that keeps it in the foreground, so it does not fork";
        (program.name, word, "this keeps it in the foreground", message)
    });
    let last = programs.iter().filter_map(|chain| chain.last());
    let never = last.filter_map(|program| Some((program, daemons::never_leaves(program)?)));
    let mut never = never.map(|(program, word)| {
        let message = "does not go to the background by itself";
        (program.name, word, "this stays in the foreground", message)
    });
    let Some((name, word, label, message)) = stays.or_else(|| never.next()) else { return };
    found.push(
        rule.at(expect.span, format!("`{name}` {message}"))
            .label("waits for a fork")
            .related(script.span(&word.range), label)
            .note("the job is never taken for started, or a helper is taken for the main process")
            .help("delete the `expect` stanza")
            .changing_edit(subject.lines(stanza.span), ""),
    );
}
