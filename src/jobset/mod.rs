//! What one job may know of the other jobs of its system.

pub mod distribution;
mod getty;
mod known_names;
pub(crate) mod parallel;
pub mod survey;
mod travelling;
pub(super) mod unit_name;
mod whole_machine;

use std::collections::{BTreeMap, BTreeSet};

use crate::systemd::UnitName;
use crate::text::glob;
use crate::text::source::Place;
use crate::upstart::ast::Phase;
use crate::upstart::instances::Instance;
use distribution::Successor;
pub use whole_machine::of_machine;

/// Which jobs are known to a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scope {
    /// None: it was read alone.
    #[default]
    Nothing,
    /// Those of its directory.
    Directory,
    /// Those of its directory, among them those that boot the machine.
    Machine,
}

pub use known_names::{KnownNames, NamesByDirectory};

/// The jobs of one directory, as far as one of them may know the others. The set is empty if a file
/// is converted on its own.
#[derive(Debug, Default)]
pub struct JobSet {
    /// Which jobs the set has.
    scope: Scope,
    /// The jobs that have units, by their names.
    siblings: BTreeMap<String, Sibling>,
    /// The jobs that conditions name.
    named: BTreeSet<String>,
    /// The jobs that scripts call, also those that are not in the directory.
    called: BTreeSet<String>,
    /// Whether a script asks for the list of the jobs.
    is_listed: bool,
    /// Whether the names of jobs may be those of a distribution.
    names_distributions: bool,
    /// The jobs without a unit, by their names, and why they have none.
    lost: BTreeMap<String, UnusableJob>,
    /// For names that no job has, the job that was probably meant.
    meant: BTreeMap<String, String>,
    /// The places that emit or declare an event, by the name of the event.
    emitters: BTreeMap<String, Vec<Emitter>>,
    /// The declarations in `emits` that have wildcards.
    patterns: Vec<Emitter>,
    /// The jobs that wait for an event, by the name of the event.
    followers: BTreeMap<String, Followers>,
    /// The variables that jobs export to their events and that other jobs get by a file, each with
    /// the job that exports it.
    passed_on: BTreeSet<(String, String)>,
    /// For each name that D-Bus starts a unit for, the job that becomes that unit.
    bus_owners: BTreeMap<String, String>,
    /// The units of all jobs.
    units: BTreeSet<UnitName>,
    /// What exists outside of the directory.
    outside: Outside,
    /// The run level that `rc-sysinit` of the directory boots into.
    boot_level: Option<String>,
    /// The events that the scripts of each job emit, by the name of the job.
    emitted_by: BTreeMap<String, Vec<String>>,
    /// What was learned from the units of all jobs.
    pub facts: Facts,
}

/// The units that start a job when the system goes down. They are active until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShutdownUnits {
    /// Starts the job when it stops.
    pub start: UnitName,
    /// Is stopped when the job has done its work.
    pub end: UnitName,
    /// Is stopped when the job has started; `None` if the job is a task, which is at work then.
    pub started: Option<UnitName>,
}

/// What is only known when the other jobs have been lowered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The units that start before ordinary units.
    pub early: BTreeSet<UnitName>,
    /// The jobs that do their work when the system goes down.
    pub at_shutdown: BTreeSet<String>,
    /// For the units of these jobs, the units that start them, if there are such.
    pub shutdown: BTreeMap<UnitName, ShutdownUnits>,
    /// The units that an early unit is ordered after. They also have to be early.
    pub before_early: BTreeSet<UnitName>,
    /// For units directly before which another job starts: the units that they are ordered after.
    pub after: BTreeMap<UnitName, Vec<UnitName>>,
    /// The scripts that must not wait for the units that they start, because those units wait for
    /// the script. Each is a job and a phase.
    pub not_waiting: BTreeSet<(String, Phase)>,
    /// The same for what they stop.
    pub not_waiting_for_stop: BTreeSet<(String, Phase)>,
    /// The units that stand for the events of this name.
    pub event_units: BTreeSet<UnitName>,
    /// The units that must not wait for a unit that starts before them, because that one waits for
    /// them: the unit that starts first, and the one after it.
    pub not_gated: BTreeSet<(UnitName, UnitName)>,
}

