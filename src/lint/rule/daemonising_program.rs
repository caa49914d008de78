//! Finds a program that goes to the background, so that init loses track of it.

use crate::diagnostic::registry::DAEMONISING_PROGRAM;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{Subject, daemons};
use crate::upstart::ast::{Expect, Phase};

pub(in crate::lint) static LINT: Lint = Lint { rule: &DAEMONISING_PROGRAM, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if subject.job.expects() != Expect::None || subject.job.is_task() {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    for chain in script.programs() {
        let left = chain
            .iter()
            .find_map(|program| Some((program, daemons::left_by_start_stop_daemon(program)?)));
        let Some((program, word)) = left.or_else(|| {
            chain.last().and_then(|program| Some((program, daemons::leaves(program)?)))
        }) else {
            continue;
        };
        let diagnostic = rule
            .at(
                script.span(&word.range),
                format!("`{}` goes to the background, and init does not follow it", program.name),
            )
            .note(
                "the job ends when the first process does, and the daemon is not stopped with it",
            );
        found.push(match daemons::way_to_stay(program) {
            Some(option) => diagnostic.help(format!(
                "keep it in the foreground with `{option}`, or add `expect fork` or `expect daemon`"
            )),
            None => diagnostic
                .help("keep it in the foreground, or add `expect fork` or `expect daemon`"),
        });
    }
}
