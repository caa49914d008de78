//! Finds a service with `respawn` that no event stops, so that init starts it again at a shutdown.

use super::no_stop_on::{goes_down, is_usual, with_stop};
use crate::diagnostic::registry::RESPAWN_AT_SHUTDOWN;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::ast::Phase;
use crate::upstart::condition::Event;

pub(in crate::lint) static LINT: Lint = Lint { rule: &RESPAWN_AT_SHUTDOWN, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let (Some(start), Some(respawn)) = (&job.start_on, &job.respawn) else { return };
    if job.stop_on.is_some()
        || job.is_task()
        || job.process(Phase::Main).is_none()
        || may_be_of_session(subject)
        || start.value.leaves().into_iter().any(goes_down)
    {
        return;
    }
    let mut diagnostic = rule
        .at(respawn.span, "nothing stops this service at a shutdown")
        .related(start.span, "this starts it, and there is no `stop on`")
        .note("init starts the process again when the shutdown kills it, and the file systems that it uses stay busy");
    if job.process(Phase::PreStop).is_some() {
        diagnostic = diagnostic.note("its pre-stop does not run");
    }
    let diagnostic = diagnostic.help("add `stop on runlevel [!2345]`");
    found.push(if is_usual(start) { with_stop(diagnostic, start) } else { diagnostic });
}

/// Whether the job may belong to a user's session, whose init stops it: there is a job `dbus` in both.
fn may_be_of_session(subject: &Subject<'_>) -> bool {
    let is_dbus = |event: &Event| event.job().is_some_and(|(named, _)| named.one() == Some("dbus"));
    subject.is_of_session() || subject.job.setuid.is_none() && subject.events().all(is_dbus)
}
