//! Finds jobs of which no instance can start.

use super::reach::Reach;
use super::{Findings, Neighbours};
use crate::diagnostic::registry::UNSTARTED_INSTANCE;
use crate::text::bytes::lossy;
use crate::upstart::condition::EventArgument;
use crate::upstart::events::{JobState, event_carries};
use crate::upstart::instances::Instance;

/// What every job has in its environment, also before its instance is named: the default environment
/// (`init/job_class.c`, `job_class_environment`), the names of the events
/// (`init/event_operator.c`, `event_operator_environment`), and what init gives the processes.
const OF_INIT: [&str; 7] = [
    "PATH",
    "TERM",
    "UPSTART_EVENTS",
    "UPSTART_FDS",
    "UPSTART_INSTANCE",
    "UPSTART_JOB",
    "UPSTART_SESSION",
];

pub(super) fn check(neighbours: &Neighbours<'_>, reach: &Reach, found: &mut Findings) {
    for (index, known) in neighbours.jobs.iter().enumerate() {
        let job = known.job;
        let (Some(pattern), Some(condition)) = (&job.instance, &job.start_on) else { continue };
        let Instance::Template { variables, default: None, .. } = Instance::of(job) else {
            continue;
        };
        let has_default = |variable: &String| {
            job.env
                .iter()
                .any(|env| env.value.split_once('=').is_some_and(|(name, _)| name == variable))
                || pattern.value.contains(&format!("${{{variable}:-"))
                || pattern.value.contains(&format!("${{{variable}-"))
        };
        let Some(missing) = variables.iter().find(|variable| {
            !has_default(variable)
                && !OF_INIT.contains(&variable.as_str())
                && !comes_with(neighbours, job, variable)
        }) else {
            continue;
        };
        let given = |keys: &Vec<String>| keys.iter().any(|key| key == missing);
        if reach.started.get(&job.name.0).is_some_and(|starts| starts.iter().any(given)) {
            continue;
        }
        let diagnostic = UNSTARTED_INSTANCE
            .at(
                pattern.span,
                format!("`start on` never starts an instance: nothing gives `{}`", lossy(missing)),
            )
            .related(condition.span, "the events of this condition do not carry it")
            .note("init does not start a job whose instance it cannot name")
            .help(format!(
                "add a default with `env {0}=...`, or remove `start on` if the instances are started with `start {1} {0}=...`",
                lossy(missing),
                lossy(&job.name.0)
            ));
        found.push((index, diagnostic));
    }
}

/// Whether an event of the condition may carry the variable.
fn comes_with(neighbours: &Neighbours<'_>, job: &crate::upstart::job::Job, variable: &str) -> bool {
    let events = job.start_on.iter().flat_map(|condition| condition.value.leaves());
    events.into_iter().any(|event| {
        let name = event.name.value.as_str();
        let matches_on = event.arguments().any(|(argument, _)| match argument {
            EventArgument::Equal(key, _) | EventArgument::Unequal(key, _) => key == variable,
            EventArgument::Positional(_) => false,
        });
        let emitters = neighbours.job_set.emitters(name);
        let emitted = emitters.iter().any(|emitter| {
            // If only an `emits` stanza names the event, its variables are unknown.
            emitter
                .variables
                .as_ref()
                .is_none_or(|variables| variables.iter().any(|carried| carried.name == variable))
        });
        let exported = || {
            if JobState::named(name).is_none() {
                return false;
            }
            // A job that is not in the directory, or not known by name, may export anything.
            let of_job = event.job().and_then(|(named, _)| named.one());
            let other = of_job
                .and_then(|name| neighbours.index(name))
                .and_then(|index| neighbours.jobs.get(index));
            other.is_none_or(|other| {
                other
                    .job
                    .export
                    .iter()
                    .flat_map(|stated| &stated.value)
                    .any(|word| word.value == variable)
            })
        };
        matches_on
            || emitted
            || exported()
            || event_carries(name, variable).unwrap_or(emitters.is_empty())
    })
}
