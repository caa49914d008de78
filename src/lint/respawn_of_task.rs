//! A task that is tried again for ever.

use super::{Example, Lint, Subject};
use crate::diagnostic::{Diagnostic, Rule, Severity};

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U168",
        name: "respawn-of-task",
        severity: Severity::Note,
        explanation: "A task with `respawn` is run again until it ends well, and whoever started it waits as long. That is sometimes meant. A program that is to run on and on is no \
task: `task` makes init wait for its end, and leave it alone when it ends with status 0. Delete one of the two, unless the task is to be tried again.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/respawn-of-task/bad.conf"),
        good: include_str!("../../fixtures/lint/respawn-of-task/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let (Some(task), Some(respawn)) = (&subject.job.task, &subject.job.respawn) else { return };
    found.push(
        rule.at(respawn.span, "a task that respawns is run again until it ends well")
            .related(task.span, "who starts the job waits for that")
            .help("delete `task` if the process is to run on, or `respawn` if one attempt is enough"),
    );
}
