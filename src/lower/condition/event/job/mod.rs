//! Events of jobs: `starting`, `started`, `stopping`, `stopped`.

mod any_instance;
mod end;
mod filters;
mod shown;

pub(super) use filters::reference;

use super::network::network_job;
use super::runlevel::runlevel_set;
use super::trigger::{Classified, Side, Trigger, is_early};
use crate::diagnostic::registry::{DEAD_EVENT, UNTRANSLATABLE_EVENT};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::distribution::NETWORK_JOBS;
use crate::jobset::{JobKind, Owner};
use crate::lower::condition::event_unit::Ended;
use crate::lower::condition::peer::{Peer, job_without_unit, peer, unknown_job};
use crate::lower::lowering::Lowering;
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::condition::{Event, NamedJob};
use crate::upstart::dialect::Dialect;
use crate::upstart::events::JobState;
use crate::upstart::runlevels::Runlevels;
use any_instance::of_template;
use end::{after_failure, at_end, beyond, called, is_called};
use filters::{Filters, any_failure, filters, of_any_instance, unmatched};

/// Jobs that stop the system: a job that waits for one of them waits for the shutdown.
const GOING_DOWN: [&str; 4] = ["halt", "poweroff", "reboot", "shutdown"];

/// Events that are sometimes mistaken for jobs.
const EVENTS: [&str; 3] = ["filesystem", "runlevel", "startup"];

/// Turns an event of another job into a relation to its unit (`init/job.c`, `job_emit_event`).
pub(super) fn job(
    lowering: &Lowering<'_>,
    event: &Event,
    state: JobState,
    (side, is_joined): (Side, bool),
) -> Classified {
    let name = match named(event, state, side) {
        Ok(name) => name,
        Err(classified) => return *classified,
    };
    let shown = lossy(name);
    if !is_own(lowering, name)
        && let Some(classified) = by_name(lowering, event, name, (state, side))
    {
        return classified;
    }
    let Some(mut peer) = peer(lowering, name) else {
        return beyond(event, format!("the name of the job `{shown}` is too long for a unit"));
    };
    if let Some(template) = of_any_instance(lowering, event, name, &peer) {
        peer.unit = template;
    }
    if lowering.job_set.lost(name).is_some() && lowering.job_set.has_unit(&peer.unit) {
        // A unit of that name exists, but it belongs to another job.
        return Classified::with(
            Trigger::Beyond,
            Disposition::Manual,
            unknown(lowering, event, name, &peer),
        );
    }
    let filters = match filters(lowering, event, name, side, peer) {
        Ok(filters) => filters,
        Err(classified) => return *classified,
    };
    let Filters { peer, end, finer, mut diagnostics } = filters;
    if &peer.unit == lowering.name {
        return own(event, &peer, state);
    }
    if peer.unit.is_template() {
        diagnostics.extend(finer.into_iter().map(|span| any_failure(event, span, &peer)));
        let end = end.map(|(end, _)| end);
        return of_template(lowering, event, (name, &peer, state), (end, side), diagnostics);
    }
    if lowering.job_set.is_whole()
        && !peer.present()
        && peer.kind.is_none()
        && !lowering.job_set.is_job_outside(name)
        // A linter reports the comma.
        && !name.ends_with(',')
    {
        diagnostics.push(unknown(lowering, event, name, &peer));
    }
    // systemd starts what follows any failure; which one it was is not looked at.
    let is_any_failure = !finer.is_empty() && (side, state) == (Side::Start, JobState::Stopped);
    let is_called = !is_any_failure && is_called(lowering, (&peer, state, side), end);
    let mut classified = match (state, end) {
        (_, end) if lowering.job_set.facts.at_shutdown.contains(name) => {
            diagnostics.extend(end.map(|(_, span)| unmatched(event, span, &peer)));
            Classified::exact(Trigger::Shutdown { unit: peer.unit, state })
        }
        (JobState::Stopping | JobState::Stopped, end) if is_called => {
            diagnostics.extend(finer.into_iter().map(|span| any_failure(event, span, &peer)));
            called(lowering, event, (peer, state), end, (side, is_joined))
        }
        (_, Some((Ended::Failed, span))) if side == Side::Start => {
            // A target only fails, whatever its mounts did.
            let is_certain = !finer.is_empty();
            let many = if peer.is_target() { 1 } else { usize::MAX };
            diagnostics
                .extend(finer.into_iter().take(many).map(|span| any_failure(event, span, &peer)));
            after_failure(lowering, event, (&peer, state, is_joined), (span, is_certain))
        }
        (JobState::Stopped, end)
            if side == Side::Start
                && lowering.options.companions
                && !is_early(&peer)
                && (end.is_some() || !ends_by_itself(lowering, &peer)) =>
        {
            at_end(lowering, event, (&peer, is_joined), end.map_or(Ended::Any, |(end, _)| end))
        }
        (_, end) => {
            diagnostics.extend(end.map(|(_, span)| unmatched(event, span, &peer)));
            Classified::exact(Trigger::Job { peer, state })
        }
    };
    if !diagnostics.is_empty() {
        classified.disposition = classified.disposition.max(Disposition::Approximate);
        classified.diagnostics.extend(diagnostics);
    }
    classified
}

