//! Computes which jobs can start by themselves: those that the boot starts, and all that these lead
//! to.

use std::collections::{BTreeMap, BTreeSet};

use super::Neighbours;
use crate::jobset::Emitter;
use crate::jobset::distribution::is_known_job;
use crate::upstart::condition::{Condition, Event, NamedJob};
use crate::upstart::dialect::Dialect;
use crate::upstart::events::{JobState, is_known_event};
use crate::upstart::expression::Expr;
use crate::upstart::job::Job;
use crate::upstart::script::job_control::Verb;

pub(super) struct Reach {
    /// Whether something outside of the directory may bring about what nothing in it does.
    may_lack: bool,
    /// For each job, whether an event, a script or a user can start it.
    pub(super) reached: Vec<bool>,
    /// By job name, the `start` commands in scripts: the names of the variables that each one
    /// passes.
    pub(super) started: BTreeMap<String, Vec<Vec<String>>>,
}

/// What makes an event happen.
pub(super) enum EventSource {
    /// The event comes from outside of the jobs, or may come from there.
    Outside,
    /// One of these jobs has to run.
    Jobs(Vec<usize>),
    Nothing,
}

impl Reach {
    pub(super) fn of(neighbours: &Neighbours<'_>) -> Self {
        let may_lack = neighbours.may_lack();
        let (started, by) = starts(neighbours);
        let mut reached: Vec<bool> = neighbours
            .jobs
            .iter()
            // A user starts a job without a condition, so the events that it leads to can happen.
            .map(|known| known.job.start_on.is_none())
            .collect();
        let mut open: Vec<usize> =
            (0..neighbours.jobs.len()).filter(|&index| reached[index]).collect();
        // By index of a job, the jobs that wait for it.
        let mut waiting: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (index, known) in neighbours.jobs.iter().enumerate() {
            for event in known.job.start_on.iter().flat_map(|condition| condition.value.leaves()) {
                let waiter = &known.job.name.0;
                if let EventSource::Jobs(sources) =
                    source(neighbours, event, (waiter, known.job.dialect), may_lack)
                {
                    for source in sources {
                        waiting.entry(source).or_default().insert(index);
                    }
                }
            }
            if let Some(starters) = by.get(known.job.name.0.as_str()) {
                for &starter in starters {
                    waiting.entry(starter).or_default().insert(index);
                }
            }
        }
        let mut reach = Self { may_lack, reached: std::mem::take(&mut reached), started };
        open.extend(
            (0..neighbours.jobs.len())
                .filter(|&index| !reach.reached[index] && reach.can_start(neighbours, index, &by)),
        );
        while let Some(index) = open.pop() {
            reach.reached[index] = true;
            for &next in waiting.get(&index).into_iter().flatten() {
                if !reach.reached[next] && reach.can_start(neighbours, next, &by) {
                    reach.reached[next] = true;
                    open.push(next);
                }
            }
        }
        reach
    }

    fn can_start(
        &self,
        neighbours: &Neighbours<'_>,
        index: usize,
        by: &BTreeMap<String, Vec<usize>>,
    ) -> bool {
        let Some(known) = neighbours.jobs.get(index) else { return false };
        let condition = known.job.start_on.as_ref();
        condition.is_none_or(|condition| self.holds(neighbours, &condition.value, known.job))
            || by
                .get(&known.job.name.0)
                .is_some_and(|starters| starters.iter().any(|&starter| self.reached[starter]))
    }

    fn holds(&self, neighbours: &Neighbours<'_>, condition: &Condition, job: &Job) -> bool {
        match condition {
            Expr::Leaf(event) => self.comes(neighbours, event, job),
            Expr::And(left, right) => {
                self.holds(neighbours, left, job) && self.holds(neighbours, right, job)
            }
            Expr::Or(left, right) => {
                self.holds(neighbours, left, job) || self.holds(neighbours, right, job)
            }
        }
    }

    /// What makes an event happen that the job waits for.
    pub(super) fn source(
        &self,
        neighbours: &Neighbours<'_>,
        event: &Event,
        job: &Job,
    ) -> EventSource {
        source(neighbours, event, (&job.name.0, job.dialect), self.may_lack)
    }

    pub(super) fn comes(&self, neighbours: &Neighbours<'_>, event: &Event, job: &Job) -> bool {
        match self.source(neighbours, event, job) {
            EventSource::Outside => true,
            EventSource::Jobs(jobs) => jobs.into_iter().any(|job| self.reached[job]),
            EventSource::Nothing => false,
        }
    }
}

/// Finds out where an event comes from that a job of this name and dialect waits for.
fn source(
    neighbours: &Neighbours<'_>,
    event: &Event,
    (waiter, dialect): (&str, Dialect),
    may_lack: bool,
) -> EventSource {
    let nothing = || if may_lack { EventSource::Outside } else { EventSource::Nothing };
    let name = event.name.value.as_str();
    if JobState::named(name).is_some() {
        return match event.job() {
            Some((NamedJob::One(job), _)) => match neighbours.index(job) {
                Some(index) => EventSource::Jobs(vec![index]),
                None if is_known_job(job, dialect) || neighbours.job_set.is_job_outside(job) => {
                    EventSource::Outside
                }
                None => nothing(),
            },
            // The event may come from any job.
            Some((NamedJob::Any(_) | NamedJob::Variable(_), _)) | None => EventSource::Outside,
        };
    }
    if is_known_event(name)
        || neighbours.job_set.is_emitted_outside(name)
        || !neighbours.job_set.patterns().is_empty()
    {
        return EventSource::Outside;
    }
    let (own, others): (Vec<&Emitter>, Vec<&Emitter>) =
        neighbours.job_set.emitters(name).iter().partition(|emitter| emitter.job == waiter);
    // A job that emits its own event again gets the first one from elsewhere.
    if !own.is_empty() && others.is_empty() {
        return EventSource::Outside;
    }
    let emitters: Vec<usize> =
        others.iter().filter_map(|emitter| neighbours.index(&emitter.job)).collect();
    // Programs emit events as well.
    if emitters.is_empty() { EventSource::Outside } else { EventSource::Jobs(emitters) }
}

type Started = BTreeMap<String, Vec<Vec<String>>>;

/// Collects the `start` commands in scripts. By job name, the variables that each command passes,
/// and the indices of the jobs that run the command.
fn starts(neighbours: &Neighbours<'_>) -> (Started, BTreeMap<String, Vec<usize>>) {
    let (mut started, mut by) = (Started::new(), BTreeMap::<String, Vec<usize>>::new());
    for (index, known) in neighbours.jobs.iter().enumerate() {
        for script in known.scripts.iter() {
            let Some(process) = known.job.process(script.phase) else { continue };
            let text = &process.value.text().value;
            for usage in &script.control.commands {
                let operands = usage.operands();
                let (Verb::Start | Verb::Restart, Some((Some(job), _))) =
                    (usage.verb(), operands.first())
                else {
                    continue;
                };
                let keys = operands.iter().skip(1).filter_map(|(_, place)| {
                    Some(text.get((*place).clone())?.split_once('=')?.0.to_owned())
                });
                started.entry((*job).to_owned()).or_default().push(keys.collect());
                by.entry((*job).to_owned()).or_default().push(index);
            }
        }
    }
    (started, by)
}
