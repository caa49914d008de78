//! The table of the jobs of distributions, `jobs.txt`.

use std::sync::LazyLock;

use crate::jobset::JobKind;
use crate::systemd::release::ReleaseFamily;

/// A job of a distribution, and what does its work on a system with systemd.
#[derive(Debug, PartialEq, Eq)]
pub struct DistributionJob {
    /// The name of the job.
    pub name: &'static str,
    /// How the job behaves.
    pub(crate) kind: JobKind,
    now: &'static str,
    /// Whether other units may be ordered by the unit that does its work.
    pub(super) is_followed: bool,
    /// A release that has the job.
    pub release: &'static str,
    /// The job runs at least one of these; see [`super::runs`]. It runs nothing if one is `-`. A job
    /// of that name that runs none of them is the user's own.
    pub(super) runs: Vec<&'static str>,
}

/// What does the work of a job of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkDoneBy {
    /// A unit of the distribution.
    Unit(&'static str),
    /// systemd itself.
    Systemd,
    /// Nothing: it is not needed.
    Nothing,
}

impl DistributionJob {
    /// What does the work of the job on distributions of this family.
    pub fn now(&self, family: ReleaseFamily) -> WorkDoneBy {
        let mut names = self.now.split('|');
        let usual = names.next().unwrap_or_default();
        let own = names
            .filter_map(|name| name.split_once('='))
            .find_map(|(of, unit)| (of == family.name()).then_some(unit));
        match own.unwrap_or(usual) {
            "systemd" => WorkDoneBy::Systemd,
            "-" => WorkDoneBy::Nothing,
            unit => WorkDoneBy::Unit(unit),
        }
    }
}

/// All rows, sorted by the names of the jobs.
pub(super) static JOBS: LazyLock<Vec<DistributionJob>> =
    LazyLock::new(|| include_str!("jobs.txt").lines().filter_map(row).collect());

/// The names of the jobs in place of which other units are ordered by the unit that does their work.
pub fn followed_names() -> impl Iterator<Item = &'static str> {
    let jobs: &'static Vec<DistributionJob> = &JOBS;
    jobs.iter().filter(|row| row.is_followed).map(|row| row.name)
}

/// The row of a job.
pub fn row_of(job: &str) -> Option<&'static DistributionJob> {
    let jobs: &'static Vec<DistributionJob> = &JOBS;
    jobs.binary_search_by(|row| row.name.cmp(job)).ok().and_then(|index| jobs.get(index))
}

fn row(line: &'static str) -> Option<DistributionJob> {
    let mut columns = line.split_whitespace();
    let name = columns.next().filter(|name| !name.starts_with('#'))?;
    let kind = match columns.next()? {
        "service" => JobKind::Service,
        "task" => JobKind::Task,
        "early" => JobKind::Early,
        _ => return None,
    };
    let (now, followed, release) = (columns.next()?, columns.next()?, columns.next()?);
    let runs = columns.next()?.split(',').collect();
    Some(DistributionJob { name, kind, now, is_followed: followed == "yes", release, runs })
}

#[cfg(test)]
mod tests {
    use super::{JOBS, ReleaseFamily, WorkDoneBy, row_of};

    #[test]
    fn the_table_is_sorted_and_has_no_doubles() {
        for pair in JOBS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} and {}", pair[0].name, pair[1].name);
        }
        let text = include_str!("jobs.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines, JOBS.len(), "a row is not understood");
    }

    #[test]
    fn units_have_the_names_of_the_family() {
        let now = |job: &str, family| row_of(job).map(|row| row.now(family));
        assert_eq!(now("mysql", ReleaseFamily::Ubuntu), Some(WorkDoneBy::Unit("mysql.service")));
        assert_eq!(now("mysql", ReleaseFamily::Debian), Some(WorkDoneBy::Unit("mariadb.service")));
        assert_eq!(now("ssh", ReleaseFamily::Rhel), Some(WorkDoneBy::Unit("sshd.service")));
        assert_eq!(now("rc", ReleaseFamily::Rhel), Some(WorkDoneBy::Systemd));
        assert_eq!(now("ureadahead-other", ReleaseFamily::Ubuntu), Some(WorkDoneBy::Nothing));
        assert_eq!(now("nothing", ReleaseFamily::Ubuntu), None);
    }
}
