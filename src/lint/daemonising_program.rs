//! A program that goes to the background, and nobody follows it.

use super::{Example, Lint, Subject, daemons};
use crate::ast::{Expect, Phase};
use crate::diagnostic::{Diagnostic, Rule, Severity};

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U143",
        name: "daemonising-program",
        severity: Severity::Warning,
        explanation: "The program is told to become a daemon: it forks, and its first process ends. Without `expect` init follows that first process only, so the job has ended as \
soon as it has started, and the daemon goes on unknown to init. `stop` cannot end it, and with `respawn` one daemon after the other is started. Keep the program in \
the foreground, or say how often it forks: `expect fork` for once, `expect daemon` for twice.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/daemonising-program/bad.conf"),
        good: include_str!("../../fixtures/lint/daemonising-program/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if subject.job.expects() != Expect::None || subject.job.is_task() {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    for chain in script.programs() {
        let left = chain.iter().find_map(|program| Some((program, daemons::left_by_start_stop_daemon(program)?)));
        let Some((program, word)) = left.or_else(|| chain.last().and_then(|program| Some((program, daemons::leaves(program)?)))) else {
            continue;
        };
        let diagnostic = rule
            .at(script.span(&word.range), format!("`{}` goes to the background, and init does not follow it", program.name))
            .note("the job ends when the first process does, and the daemon is not stopped with it");
        found.push(match daemons::way_to_stay(program) {
            Some(option) => diagnostic.help(format!("keep it in the foreground with `{option}`, or add `expect fork` or `expect daemon`")),
            None => diagnostic.help("keep it in the foreground, or add `expect fork` or `expect daemon`"),
        });
    }
}
