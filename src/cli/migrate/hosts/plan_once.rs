//! Plans for many hosts what is the same only once.
//!
//! What a job becomes depends on its files, on the other jobs of its host and on the settings. So
//! each distinct job is read once, and hosts that have the identical jobs, packages and settings
//! have one plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host::ReadHost;
use crate::cli::panic;
use crate::cli::panic::Bug;
use crate::migrate::{FoundJob, Migration, PackageJob, Read, read_all};
use crate::text::source::{Source, Sources};
use crate::upstart::dialect::{Dialect, Sign};

/// What the result for a job depends on, besides the other jobs. Of the paths these are the names of
/// the files, which the unit names, and whether they reveal the dialect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct JobKey<'a> {
    name: &'a str,
    conf: FileKey<'a>,
    overriding: Option<FileKey<'a>>,
    sign: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FileKey<'a> {
    file_name: &'a str,
    text: &'a str,
    is_private: bool,
}

impl<'a> JobKey<'a> {
    fn of(job: &'a FoundJob) -> Self {
        let Sources { conf, overriding } = job.sources.as_ref();
        Self {
            name: &job.name.0,
            conf: FileKey::of(conf),
            overriding: overriding.as_ref().map(FileKey::of),
            sign: Sign::of_path(Path::new(conf.path())).is_some(),
        }
    }
}

impl<'a> FileKey<'a> {
    fn of(source: &'a Source) -> Self {
        let path = source.path();
        Self {
            file_name: path.rsplit('/').next().unwrap_or(path),
            text: source.text(),
            is_private: source.is_private(),
        }
    }
}

/// What a plan depends on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PlanKey<'a> {
    /// The numbers of the jobs, in ascending order.
    jobs: Vec<usize>,
    packages: Option<&'a BTreeMap<String, PackageJob>>,
    settings: Option<&'a PathBuf>,
}

/// Hosts with one plan.
pub(super) struct HostGroup {
    /// The indices of the hosts, in ascending order.
    pub(super) hosts: Vec<usize>,
    /// What the first of them gets, and so do the others.
    pub(super) plan: Result<Migration, Bug>,
}

/// Plans all hosts. The groups are in the order of their first hosts.
pub(super) fn plan_once(
    hosts: &[ReadHost],
    dialect: Option<Dialect>,
    plan: impl Fn(&ReadHost, Vec<Read>) -> Migration,
) -> Result<Vec<HostGroup>, Bug> {
    let mut numbers: BTreeMap<JobKey<'_>, usize> = BTreeMap::new();
    let mut distinct: Vec<FoundJob> = Vec::new();
    let mut jobs_of_hosts: Vec<Vec<usize>> = Vec::with_capacity(hosts.len());
    for host in hosts {
        let number = |job| {
            *numbers.entry(JobKey::of(job)).or_insert_with(|| {
                distinct.push(job.clone());
                distinct.len() - 1
            })
        };
        jobs_of_hosts.push(host.found.jobs.iter().map(number).collect());
    }
    let read = panic::caught(|| read_all(distinct, dialect))?;
    let mut groups: BTreeMap<PlanKey<'_>, Vec<usize>> = BTreeMap::new();
    for (index, (host, jobs)) in hosts.iter().zip(&jobs_of_hosts).enumerate() {
        let mut jobs = jobs.clone();
        jobs.sort_unstable();
        let ReadHost { packages, settings, .. } = host;
        let key = PlanKey { jobs, packages: packages.as_ref(), settings: settings.as_ref() };
        groups.entry(key).or_default().push(index);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort();
    let mut planned = Vec::with_capacity(groups.len());
    for members in groups {
        let Some(&first) = members.first() else { continue };
        let (Some(host), Some(numbers)) = (hosts.get(first), jobs_of_hosts.get(first)) else {
            continue;
        };
        let jobs = host.found.jobs.iter().zip(numbers);
        let jobs =
            jobs.filter_map(|(job, &number)| Some(read_as(job, read.get(number)?))).collect();
        planned.push(HostGroup { hosts: members, plan: panic::caught(|| plan(host, jobs)) });
    }
    Ok(planned)
}

/// A job, with what was read of one that has the same files. Places are offsets in the text, so they
/// are right for both.
fn read_as(job: &FoundJob, read: &Read) -> Read {
    Read {
        name: job.name.0.clone(),
        sources: Arc::clone(&job.sources),
        job: match &read.job {
            Ok(read) => Ok(Arc::clone(read)),
            Err(refusal) => Err(refusal.clone()),
        },
    }
}
