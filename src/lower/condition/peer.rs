//! Which unit a job of the distribution is in systemd.

use crate::jobset::distribution::{DISTRIBUTION, SHIPPED};
use crate::jobset::{JobKind, JobSet};
use crate::lower::lowering::Lowering;
use crate::systemd::{Feature, UnitName};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;

/// What is known of the whereabouts of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Presence {
    Unknown,
    /// It certainly exists, so that a unit which is bound to it can start.
    Here,
    /// The same, but its commands, those of its drop-ins, too, run in a root directory of their
    /// own, where there may be no systemctl.
    Chrooted,
}

/// A job that a condition refers to, as systemd knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) struct Peer {
    pub(crate) unit: UnitName,
    /// `None` where nothing is known of the job.
    pub(crate) kind: Option<JobKind>,
    pub(crate) presence: Presence,
    /// It is started again when it ends, as far as anybody knows.
    pub(crate) respawns: bool,
    /// Only a person or a script starts it.
    pub(crate) by_hand: bool,
    /// It starts before the ordinary units, although it is none of the distribution's.
    pub(crate) early: bool,
}

impl Peer {
    pub(crate) fn present(&self) -> bool {
        self.presence != Presence::Unknown
    }

    /// A drop-in can have it run systemctl, with full privileges whatever user it runs as.
    pub(crate) fn can_call(&self, lowering: &Lowering<'_>) -> bool {
        lowering.options.companions
            && lowering.has(Feature::FullPrivilegesPrefix)
            && self.presence != Presence::Chrooted
            && self.unit.as_str().ends_with(".service")
    }

    pub(crate) fn known(unit: &'static str, kind: JobKind) -> Self {
        Self {
            unit: UnitName::known(unit),
            kind: Some(kind),
            presence: Presence::Unknown,
            respawns: false,
            by_hand: false,
            early: false,
        }
    }
}

/// The unit of the job with this name; `None` where systemd cannot have a unit of such a name. What
/// systemd itself does by a unit of another name is that unit, even where the directory holds such
/// a job: both must not be installed.
pub(in crate::lower) fn peer(job_set: &JobSet, job: &str) -> Option<Peer> {
    let row = DISTRIBUTION.iter().find(|(name, ..)| *name == job);
    if let Some(&(_, unit, kind)) = row
        && unit.strip_suffix(".service") != Some(job)
    {
        return Some(Peer::known(unit, kind));
    }
    if let Some(sibling) = job_set.sibling(job) {
        let unit = match &sibling.instance {
            Instance::Template { default: Some(default), .. } => {
                sibling.unit.instance_escaped(default)
            }
            Instance::Template { default: None, .. } | Instance::Singleton { .. } => {
                sibling.unit.clone()
            }
        };
        let early = job_set.facts.early.contains(&unit);
        let presence = if sibling.chrooted { Presence::Chrooted } else { Presence::Here };
        return Some(Peer {
            unit,
            kind: Some(sibling.kind),
            presence,
            respawns: sibling.respawns,
            by_hand: !sibling.starts,
            early,
        });
    }
    if let Some(&(_, unit, kind)) = row {
        return Some(Peer::known(unit, kind));
    }
    let unit = UnitName::escaped(&encode(job), "service").ok()?;
    let kind = SHIPPED.contains(&job).then_some(JobKind::Service);
    Some(Peer {
        unit,
        kind: kind.filter(|_| job_set.is_whole()),
        presence: Presence::Unknown,
        respawns: false,
        by_hand: false,
        early: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_have_no_doubles() {
        assert!(DISTRIBUTION.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
