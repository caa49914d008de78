//! The jobs of distributions, and the units that replaced them.

use super::JobKind;
use crate::upstart::dialect::Dialect;
use crate::upstart::job::Job;

/// A job of a distribution, and the unit that replaced it.
#[derive(Debug)]
pub(crate) struct DistributionJob {
    /// The name of the job.
    pub(crate) name: &'static str,
    /// The unit that does its work.
    pub(crate) unit: &'static str,
    /// How the job behaves.
    pub(crate) kind: JobKind,
    /// Words of which the commands of the job have at least one. A job of that name without any of
    /// them is the user's own.
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
pub(crate) static DISTRIBUTION: [DistributionJob; 52] = [
    row("NetworkManager", "NetworkManager.service", JobKind::Service, &["NetworkManager"]),
    row("apparmor", "apparmor.service", JobKind::Task, &["apparmor"]),
    row("cgroup-lite", "sysinit.target", JobKind::Early, &["cgroup"]),
    row("console", "console-getty.service", JobKind::Service, &["getty"]),
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
    row("mountkernfs", "sysinit.target", JobKind::Early, &["mountkernfs", "mount -t"]),
    row("network", "network.target", JobKind::Early, &[]),
    row("network-manager", "NetworkManager.service", JobKind::Service, &["NetworkManager"]),
    row("networking", "networking.service", JobKind::Task, &["ifup", "networking"]),
    row("plymouth", "plymouth-start.service", JobKind::Early, &["plymouth"]),
    row("plymouth-splash", "plymouth-start.service", JobKind::Early, &["plymouth"]),
    row("portmap", "rpcbind.service", JobKind::Service, &["portmap", "rpcbind"]),
    row("prefdm", "display-manager.service", JobKind::Service, &["prefdm"]),
    row("procps", "systemd-sysctl.service", JobKind::Early, &["sysctl"]),
    row("rc-sysinit", "basic.target", JobKind::Early, &["telinit", "/rc"]),
    row("rcS", "sysinit.target", JobKind::Early, &["/rc", "telinit", "sulogin"]),
    row("resolvconf", "resolvconf.service", JobKind::Service, &["resolvconf"]),
    row("rpcbind", "rpcbind.service", JobKind::Service, &["rpcbind"]),
    row("slim", "display-manager.service", JobKind::Service, &["slim"]),
    row("statd", "rpc-statd.service", JobKind::Service, &["statd"]),
    row("sysctl", "systemd-sysctl.service", JobKind::Early, &["sysctl"]),
    row("systemd-logind", "systemd-logind.service", JobKind::Service, &["systemd-logind"]),
    row("tty1", "getty@tty1.service", JobKind::Service, &["getty"]),
    row("tty2", "getty@tty2.service", JobKind::Service, &["getty"]),
    row("tty3", "getty@tty3.service", JobKind::Service, &["getty"]),
    row("tty4", "getty@tty4.service", JobKind::Service, &["getty"]),
    row("tty5", "getty@tty5.service", JobKind::Service, &["getty"]),
    row("tty6", "getty@tty6.service", JobKind::Service, &["getty"]),
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

/// Units of distributions that a converted job of the same name would replace. Names that begin
/// with `systemd-` or `plymouth-` are not listed.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// A unit of the same name, which the converted unit would replace.
    SameName,
    /// A unit of another name that does the work of the job.
    As(&'static str),
}

/// The jobs that start what System V has for a run level. `rc0` to `rc6` are jobs of
/// `/etc/event.d`, before Upstart 0.5.
const RUN_LEVEL_JOBS: [&str; 11] =
    ["rc", "rcS", "rc-default", "rc-sysinit", "rc0", "rc1", "rc2", "rc3", "rc4", "rc5", "rc6"];

/// Words of which the commands of such a job have at least one.
const RUN_LEVEL_WORDS: [&str; 5] = ["/rc", "telinit", "sulogin", "runlevel", "init "];

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

/// The job of a distribution with this name.
pub(crate) fn known(job: &str) -> Option<&'static DistributionJob> {
    DISTRIBUTION.iter().find(|known| known.name == job)
}

/// Whether a distribution has a job or a unit of this name.
pub(crate) fn is_known_job(job: &str) -> bool {
    job == "rc" || NETWORK_JOBS.contains(&job) || SHIPPED.contains(&job) || known(job).is_some()
}

/// Whether the job is the one that distributions have under its name. The name alone does not show
/// that: the job also runs what that one runs. The names say nothing of the jobs of `ChromeOS`.
pub(crate) fn is_of_distribution(job: &Job) -> bool {
    let name = job.name.0.as_str();
    let runs = |words: &[&str]| {
        job.processes
            .values()
            .any(|process| words.iter().any(|word| is_run(&process.value.text().value, word)))
    };
    job.dialect != Dialect::ChromeOs
        && (known(name).is_some_and(|known| runs(known.runs))
            || RUN_LEVEL_JOBS.contains(&name) && runs(&RUN_LEVEL_WORDS))
}

/// Whether a text names a program. The value of a variable (`EXEC="slim"`) does not.
fn is_run(text: &str, program: &str) -> bool {
    text.match_indices(program).any(|(at, _)| !text[..at].ends_with(['"', '\'', '=']))
}

/// Whether a unit of another name does the work of the job. Only one of the two may run.
pub(crate) fn replaced_by_distribution(job: &Job) -> bool {
    matches!(shipped(job), Some(Replacement::As(_)))
}

/// What a distribution with systemd has in place of the job; `None` if nothing is known.
pub(crate) fn shipped(job: &Job) -> Option<Replacement> {
    let name = job.name.0.as_str();
    if job.dialect == Dialect::ChromeOs {
        return None;
    }
    let same = |known: &DistributionJob| known.unit.strip_suffix(".service") == Some(name);
    if SHIPPED.contains(&name)
        || name.starts_with("systemd-")
        || name.starts_with("plymouth-")
        || known(name).is_some_and(same)
    {
        return Some(Replacement::SameName);
    }
    if !is_of_distribution(job) {
        return None;
    }
    if RUN_LEVEL_JOBS.contains(&name) {
        return Some(Replacement::As("systemd itself, by its targets"));
    }
    known(name).map(|known| {
        Replacement::As(if known.unit.ends_with(".service") {
            known.unit
        } else {
            "systemd itself, early in the boot"
        })
    })
}
