//! Compares the events that jobs declare with those that their scripts emit.

use super::{Findings, Neighbours};
use crate::diagnostic::registry::{DECLARED_EVENT_NOT_EMITTED, EMITTED_EVENT_NOT_DECLARED};
use crate::jobset::Emitter;
use crate::text::bytes::lossy;
use crate::upstart::events::is_known_event;

pub(super) fn check(neighbours: &Neighbours<'_>, found: &mut Findings) {
    for (index, known) in neighbours.jobs.iter().enumerate() {
        let job = known.job;
        let declared: Vec<_> = job.emits.iter().flat_map(|stated| &stated.value).collect();
        let own = |event: &str| -> Vec<&Emitter> {
            neighbours
                .job_set
                .emitters(event)
                .iter()
                .filter(|emitter| emitter.job == job.name.0 && emitter.variables.is_some())
                .collect()
        };
        for word in &declared {
            let name = word.value.as_str();
            let Some(followers) = neighbours.job_set.followers(name) else { continue };
            let says_so =
                job.processes.values().any(|stated| stated.value.text().value.contains(name));
            // Events that packages of a distribution declare are emitted by programs, not by
            // scripts.
            if !own(name).is_empty()
                || says_so
                || name.contains(['*', '?', '['])
                || is_known_event(name)
            {
                continue;
            }
            let mut diagnostic = DECLARED_EVENT_NOT_EMITTED
                .at(word.span, format!("no script of this job emits `{}`", lossy(name)))
                .note("the program that it runs may")
                .help(
                    "if nothing does, let a script call `initctl emit`, or remove the `emits` line",
                );
            let follower = followers.started.iter().find_map(|other| neighbours.index(other));
            if let Some(place) = follower.and_then(|other| {
                neighbours.place(other, neighbours.jobs.get(other)?.job.start_on.as_ref()?.span)
            }) {
                diagnostic = diagnostic.elsewhere(place, "this waits for it");
            }
            found.push((index, diagnostic));
        }
        let matches = |pattern: &str, event: &str| {
            pattern == event
                || (pattern.contains(['*', '?', '[']) && crate::text::glob::matches(pattern, event))
        };
        let mut told: Vec<&str> = Vec::new();
        for event in neighbours.job_set.events_of(&job.name.0) {
            if declared.iter().any(|word| matches(&word.value, event)) || told.contains(&event) {
                continue;
            }
            told.push(event);
            let Some(emitter) = own(event).first().copied() else { continue };
            let diagnostic = EMITTED_EVENT_NOT_DECLARED
                .at(
                    emitter.place.span,
                    format!("`{}` is not among what the job declares to emit", lossy(event)),
                )
                .help(format!("add `emits {}`", lossy(event)));
            found.push((index, diagnostic));
        }
    }
}
