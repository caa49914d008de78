//! The graph of jobs: what their conditions and scripts name.

use std::collections::BTreeMap;

use super::condition_words::{condition_words, event_text, operands, outside_label};
use super::job_columns::job_columns;
use super::sketch::{Sketch, source_place};
use super::trigger_source::{EmittedEvents, TriggerSource};
use super::{
    Column, EdgeKind, Graph, GraphNode, GraphView, Joining, NodeKind, OutsideKind, SourcePlace,
};
use crate::assess::effort::Effort;
use crate::convert::read::ReadJob;
use crate::jobset::survey::emitted_events;
use crate::migrate::{Migration, Read};
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Condition, Event, NamedJob};
use crate::upstart::events::JobState;
use crate::upstart::expression::Expr;
use crate::upstart::script::job_control::{JobControl, Verb};

/// From how many jobs that match a pattern edges are drawn. More than that are one node.
const MATCHES: usize = 8;

/// The jobs of a directory, and the events that they emit.
pub(super) struct KnownJobs<'a> {
    /// The jobs in the order of their names.
    pub(super) jobs: Vec<&'a Read>,
    /// The index of each job.
    pub(super) by_name: BTreeMap<&'a str, usize>,
    /// The events that any of them emits or declares.
    pub(super) emitted: EmittedEvents,
}

impl<'a> KnownJobs<'a> {
    pub(super) fn new(jobs: &'a [Read]) -> Self {
        let by_name: BTreeMap<&str, &Read> =
            jobs.iter().map(|read| (read.name.as_str(), read)).collect();
        let jobs: Vec<&Read> = by_name.into_values().collect();
        let by_name = jobs.iter().enumerate().map(|(at, read)| (read.name.as_str(), at)).collect();
        let read = jobs.iter().filter_map(|read| read.job.as_ref().ok());
        let emitted =
            EmittedEvents::new(read.flat_map(|read| emitted_events(&read.job, &read.scripts)));
        Self { jobs, by_name, emitted }
    }

    /// The jobs that init accepts, each with its index.
    pub(super) fn read(&self) -> impl Iterator<Item = (usize, &'a Read, &'a ReadJob)> {
        self.jobs
            .iter()
            .enumerate()
            .filter_map(|(at, read)| Some((at, *read, read.job.as_ref().ok()?.as_ref())))
    }
}

/// The condition that starts a job; `None` if people or scripts start it.
pub(super) fn start_condition(read: &ReadJob) -> Option<&Condition> {
    read.job.start_on.as_ref().filter(|_| read.job.manual.is_none()).map(|stated| &stated.value)
}

/// The condition that stops a job.
pub(super) fn stop_condition(read: &ReadJob) -> Option<&Condition> {
    read.job.stop_on.as_ref().map(|stated| &stated.value)
}

/// What a command in a script does to another job.
pub(super) fn called(usage: &JobControl) -> Option<(&str, EdgeKind)> {
    let job = usage.job()?;
    let ends = || usage.operands().iter().any(|(word, _)| *word == Some("TARGET_GOAL=stop"));
    match usage.verb() {
        Verb::Start if usage.is_wait_for_state() && ends() => Some((job, EdgeKind::StopsByScript)),
        Verb::Start | Verb::Restart => Some((job, EdgeKind::StartsByScript)),
        Verb::Stop => Some((job, EdgeKind::StopsByScript)),
        Verb::Reload | Verb::Status | Verb::Initctl => None,
    }
}

pub(super) fn graph(jobs: &[Read], migration: &Migration) -> Graph {
    let known = KnownJobs::new(jobs);
    let mut drawing = Drawing { sketch: Sketch::default(), known: &known };
    drawing.add_jobs(migration);
    for (at, read, job) in known.read() {
        drawing.add_conditions(at, read, job);
    }
    // Only events that a job waits for are there by now.
    for (at, read, job) in known.read() {
        drawing.add_scripts(at, read, job);
    }
    drawing.add_declared_events();
    drawing.sketch.finish(GraphView::Upstart)
}

struct Drawing<'a> {
    sketch: Sketch,
    known: &'a KnownJobs<'a>,
}

/// Something that has an effect: a node, the word for what happens to it, and where that is written.
type Cause = (usize, String, Option<SourcePlace>);

/// The job whose condition is drawn.
struct DrawnJob<'a> {
    /// Its node.
    node: usize,
    /// Its files.
    read: &'a Read,
    /// The jobs with which it stops, and where that is written.
    stops_with: BTreeMap<&'a str, (JobState, Span)>,
    /// The jobs with which it also starts.
    bound: Vec<&'a str>,
    /// The effect of the condition.
    kind: EdgeKind,
    /// The number of joins.
    joins: usize,
}

