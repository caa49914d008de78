//! When in the life of the system each job starts.

use std::collections::{BTreeMap, VecDeque};

use super::Column;
use super::EdgeKind;
use super::job_relations::{KnownJobs, called, column_of_state, start_condition};
use super::trigger_source::TriggerSource;
use crate::jobset::JobKind;
use crate::jobset::survey::{emitted_events, kind};
use crate::upstart::condition::{Condition, Event, NamedJob};
use crate::upstart::expression::Expr;

/// The columns of the jobs: where their conditions first hold, or where a script first starts them.
/// A job that waits for several events is where the last of them is.
pub(super) fn job_columns(known: &KnownJobs<'_>) -> Vec<Column> {
    let mut columns = JobColumns::new(known);
    columns.spread();
    columns.found.into_iter().map(|column| column.unwrap_or(Column::ByEvent)).collect()
}

struct JobColumns<'a> {
    known: &'a KnownJobs<'a>,
    /// The jobs that emit an event, by its name.
    emitters: BTreeMap<String, Vec<usize>>,
    /// The jobs whose scripts start a job.
    callers: Vec<Vec<usize>>,
    /// The jobs whose columns depend on that of a job.
    dependents: Vec<Vec<usize>>,
    found: Vec<Option<Column>>,
}

impl<'a> JobColumns<'a> {
    fn new(known: &'a KnownJobs<'a>) -> Self {
        let count = known.jobs.len();
        let mut emitters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (at, _, job) in known.read() {
            for event in emitted_events(&job.job, &job.scripts) {
                emitters.entry(event).or_default().push(at);
            }
            for usage in job.scripts.iter().flat_map(|script| &script.control.commands) {
                let other = called(usage)
                    .filter(|(_, kind)| *kind == EdgeKind::StartsByScript)
                    .and_then(|(other, _)| known.by_name.get(other));
                if let Some(&other) = other {
                    callers[other].push(at);
                    dependents[at].push(other);
                }
            }
        }
        for (at, _, job) in known.read() {
            for event in start_condition(job).map(Expr::leaves).into_iter().flatten() {
                match TriggerSource::of(event, &known.emitted) {
                    TriggerSource::Job(_, Some(NamedJob::One(name))) => {
                        if let Some(&other) = known.by_name.get(name) {
                            dependents[other].push(at);
                        }
                    }
                    TriggerSource::Own(name) => {
                        for &other in emitters.get(name).into_iter().flatten() {
                            dependents[other].push(at);
                        }
                    }
                    TriggerSource::Job(..)
                    | TriggerSource::Milestone(_)
                    | TriggerSource::Outside(_)
                    | TriggerSource::Never => {}
                }
            }
        }
        Self { known, emitters, callers, dependents, found: vec![None; count] }
    }

    /// Columns only become smaller, so each job is looked at a few times at most.
    fn spread(&mut self) {
        let mut open: VecDeque<usize> = (0..self.known.jobs.len()).collect();
        let mut is_open = vec![true; open.len()];
        while let Some(job) = open.pop_front() {
            is_open[job] = false;
            let column = self.column(job);
            if column == self.found[job] {
                continue;
            }
            self.found[job] = column;
            for &other in &self.dependents[job] {
                if !std::mem::replace(&mut is_open[other], true) {
                    open.push_back(other);
                }
            }
        }
    }

    fn column(&self, at: usize) -> Option<Column> {
        let job = self.known.jobs[at].job.as_ref().ok()?;
        let by_condition = start_condition(job).and_then(|condition| self.of_condition(condition));
        let by_script = self.callers[at].iter().filter_map(|&caller| self.found[caller]).min();
        by_condition.into_iter().chain(by_script).min()
    }

    fn of_condition(&self, condition: &Condition) -> Option<Column> {
        match condition {
            Expr::Leaf(event) => self.of_event(event),
            Expr::And(left, right) => Some(self.of_condition(left)?.max(self.of_condition(right)?)),
            Expr::Or(left, right) => {
                self.of_condition(left).into_iter().chain(self.of_condition(right)).min()
            }
        }
    }

    fn of_event(&self, event: &Event) -> Option<Column> {
        match TriggerSource::of(event, &self.known.emitted) {
            TriggerSource::Milestone(column) => Some(column),
            TriggerSource::Outside(_) => Some(Column::ByEvent),
            TriggerSource::Never => None,
            TriggerSource::Own(name) => match self.emitters.get(name) {
                Some(emitters) => emitters.iter().filter_map(|&job| self.found[job]).min(),
                None => Some(Column::ByEvent),
            },
            TriggerSource::Job(state, job) => {
                if let Some(column) = Column::of_run_level(event) {
                    return Some(column);
                }
                let name = job.and_then(NamedJob::one);
                let Some(&other) = name.and_then(|name| self.known.by_name.get(name)) else {
                    return Some(Column::ByEvent);
                };
                let is_task = self.known.jobs[other]
                    .job
                    .as_ref()
                    .is_ok_and(|job| kind(&job.job) == JobKind::Task);
                Some(column_of_state(state, is_task, self.found[other]?))
            }
        }
    }
}