/// Another job of the directory.
#[derive(Clone, Debug)]
pub struct Sibling {
    /// The unit that the job becomes: a template if the job has instances.
    pub unit: UnitName,
    /// How the job behaves.
    pub kind: JobKind,
    /// The variables that the job exports to its events.
    pub exports: Vec<String>,
    /// Those of them whose value is always that of the `env` stanza, by their names.
    pub fixed: BTreeMap<String, String>,
    /// The variables of events and of `start` that reach the unit by a file, because scripts or
    /// jobs of the directory give them.
    pub travelling: BTreeSet<String>,
    /// How the instances of the job are named.
    pub instance: Instance,
    /// How the job behaves in detail.
    pub traits: Traits,
    /// Whose job it is.
    pub owner: Owner,
    /// Whether the commands of the job run in a root directory of their own.
    pub chrooted: bool,
    /// The first stanza of the job.
    pub place: Place,
}

/// How a job behaves in detail, as far as it matters to other jobs that wait for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Whether init starts the job again when its main process ends.
    pub respawns: bool,
    /// Whether the boot starts the job, without any event that may come later.
    pub at_boot: bool,
    /// What the job does until it has started.
    pub until_started: UntilStarted,
    /// Whether the job has a pre-start.
    pub prepares: bool,
    /// The signals with which the main process may end without a failure, without `SIG`.
    pub normal_signals: Vec<&'static str>,
    /// The seconds from the kill signal to SIGKILL.
    pub kill_timeout: u32,
}

/// What a job does until it has started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UntilStarted {
    /// A process of the job runs.
    Works,
    /// Nothing.
    #[default]
    Nothing,
    /// Nothing, and nothing notices when it has started: it only stands for others.
    OnlyGroups,
}

/// Whose job it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// That of the user.
    User,
    /// That of a distribution, which has a unit for it.
    Distribution,
}

/// A job without a unit.
#[derive(Clone, Debug)]
pub struct UnusableJob {
    /// The reason, as a clause such as `init refuses it`.
    pub reason: &'static str,
    /// The place that findings about the job refer to.
    pub place: Place,
}

/// How a job behaves, as far as it matters to other jobs that wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// It is active until it is stopped or ends.
    Service,
    /// It has no main process, and is active until it is stopped.
    State,
    /// It ends, and others wait for its end.
    Task,
    /// Its work is done before any ordinary unit starts.
    Early,
}

/// The jobs that wait for an event.
#[derive(Clone, Debug, Default)]
pub struct Followers {
    /// The jobs that the event starts.
    pub started: Vec<String>,
    /// Those of them that wait for other events as well, or for several values of a variable, or
    /// that have instances.
    pub not_alone: Vec<String>,
    /// Whether any of the jobs matches a variable of the event.
    pub by_variable: bool,
    /// Whether variables of the event may reach any of the jobs by a file.
    pub read: bool,
}

/// A place that emits or declares an event.
#[derive(Clone, Debug)]
pub struct Emitter {
    /// The job that emits the event.
    pub job: String,
    /// The name of the event. It has wildcards only if it comes from `emits`.
    pub event: String,
    /// The variables of the event, in order; `None` if `emits` declares the event, which does not
    /// state them.
    pub variables: Option<Vec<Variable>>,
    /// The place of the command or of the declaration.
    pub place: Place,
}

/// A variable of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name of the variable.
    pub name: String,
    /// The value; `None` if it is only known when the script runs.
    pub value: Option<String>,
}

