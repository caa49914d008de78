//! Turns all jobs of a directory into the files of an overlay. Nothing is written here.
//!
//! ```text
//!  jobs ──read──▶ Member ──survey──▶ JobSet ──lower──▶ Lowered ──ordering──▶ Migration
//!                            ▲                             │
//!                            └───────── facts ◀────────────┘
//! ```
//!
//! Some facts about a job are only known when others have been lowered: that it has to start early,
//! or that its script cannot wait for the units that it starts. They are learned from the units and
//! added to the job set, and the jobs that they concern are lowered again.

mod change_by_override;
mod clash;
mod cycles;
mod facts;
mod member;
mod ownership;
pub mod package_files;
mod preset;
mod unit_relation;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::convert::Converted;
use crate::convert::read::{ReadJob, read};
use crate::jobset::survey::{level_of_boot, survey};
use crate::jobset::{JobSet, Outside, parallel};
use crate::lower;
use crate::lower::options::Options;
use crate::systemd::UnitName;
use crate::systemd::layout::Output;
use crate::text::source::Sources;
use crate::upstart::dialect::Dialect;
use crate::upstart::instances::Instance;
use crate::upstart::job::JobName;
use crate::upstart::parse::Refusal;
use member::Member;
use ownership::{JobFate, fate, successor};

pub use change_by_override::ChangeByOverride;
pub use ownership::{Keeper, LeftJob, Now, PackageJob, Selection};
pub use unit_relation::UnitRelation;

/// A job whose files were found.
#[derive(Clone, Debug)]
pub struct FoundJob {
    /// The name of the job.
    pub name: JobName,
    /// The files of the job.
    pub sources: Arc<Sources>,
}

impl FoundJob {
    /// Reads the job. Without a given dialect, it is detected.
    pub fn read(self, dialect: Option<Dialect>) -> Read {
        let Self { name, sources } = self;
        let shown = name.0.clone();
        Read { job: read(&sources, name, dialect).map(Arc::new), name: shown, sources }
    }
}

/// A job whose files were found and read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The name of the job.
    pub name: String,
    /// The files of the job.
    pub sources: Arc<Sources>,
    /// The job that was read. An error means that init refuses it.
    pub job: Result<Arc<ReadJob>, Refusal>,
}

/// The files of an overlay, and what the user has to know about them.
#[derive(Debug, Default)]
pub struct Migration {
    /// The result of each job, in the order of the names of the jobs.
    pub jobs: Vec<Converted>,
    /// All files of the overlay, each once, in the order of their paths.
    pub files: Vec<Output>,
    /// The units to enable, in the order of their names.
    pub enabled: Vec<UnitName>,
    /// The units that could be enabled but stay disabled, because a unit of the distribution does
    /// their work. In the order of their names.
    pub left_out: Vec<UnitName>,
    /// The jobs that belong to the distribution and are not converted, in the order of their names.
    pub left_jobs: Vec<LeftJob>,
    /// The jobs that were changed since a package brought them, each with the package.
    pub changed_jobs: Vec<(String, String)>,
    /// The number of the jobs that were not chosen.
    pub not_chosen: usize,
    /// The units of the converted jobs, in the order of the names of the jobs.
    pub services: Vec<Service>,
    /// The units that the units name, companions included, in the order of the jobs.
    pub unit_relations: Vec<UnitRelation>,
    /// What the jobs know of each other, for those who ask about single jobs and events.
    pub job_set: JobSet,
}

/// The unit of a job, as far as an operator has to know it.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name of the job.
    pub job: String,
    /// The name of the unit.
    pub unit: UnitName,
    /// How the instances of the job are named.
    pub instance: Instance,
    /// Whether `systemctl reload` works.
    pub reloads: bool,
}

/// The most rounds of lowering and learning. New facts may lead to further facts; three rounds were
/// enough in every real directory.
const ROUNDS: usize = 8;

/// Migrates all jobs, in any order, whoever they belong to. The order has no influence on the result.
pub fn plan(found: Vec<FoundJob>, options: &Options) -> Migration {
    plan_selected(found, options, &Selection::all(), Outside::default())
}

/// Reads jobs, in their order.
pub fn read_all(found: Vec<FoundJob>, dialect: Option<Dialect>) -> Vec<Read> {
    parallel::map(found, |found| found.read(dialect))
}