impl<'a> Drawing<'a> {
    fn add_jobs(&mut self, migration: &Migration) {
        let efforts: BTreeMap<&str, Effort> = migration
            .jobs
            .iter()
            .map(|job| (job.conversion.job.as_str(), Effort::of(job)))
            .chain(migration.left_jobs.iter().map(|left| (left.job.as_str(), Effort::NotNeeded)))
            .collect();
        let units: BTreeMap<&str, String> = migration
            .services
            .iter()
            .map(|service| (service.job.as_str(), service.unit.to_string()))
            .collect();
        let columns = job_columns(self.known);
        for (read, column) in self.known.jobs.iter().zip(columns) {
            let job = read.job.as_ref().ok();
            let first = job.map_or_else(
                || read.job.as_ref().err().map(|refusal| refusal.diagnostic.span),
                |job| Some(job.job.place()),
            );
            self.sketch.add(GraphNode {
                id: format!("{}:{}", NodeKind::Job.name(), read.name),
                kind: NodeKind::Job,
                name: read.name.clone(),
                column,
                job: Some(read.name.clone()),
                unit: units.get(read.name.as_str()).cloned(),
                effort: efforts.get(read.name.as_str()).copied(),
                place: first.map(|span| source_place(&read.sources, span)),
                starts: job.and_then(|job| start_condition(job)).map(condition_words),
                stops: job.and_then(|job| stop_condition(job)).map(condition_words),
            });
        }
    }

    fn add_conditions(&mut self, node: usize, read: &'a Read, job: &'a ReadJob) {
        let stop = stop_condition(job);
        let stops_with = stop.map(|condition| stops_with(condition)).unwrap_or_default();
        let mut subject = DrawnJob {
            node,
            read,
            stops_with,
            bound: Vec::new(),
            kind: EdgeKind::Starts,
            joins: 0,
        };
        if let Some(condition) = start_condition(job) {
            self.add_condition(condition, &mut subject);
        }
        subject.kind = EdgeKind::Stops;
        if let Some(condition) = stop {
            self.add_condition(condition, &mut subject);
        }
    }

    fn add_condition(&mut self, condition: &'a Condition, subject: &mut DrawnJob<'a>) {
        for part in operands(condition, false) {
            let causes = self.causes(part, subject);
            self.lead(causes, subject.node, subject);
        }
    }

    /// Draws edges from causes to a node.
    fn lead(&mut self, causes: Vec<Cause>, to: usize, subject: &mut DrawnJob<'a>) {
        for (from, word, place) in causes {
            let stop = self.known.jobs.get(from).and_then(|job| {
                let (state, span) = subject.stops_with.get(job.name.as_str())?;
                Some((job.name.as_str(), *state, *span))
            });
            match stop {
                Some((job, state, span))
                    if subject.kind == EdgeKind::Starts && is_beginning(&word) =>
                {
                    subject.bound.push(job);
                    let stop = source_place(&subject.read.sources, span);
                    self.sketch.edge((from, to), EdgeKind::Bound, &word, place);
                    self.sketch.edge((from, to), EdgeKind::Bound, state.name(), [stop]);
                }
                Some((job, state, _))
                    if subject.kind == EdgeKind::Stops
                        && subject.bound.contains(&job)
                        && word == state.name() => {}
                _ => self.sketch.edge((from, to), subject.kind, &word, place),
            }
        }
    }

    /// What fulfils a part of a condition, points of the boot excepted.
    fn causes(&mut self, condition: &'a Condition, subject: &mut DrawnJob<'a>) -> Vec<Cause> {
        match condition {
            Expr::Leaf(event) => self.causes_of_event(event, subject),
            Expr::Or(..) => {
                let parts = operands(condition, false);
                parts.into_iter().flat_map(|part| self.causes(part, subject)).collect()
            }
            Expr::And(..) => {
                let parts: Vec<Vec<Cause>> = operands(condition, true)
                    .into_iter()
                    .map(|part| self.causes(part, subject))
                    .filter(|causes| !causes.is_empty())
                    .collect();
                if parts.len() < 2 {
                    return parts.into_iter().flatten().collect();
                }
                let mut joined = Vec::new();
                for causes in parts {
                    joined.extend(if causes.len() == 1 {
                        causes
                    } else {
                        vec![self.join(Joining::Or, causes, subject)]
                    });
                }
                vec![self.join(Joining::And, joined, subject)]
            }
        }
    }

    fn join(&mut self, joining: Joining, causes: Vec<Cause>, subject: &mut DrawnJob<'a>) -> Cause {
        subject.joins += 1;
        let name = format!("{}:{}", subject.read.name, subject.joins);
        let node = self.sketch.node(NodeKind::Join(joining), &name);
        joining.name().clone_into(&mut self.sketch.nodes[node].name);
        self.lead(causes, node, subject);
        (node, String::new(), None)
    }

