//! The unit of a job that a condition names.

use crate::diagnostic::registry::UNKNOWN_JOB;
use crate::diagnostic::{Diagnostic, Severity};
use crate::jobset::distribution::{SHIPPED, is_run_level_job, successor};
use crate::jobset::{JobKind, JobSet, Owner, Traits};
use crate::lower::lowering::Lowering;
use crate::systemd::{Feature, UnitName};
use crate::text::bytes::{encode, lossy};
use crate::text::source::Span;
use crate::upstart::dialect::Dialect;
use crate::upstart::instances::Instance;

/// How much it matters that the directory lacks something which may be installed with other packages:
/// the jobs of a whole machine show what is there.
pub(in crate::lower) fn elsewhere(jobs: &JobSet) -> Severity {
    if jobs.is_of_machine() { Severity::Warning } else { Severity::Note }
}

/// The finding about a job of the directory that has no unit; `None` if it has one or does not exist.
pub(in crate::lower) fn job_without_unit(
    jobs: &JobSet,
    name: &str,
    span: Span,
) -> Option<Diagnostic> {
    let lost = jobs.lost(name)?;
    let diagnostic = UNKNOWN_JOB
        .at(span, format!("the job `{}` gets no unit: {}", lossy(name), lost.reason))
        .elsewhere(lost.place.clone(), "this one")
        .help("fix that job first")
        .only_about_unit();
    Some(diagnostic)
}

/// The finding about a job that does not exist. `unit` is the unit that it would have.
pub(in crate::lower) fn unknown_job(
    jobs: &JobSet,
    name: &str,
    unit: &UnitName,
    span: Span,
) -> Diagnostic {
    let diagnostic = UNKNOWN_JOB
        .at(span, format!("there is no job `{}` in this directory", lossy(name)))
        .unit_note(format!("nothing here provides {unit}"));
    let Some(meant) = jobs.meant(name) else {
        return diagnostic
            .severity_without_unit(elsewhere(jobs))
            .help("check whether a package of the distribution has such a unit, and its name")
            .help_without_unit(INSTALLED_ELSEWHERE);
    };
    let diagnostic = match meant.strip_suffix(name).and_then(|path| path.strip_suffix('/')) {
        // The directory that init reads may be the other one.
        Some(path) => diagnostic.severity_without_unit(Severity::Note).help(format!(
            "check the directory: there is a job `{}` if the configuration is in `{}`",
            lossy(meant),
            lossy(path)
        )),
        None => diagnostic.help(format!("write `{}` if that job is intended", lossy(meant))),
    };
    match jobs.sibling(meant) {
        Some(sibling) => diagnostic.elsewhere(sibling.place.clone(), "did you mean this job?"),
        None => diagnostic,
    }
}

/// What to do about a job that is not in the directory.
const INSTALLED_ELSEWHERE: &str = "check the name; list a job that is installed elsewhere in upstart2systemd.toml: `jobs = [...]`";

/// Whether a unit is known to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Presence {
    /// Nothing is known of it.
    Unknown,
    /// It certainly exists, and a unit that is bound to it can start.
    Here,
    /// It exists, but its commands and those of its drop-ins run in a root directory of their own,
    /// which may lack systemctl.
    Chrooted,
}

/// A job that a condition refers to, as systemd knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) struct Peer {
    /// The unit that the job became.
    pub(crate) unit: UnitName,
    /// How the job behaves; `None` if that is not known.
    pub(crate) kind: Option<JobKind>,
    /// Whether the unit is known to exist.
    pub(crate) presence: Presence,
    /// How the job behaves in detail. Nothing is true of a job that is not known.
    pub(crate) traits: Traits,
    /// Whether the unit is known to start before ordinary units although it is not one of the
    /// distribution.
    pub(crate) early: bool,
}

impl Peer {
    /// Whether the unit certainly exists.
    pub(crate) fn present(&self) -> bool {
        self.presence != Presence::Unknown
    }

    /// Whether the unit is a target, which runs nothing itself.
    pub(crate) fn is_target(&self) -> bool {
        self.unit.as_str().ends_with(".target")
    }

    /// Whether a drop-in can make the unit run systemctl. The command has full privileges for any
    /// user of the unit.
    pub(crate) fn can_call(&self, lowering: &Lowering<'_>) -> bool {
        lowering.options.companions
            && lowering.has(Feature::FullPrivilegesPrefix)
            && self.presence != Presence::Chrooted
            && self.unit.as_str().ends_with(".service")
    }

