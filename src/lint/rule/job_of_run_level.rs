//! Finds references to the jobs `rc0` to `rc6`, which one job `rc` has replaced.

use crate::diagnostic::registry::JOB_OF_RUN_LEVEL;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::condition::NamedJob;
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning};

pub(in crate::lint) static LINT: Lint = Lint { rule: &JOB_OF_RUN_LEVEL, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        let Some(Meaning::Job(state)) = events::find(&event.name.value).map(|row| row.meaning)
        else {
            continue;
        };
        let Some((NamedJob::One(job), span)) = event.job() else { continue };
        let Some(level) =
            job.strip_prefix("rc").filter(|level| level.len() == 1 && "0123456".contains(level))
        else {
            continue;
        };
        let named = format!("rc RUNLEVEL={level}");
        let diagnostic = rule
            .at(span, format!("unknown job `{job}`; the job of all run levels is `rc`"))
            .note(match state {
                JobState::Starting | JobState::Started => {
                    "nothing starts by that name, so the condition is never met"
                }
                JobState::Stopping | JobState::Stopped => {
                    "nothing stops by that name, so the condition is never met"
                }
            })
            .help(format!("write `{named}`"));
        let is_alone = event.args.len() == 1 && subject.written(span) == job;
        found.push(if is_alone { diagnostic.changing_edit(span, named) } else { diagnostic });
    }
}
