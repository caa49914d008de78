//! The jobs of distributions, and what took their place.

use crate::lower::condition::peer::{DISTRIBUTION, SHIPPED};
use crate::upstart::job::JobName;

/// What a distribution with systemd has for a job of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shipped {
    /// A unit of the same name, which the converted one would take the place of.
    SameName,
    /// A unit of another name that does what the job did.
    As(&'static str),
}

/// Whether distributions have a job, or a unit, of this name.
pub(crate) fn is_known_job(job: &str) -> bool {
    job == "rc" || SHIPPED.contains(&job) || DISTRIBUTION.iter().any(|(name, ..)| *name == job)
}

/// Whether the distribution has a unit of another name for what the job did, so that only one of them may run.
pub(crate) fn replaced_by_distribution(job: &JobName) -> bool {
    matches!(shipped(job), Some(Shipped::As(_)))
}

pub(crate) fn shipped(job: &JobName) -> Option<Shipped> {
    let name = job.0.as_str();
    if SHIPPED.contains(&name) || name.starts_with("systemd-") || name.starts_with("plymouth-") {
        return Some(Shipped::SameName);
    }
    // `rc2` and its kin are of the time of event.d.
    if ["rc", "rcS", "rc-default", "rc-sysinit", "rc0", "rc1", "rc2", "rc3", "rc4", "rc5", "rc6"].contains(&name) {
        return Some(Shipped::As("systemd itself, by its targets"));
    }
    DISTRIBUTION.iter().find(|(known, ..)| *known == name).map(|(_, unit, _)| match unit.strip_suffix(".service") {
        Some(stem) if stem == name => Shipped::SameName,
        Some(_) => Shipped::As(unit),
        None => Shipped::As("systemd itself, early in the boot"),
    })
}
