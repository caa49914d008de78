//! The jobs of distributions, and the units that replaced them.

mod known_jobs;

use std::borrow::Cow;

use super::JobKind;
use super::getty;
use crate::shell::program;
use crate::systemd::release::ReleaseFamily;
use crate::upstart::dialect::Dialect;
use crate::upstart::job::Job;
use crate::upstart::script::Scripts;
use crate::upstart::script::job_control::Verb;

pub(crate) use super::getty::unit as getty_unit;
pub use known_jobs::{DistributionJob, WorkDoneBy, followed_names, row_of};

/// Jobs for which systemd has targets, and no service of the same name.
const TARGETS: [&str; 4] = ["halt", "poweroff", "reboot", "shutdown"];

/// Units of distributions that a converted job of the same name would replace, and the jobs that
/// stop the system. The parts of systemd and Plymouth are not listed.
pub(crate) const SHIPPED: [&str; 31] = [
    "halt",
    "poweroff",
    "reboot",
    "shutdown",
    "auditd",
    "chrony",
    "irqbalance",
    "acpid",
    "apparmor",
    "atd",
    "avahi-daemon",
    "console-setup",
    "cron",
    "crond",
    "cups",
    "dbus",
    "getty@",
    "networking",
    "NetworkManager",
    "ntp",
    "plymouth",
    "procps",
    "rc-local",
    "resolvconf",
    "rpcbind",
    "rsyslog",
    "ssh",
    "sshd",
    "udev",
    "wpa_supplicant",
    "x11-common",
];

/// What a distribution with systemd has in place of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// A unit of the same name, which the converted unit would replace.
    SameName,
    /// A unit of another name that does the work of the job.
    As(&'static str),
    /// A unit that waits for a login on the terminal of the job.
    Getty(Cow<'static, str>),
}

/// The jobs that configure the network. Which unit does their work differs from system to system:
/// networking.service of ifupdown, NetworkManager.service, systemd-networkd.service.
pub(crate) const NETWORK_JOBS: [&str; 6] = [
    "NetworkManager",
    "network",
    "network-interface",
    "network-manager",
    "network-services",
    "networking",
];

/// The unit that replaced a job of a distribution, and how the job behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    /// The unit that does its work.
    pub unit: Cow<'static, str>,
    /// How the job behaves.
    pub kind: JobKind,
}

/// Whether the name is that of a job which starts what System V has for a run level.
pub(crate) fn is_run_level_job(job: &str) -> bool {
    row_of(job).is_some_and(|row| row.runs.contains(&"runlevel"))
}

/// What replaced the job of a distribution with this name, for units that are ordered by it. A
/// template does not count, because it does not name a unit.
pub(crate) fn successor(job: &str) -> Option<Successor> {
    let of_row = |row: &DistributionJob| match row.now(ReleaseFamily::default()) {
        WorkDoneBy::Unit(unit) => Some(Successor { unit: unit.into(), kind: row.kind }),
        WorkDoneBy::Systemd | WorkDoneBy::Nothing => None,
    };
    row_of(job).filter(|row| row.is_followed).and_then(of_row).or_else(|| {
        let unit = getty::unit(job).filter(|unit| !unit.contains("@."))?;
        Some(Successor { unit, kind: JobKind::Service })
    })
}

/// Whether a distribution has a job or a unit of this name. The names say nothing of the jobs of
/// `ChromeOS`.
pub(crate) fn is_known_job(job: &str, dialect: Dialect) -> bool {
    dialect != Dialect::ChromeOs
        && (NETWORK_JOBS.contains(&job)
            || SHIPPED.contains(&job)
            || getty::unit(job).is_some()
            || row_of(job).is_some())
}

/// Whether the job is the one that distributions have under its name. The name alone does not show
/// that: the job also runs what that one runs. The names say nothing of the jobs of `ChromeOS`.
pub(crate) fn is_of_distribution(job: &Job, scripts: &Scripts) -> bool {
    let name = job.name.0.as_str();
    job.dialect != Dialect::ChromeOs
        && (of_table(job, scripts).is_some()
            || getty::unit(name).is_some() && runs(scripts, &getty::PROGRAMS))
}

/// The row of a job that is the one that distributions have under its name.
pub(crate) fn of_table(job: &Job, scripts: &Scripts) -> Option<&'static DistributionJob> {
    of_table_as(&job.name.0, job, scripts)
}

/// The same for a job that stands in a sub-directory, by the last part of its name.
pub(crate) fn of_table_as(
    name: &str,
    job: &Job,
    scripts: &Scripts,
) -> Option<&'static DistributionJob> {
    let runs_nothing = || job.processes.is_empty();
    row_of(name).filter(|row| runs(scripts, &row.runs) || row.runs.contains(&"-") && runs_nothing())
}

