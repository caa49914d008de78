//! What a migration means: which jobs go by themselves, which need whom, how long it takes, in
//! which order, and what may break.

use std::collections::{BTreeMap, BTreeSet};

use super::assessed_job::{AssessedJob, JobOrigin};
use super::effort::Effort;
use super::graph::{Graph, condition_words};
use super::minutes::{Minutes, TaskKind};
use super::operator;
use super::risk::{self, Risk};
use super::task::{self, Task};
use super::wave::{Wave, waves};
use crate::migrate::{Keeper, LeftJob, Migration, Now, Read, Service};
use crate::systemd::layout::UNITS;
use crate::upstart::instances::Instance;

/// The assessment of a migration.
#[derive(Debug)]
pub struct Assessment {
    /// The jobs in the order of their names.
    pub jobs: Vec<AssessedJob>,
    /// The groups of related jobs, by their indices. What starts another job comes first.
    pub groups: Vec<Vec<usize>>,
    /// In which order the jobs are carried over.
    pub waves: Vec<Wave>,
    /// What may break.
    pub risks: Vec<Risk>,
    /// The minutes of each kind of task.
    pub minutes: Minutes,
    /// The number of the jobs that were not chosen.
    pub not_chosen: usize,
}

impl Assessment {
    /// Assesses a migration of these jobs. `graph` is theirs.
    pub fn of(read: &[Read], plan: &Migration, graph: &Graph, minutes: Minutes) -> Self {
        let read: BTreeMap<&str, &Read> =
            read.iter().map(|read| (read.name.as_str(), read)).collect();
        let services: BTreeMap<&str, &Service> =
            plan.services.iter().map(|service| (service.job.as_str(), service)).collect();
        let changed: BTreeMap<&str, &str> = plan
            .changed_jobs
            .iter()
            .map(|(job, package)| (job.as_str(), package.as_str()))
            .collect();
        let called: BTreeSet<&str> = plan.job_set.called().collect();
        let mut jobs: Vec<AssessedJob> = plan.left_jobs.iter().map(left).collect();
        for (index, converted) in plan.jobs.iter().enumerate() {
            let conversion = &converted.conversion;
            let service = services.get(conversion.job.as_str()).copied();
            let package = changed.get(conversion.job.as_str()).copied();
            let mut tasks = task::of_findings(converted);
            tasks.extend(package.map(|package| compare_with_package(&conversion.job, package)));
            // What another job starts has its values from there.
            let is_called = |service: &&Service| called.contains(service.job.as_str());
            tasks.extend(service.filter(|it| !is_called(it)).and_then(choose_instances));
            jobs.push(AssessedJob {
                name: conversion.job.clone(),
                origin: package.map_or(JobOrigin::Own, |package| {
                    JobOrigin::ChangedPackage(package.to_owned())
                }),
                effort: Effort::of(converted),
                tasks,
                starts_on: String::new(),
                becomes: conversion.outputs.iter().map(|output| output.path.clone()).collect(),
                unit: service.map(|service| service.unit.to_string()),
                operator: service.map(operator::commands),
                enabled: service.is_some_and(|service| plan.enabled.contains(&service.unit)),
                group: None,
                converted: Some(index),
                left: None,
            });
        }
        jobs.sort_by(|first, second| first.name.cmp(&second.name));
        for job in &mut jobs {
            job.starts_on = read.get(job.name.as_str()).map_or_else(String::new, |job| starts(job));
        }
        let index: BTreeMap<String, usize> =
            jobs.iter().enumerate().map(|(index, job)| (job.name.clone(), index)).collect();
        let groups: Vec<Vec<usize>> = graph
            .components()
            .iter()
            .map(|names| names.iter().filter_map(|name| index.get(name).copied()).collect())
            .filter(|group: &Vec<usize>| group.len() > 1)
            .collect();
        for (number, group) in groups.iter().enumerate() {
            for &member in group {
                if let Some(job) = jobs.get_mut(member) {
                    job.group = Some(number);
                }
            }
        }
        let waves = waves(&jobs, &groups);
        let risks = risk::of(&plan.jobs);
        Self { jobs, groups, waves, risks, minutes, not_chosen: plan.not_chosen }
    }

