//! From all jobs of a directory to all files of the overlay, before a byte of it is written.
//!
//! ```text
//!  jobs ──read──▶ Member ──survey──▶ JobSet ──lower──▶ Lowered ──ordering──▶ Migration
//!                            ▲                             │
//!                            └───────── facts ◀────────────┘
//! ```
//!
//! Some things about a job show only when others have been lowered: that it has to be early, that
//! its script cannot wait for what it starts. They are found in the units, put into the job set, and
//! the jobs that they concern are lowered again.

mod clash;
mod cycles;
mod facts;
mod member;
mod preset;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::convert::Converted;
use crate::convert::read::{ReadJob, read};
use crate::jobset::survey::survey;
use crate::jobset::{Outside, parallel};
use crate::lower::options::Options;
use crate::systemd::UnitName;
use crate::systemd::layout::Output;
use crate::text::source::Sources;
use crate::upstart::dialect::Dialect;
use crate::upstart::instances::Instance;
use crate::upstart::job::JobName;
use crate::upstart::parse::Refusal;
use member::Member;

/// A job that was found.
#[derive(Clone, Debug)]
pub struct FoundJob {
    pub name: JobName,
    pub sources: Arc<Sources>,
}

impl FoundJob {
    /// Reads the job, in the dialect that it is written in where none is given.
    pub fn read(self, dialect: Option<Dialect>) -> Read {
        let Self { name, sources } = self;
        let shown = name.0.clone();
        Read { job: read(&sources, name, dialect).map(Arc::new), name: shown, sources }
    }
}

/// A job that was found, read.
#[derive(Clone, Debug)]
pub struct Read {
    pub name: String,
    pub sources: Arc<Sources>,
    pub job: Result<Arc<ReadJob>, Refusal>,
}

/// What there is to write, and what there is to say about it.
#[derive(Debug, Default)]
pub struct Migration {
    /// One for each job, in the order of their names.
    pub jobs: Vec<Converted>,
    /// All files, each once, in the order of their paths.
    pub files: Vec<Output>,
    /// What starts by itself, in the order of the names.
    pub enabled: Vec<UnitName>,
    /// Units that could start by themselves but are better not enabled, as something of the
    /// distribution does their work.
    pub left_out: Vec<UnitName>,
    /// The units of the jobs that were converted, in the order of the names of the jobs.
    pub services: Vec<Service>,
}

/// The unit of a job, as far as an operator has to know it.
#[derive(Clone, Debug)]
pub struct Service {
    pub job: String,
    pub unit: UnitName,
    pub instance: Instance,
    /// `systemctl reload` works.
    pub reloads: bool,
}

/// Facts lead to facts; in no directory that anybody wrote more than three times.
const ROUNDS: usize = 8;

/// Plans the overlay. The jobs may come in any order; the plan is the same.
pub fn plan(found: Vec<FoundJob>, options: &Options) -> Migration {
    let read = parallel::map(found, |found| found.read(options.dialect));
    plan_in(read, options, &Outside::default())
}

/// The same for jobs that were read, where something is known of what is outside of the directory.
pub fn plan_in(read: Vec<Read>, options: &Options, outside: &Outside) -> Migration {
    let options = Options { companions: true, ..*options };
    let mut members: Vec<Member> = read.into_iter().map(Member::new).collect();
    members.sort_by(|first, second| first.name.cmp(&second.name));
    clash::one_unit_each(&mut members);
    let lost = members.iter().filter_map(Member::lost).collect();
    let mut job_set = survey(members.iter().filter_map(Member::known), lost, outside);
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
    finish(members)
}

fn finish(members: Vec<Member>) -> Migration {
    let (mut enabled, mut left_out) = preset::find(&members);
    enabled.sort();
    left_out.sort();
    let services = members.iter().filter_map(Member::service).collect();
    let finished: Vec<Converted> = parallel::map(members, Member::finish);
    let mut plan = Migration { jobs: finished, files: Vec::new(), enabled, left_out, services };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for job in &mut plan.jobs {
        clash::take(&mut files, job);
    }
    if let Some(preset) = preset::preset(&plan.enabled, &plan.left_out) {
        files.insert(preset.path, preset.text);
    }
    plan.files = files.into_iter().map(|(path, text)| Output { path, text }).collect();
    plan
}
