//! The jobs of distributions, and the units that replaced them.

use std::borrow::Cow;

use super::JobKind;
use super::getty;
use crate::shell::program;
use crate::upstart::dialect::Dialect;
use crate::upstart::job::Job;
use crate::upstart::script::Scripts;
use crate::upstart::script::job_control::Verb;

/// A job of a distribution, and the unit that replaced it.
#[derive(Debug)]
pub(crate) struct DistributionJob {
    /// The name of the job.
    pub(crate) name: &'static str,
    /// The unit that does its work.
    pub(crate) unit: &'static str,
    /// How the job behaves.
    pub(crate) kind: JobKind,
    /// The job runs at least one of these; see [`runs`]. A job of that name that runs none of them
    /// is the user's own.
    runs: &'static [&'static str],
}

const fn row(
    name: &'static str,
    unit: &'static str,
    kind: JobKind,
    runs: &'static [&'static str],
) -> DistributionJob {
    DistributionJob { name, unit, kind, runs }
}

/// Jobs of Ubuntu, Debian and Red Hat. A job that is missing from the table is a service whose unit
/// has the name of the job.
pub(crate) static DISTRIBUTION: [DistributionJob; 53] = [
    row("NetworkManager", "NetworkManager.service", JobKind::Service, &["NetworkManager"]),
    row("apparmor", "apparmor.service", JobKind::Task, &["apparmor"]),
    row("cgroup-lite", "sysinit.target", JobKind::Early, &["cgroup"]),
    row(
        "console-font",
        "console-setup.service",
        JobKind::Task,
        &["setupcon", "setfont", "console-font"],
    ),
    row("console-setup", "console-setup.service", JobKind::Task, &["setupcon", "console-setup"]),
    row("dbus", "dbus.service", JobKind::Service, &["dbus-daemon"]),
    row("failsafe", "network-online.target", JobKind::Task, &["failsafe-boot"]),
    row("gdm", "display-manager.service", JobKind::Service, &["gdm"]),
    row("gssd", "rpc-gssd.service", JobKind::Service, &["gssd"]),
    row("hostname", "sysinit.target", JobKind::Early, &["hostname"]),
    row("hwclock", "sysinit.target", JobKind::Early, &["hwclock"]),
    row("hwclock-save", "sysinit.target", JobKind::Early, &["hwclock"]),
    row("idmapd", "nfs-idmapd.service", JobKind::Service, &["idmapd"]),
    row("kdm", "display-manager.service", JobKind::Service, &["kdm"]),
    row("kmod", "systemd-modules-load.service", JobKind::Early, &["modprobe"]),
    row("libvirt-bin", "libvirtd.service", JobKind::Service, &["libvirtd"]),
    row("lightdm", "display-manager.service", JobKind::Service, &["lightdm"]),
    row("lxdm", "display-manager.service", JobKind::Service, &["lxdm"]),
    row("messagebus", "dbus.service", JobKind::Service, &["dbus-daemon"]),
    row("module-init-tools", "systemd-modules-load.service", JobKind::Early, &["modprobe"]),
    row("mountall", "local-fs.target", JobKind::Early, &["mountall"]),
    row("mountall-net", "remote-fs.target", JobKind::Early, &["mountall"]),
    row("mountall-reboot", "systemd-fsck-root.service", JobKind::Early, &["reboot"]),
    row("mountall-shell", "emergency.service", JobKind::Task, &["sulogin"]),
    row("mountkernfs", "sysinit.target", JobKind::Early, &["mountkernfs", "mount"]),
    row("network", "network.target", JobKind::Early, &[]),
    row("network-manager", "NetworkManager.service", JobKind::Service, &["NetworkManager"]),
    row("networking", "networking.service", JobKind::Task, &["ifup", "networking"]),
    row("plymouth", "plymouth-start.service", JobKind::Early, &["plymouth"]),
    row("plymouth-ready", "plymouth-start.service", JobKind::Early, &["plymouth"]),
    row("plymouth-shutdown", "plymouth-poweroff.service", JobKind::Task, &["plymouth"]),
    row("plymouth-splash", "plymouth-start.service", JobKind::Early, &["plymouth"]),
    row("plymouth-stop", "plymouth-quit.service", JobKind::Task, &["plymouth"]),
    row("plymouth-upstart-bridge", "plymouth-start.service", JobKind::Early, &["plymouth"]),
    row("portmap", "rpcbind.service", JobKind::Service, &["portmap", "rpcbind"]),
    row("prefdm", "display-manager.service", JobKind::Service, &["prefdm"]),
    row("procps", "systemd-sysctl.service", JobKind::Early, &["sysctl"]),
    row("rc-sysinit", "basic.target", JobKind::Early, &["telinit", "/rc"]),
    row("rcS", "sysinit.target", JobKind::Early, &["/rc", "telinit", "sulogin"]),
    row("resolvconf", "resolvconf.service", JobKind::Service, &["resolvconf"]),
    row("rpcbind", "rpcbind.service", JobKind::Service, &["rpcbind"]),
    row("slim", "display-manager.service", JobKind::Service, &["slim"]),
    row("start-ttys", "getty.target", JobKind::Task, &["tty"]),
    row("statd", "rpc-statd.service", JobKind::Service, &["statd"]),
    row("sysctl", "systemd-sysctl.service", JobKind::Early, &["sysctl"]),
    row("systemd-logind", "systemd-logind.service", JobKind::Service, &["systemd-logind"]),
    row("udev", "systemd-udevd.service", JobKind::Early, &["udevd"]),
    row(
        "udev-fallback-graphics",
        "systemd-udev-settle.service",
        JobKind::Early,
        &["modprobe", "udev"],
    ),
    row("udev-finish", "systemd-udev-trigger.service", JobKind::Early, &["udev"]),
    row("udevmonitor", "systemd-udevd.service", JobKind::Early, &["udevadm", "udevmonitor"]),
    row("udevtrigger", "systemd-udev-trigger.service", JobKind::Early, &["udevadm", "udevtrigger"]),
    row("ureadahead", "sysinit.target", JobKind::Early, &["ureadahead"]),
    row("xdm", "display-manager.service", JobKind::Service, &["xdm"]),
];

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