/// Migrates the jobs that the selection carries over. `outside` is what exists outside of the
/// directory.
pub fn plan_selected(
    found: Vec<FoundJob>,
    options: &Options,
    selection: &Selection,
    outside: Outside,
) -> Migration {
    plan_read(read_all(found, options.dialect), options, selection, outside)
}

/// The same for jobs that have been read.
pub fn plan_read(
    read: Vec<Read>,
    options: &Options,
    selection: &Selection,
    mut outside: Outside,
) -> Migration {
    let read = parallel::map(read, |read| {
        let fate = fate(&read, selection, options);
        (read, fate)
    });
    let mut carried = Vec::new();
    let (mut left_jobs, mut changed_jobs, mut not_chosen) = (Vec::new(), Vec::new(), 0);
    for (read, fate) in read {
        match fate {
            JobFate::Carried => carried.push(read),
            JobFate::Changed(package) => {
                changed_jobs.push((read.name.clone(), package));
                carried.push(read);
            }
            JobFate::Left(left) => {
                let level = read.job.as_ref().ok().and_then(|read| level_of_boot(&read.job));
                outside.boot_level = level.or(outside.boot_level);
                outside.left.insert(read.name.clone(), successor(&left, &read));
                left_jobs.push(*left);
            }
            JobFate::NotChosen => {
                not_chosen += 1;
                outside.jobs.insert(read.name);
            }
        }
    }
    left_jobs.sort_by(|first, second| first.job.cmp(&second.job));
    changed_jobs.sort();
    Migration { left_jobs, changed_jobs, not_chosen, ..plan_in(carried, options, &outside) }
}

/// Migrates jobs that have been read. `outside` is what exists outside of the directory.
pub fn plan_in(read: Vec<Read>, options: &Options, outside: &Outside) -> Migration {
    let options = Options { companions: true, ..*options };
    let (mut members, mut job_set) = surveyed(read, outside);
    parallel::map(members.iter_mut().collect(), |member| member.lower(&options, &job_set));
    let mut cycles = Vec::new();
    for _ in 0..ROUNDS {
        let learned = facts::learn(&members, &job_set.facts);
        cycles = learned.cycles;
        if learned.facts == job_set.facts {
            break;
        }
        let concerned = facts::concerned(&members, &job_set, &learned.facts);
        job_set.facts = learned.facts;
        let of_these = members.iter_mut().zip(concerned).filter(|(_, concerned)| *concerned);
        parallel::map(of_these.collect(), |(member, _)| member.lower(&options, &job_set));
    }
    cycles::straighten(&mut members, cycles);
    finish(members, job_set)
}

/// The files of Upstart's commands for jobs, in any order, and the names of the jobs that they know.
pub fn commands(found: Vec<FoundJob>, dialect: Option<Dialect>) -> (Vec<Output>, Vec<String>) {
    let read = read_all(found, dialect);
    let (_, job_set) = surveyed(read, &Outside::default());
    (lower::commands(&job_set), job_set.jobs().map(str::to_owned).collect())
}

/// The jobs in the order of their names, and what one of them may know of the others.
fn surveyed(read: Vec<Read>, outside: &Outside) -> (Vec<Member>, JobSet) {
    let mut members: Vec<Member> = read.into_iter().map(Member::new).collect();
    members.sort_by(|first, second| first.name.cmp(&second.name));
    clash::one_unit_each(&mut members);
    let lost = members.iter().filter_map(Member::lost).collect();
    let job_set = survey(members.iter().filter_map(Member::known), lost, outside);
    (members, job_set)
}

/// Collects the results of the jobs, and the files of the overlay.
fn finish(members: Vec<Member>, job_set: JobSet) -> Migration {
    let (mut enabled, mut left_out) = preset::find(&members);
    enabled.sort();
    left_out.sort();
    let services = members.iter().filter_map(Member::service).collect();
    let unit_relations = unit_relation::of(&members);
    let finished: Vec<Converted> = parallel::map(members, Member::finish);
    let mut plan = Migration {
        jobs: finished,
        enabled,
        left_out,
        services,
        unit_relations,
        job_set,
        ..Migration::default()
    };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for job in &mut plan.jobs {
        clash::leave_out_long_names(job);
        clash::take(&mut files, job);
    }
    if let Some(preset) = preset::preset(&plan.enabled, &plan.left_out) {
        files.insert(preset.path, preset.text);
    }
    plan.files = files.into_iter().map(|(path, text)| Output { path, text }).collect();
    plan
}
