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
    let Some((program, word)) = stays else { return };
    let Some(stanza) = subject.job.stanzas.get(expect.stanza.0) else { return };
    found.push(
        rule.at(
            expect.span,
            format!("`{}` is told to stay in the foreground, so it does not fork", program.name),
        )
        .label("waits for a fork")
        .related(script.span(&word.range), "this keeps it in the foreground")
        .note("the job is never taken for started, or a helper is taken for the main process")
        .help("delete the `expect` stanza")
        .changing_edit(subject.lines(stanza.span), ""),
    );
}
