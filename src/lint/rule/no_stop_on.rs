//! Finds a service that has no `stop on`.

use crate::diagnostic::registry::NO_STOP_ON;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use crate::upstart::condition::{Condition, Event};
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning, Milestone};
use crate::upstart::job::Stated;

pub(in crate::lint) static LINT: Lint = Lint { rule: &NO_STOP_ON, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let Some(start) = &job.start_on else { return };
    // Another rule is about `respawn`.
    if job.stop_on.is_some()
        || job.respawn.is_some()
        || job.is_task()
        || job.process(Phase::Main).is_none()
        || subject.is_of_session()
    {
        return;
    }
    let events = start.value.leaves();
    // A job that starts during shutdown needs no event to stop it.
    if events.iter().any(|event| goes_down(event)) || !is_service_of_system(&events) {
        return;
    }
    let diagnostic = rule
        .at(start.span, "nothing stops this service")
        .note("at a shutdown it is killed with all other processes, without its pre-stop and post-stop")
        .help("add `stop on runlevel [!2345]`, or `task` if it ends by itself");
    found.push(if is_usual(start) { with_stop(diagnostic, start) } else { diagnostic });
}

/// Whether the job starts at `runlevel [2345]`, whose opposite stops it.
pub(super) fn is_usual(start: &Stated<Condition>) -> bool {
    start.value.leaves().iter().any(|event| {
        event.name.value == "runlevel"
            && event.args.first().is_some_and(|word| word.value == "[2345]")
    })
}

/// The finding with an edit that adds the usual `stop on`.
pub(super) fn with_stop(diagnostic: Diagnostic, start: &Stated<Condition>) -> Diagnostic {
    let end = Span::new(start.span.origin, start.span.end..start.span.end);
    diagnostic.changing_edit(end, "\nstop on runlevel [!2345]")
}

/// Whether the job certainly keeps running, outside of a session. A session ends its own jobs.
fn is_service_of_system(events: &[&Event]) -> bool {
    events.iter().any(|event| match events::find(&event.name.value).map(|row| row.meaning) {
        Some(Meaning::Runlevel | Meaning::NetworkUp) => true,
        Some(Meaning::Reached(milestone)) => milestone >= Milestone::LocalFilesystems,
        Some(Meaning::Job(_)) => names(event, "rc"),
        Some(_) | None => false,
    })
}

/// Whether the event belongs to a shutdown.
pub(super) fn goes_down(event: &Event) -> bool {
    let row = events::find(&event.name.value);
    let down = |word: &str| word.contains(['0', '1', '6', '!']);
    match row.map(|row| row.meaning) {
        Some(Meaning::Job(JobState::Starting)) => {
            ["rc", "halt", "poweroff", "reboot", "shutdown"].iter().any(|job| names(event, job))
        }
        Some(Meaning::Runlevel) => event.args.iter().any(|word| down(&word.value)),
        Some(
            Meaning::Job(JobState::Stopping)
            | Meaning::ControlAltDelete
            | Meaning::NetworkGoes
            | Meaning::RemoteFilesystemsGone
            | Meaning::Never(_),
        ) => true,
        Some(_) | None => event.name.value.contains("shutdown"),
    }
}

fn names(event: &Event, job: &str) -> bool {
    event.job().is_some_and(|(named, _)| named.one() == Some(job))
}
