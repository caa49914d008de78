//! Which unit a job of the distribution is in systemd.

use crate::jobset::{Kind, World};
use crate::lower::lowering::Lowering;
use crate::systemd::{Feature, UnitName};
use crate::text::bytes::encode;
use crate::upstart::instances::Instance;

/// Jobs of Ubuntu, Debian and Red Hat whose unit has another name, or that are known to be tasks.
/// What is not in the table is a service whose unit has the name of the job.
pub(crate) const DISTRIBUTION: [(&str, &str, Kind); 52] = [
    ("NetworkManager", "NetworkManager.service", Kind::Service),
    ("apparmor", "apparmor.service", Kind::Task),
    ("cgroup-lite", "sysinit.target", Kind::Early),
    ("console", "console-getty.service", Kind::Service),
    ("console-font", "console-setup.service", Kind::Task),
    ("console-setup", "console-setup.service", Kind::Task),
    ("dbus", "dbus.service", Kind::Service),
    ("failsafe", "network-online.target", Kind::Task),
    ("gdm", "display-manager.service", Kind::Service),
    ("gssd", "rpc-gssd.service", Kind::Service),
    ("hostname", "sysinit.target", Kind::Early),
    ("hwclock", "sysinit.target", Kind::Early),
    ("hwclock-save", "sysinit.target", Kind::Early),
    ("idmapd", "nfs-idmapd.service", Kind::Service),
    ("kdm", "display-manager.service", Kind::Service),
    ("kmod", "systemd-modules-load.service", Kind::Early),
    ("libvirt-bin", "libvirtd.service", Kind::Service),
    ("lightdm", "display-manager.service", Kind::Service),
    ("lxdm", "display-manager.service", Kind::Service),
    ("messagebus", "dbus.service", Kind::Service),
    ("module-init-tools", "systemd-modules-load.service", Kind::Early),
    ("mountall", "local-fs.target", Kind::Early),
    ("mountkernfs", "sysinit.target", Kind::Early),
    ("network", "network.target", Kind::Early),
    ("network-manager", "NetworkManager.service", Kind::Service),
    ("networking", "networking.service", Kind::Task),
    ("plymouth", "plymouth-start.service", Kind::Early),
    ("plymouth-splash", "plymouth-start.service", Kind::Early),
    ("portmap", "rpcbind.service", Kind::Service),
    ("prefdm", "display-manager.service", Kind::Service),
    ("procps", "systemd-sysctl.service", Kind::Early),
    ("rc-sysinit", "basic.target", Kind::Early),
    ("rcS", "sysinit.target", Kind::Early),
    ("resolvconf", "resolvconf.service", Kind::Service),
    ("rpcbind", "rpcbind.service", Kind::Service),
    ("slim", "display-manager.service", Kind::Service),
    ("statd", "rpc-statd.service", Kind::Service),
    ("sysctl", "systemd-sysctl.service", Kind::Early),
    ("systemd-logind", "systemd-logind.service", Kind::Service),
    ("tty1", "getty@tty1.service", Kind::Service),
    ("tty2", "getty@tty2.service", Kind::Service),
    ("tty3", "getty@tty3.service", Kind::Service),
    ("tty4", "getty@tty4.service", Kind::Service),
    ("tty5", "getty@tty5.service", Kind::Service),
    ("tty6", "getty@tty6.service", Kind::Service),
    ("udev", "systemd-udevd.service", Kind::Early),
    ("udev-fallback-graphics", "systemd-udev-settle.service", Kind::Early),
    ("udev-finish", "systemd-udev-trigger.service", Kind::Early),
    ("udevmonitor", "systemd-udevd.service", Kind::Early),
    ("udevtrigger", "systemd-udev-trigger.service", Kind::Early),
    ("ureadahead", "sysinit.target", Kind::Early),
    ("xdm", "display-manager.service", Kind::Service),
];

/// Units of distributions that a converted job of the same name would take the place of. Those that
/// begin with `systemd-` or `plymouth-` are not listed.
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

/// What is known of the whereabouts of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Presence {
    Unknown,
    /// It certainly exists, so that a unit which is bound to it can start.
    Here,
    /// The same, but its commands, those of its drop-ins, too, run in a root directory of their own, where there may be no systemctl.
    Chrooted,
}

/// A job that a condition refers to, as systemd knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) struct Peer {
    pub(crate) unit: UnitName,
    /// `None` where nothing is known of the job.
    pub(crate) kind: Option<Kind>,
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

    pub(crate) fn known(unit: &'static str, kind: Kind) -> Self {
        Self { unit: UnitName::known(unit), kind: Some(kind), presence: Presence::Unknown, respawns: false, by_hand: false, early: false }
    }
}

/// The unit of the job with this name; `None` where systemd cannot have a unit of such a name. What systemd itself does by a unit of
/// another name is that unit, even where the directory holds such a job: both must not be installed.
pub(in crate::lower) fn peer(world: &World, job: &str) -> Option<Peer> {
    let row = DISTRIBUTION.iter().find(|(name, ..)| *name == job);
    if let Some(&(_, unit, kind)) = row
        && unit.strip_suffix(".service") != Some(job)
    {
        return Some(Peer::known(unit, kind));
    }
    if let Some(sibling) = world.sibling(job) {
        let unit = match &sibling.instance {
            Instance::Template { default: Some(default), .. } => sibling.unit.instance_escaped(default),
            Instance::Template { default: None, .. } | Instance::Singleton { .. } => sibling.unit.clone(),
        };
        let early = world.facts.early.contains(&unit);
        let presence = if sibling.chrooted { Presence::Chrooted } else { Presence::Here };
        return Some(Peer { unit, kind: Some(sibling.kind), presence, respawns: sibling.respawns, by_hand: !sibling.starts, early });
    }
    if let Some(&(_, unit, kind)) = row {
        return Some(Peer::known(unit, kind));
    }
    let unit = UnitName::escaped(&encode(job), "service").ok()?;
    let kind = SHIPPED.contains(&job).then_some(Kind::Service);
    Some(Peer { unit, kind: kind.filter(|_| world.is_whole()), presence: Presence::Unknown, respawns: false, by_hand: false, early: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_have_no_doubles() {
        assert!(DISTRIBUTION.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