    fn causes_of_event(&mut self, event: &'a Event, subject: &DrawnJob<'a>) -> Vec<Cause> {
        let place = Some(source_place(&subject.read.sources, event.span()));
        let one = |node, word: String| vec![(node, word, place.clone())];
        match TriggerSource::of(event, &self.known.emitted) {
            TriggerSource::Milestone(_) | TriggerSource::Never => Vec::new(),
            TriggerSource::Own(name) => {
                let node = self.sketch.node(NodeKind::Event, name);
                one(
                    node,
                    event.args.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(" "),
                )
            }
            TriggerSource::Outside(kind) => {
                let node = self.sketch.node(NodeKind::Outside(kind), &outside_label(event));
                self.sketch.nodes[node].starts = Some(event_text(event));
                one(node, String::new())
            }
            TriggerSource::Job(state, job) => {
                let word = state.name().to_owned();
                match job {
                    Some(NamedJob::One(name)) => {
                        let node = self.job(name);
                        one(node, word)
                    }
                    Some(NamedJob::Any(pattern)) if glob::is_pattern(pattern) => {
                        let matching: Vec<usize> = self.matching(pattern, event);
                        if (1..=MATCHES).contains(&matching.len()) {
                            let cause = |node| (node, word.clone(), place.clone());
                            return matching.into_iter().map(cause).collect();
                        }
                        let node = self.sketch.node(NodeKind::Outside(OutsideKind::Job), pattern);
                        one(node, word)
                    }
                    Some(NamedJob::Variable(name) | NamedJob::Any(name)) if !name.is_empty() => {
                        let shown = event.args.first().map_or(name, |word| word.value.as_str());
                        let node = self.sketch.node(NodeKind::Outside(OutsideKind::Job), shown);
                        one(node, word)
                    }
                    Some(_) | None => {
                        let node = self.sketch.node(NodeKind::Outside(OutsideKind::Job), "any job");
                        one(node, word)
                    }
                }
            }
        }
    }

    /// The jobs that an event with a pattern is about; none if the pattern is negated.
    fn matching(&self, pattern: &str, event: &Event) -> Vec<usize> {
        let is_negated = event.args.iter().any(|word| word.value.contains("!="));
        let matches = |read: &Read| !is_negated && glob::matches(pattern, &read.name);
        (0..self.known.jobs.len()).filter(|&at| matches(self.known.jobs[at])).collect()
    }

    /// The node of a job, in the directory or not.
    fn job(&mut self, name: &str) -> usize {
        match self.known.by_name.get(name) {
            Some(&node) => node,
            None => self.sketch.node(NodeKind::Outside(OutsideKind::Job), name),
        }
    }

    fn add_scripts(&mut self, node: usize, read: &Read, job: &ReadJob) {
        for script in job.scripts.iter() {
            let Some(stated) = job.job.process(script.phase) else { continue };
            for usage in &script.control.commands {
                let place = source_place(&read.sources, stated.value.place(&usage.range));
                if let Some(event) = usage.emits() {
                    self.emit(node, event, place);
                } else if let Some((other, kind)) = called(usage) {
                    let other = self.job(other);
                    if other != node {
                        self.sketch.edge((node, other), kind, usage.verb().name(), [place]);
                    }
                }
            }
        }
    }

    fn emit(&mut self, from: usize, event: &str, place: SourcePlace) {
        if let Some(to) = self.sketch.existing(NodeKind::Event, event) {
            self.sketch.edge((from, to), EdgeKind::Emits, "emits", [place]);
        }
    }

    /// The events that `emits` declares, with wildcards or without.
    fn add_declared_events(&mut self) {
        let followed: Vec<String> = self
            .sketch
            .nodes
            .iter()
            .filter(|node| node.kind == NodeKind::Event)
            .map(|node| node.name.clone())
            .collect();
        for (at, read, job) in self.known.read() {
            for word in job.job.emits.iter().flat_map(|stated| &stated.value) {
                let place = source_place(&read.sources, word.span);
                if !glob::is_pattern(&word.value) {
                    self.emit(at, &word.value, place);
                    continue;
                }
                for event in followed.iter().filter(|event| glob::matches(&word.value, event)) {
                    self.emit(at, event, place.clone());
                }
            }
        }
    }
}

/// The jobs whose end alone stops the job, each with the event and its place.
fn stops_with(condition: &Condition) -> BTreeMap<&str, (JobState, Span)> {
    let mut found = BTreeMap::new();
    for part in operands(condition, false) {
        if let Expr::Leaf(event) = part
            && let Some((job, state)) = is_end_of(event)
        {
            found.entry(job).or_insert((state, event.span()));
        }
    }
    found
}

/// The job that an event is the end of, however it ends.
fn is_end_of(event: &Event) -> Option<(&str, JobState)> {
    let state = JobState::named(&event.name.value)?;
    let is_end = matches!(state, JobState::Stopping | JobState::Stopped);
    let job = event.job()?.0.one()?;
    (is_end && event.args.len() == 1).then_some((job, state))
}

fn is_beginning(word: &str) -> bool {
    [JobState::Starting, JobState::Started].iter().any(|state| state.name() == word)
}

/// The column of a job whose state starts others.
pub(super) fn column_of_state(state: JobState, is_task: bool, column: Column) -> Column {
    match state {
        JobState::Starting | JobState::Started => column,
        JobState::Stopped if is_task => column,
        // Services end when they are stopped, or fail.
        JobState::Stopping | JobState::Stopped => Column::ByEvent,
    }
}