    /// Whether a drop-in for the unit can start and stop this one whenever the state of the job
    /// changes. The unit is certain to exist, and is an ordinary one.
    pub(crate) fn calls(&self, lowering: &Lowering<'_>) -> bool {
        self.presence == Presence::Here && !self.early && self.can_call(lowering)
    }

    /// A unit of the distribution. It is not certain that the machine has it.
    pub(crate) fn known(unit: impl Into<String>, kind: JobKind) -> Self {
        Self {
            unit: UnitName::known(unit),
            kind: Some(kind),
            presence: Presence::Unknown,
            traits: Traits::default(),
            early: false,
        }
    }
}

/// The unit of the job with this name; `None` if systemd cannot have a unit of that name. A job of
/// the directory is looked up first, and the jobs of distributions last. If the job of the directory
/// is that of the distribution, and a unit of another name does its work, the result is that unit:
/// only one of the two may be installed.
pub(in crate::lower) fn peer(lowering: &Lowering<'_>, job: &str) -> Option<Peer> {
    peer_in(lowering.job_set, job, lowering.job.dialect != Dialect::ChromeOs)
}

/// The same for what knows the jobs only. `is_named_by_distributions` is whether the name may be that
/// of a job of a distribution.
pub(in crate::lower) fn peer_in(
    job_set: &JobSet,
    job: &str,
    is_named_by_distributions: bool,
) -> Option<Peer> {
    if let Some(unit) = job_set.unit_of_job(job) {
        return Some(Peer::known(unit.as_str(), JobKind::Service));
    }
    if let Some(left) = job_set.left(job) {
        return Some(Peer::known(left.unit.clone(), left.kind));
    }
    let row = successor(job).filter(|_| is_named_by_distributions);
    let sibling = job_set.sibling(job);
    if let Some(row) = &row
        && sibling.is_some_and(|sibling| sibling.owner == Owner::Distribution)
        && row.unit.strip_suffix(".service") != Some(job)
    {
        return Some(Peer::known(row.unit.clone(), row.kind));
    }
    if let Some(sibling) = sibling {
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
            traits: sibling.traits.clone(),
            early,
        });
    }
    if let Some(row) = row {
        return Some(Peer::known(row.unit, row.kind));
    }
    let unit = UnitName::escaped(&encode(job), "service").ok()?;
    let kind = SHIPPED.contains(&job).then_some(JobKind::Service);
    Some(Peer {
        unit,
        kind: kind.filter(|_| job_set.is_whole() && is_named_by_distributions),
        presence: Presence::Unknown,
        traits: Traits::default(),
        early: false,
    })
}

/// The unit that does the work of a job, for those who call the job from outside of its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedUnit {
    /// The unit: a template if the job has instances and no default. `None` if systemd itself does
    /// the work, without a unit that could be started.
    pub unit: Option<UnitName>,
    /// How the job behaves, if that is known.
    pub kind: Option<JobKind>,
    /// Whether it is a unit of the distribution, which a migration does not write.
    pub is_of_distribution: bool,
}

/// The unit of the job with this name. A set that is not whole knows the jobs of distributions, and
/// takes others for jobs without instances. `None` if systemd cannot have a unit of that name.
pub fn named_unit(job_set: &JobSet, job: &str) -> Option<NamedUnit> {
    let peer = peer_in(job_set, job, !job_set.is_whole() || job_set.names_distributions())?;
    let is_of_owner = job_set.sibling(job).is_none_or(|job| job.owner == Owner::Distribution);
    if is_of_owner && is_run_level_job(job) {
        return Some(NamedUnit { unit: None, kind: peer.kind, is_of_distribution: true });
    }
    let is_of_distribution = !peer.present() && successor(job).is_some();
    Some(NamedUnit { unit: Some(peer.unit), kind: peer.kind, is_of_distribution })
}

/// Whether the stop condition of this job names the other one.
pub(in crate::lower) fn stops_with(lowering: &Lowering<'_>, other: &Peer) -> bool {
    let events = lowering.job.stop_on.iter().flat_map(|condition| condition.value.leaves());
    events
        .filter_map(|event| event.job()?.0.one())
        .filter_map(|name| peer(lowering, name))
        .any(|peer| peer.unit.of_instance() == other.unit.of_instance())
}
