//! What one job may know of the system that it is part of.

pub(super) mod distribution;
pub(crate) mod parallel;
pub mod survey;
pub(super) mod unit_name;

use std::collections::{BTreeMap, BTreeSet};

use crate::systemd::UnitName;
use crate::text::source::Place;
use crate::upstart::ast::Phase;
use crate::upstart::instances::Instance;

/// The jobs around a job: those of a whole directory, or none where a file is converted by itself.
#[derive(Debug, Default)]
pub struct JobSet {
    is_whole: bool,
    siblings: BTreeMap<String, Sibling>,
    /// Jobs of the directory that come to no unit, and why.
    lost: BTreeMap<String, UnusableJob>,
    meant: BTreeMap<String, String>,
    emitters: BTreeMap<String, Vec<Emitter>>,
    /// Of `emits` with wildcards, which are the only ones whose event is not its own key.
    patterns: Vec<Emitter>,
    followers: BTreeMap<String, Followers>,
    units: BTreeSet<UnitName>,
    outside: Outside,
    /// The events that the scripts of each job emit.
    emitted_by: BTreeMap<String, Vec<String>>,
    pub facts: Facts,
}

/// What shows only when other jobs have been lowered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Units that start before the ordinary ones.
    pub early: BTreeSet<UnitName>,
    /// Jobs that do their work when the system goes down.
    pub at_shutdown: BTreeSet<String>,
    /// Units that an early unit is ordered after, so that they have to be early, too.
    pub before_early: BTreeSet<UnitName>,
    /// What units are ordered after, where another job starts right before them.
    pub after: BTreeMap<UnitName, Vec<UnitName>>,
    /// Scripts that would wait for ever if they waited for what they start.
    pub not_waiting: BTreeSet<(String, Phase)>,
}

/// Another job of the directory.
#[derive(Clone, Debug)]
pub struct Sibling {
    pub unit: UnitName,
    pub kind: JobKind,
    /// Some event starts it.
    pub starts: bool,
    /// The variables that its events carry.
    pub exports: Vec<String>,
    pub instance: Instance,
    pub respawns: bool,
    /// Its commands run in a root directory of their own.
    pub chrooted: bool,
    /// Its first stanza.
    pub place: Place,
}

/// A job without a unit.
#[derive(Clone, Debug)]
pub struct UnusableJob {
    /// What happened to it: `init refuses it`.
    pub reason: &'static str,
    pub place: Place,
}

/// How a job behaves, as far as it matters to those who wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// It is up until it is stopped, or ends.
    Service,
    /// It has no main process, so that it only ends when somebody stops it.
    State,
    /// It ends, and is waited for until then.
    Task,
    /// Whatever it did is done before any ordinary unit starts.
    Early,
}

/// Who waits for an event.
#[derive(Clone, Debug, Default)]
pub struct Followers {
    /// Jobs that it starts.
    pub started: Vec<String>,
    /// Whether any of the jobs looks at a variable of it.
    pub by_variable: bool,
}

/// Where an event comes from.
#[derive(Clone, Debug)]
pub struct Emitter {
    pub job: String,
    /// A name; with wildcards only where the job declares what it emits.
    pub event: String,
    /// The variables that go with it, in order; `None` where only `emits` tells of the event.
    pub variables: Option<Vec<Variable>>,
    pub place: Place,
}

/// A variable that goes with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// `None` where it shows only when the script runs.
    pub value: Option<String>,
}

/// What exists outside of the directory, as its owner says.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Events that something emits.
    pub events: BTreeSet<String>,
    pub jobs: BTreeSet<String>,
}

/// What a survey finds.
#[derive(Debug, Default)]
pub struct Survey {
    pub siblings: BTreeMap<String, Sibling>,
    pub lost: BTreeMap<String, UnusableJob>,
    pub emitters: Vec<Emitter>,
    pub followers: BTreeMap<String, Followers>,
    /// For names in conditions that no job has, the job that was probably meant.
    pub meant: BTreeMap<String, String>,
    pub outside: Outside,
}

impl JobSet {
    /// That of a directory of which nothing is missing.
    pub fn whole(Survey { siblings, lost, emitters, followers, meant, outside }: Survey) -> Self {
        let units = siblings.values().map(|sibling| sibling.unit.clone()).collect();
        let mut job_set = Self {
            is_whole: true,
            siblings,
            lost,
            meant,
            followers,
            units,
            outside,
            ..Self::default()
        };
        for emitter in emitters {
            if emitter.variables.is_some() {
                job_set
                    .emitted_by
                    .entry(emitter.job.clone())
                    .or_default()
                    .push(emitter.event.clone());
            }
            if emitter.variables.is_none() && emitter.event.contains(['*', '?', '[']) {
                job_set.patterns.push(emitter);
            } else {
                job_set.emitters.entry(emitter.event.clone()).or_default().push(emitter);
            }
        }
        job_set
    }

    /// Whether a job that is not here does not exist.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    pub fn sibling(&self, job: &str) -> Option<&Sibling> {
        self.siblings.get(job)
    }

    /// Why a job of the directory has no unit.
    pub fn lost(&self, job: &str) -> Option<&UnusableJob> {
        self.lost.get(job)
    }

    /// The job that was probably meant by a name that none has.
    pub fn meant(&self, job: &str) -> Option<&str> {
        self.meant.get(job).map(String::as_str)
    }

    /// The events that something emits by their name.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.emitters.keys().map(String::as_str)
    }

    /// The places that emit an event by this very name.
    pub fn emitters(&self, event: &str) -> &[Emitter] {
        self.emitters.get(event).map_or(&[], Vec::as_slice)
    }

    /// The events that the scripts of a job emit.
    pub fn events_of(&self, job: &str) -> impl Iterator<Item = &str> {
        self.emitted_by.get(job).into_iter().flatten().map(String::as_str)
    }

    /// Whether something outside of the directory is known to emit the event.
    pub fn is_emitted_outside(&self, event: &str) -> bool {
        self.outside.events.contains(event)
    }

    /// Whether the job is known to exist elsewhere.
    pub fn is_job_outside(&self, job: &str) -> bool {
        self.outside.jobs.contains(job)
    }

    /// Who waits for an event by this very name.
    pub fn followers(&self, event: &str) -> Option<&Followers> {
        self.followers.get(event)
    }

    /// Whether a job of the directory becomes this unit.
    pub fn has_unit(&self, unit: &UnitName) -> bool {
        self.units.contains(unit)
    }

    /// Declarations with wildcards, any of which may mean an event.
    pub fn patterns(&self) -> &[Emitter] {
        &self.patterns
    }
}
