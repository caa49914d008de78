//! The units that answer to the names of jobs and events.

use std::collections::{BTreeMap, BTreeSet};

use crate::jobset::{JobKind, JobSet};
use crate::lower::{NamedUnit, event_unit, named_unit};
use crate::systemd::layout::{Output, UNITS};
use crate::systemd::{UnitName, escape_instance};
use crate::text::bytes::encode;
use crate::upstart::instances::{Instance, Naming};

/// The jobs and events of a configuration directory, and the units that a migration gives them.
#[derive(Debug)]
pub struct JobTable<'a> {
    job_set: &'a JobSet,
    /// The names of the units that the migration writes.
    units: BTreeSet<&'a str>,
    /// For each job with a unit, whether `systemctl reload` works.
    reloads: BTreeMap<&'a str, bool>,
}

/// The unit of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobUnit {
    /// The unit: a template if the job has instances and no default. `None` if systemd itself does
    /// the work.
    pub unit: Option<UnitName>,
    /// How the job behaves, if that is known.
    pub kind: Option<JobKind>,
    /// Whether it is a unit of the distribution, which a migration does not write.
    pub is_of_distribution: bool,
    /// Whether `systemctl reload` works, as far as that is known.
    pub reloads: bool,
    /// How the instances of the job are named; `None` if the job is not one of the directory.
    pub instance: Option<Instance>,
    /// Whether the job reads variables that a call gives it.
    pub reads_variables: bool,
}

/// What emitting an event is under systemd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventStart {
    /// The units to start. If there are none, no job of the directory needs the event to be
    /// emitted.
    pub units: Vec<UnitName>,
    /// The template of the units for the values of variables, if jobs wait for such.
    pub template: Option<UnitName>,
    /// Whether a job waits for the event.
    pub is_followed: bool,
    /// Whether jobs read variables of the event.
    pub reads_variables: bool,
}

impl<'a> JobTable<'a> {
    /// The table of a migration: its job set, its files, and for each job whether its unit reloads.
    pub fn new(
        job_set: &'a JobSet,
        files: &'a [Output],
        reloads: impl IntoIterator<Item = (&'a str, bool)>,
    ) -> Self {
        let units = files
            .iter()
            .filter_map(|file| file.path.strip_prefix(UNITS)?.strip_prefix('/'))
            .filter(|name| !name.contains('/'));
        Self { job_set, units: units.collect(), reloads: reloads.into_iter().collect() }
    }

    /// Whether the directory has a job of this name.
    pub fn has_job(&self, job: &str) -> bool {
        self.job_set.sibling(job).is_some() || self.job_set.lost(job).is_some()
    }

    /// The jobs of the directory that have units.
    pub fn jobs(&self) -> impl Iterator<Item = &str> {
        self.job_set.jobs()
    }

    /// Why a job of the directory has no unit, as a clause such as `init refuses it`.
    pub fn lost(&self, job: &str) -> Option<&'static str> {
        self.job_set.lost(job).map(|lost| lost.reason)
    }

    /// The unit of a job. `None` if systemd cannot have one of that name.
    pub fn unit(&self, job: &str) -> Option<JobUnit> {
        let NamedUnit { unit, kind, is_of_distribution } = named_unit(self.job_set, job)?;
        let sibling = self.job_set.sibling(job).filter(|_| !is_of_distribution);
        Some(JobUnit {
            unit,
            kind,
            is_of_distribution,
            reloads: is_of_distribution || self.reloads.get(job).copied().unwrap_or(true),
            instance: sibling.map(|sibling| sibling.instance.clone()),
            reads_variables: sibling.is_some_and(|sibling| !sibling.travelling.is_empty()),
        })
    }

    /// What emitting an event of this name with these `KEY=VALUE` is. `None` if the directory does
    /// not know the event.
    pub fn event(&self, event: &str, variables: &[&str]) -> Option<EventStart> {
        let followers = self.job_set.followers(event);
        let is_known = followers.is_some() || self.job_set.is_emitted(event);
        let unit = event_unit(event).filter(|_| is_known)?;
        let mut units = Vec::new();
        if self.units.contains(unit.as_str()) {
            units.push(unit.clone());
        }
        let template = unit.as_template();
        for variable in variables {
            let Ok(instance) = template.instance(&encode(variable)) else { continue };
            if self.units.contains(template.as_str()) || self.units.contains(instance.as_str()) {
                units.push(instance);
            }
        }
        let stem = template.as_str().split_once("@.").map_or("", |(stem, _)| stem);
        let has_template = self
            .units
            .iter()
            .any(|unit| unit.strip_prefix(stem).is_some_and(|instance| instance.starts_with('@')));
        Some(EventStart {
            units,
            template: has_template.then_some(template),
            is_followed: followers.is_some(),
            reads_variables: followers.is_some_and(|followers| followers.read),
        })
    }

    /// The unit of an instance, as `initctl list` and the files of logs name it. `None` if the name
    /// does not show the values of the variables.
    pub fn named_instance(&self, unit: &JobUnit, name: &str) -> Option<UnitName> {
        let template = unit.unit.as_ref()?;
        match &unit.instance {
            Some(Instance::Singleton { .. }) => Some(template.clone()),
            Some(instance @ Instance::Template { .. }) => match instance.named(name) {
                Naming::By(values) => {
                    let escaped = escape_instance(&encode(&values.join(":")));
                    Some(template.as_template().instance_escaped(&escaped))
                }
                Naming::Ambiguous | Naming::Never => None,
            },
            None => template.as_template().instance(&encode(name)).ok(),
        }
    }
}
