//! Whose job it is. A migration carries over the jobs of the machine's owner: a file in
//! /etc/systemd/system would hide the unit that the target has for a job of the distribution.

use std::collections::BTreeMap;

use super::Read;
use super::change_by_override::{ChangeByOverride, change_by_override};
use crate::jobset::distribution::{
    Successor, WorkDoneBy, getty_unit, is_of_distribution, of_table_as, row_of,
};
use crate::jobset::unit_name::unit_name;
use crate::jobset::{JobKind, survey};
use crate::lower::options::Options;
use crate::systemd::release::ReleaseFamily;
use crate::text::glob;
use crate::upstart::dialect::Dialect;
use crate::upstart::instances::Instance;

/// Which jobs are carried over.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Also the jobs of the distribution.
    pub all: bool,
    /// Only the jobs whose names match one of these patterns, whoever they belong to. All if there
    /// is no pattern.
    pub only: Vec<String>,
    /// Not the jobs whose names match one of these patterns.
    pub exclude: Vec<String>,
    /// The jobs that packages brought, by their names; `None` if no database of packages is known.
    pub packages: Option<BTreeMap<String, PackageJob>>,
    /// The distribution that the units are for.
    pub family: ReleaseFamily,
}

impl Selection {
    /// All jobs, whoever they belong to.
    #[must_use]
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }
}

/// A job that a package brought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageJob {
    /// The name of the package.
    pub package: String,
    /// Whether the file of the job was changed since.
    pub is_changed: bool,
}

/// Whose job it is that is not carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// The job is in a file of this package, as the package brought it.
    Package(String),
    /// A release of a distribution, such as `ubuntu-14.04`, has a job of this name that runs the
    /// same.
    Release(&'static str),
}

/// A job that is not carried over because it belongs to the distribution.
#[derive(Clone, Debug)]
pub struct LeftJob {
    /// The name of the job.
    pub job: String,
    /// Whose job it is.
    pub keeper: Keeper,
    /// What does its work now. A unit that is known by the name of the job alone may not exist.
    pub now: Now,
    /// What the override of the job changes.
    pub change: Option<ChangeByOverride>,
}

/// What does the work of a job now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Now {
    /// A unit of the distribution.
    Unit(String),
    /// A unit that the package may have: the name is that of the job.
    PerhapsUnit(String),
    /// systemd itself.
    Systemd,
    /// Nothing: it is not needed.
    Nothing,
}

/// What becomes of a job.
pub(super) enum JobFate {
    /// It is converted.
    Carried,
    /// It is converted, because it was changed since this package brought it.
    Changed(String),
    /// It stays with the distribution.
    Left(Box<LeftJob>),
    /// The user did not choose it.
    NotChosen,
}

/// Decides what becomes of a job.
pub(super) fn fate(read: &Read, selection: &Selection, options: &Options) -> JobFate {
    let matches =
        |patterns: &[String]| patterns.iter().any(|pattern| glob::matches(pattern, &read.name));
    if matches(&selection.exclude) || !selection.only.is_empty() && !matches(&selection.only) {
        return JobFate::NotChosen;
    }
    if selection.all || !selection.only.is_empty() {
        return JobFate::Carried;
    }
    let keeper = match &selection.packages {
        Some(packages) => match packages.get(&read.name) {
            None => return JobFate::Carried,
            Some(job) if job.is_changed => return JobFate::Changed(job.package.clone()),
            Some(job) => Keeper::Package(job.package.clone()),
        },
        None => match keeper(read) {
            Some(release) => Keeper::Release(release),
            None => return JobFate::Carried,
        },
    };
    let change = change_by_override(read, options);
    let now = now(read, selection.family);
    JobFate::Left(Box::new(LeftJob { job: read.name.clone(), keeper, now, change }))
}

/// The last part of the name of a job. Collections of jobs keep those of a distribution in
/// sub-directories.
fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The release that has the job, by the table of the jobs of distributions.
fn keeper(read: &Read) -> Option<&'static str> {
    let job = read.job.as_ref().ok()?;
    // The names say nothing of ChromeOS, nor of the jobs of users' sessions.
    if job.job.dialect == Dialect::ChromeOs || read.name.split('/').any(|part| part == "sessions") {
        return None;
    }
    let row = of_table_as(last_part(&read.name), &job.job, &job.scripts);
    let is_getty = || is_of_distribution(&job.job, &job.scripts);
    row.map(|row| row.release).or_else(|| is_getty().then_some("ubuntu-14.04"))
}

/// What does the work of a job of the distribution now.
fn now(read: &Read, family: ReleaseFamily) -> Now {
    if let Some(unit) = getty_unit(last_part(&read.name)) {
        return Now::Unit(unit.into_owned());
    }
    match row_of(last_part(&read.name)).map(|row| row.now(family)) {
        Some(WorkDoneBy::Unit(unit)) => Now::Unit(unit.to_owned()),
        Some(WorkDoneBy::Systemd) => Now::Systemd,
        Some(WorkDoneBy::Nothing) => Now::Nothing,
        None => {
            let unit = read
                .job
                .as_ref()
                .ok()
                .and_then(|read| unit_name(&read.job, &Instance::of(&read.job)).ok());
            unit.map_or(Now::Systemd, |unit| Now::PerhapsUnit(unit.to_string()))
        }
    }
}

/// The unit that other jobs are ordered by in place of a job that is not carried over.
pub(super) fn successor(left: &LeftJob, read: &Read) -> Successor {
    let kind = row_of(last_part(&left.job)).map(|row| row.kind);
    let own = || read.job.as_ref().map_or(JobKind::Service, |read| survey::kind(&read.job));
    match &left.now {
        Now::Unit(unit) | Now::PerhapsUnit(unit) => {
            Successor { unit: unit.clone().into(), kind: kind.unwrap_or_else(own) }
        }
        // It is done before any ordinary unit starts.
        Now::Systemd | Now::Nothing => {
            Successor { unit: "sysinit.target".into(), kind: JobKind::Early }
        }
    }
}
