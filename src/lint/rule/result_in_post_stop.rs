//! Finds a script that reads the result of its own job, which init does not pass to it.

use crate::diagnostic::registry::RESULT_IN_POST_STOP;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::ast::Phase;
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning};

pub(in crate::lint) static LINT: Lint = Lint { rule: &RESULT_IN_POST_STOP, check };

const OF_EVENT: [&str; 3] = ["RESULT", "EXIT_STATUS", "EXIT_SIGNAL"];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    // A start or stop on the end of another job passes the result of that job to the script.
    let follows_end = subject
        .events()
        .any(|event| matches!(events::find(&event.name.value), Some(row) if matches!(row.meaning, Meaning::Job(JobState::Stopping | JobState::Stopped))));
    if follows_end {
        return;
    }
    for script in
        [Phase::PreStop, Phase::PostStop].into_iter().filter_map(|phase| subject.script(phase))
    {
        let used = |name: &str| script.reading.variables.iter().find(|(used, _)| used == name);
        let asked = OF_EVENT
            .into_iter()
            .find_map(|name| used(name).filter(|_| !subject.is_set(script, name)));
        let Some((name, range)) = asked else { continue };
        found.push(
            rule.at(script.span(range), format!("{} does not get `{name}`", script.phase.name()))
                .note("it comes with the events `stopping` and `stopped`, which other jobs see")
                .help("write a job that starts on `stopped JOB RESULT=failed`"),
        );
    }
}
