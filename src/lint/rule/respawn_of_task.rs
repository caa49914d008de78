//! Finds a task that init restarts until it succeeds.

use crate::diagnostic::registry::RESPAWN_OF_TASK;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;

pub(in crate::lint) static LINT: Lint = Lint { rule: &RESPAWN_OF_TASK, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let (Some(task), Some(respawn)) = (&subject.job.task, &subject.job.respawn) else { return };
    found.push(
        rule.at(respawn.span, "a task that respawns is run again until it ends well")
            .related(task.span, "whatever starts the job waits for that")
            .help(
                "delete `task` if the process is to run on, or `respawn` if one attempt is enough",
            ),
    );
}
