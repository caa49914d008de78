//! Finds jobs that never start by themselves, alone or in a circle.

use std::collections::BTreeSet;

use super::reach::{EventSource, Reach};
use super::{Findings, Neighbours};
use crate::diagnostic::registry::{CIRCULAR_START, NEVER_STARTED_JOB};
use crate::text::bytes::lossy;
use crate::upstart::condition::Event;

pub(super) fn check(neighbours: &Neighbours<'_>, reach: &Reach, found: &mut Findings) {
    let mut told = BTreeSet::new();
    for (index, known) in neighbours.jobs.iter().enumerate() {
        let Some(condition) = known.job.start_on.as_ref().filter(|_| !reach.reached[index]) else {
            continue;
        };
        if told.contains(&index) {
            continue;
        }
        let missing: Vec<&Event> = condition
            .value
            .leaves()
            .into_iter()
            .filter(|event| !reach.comes(neighbours, event, known.job))
            .collect();
        let Some(first) = missing.first() else { continue };
        if let Some(circle) = circle(neighbours, reach, index) {
            told.extend(circle.iter().map(|(job, _)| *job));
            let mut diagnostic = CIRCULAR_START
                .at(
                    first.span(),
                    format!("`{}` waits for a job that waits for it", lossy(&known.job.name.0)),
                )
                .note("nothing else starts any of them")
                .help("give one of them its own condition, such as `start on runlevel [2345]`");
            for (job, event) in circle.iter().filter(|(job, _)| *job != index) {
                if let Some(place) = neighbours.place(*job, event.span()) {
                    diagnostic = diagnostic.elsewhere(place, "and this one for that");
                }
            }
            found.push((index, diagnostic));
            continue;
        }
        if missing.len() == 1
            && matches!(reach.source(neighbours, first, known.job), EventSource::Nothing)
        {
            // Other rules report events and jobs that do not exist.
            continue;
        }
        let name = lossy(&known.job.name.0);
        let mut diagnostic = NEVER_STARTED_JOB
            .at(first.span(), format!("nothing ever starts `{name}`"))
            .help("fix what it waits for, or remove `start on` if the job is started by hand");
        diagnostic = match reach.source(neighbours, first, known.job) {
            EventSource::Nothing => diagnostic.note("no job of this name is in the directory"),
            EventSource::Jobs(jobs) => {
                let blocker = jobs.first().copied();
                let diagnostic = diagnostic.note("what it waits for never starts itself");
                match blocker.and_then(|job| {
                    neighbours.place(job, neighbours.jobs.get(job)?.job.start_on.as_ref()?.span)
                }) {
                    Some(place) => diagnostic.elsewhere(place, "this is never true"),
                    None => diagnostic,
                }
            }
            EventSource::Outside => diagnostic,
        };
        found.push((index, diagnostic));
    }
}

/// A path from a job back to itself, along jobs that wait for each other. Each step has the event
/// that the job waits for.
fn circle<'a>(
    neighbours: &Neighbours<'a>,
    reach: &Reach,
    start: usize,
) -> Option<Vec<(usize, &'a Event)>> {
    // Breadth first, to find the shortest path. Each entry has the index of its predecessor.
    let mut seen = BTreeSet::from([start]);
    let mut queue: Vec<(usize, Option<usize>, Option<&Event>)> = vec![(start, None, None)];
    let mut at = 0;
    while let Some(&(job, _, _)) = queue.get(at) {
        let waiting = neighbours.jobs.get(job)?.job;
        let condition = waiting.start_on.as_ref();
        for event in condition.into_iter().flat_map(|condition| condition.value.leaves()) {
            let EventSource::Jobs(sources) = reach.source(neighbours, event, waiting) else {
                continue;
            };
            for next in sources.into_iter().filter(|&next| !reach.reached[next]) {
                if next == start {
                    return Some(way(&queue, at, event));
                }
                if seen.insert(next) {
                    queue.push((next, Some(at), Some(event)));
                }
            }
        }
        at += 1;
    }
    None
}

/// The jobs on the path, each with the event that it waits for.
fn way<'a>(
    queue: &[(usize, Option<usize>, Option<&'a Event>)],
    last: usize,
    closing: &'a Event,
) -> Vec<(usize, &'a Event)> {
    let (mut way, mut at, mut event) = (Vec::new(), Some(last), closing);
    while let Some(&(job, from, by)) = at.and_then(|at| queue.get(at)) {
        way.push((job, event));
        at = from;
        if let Some(by) = by {
            event = by;
        }
    }
    way.reverse();
    way
}