    /// The number of jobs with this effort.
    pub fn count(&self, effort: Effort) -> usize {
        self.jobs.iter().filter(|job| job.effort == effort).count()
    }

    /// All tasks, those of the jobs with the most effort first.
    pub fn tasks(&self) -> Vec<&Task> {
        let mut jobs: Vec<&AssessedJob> =
            self.jobs.iter().filter(|job| !job.tasks.is_empty()).collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.effort));
        jobs.into_iter().flat_map(|job| &job.tasks).collect()
    }

    /// For each kind of task that there is: how many there are, and the minutes of all of them.
    pub fn work(&self) -> Vec<(TaskKind, usize, u64)> {
        let units = self.jobs.iter().filter(|job| job.has_unit()).count();
        let tasks = self.jobs.iter().flat_map(|job| &job.tasks);
        let row = |kind: TaskKind| {
            let count = match kind {
                TaskKind::Test => units,
                _ => tasks.clone().filter(|task| task.kind == kind).count(),
            };
            (kind, count, count as u64 * u64::from(self.minutes.of(kind)))
        };
        TaskKind::ALL.into_iter().map(row).filter(|(_, count, _)| *count > 0).collect()
    }

    /// The minutes of all tasks, without the tests of units.
    pub fn task_minutes(&self) -> u64 {
        let of_tasks = |(kind, _, _): &(TaskKind, usize, u64)| *kind != TaskKind::Test;
        self.work().iter().filter(|row| of_tasks(row)).map(|(_, _, minutes)| minutes).sum()
    }

    /// The minutes of the tests of units.
    pub fn test_minutes(&self) -> u64 {
        self.jobs.iter().map(|job| job.test_minutes(&self.minutes)).sum()
    }
}

/// When a job starts, in words.
fn starts(read: &Read) -> String {
    match &read.job {
        Err(_) => "never: init refuses it".to_owned(),
        Ok(read) => match &read.job.start_on {
            Some(condition) if read.job.manual.is_none() => condition_words(&condition.value),
            _ => "by hand".to_owned(),
        },
    }
}

/// A job that stays with the distribution.
fn left(left: &LeftJob) -> AssessedJob {
    AssessedJob {
        name: left.job.clone(),
        origin: match &left.keeper {
            Keeper::Package(package) => JobOrigin::Package(package.clone()),
            Keeper::Release(release) => JobOrigin::Distribution(release),
        },
        effort: Effort::NotNeeded,
        tasks: Vec::new(),
        starts_on: String::new(),
        becomes: Vec::new(),
        unit: match &left.now {
            Now::Unit(unit) | Now::PerhapsUnit(unit) => Some(unit.clone()),
            Now::Systemd | Now::Nothing => None,
        },
        operator: None,
        enabled: false,
        group: None,
        converted: None,
        left: Some(left.clone()),
    }
}

fn compare_with_package(job: &str, package: &str) -> Task {
    Task {
        job: job.to_owned(),
        kind: TaskKind::PackageJob,
        place: None,
        rule: None,
        what: format!("the job was changed since the package {package} brought it"),
        why: vec![format!("if the target has {package} with a unit, this unit hides it")],
        how: Some(
            "make the changes a drop-in with `systemctl edit`, and leave the job out with `--exclude`"
                .to_owned(),
        ),
    }
}

/// A template that nothing starts by itself.
fn choose_instances(service: &Service) -> Option<Task> {
    let Instance::Template { variables, default: None, .. } = &service.instance else {
        return None;
    };
    let commands = operator::commands(service);
    Some(Task {
        job: service.job.clone(),
        kind: TaskKind::Template,
        place: None,
        rule: None,
        what: format!(
            "{UNITS}/{} is a template: there is an instance for each value of {}",
            service.unit,
            variables.join(", ")
        ),
        why: Vec::new(),
        how: Some(format!(
            "run `{}` for each instance, with its value in place of …",
            commands.start
        )),
    })
}
