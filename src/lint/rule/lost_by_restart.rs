//! Finds a job that does not come back when the job that it follows is restarted, because its start
//! condition also has an event that happens once a boot.

use crate::diagnostic::registry::LOST_BY_RESTART;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::condition::Event;
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning};

pub(in crate::lint) static LINT: Lint = Lint { rule: &LOST_BY_RESTART, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let (Some(start), Some(stop)) = (&subject.job.start_on, &subject.job.stop_on) else { return };
    let (Ok(starts), Ok(stops)) = (start.value.normalize(), stop.value.normalize()) else {
        return;
    };
    // A job that one alternative can start again comes back.
    if subject.job.is_task() || !starts.0.iter().all(|path| path.iter().any(is_once)) {
        return;
    }
    for path in &stops.0 {
        let [end] = path.as_slice() else { continue };
        let Some(name) = followed(end, &[JobState::Stopping, JobState::Stopped]) else { continue };
        let follows = |event: &&Event| {
            followed(event, &[JobState::Starting, JobState::Started]) == Some(name)
        };
        let Some((begin, once)) = starts.0.iter().find_map(|path| {
            Some((path.iter().find(follows)?, path.iter().find(|event| is_once(event))?))
        }) else {
            continue;
        };
        let name = lossy(name);
        found.push(
            rule.at(end.span(), format!("a restart of `{name}` stops this job for good"))
                .related(once.span(), again(once))
                .related(begin.span(), format!("so `{name}` alone does not start the job again"))
                .note("init forgets all events of `start on` when the condition is met, and then waits for each of them again")
                .help(format!(
                    "use `start on {} {name}` if `{name}` starts late enough, or remove `{} {name}` from `stop on`",
                    begin.name.value, end.name.value
                )),
        );
        return;
    }
}

/// The one job that the event is about, if it reports one of these states.
fn followed<'e>(event: &'e Event, states: &[JobState]) -> Option<&'e str> {
    let state = JobState::named(&event.name.value)?;
    event.job()?.0.one().filter(|_| states.contains(&state))
}

/// When an event of the boot happens once more.
fn again(once: &Event) -> &'static str {
    match events::find(&once.name.value).map(|row| row.meaning) {
        Some(Meaning::Runlevel) => "this happens again only when the run level changes",
        Some(_) | None => "this does not happen again before the next boot",
    }
}

/// Whether the event happens once a boot, or at a change of the run level.
fn is_once(event: &Event) -> bool {
    match events::find(&event.name.value).map(|row| row.meaning) {
        Some(
            Meaning::Reached(_) | Meaning::Runlevel | Meaning::Container | Meaning::NotContainer,
        ) => true,
        Some(Meaning::Mounted) => event.args.iter().any(|word| {
            matches!(word.value.as_str(), "MOUNTPOINT=/" | "MOUNTPOINT=/run" | "MOUNTPOINT=/usr")
        }),
        Some(Meaning::Job(_)) => {
            event.job().is_some_and(|(named, _)| matches!(named.one(), Some("rc" | "rc-sysinit")))
        }
        Some(_) | None => false,
    }
}
