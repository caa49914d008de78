//! The jobs of distributions, and the units that replaced them.

use super::JobKind;
use crate::upstart::job::JobName;

/// Jobs of Ubuntu, Debian and Red Hat: the name of the job, the unit that replaced it, and how the
/// job behaves. A job that is missing from the table is a service whose unit has the name of the
/// job.
pub(crate) const DISTRIBUTION: [(&str, &str, JobKind); 52] = [
    ("NetworkManager", "NetworkManager.service", JobKind::Service),
    ("apparmor", "apparmor.service", JobKind::Task),
    ("cgroup-lite", "sysinit.target", JobKind::Early),
    ("console", "console-getty.service", JobKind::Service),
    ("console-font", "console-setup.service", JobKind::Task),
    ("console-setup", "console-setup.service", JobKind::Task),
    ("dbus", "dbus.service", JobKind::Service),
    ("failsafe", "network-online.target", JobKind::Task),
    ("gdm", "display-manager.service", JobKind::Service),
    ("gssd", "rpc-gssd.service", JobKind::Service),
    ("hostname", "sysinit.target", JobKind::Early),
    ("hwclock", "sysinit.target", JobKind::Early),
    ("hwclock-save", "sysinit.target", JobKind::Early),
    ("idmapd", "nfs-idmapd.service", JobKind::Service),
    ("kdm", "display-manager.service", JobKind::Service),
    ("kmod", "systemd-modules-load.service", JobKind::Early),
    ("libvirt-bin", "libvirtd.service", JobKind::Service),
    ("lightdm", "display-manager.service", JobKind::Service),
    ("lxdm", "display-manager.service", JobKind::Service),
    ("messagebus", "dbus.service", JobKind::Service),
    ("module-init-tools", "systemd-modules-load.service", JobKind::Early),
    ("mountall", "local-fs.target", JobKind::Early),
    ("mountkernfs", "sysinit.target", JobKind::Early),
    ("network", "network.target", JobKind::Early),
    ("network-manager", "NetworkManager.service", JobKind::Service),
    ("networking", "networking.service", JobKind::Task),
    ("plymouth", "plymouth-start.service", JobKind::Early),
    ("plymouth-splash", "plymouth-start.service", JobKind::Early),
    ("portmap", "rpcbind.service", JobKind::Service),
    ("prefdm", "display-manager.service", JobKind::Service),
    ("procps", "systemd-sysctl.service", JobKind::Early),
    ("rc-sysinit", "basic.target", JobKind::Early),
    ("rcS", "sysinit.target", JobKind::Early),
    ("resolvconf", "resolvconf.service", JobKind::Service),
    ("rpcbind", "rpcbind.service", JobKind::Service),
    ("slim", "display-manager.service", JobKind::Service),
    ("statd", "rpc-statd.service", JobKind::Service),
    ("sysctl", "systemd-sysctl.service", JobKind::Early),
    ("systemd-logind", "systemd-logind.service", JobKind::Service),
    ("tty1", "getty@tty1.service", JobKind::Service),
    ("tty2", "getty@tty2.service", JobKind::Service),
    ("tty3", "getty@tty3.service", JobKind::Service),
    ("tty4", "getty@tty4.service", JobKind::Service),
    ("tty5", "getty@tty5.service", JobKind::Service),
    ("tty6", "getty@tty6.service", JobKind::Service),
    ("udev", "systemd-udevd.service", JobKind::Early),
    ("udev-fallback-graphics", "systemd-udev-settle.service", JobKind::Early),
    ("udev-finish", "systemd-udev-trigger.service", JobKind::Early),
    ("udevmonitor", "systemd-udevd.service", JobKind::Early),
    ("udevtrigger", "systemd-udev-trigger.service", JobKind::Early),
    ("ureadahead", "sysinit.target", JobKind::Early),
    ("xdm", "display-manager.service", JobKind::Service),
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

/// Whether a distribution has a job or a unit of this name.
pub(crate) fn is_known_job(job: &str) -> bool {
    job == "rc" || SHIPPED.contains(&job) || DISTRIBUTION.iter().any(|(name, ..)| *name == job)
}

/// Whether a unit of another name does the work of the job. Only one of the two may run.
pub(crate) fn replaced_by_distribution(job: &JobName) -> bool {
    matches!(shipped(job), Some(Replacement::As(_)))
}

/// What a distribution with systemd has in place of the job; `None` if nothing is known.
pub(crate) fn shipped(job: &JobName) -> Option<Replacement> {
    let name = job.0.as_str();
    if SHIPPED.contains(&name) || name.starts_with("systemd-") || name.starts_with("plymouth-") {
        return Some(Replacement::SameName);
    }
    // `rc0` to `rc6` are jobs of `/etc/event.d`, before Upstart 0.5.
    if ["rc", "rcS", "rc-default", "rc-sysinit", "rc0", "rc1", "rc2", "rc3", "rc4", "rc5", "rc6"]
        .contains(&name)
    {
        return Some(Replacement::As("systemd itself, by its targets"));
    }
    DISTRIBUTION.iter().find(|(known, ..)| *known == name).map(|(_, unit, _)| {
        match unit.strip_suffix(".service") {
            Some(stem) if stem == name => Replacement::SameName,
            Some(_) => Replacement::As(unit),
            None => Replacement::As("systemd itself, early in the boot"),
        }
    })
}