/// What exists outside of the directory, as the user states in the configuration.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The events that something emits.
    pub events: KnownNames,
    /// The jobs that exist.
    pub jobs: KnownNames,
    /// The jobs of the directory that belong to the distribution and are not converted, each with
    /// the unit that does its work.
    pub left: BTreeMap<String, Successor>,
    /// The run level that `rc-sysinit` boots into, if that is one of them.
    pub boot_level: Option<String>,
    /// The units that jobs outside of the directory became, by the names of the jobs.
    pub units_of_jobs: BTreeMap<String, UnitName>,
    /// The units that stand for events from outside of the directory, by the names of the events.
    pub units_of_events: BTreeMap<String, UnitName>,
}

/// The findings of a survey, from which a [`JobSet`] is made.
#[derive(Debug, Default)]
pub struct Survey {
    /// The jobs that have units, by their names.
    pub siblings: BTreeMap<String, Sibling>,
    /// The jobs that conditions name.
    pub named: BTreeSet<String>,
    /// The jobs that scripts call.
    pub called: BTreeSet<String>,
    /// Whether a script asks for the list of the jobs.
    pub is_listed: bool,
    /// Whether the names of jobs may be those of a distribution.
    pub names_distributions: bool,
    /// The jobs without a unit, by their names.
    pub lost: BTreeMap<String, UnusableJob>,
    /// The places that emit or declare events.
    pub emitters: Vec<Emitter>,
    /// The jobs that wait for an event, by the name of the event.
    pub followers: BTreeMap<String, Followers>,
    /// The variables that jobs export and that others get by a file.
    pub passed_on: BTreeSet<(String, String)>,
    /// For each name that D-Bus starts a unit for, the job that becomes that unit.
    pub bus_owners: BTreeMap<String, String>,
    /// For names in conditions that no job has, the job that was probably meant.
    pub meant: BTreeMap<String, String>,
    /// What exists outside of the directory.
    pub outside: Outside,
    /// The run level that `rc-sysinit` of the directory boots into.
    pub boot_level: Option<String>,
}