/// Whether a command of the scripts runs one of these programs, or is about a job or an event with
/// such a name. A word that begins with `/` is part of the path of a program; any other is the
/// beginning of its name, or of a part of the name (`gssd` in `rpc.gssd`). Arguments, comments and
/// values of variables run nothing.
pub(crate) fn runs(scripts: &Scripts, words: &[&str]) -> bool {
    scripts.iter().any(|script| {
        let programs = script.shell.commands.iter().flat_map(program::chain);
        let is_run = |path: &str| words.iter().any(|word| is_program(path, word));
        let mut paths = programs
            .filter(|program| Verb::of(program.name).is_none())
            .filter_map(|program| program.word.literal.as_deref());
        let mut operands = script
            .control
            .commands
            .iter()
            .filter_map(|usage| usage.operands().first().and_then(|(word, _)| *word));
        paths.any(is_run) || operands.any(is_run)
    })
}

/// Where no package of a distribution puts a program (the Filesystem Hierarchy Standard).
const OWN_PLACES: [&str; 5] = ["/opt/", "/home/", "/srv/", "/usr/local/", "/var/"];

/// Whether a path is that of a program of a distribution, as [`runs`] explains. A script in a
/// language, such as `cron.py`, is not the program `cron`.
fn is_program(path: &str, word: &str) -> bool {
    if OWN_PLACES.iter().any(|place| path.starts_with(place)) {
        return false;
    }
    if word.starts_with('/') {
        return path.contains(word);
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    name.match_indices(word).any(|(at, _)| {
        let (before, after) = (&name[..at], &name[at + word.len()..]);
        !before.ends_with(|last: char| last.is_alphanumeric()) && !after.starts_with('.')
    })
}

/// Whether a unit of another name does the work of the job. Only one of the two may run.
pub(crate) fn replaced_by_distribution(job: &Job, scripts: &Scripts) -> bool {
    matches!(shipped(job, scripts), Some(Replacement::As(_) | Replacement::Getty(_)))
}

/// Whether systemd itself does the work of the job, or a unit that waits for logins: no service of a
/// package, which a user may want to replace.
pub(crate) fn replaced_by_systemd(job: &Job, scripts: &Scripts) -> bool {
    match shipped(job, scripts) {
        Some(Replacement::Getty(_)) => true,
        Some(Replacement::As(_)) => {
            row_of(&job.name.0).is_some_and(|row| row.kind != JobKind::Service)
        }
        Some(Replacement::SameName) | None => false,
    }
}

/// What a distribution with systemd has in place of the job; `None` if nothing is known.
pub(crate) fn shipped(job: &Job, scripts: &Scripts) -> Option<Replacement> {
    let name = job.name.0.as_str();
    if job.dialect == Dialect::ChromeOs {
        return None;
    }
    let same = |row: &DistributionJob| {
        let unit = match row.now(ReleaseFamily::default()) {
            WorkDoneBy::Unit(unit) => unit,
            WorkDoneBy::Systemd | WorkDoneBy::Nothing => return false,
        };
        unit.strip_suffix(".service") == Some(name)
            && (row.is_followed || of_table(job, scripts).is_some())
    };
    let is_part_of =
        |prefix: &str, program: &str| name.starts_with(prefix) && runs(scripts, &[program]);
    if (SHIPPED.contains(&name) && !TARGETS.contains(&name))
        || is_part_of("systemd-", "systemd")
        || (is_part_of("plymouth-", "plymouth") && row_of(name).is_none())
        || row_of(name).is_some_and(same)
    {
        return Some(Replacement::SameName);
    }
    if !is_of_distribution(job, scripts) {
        return None;
    }
    if let Some(unit) = getty::unit(name) {
        return Some(Replacement::Getty(unit));
    }
    row_of(name).map(|row| {
        Replacement::As(match row.now(ReleaseFamily::default()) {
            WorkDoneBy::Unit(unit) if row.kind == JobKind::Early && !unit.ends_with(".service") => {
                "systemd itself, early in the boot"
            }
            WorkDoneBy::Unit(unit) => unit,
            WorkDoneBy::Systemd => "systemd itself",
            WorkDoneBy::Nothing => "nothing, because it is not needed any more",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{is_program, successor};

    #[test]
    fn units_that_others_cannot_follow_are_not_named() {
        let unit = |job| successor(job).map(|successor| successor.unit.into_owned());
        assert_eq!(unit("tty2").as_deref(), Some("getty@tty2.service"));
        assert_eq!(unit("hvc0").as_deref(), Some("serial-getty@hvc0.service"));
        assert_eq!(unit("tty"), None);
        assert_eq!(unit("mountall-shell"), None);
    }

    #[test]
    fn programs_are_known_by_their_names() {
        for (path, word, expected) in [
            ("/usr/sbin/rpc.gssd", "gssd", true),
            ("gdm-binary", "gdm", true),
            ("/lib/systemd/systemd-udevd", "udevd", true),
            ("/etc/rc.d/rc.sysinit", "/rc", true),
            ("/bin/cgroups-mount", "cgroup", true),
            ("/opt/slim/bin/serve", "slim", false),
            ("/usr/bin/wxdm", "xdm", false),
            ("/usr/bin/cron.py", "cron", false),
            ("/usr/local/sbin/cron", "cron", false),
        ] {
            assert_eq!(is_program(path, word), expected, "{path} {word}");
        }
    }
}