/// The name of the job that the event is about. An error is what the event means if it is about no
/// certain one.
fn named(event: &Event, state: JobState, side: Side) -> Result<&str, Box<Classified>> {
    match event.job() {
        Some((NamedJob::One(name), _)) => Ok(name),
        Some((NamedJob::Variable(name), _)) => {
            let mut classified = beyond(
                event,
                format!("the job that `{}` names is known only when this job runs", lossy(name)),
            );
            if side == Side::Stop {
                let goes_on = "this does not stop the unit; it runs until it is stopped by hand";
                classified.diagnostics =
                    classified.diagnostics.into_iter().map(|found| found.note(goes_on)).collect();
            }
            Err(Box::new(classified))
        }
        Some((NamedJob::Any(name), _)) => Err(Box::new(beyond(
            event,
            format!("`{}` names jobs by a pattern, and a unit has to name each unit", lossy(name)),
        ))),
        None => Err(Box::new(beyond(
            event,
            format!("`{}` without the name of a job means every job", state.name()),
        ))),
    }
}

/// Whether the names of distributions say nothing of this job: the directory has a job of that name
/// of its own, or all names are those of `ChromeOS`.
fn is_own(lowering: &Lowering<'_>, name: &str) -> bool {
    lowering.job.dialect == Dialect::ChromeOs
        || lowering.job_set.sibling(name).is_some_and(|sibling| sibling.owner == Owner::User)
}

/// What a name means that is not looked up as a job: `rc`, what configures the network, the ways to stop the system, and events
/// that are mistaken for jobs.
fn by_name(
    lowering: &Lowering<'_>,
    event: &Event,
    name: &str,
    (state, side): (JobState, Side),
) -> Option<Classified> {
    if NETWORK_JOBS.contains(&name) {
        return network_job(lowering, event, name, (state, side));
    }
    if name == "rc" {
        return Some(rc(event, state));
    }
    if GOING_DOWN.contains(&name) {
        return Some(Classified::exact(Trigger::Runlevels(Runlevels::DOWN)));
    }
    // A single file does not show whether the machine has a job of that name.
    let is_certain = (lowering.job_set.is_whole() || name != "startup")
        && !lowering.job_set.is_job_outside(name);
    (EVENTS.contains(&name) && is_certain).then(|| {
        let diagnostic = DEAD_EVENT
            .at(event.span(), format!("`{name}` is an event, not a job"))
            .note(format!("no job of this name is ever {}", state.name()))
            .help(format!("write `{name}` without `{}`", state.name()));
        let diagnostic = match event.args.first().filter(|word| word.value == name) {
            Some(word) => {
                diagnostic.changing_edit(Span { end: word.span.start, ..event.name.span }, "")
            }
            None => diagnostic,
        };
        Classified::with(Trigger::Never, Disposition::Dropped, diagnostic)
    })
}

/// Whether the job ends by itself, and its end means that its work is done.
fn ends_by_itself(lowering: &Lowering<'_>, peer: &Peer) -> bool {
    match peer.kind {
        Some(JobKind::Task) => true,
        Some(JobKind::Service | JobKind::State | JobKind::Early) => false,
        // A single file does not show how the other job behaves.
        None => !lowering.job_set.is_whole(),
    }
}

/// The finding about a job that does not exist or has no unit.
fn unknown(lowering: &Lowering<'_>, event: &Event, name: &str, peer: &Peer) -> Diagnostic {
    let word = event
        .args
        .iter()
        .find(|word| word.value.ends_with(name))
        .map_or(event.name.span, |word| word.span);
    job_without_unit(lowering.job_set, name, word)
        .unwrap_or_else(|| unknown_job(lowering.job_set, name, &peer.unit, word))
}

/// A job that waits for its own events. systemd ignores a dependency of a unit on itself, with a
/// warning.
pub(super) fn own(event: &Event, peer: &Peer, state: JobState) -> Classified {
    let diagnostic = UNTRANSLATABLE_EVENT
        .at(
            event.span(),
            format!("a unit does not follow itself, and {} is what this job becomes", peer.unit),
        )
        .note(format!("under Upstart this brings the job up again when it is {}", state.name()));
    let diagnostic = match state {
        JobState::Stopping | JobState::Stopped => {
            diagnostic.help("to start it again after a failure, give the unit `Restart=on-failure`")
        }
        JobState::Starting | JobState::Started => diagnostic.help("remove the condition"),
    };
    Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
}

/// The job `rc`, which runs the scripts of System V: it starts with the run level and ends after
/// the last script (`conf/rc.conf`).
fn rc(event: &Event, state: JobState) -> Classified {
    let levels = match runlevel_set(event, None) {
        Ok(levels) => levels,
        Err(diagnostic) => {
            return Classified::with(Trigger::Never, Disposition::Dropped, *diagnostic);
        }
    };
    let trigger = match state {
        JobState::Stopped => Trigger::AfterRunlevel(levels),
        JobState::Starting | JobState::Started | JobState::Stopping => Trigger::Runlevels(levels),
    };
    Classified::exact(trigger)
}