impl JobSet {
    /// The job set of a directory that has all jobs of the system.
    pub fn whole(survey: Survey) -> Self {
        let Survey {
            siblings,
            named,
            called,
            is_listed,
            names_distributions,
            lost,
            emitters,
            followers,
            passed_on,
            bus_owners,
            meant,
            outside,
            boot_level,
        } = survey;
        let units = siblings.values().map(|sibling| sibling.unit.clone()).collect();
        let all = siblings.keys().chain(lost.keys()).chain(outside.left.keys());
        let is_of_machine = of_machine(all.map(String::as_str));
        let mut job_set = Self {
            scope: if is_of_machine { Scope::Machine } else { Scope::Directory },
            siblings,
            named,
            called,
            is_listed,
            names_distributions,
            lost,
            meant,
            followers,
            passed_on,
            bus_owners,
            units,
            outside,
            boot_level,
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

    /// Whether the set has all jobs of the system. A job that is missing from it then does not
    /// exist.
    pub fn is_whole(&self) -> bool {
        self.scope != Scope::Nothing
    }

    /// Whether the jobs are those of a whole machine, and not of a package or a repository: the jobs
    /// that boot it are among them.
    pub fn is_of_machine(&self) -> bool {
        self.scope == Scope::Machine
    }

    /// The job of this name, if it has a unit.
    pub fn sibling(&self, job: &str) -> Option<&Sibling> {
        self.siblings.get(job)
    }

    /// The names of the jobs that have units.
    pub fn jobs(&self) -> impl Iterator<Item = &str> {
        self.siblings.keys().map(String::as_str)
    }

    /// Whether the condition of some job names this job.
    pub fn is_named(&self, job: &str) -> bool {
        self.named.contains(job)
    }

    /// The jobs that scripts call by their names, in order. They need not be in the directory.
    pub fn called(&self) -> impl Iterator<Item = &str> {
        self.called.iter().map(String::as_str)
    }

    /// Whether a script asks for the list of the jobs, or may do so.
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Whether a name that no job of the directory has may be that of a job of a distribution.
    pub fn names_distributions(&self) -> bool {
        self.names_distributions
    }

    /// The names of the jobs that have units and match a pattern, in order.
    pub fn named_like(&self, pattern: &str) -> impl Iterator<Item = &str> {
        self.siblings.keys().map(String::as_str).filter(move |name| glob::matches(pattern, name))
    }

    /// Whether a job that an event of this job starts gets the variable by a file.
    pub fn is_passed_on(&self, job: &str, variable: &str) -> bool {
        self.passed_on.contains(&(job.to_owned(), variable.to_owned()))
    }

    /// The jobs whose units get variables of events or of `start` by a file.
    pub fn readers(&self) -> impl Iterator<Item = &str> {
        let reads = |sibling: &Sibling| !sibling.travelling.is_empty();
        self.siblings.iter().filter(move |(_, job)| reads(job)).map(|(name, _)| name.as_str())
    }

    /// Why a job of the directory has no unit.
    pub fn lost(&self, job: &str) -> Option<&UnusableJob> {
        self.lost.get(job)
    }

    /// The job that was probably meant by a name that no job has.
    pub fn meant(&self, job: &str) -> Option<&str> {
        self.meant.get(job).map(String::as_str)
    }

    /// The events that something emits or declares by their exact names.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.emitters.keys().map(String::as_str)
    }

    /// The places that emit or declare an event by this exact name.
    pub fn emitters(&self, event: &str) -> &[Emitter] {
        self.emitters.get(event).map_or(&[], Vec::as_slice)
    }

    /// The events that the scripts of a job emit.
    pub fn events_of(&self, job: &str) -> impl Iterator<Item = &str> {
        self.emitted_by.get(job).into_iter().flatten().map(String::as_str)
    }

    /// The run level that `rc-sysinit` of the directory boots into.
    pub fn boot_level(&self) -> Option<&str> {
        self.boot_level.as_deref()
    }

    /// Whether something emits or declares the event by its exact name.
    pub fn is_emitted(&self, event: &str) -> bool {
        !self.emitters(event).is_empty() || self.is_emitted_outside(event)
    }

    /// Whether something outside of the directory is known to emit the event.
    pub fn is_emitted_outside(&self, event: &str) -> bool {
        self.outside.events.contains(event) || self.outside.units_of_events.contains_key(event)
    }

    /// The unit that does the work of a job of the directory that is not converted.
    pub fn left(&self, job: &str) -> Option<&Successor> {
        self.outside.left.get(job)
    }

    /// The unit that a job outside of the directory became, if the user has said so.
    pub fn unit_of_job(&self, job: &str) -> Option<&UnitName> {
        self.outside.units_of_jobs.get(job)
    }

    /// The unit that stands for an event from outside of the directory, if the user has said so.
    pub fn unit_of_event(&self, event: &str) -> Option<&UnitName> {
        self.outside.units_of_events.get(event)
    }

    /// What a job that is converted on its own may know: nothing but what exists outside.
    pub fn only_outside(outside: Outside) -> Self {
        Self { outside, ..Self::default() }
    }

    /// Whether the job is known to exist elsewhere.
    pub fn is_job_outside(&self, job: &str) -> bool {
        self.outside.jobs.contains(job) || self.outside.units_of_jobs.contains_key(job)
    }

    /// The jobs that wait for an event of this exact name.
    pub fn followers(&self, event: &str) -> Option<&Followers> {
        self.followers.get(event)
    }

    /// The events whose variables may reach a job by a file, in order.
    pub fn read_events(&self) -> impl Iterator<Item = &str> {
        let read = self.followers.iter().filter(|(_, followers)| followers.read);
        read.map(|(event, _)| event.as_str())
    }

    /// Whether another job of the directory becomes the unit that D-Bus starts for this name.
    pub fn is_of_another(&self, bus_name: &str, job: &str) -> bool {
        self.bus_owners.get(bus_name).is_some_and(|owner| owner != job)
    }

    /// Whether a job of the directory becomes this unit.
    pub fn has_unit(&self, unit: &UnitName) -> bool {
        self.units.contains(unit)
    }

    /// The declarations with wildcards, each of which may match an event.
    pub fn patterns(&self) -> &[Emitter] {
        &self.patterns
    }
}