/// The jobs that start what System V has for a run level. `rc0` to `rc6` are jobs of
/// `/etc/event.d`, before Upstart 0.5.
const RUN_LEVEL_JOBS: [&str; 11] =
    ["rc", "rcS", "rc-default", "rc-sysinit", "rc0", "rc1", "rc2", "rc3", "rc4", "rc5", "rc6"];

/// What such a job runs: at least one of these.
const RUN_LEVEL_PROGRAMS: [&str; 5] = ["/rc", "telinit", "sulogin", "runlevel", "init"];

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
pub(crate) struct Successor {
    /// The unit that does its work.
    pub(crate) unit: Cow<'static, str>,
    /// How the job behaves.
    pub(crate) kind: JobKind,
}

/// Whether the name is that of a job which starts what System V has for a run level.
pub(crate) fn is_run_level_job(job: &str) -> bool {
    RUN_LEVEL_JOBS.contains(&job)
}

/// The row of a job in the table.
fn row_of(job: &str) -> Option<&'static DistributionJob> {
    DISTRIBUTION.iter().find(|known| known.name == job)
}

/// What replaced the job of a distribution with this name. A template does not count, because it
/// does not name a unit, nor does the unit of the emergency, in which no other unit may wait for
/// what has failed.
pub(crate) fn successor(job: &str) -> Option<Successor> {
    let of_row = |row: &DistributionJob| Successor { unit: row.unit.into(), kind: row.kind };
    let followed = row_of(job).filter(|row| row.unit != "emergency.service");
    followed.map(of_row).or_else(|| {
        let unit = getty::unit(job).filter(|unit| !unit.contains("@."))?;
        Some(Successor { unit, kind: JobKind::Service })
    })
}

/// Whether a distribution has a job or a unit of this name. The names say nothing of the jobs of
/// `ChromeOS`.
pub(crate) fn is_known_job(job: &str, dialect: Dialect) -> bool {
    dialect != Dialect::ChromeOs
        && (job == "rc"
            || NETWORK_JOBS.contains(&job)
            || SHIPPED.contains(&job)
            || getty::unit(job).is_some()
            || row_of(job).is_some())
}

/// Whether the job is the one that distributions have under its name. The name alone does not show
/// that: the job also runs what that one runs. The names say nothing of the jobs of `ChromeOS`.
pub(crate) fn is_of_distribution(job: &Job, scripts: &Scripts) -> bool {
    let name = job.name.0.as_str();
    job.dialect != Dialect::ChromeOs
        && (row_of(name).is_some_and(|known| runs(scripts, known.runs))
            || getty::unit(name).is_some() && runs(scripts, &getty::PROGRAMS)
            || RUN_LEVEL_JOBS.contains(&name) && runs(scripts, &RUN_LEVEL_PROGRAMS))
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

/// Whether a path is that of a program, as [`runs`] explains.
fn is_program(path: &str, word: &str) -> bool {
    if word.starts_with('/') {
        return path.contains(word);
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    name.match_indices(word)
        .any(|(at, _)| !name[..at].ends_with(|before: char| before.is_alphanumeric()))
}

/// Whether a unit of another name does the work of the job. Only one of the two may run.
pub(crate) fn replaced_by_distribution(job: &Job, scripts: &Scripts) -> bool {
    matches!(shipped(job, scripts), Some(Replacement::As(_) | Replacement::Getty(_)))
}

/// What a distribution with systemd has in place of the job; `None` if nothing is known.
pub(crate) fn shipped(job: &Job, scripts: &Scripts) -> Option<Replacement> {
    let name = job.name.0.as_str();
    if job.dialect == Dialect::ChromeOs {
        return None;
    }
    let same = |known: &DistributionJob| known.unit.strip_suffix(".service") == Some(name);
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
    if RUN_LEVEL_JOBS.contains(&name) {
        return Some(Replacement::As("systemd itself, by its targets"));
    }
    if let Some(unit) = getty::unit(name) {
        return Some(Replacement::Getty(unit));
    }
    row_of(name).map(|known| {
        Replacement::As(match known.kind {
            JobKind::Early if !known.unit.ends_with(".service") => {
                "systemd itself, early in the boot"
            }
            _ => known.unit,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{DISTRIBUTION, is_program, successor};

    #[test]
    fn the_table_is_sorted_and_has_no_doubles() {
        assert!(DISTRIBUTION.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

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
        ] {
            assert_eq!(is_program(path, word), expected, "{path} {word}");
        }
    }
}
