//! The units of a Debian or Ubuntu system that other units are ordered by.

/// The ordering in a unit file of the distribution.
#[derive(Clone, Copy)]
pub(super) struct Shipped {
    pub(super) name: &'static str,
    /// The value of `DefaultDependencies=`.
    pub(super) defaults: bool,
    pub(super) after: &'static [&'static str],
    pub(super) before: &'static [&'static str],
    /// The targets that want it.
    pub(super) wanted_by: &'static [&'static str],
}

const fn plain(name: &'static str) -> Shipped {
    Shipped { name, defaults: true, after: &[], before: &[], wanted_by: &[] }
}

/// A unit with `DefaultDependencies=no`.
const fn early(name: &'static str) -> Shipped {
    Shipped { defaults: false, ..plain(name) }
}

impl Shipped {
    const fn after(self, after: &'static [&'static str]) -> Self {
        Self { after, ..self }
    }

    const fn before(self, before: &'static [&'static str]) -> Self {
        Self { before, ..self }
    }

    const fn wanted_by(self, wanted_by: &'static [&'static str]) -> Self {
        Self { wanted_by, ..self }
    }
}

/// The ordering that holds on Debian 12 and on Ubuntu 22.04 alike (their unit files,
/// systemd.special(7), bootup(7)). Waits between units that conflict are left out: the units are
/// not started together, so the waits only order stopping before starting.
pub(super) const SHIPPED: &[Shipped] = &[
    // Targets, in the order of the boot.
    plain("local-fs-pre.target"),
    early("local-fs.target").after(&["local-fs-pre.target"]).wanted_by(&["sysinit.target"]),
    plain("swap.target").wanted_by(&["sysinit.target"]),
    plain("sysinit.target")
        .after(&["local-fs.target", "swap.target"])
        .wanted_by(&["basic.target", "rescue.target"]),
    plain("sockets.target").wanted_by(&["basic.target"]),
    plain("paths.target").wanted_by(&["basic.target"]),
    early("timers.target").wanted_by(&["basic.target"]),
    plain("basic.target")
        .after(&["paths.target", "sockets.target", "sysinit.target"])
        .wanted_by(&["multi-user.target"]),
    plain("network-pre.target"),
    plain("network.target").after(&["network-pre.target"]),
    plain("network-online.target").after(&["network.target"]),
    plain("remote-fs-pre.target"),
    early("remote-fs.target").after(&["remote-fs-pre.target"]).wanted_by(&["multi-user.target"]),
    plain("nss-lookup.target"),
    plain("nss-user-lookup.target"),
    plain("rpcbind.target"),
    plain("time-set.target"),
    plain("time-sync.target").after(&["time-set.target"]),
    plain("getty-pre.target"),
    plain("getty.target").wanted_by(&["multi-user.target"]),
    plain("multi-user.target").after(&["basic.target"]).wanted_by(&["graphical.target"]),
    plain("graphical.target").after(&["display-manager.service", "multi-user.target"]),
    plain("rescue.target").after(&["sysinit.target"]),
    // Targets of the shutdown.
    early("shutdown.target"),
    early("umount.target"),
    early("final.target").after(&["shutdown.target", "umount.target"]),
    early("systemd-halt.service").after(&["final.target", "shutdown.target", "umount.target"]),
    early("systemd-poweroff.service").after(&["final.target", "shutdown.target", "umount.target"]),
    early("systemd-reboot.service").after(&["final.target", "shutdown.target", "umount.target"]),
    early("halt.target").after(&["systemd-halt.service"]),
    early("poweroff.target").after(&["systemd-poweroff.service"]),
    early("reboot.target").after(&["systemd-reboot.service"]),
    // Units before sysinit.target.
    early("apparmor.service").after(&["local-fs.target"]).before(&["sysinit.target"]),
    early("keyboard-setup.service").before(&["local-fs-pre.target"]),
    early("kmod-static-nodes.service")
        .before(&["sysinit.target", "systemd-tmpfiles-setup-dev.service"]),
    early("plymouth-start.service").after(&[
        "keyboard-setup.service",
        "systemd-udev-trigger.service",
        "systemd-udevd.service",
    ]),
    early("systemd-fsck-root.service").before(&["local-fs.target"]),
    early("systemd-journal-flush.service")
        .after(&["systemd-journald.service", "systemd-remount-fs.service"])
        .before(&["systemd-tmpfiles-setup.service"]),
    early("systemd-journald.service")
        .after(&["systemd-journald.socket"])
        .before(&["sysinit.target"]),
    early("systemd-journald.socket").before(&["sockets.target"]),
    early("systemd-modules-load.service").before(&["sysinit.target"]),
    early("systemd-remount-fs.service")
        .after(&["systemd-fsck-root.service"])
        .before(&["local-fs-pre.target", "local-fs.target"]),
    early("systemd-sysctl.service")
        .after(&["systemd-modules-load.service"])
        .before(&["sysinit.target"]),
    early("systemd-sysusers.service")
        .after(&["systemd-remount-fs.service"])
        .before(&["sysinit.target"]),
    early("systemd-timesyncd.service")
        .after(&["systemd-sysusers.service"])
        .before(&["sysinit.target", "time-set.target"]),
    early("systemd-tmpfiles-setup-dev.service").after(&["systemd-sysusers.service"]).before(&[
        "local-fs-pre.target",
        "sysinit.target",
        "systemd-udevd.service",
    ]),
    early("systemd-tmpfiles-setup.service")
        .after(&["local-fs.target", "systemd-journald.service", "systemd-sysusers.service"])
        .before(&["sysinit.target"]),
    early("systemd-udev-settle.service")
        .after(&["systemd-udev-trigger.service"])
        .before(&["sysinit.target"]),
    early("systemd-udev-trigger.service").before(&["sysinit.target"]),
    early("systemd-udevd.service").after(&["systemd-sysusers.service"]).before(&["sysinit.target"]),
    // The network.
    plain("NetworkManager.service")
        .after(&["dbus.service", "network-pre.target"])
        .before(&["network.target"])
        .wanted_by(&["multi-user.target"]),
    plain("NetworkManager-wait-online.service")
        .after(&["NetworkManager.service"])
        .before(&["network-online.target"]),
    early("ifupdown-pre.service")
        .after(&["systemd-udev-trigger.service"])
        .before(&["network.target"]),
    early("networking.service")
        .after(&[
            "apparmor.service",
            "ifupdown-pre.service",
            "local-fs.target",
            "network-pre.target",
            "systemd-modules-load.service",
            "systemd-sysctl.service",
        ])
        .before(&["network-online.target", "network.target"]),
    early("resolvconf.service").before(&["network-pre.target"]),
    early("rpcbind.service").after(&["systemd-tmpfiles-setup.service"]).before(&["rpcbind.target"]),
    early("rpc-gssd.service"),
    early("rpc-statd.service").after(&[
        "network-online.target",
        "nss-lookup.target",
        "rpcbind.service",
    ]),
    early("nfs-idmapd.service").after(&["local-fs.target"]),
    early("systemd-networkd.service")
        .after(&[
            "network-pre.target",
            "systemd-sysctl.service",
            "systemd-sysusers.service",
            "systemd-udevd.service",
        ])
        .before(&["multi-user.target", "network.target"]),
    early("systemd-networkd-wait-online.service")
        .after(&["systemd-networkd.service"])
        .before(&["network-online.target"]),
    // Ordinary services.
    early("console-setup.service").after(&["local-fs.target"]).before(&["display-manager.service"]),
    plain("console-getty.service")
        .after(&[
            "getty-pre.target",
            "plymouth-quit-wait.service",
            "rc-local.service",
            "systemd-user-sessions.service",
        ])
        .before(&["getty.target"]),
    plain("dbus.service").wanted_by(&["multi-user.target"]),
    plain("dbus.socket").wanted_by(&["sockets.target"]),
    // Every display manager has this name as an alias.
    plain("display-manager.service")
        .after(&["systemd-user-sessions.service"])
        .wanted_by(&["graphical.target"]),
    plain("getty@.service")
        .after(&[
            "getty-pre.target",
            "plymouth-quit-wait.service",
            "rc-local.service",
            "systemd-user-sessions.service",
        ])
        .before(&["getty.target"])
        .wanted_by(&["getty.target"]),
    plain("plymouth-quit.service")
        .after(&["plymouth-start.service", "rc-local.service", "systemd-user-sessions.service"])
        .wanted_by(&["multi-user.target"]),
    plain("plymouth-quit-wait.service")
        .after(&["plymouth-start.service", "rc-local.service", "systemd-user-sessions.service"])
        .wanted_by(&["multi-user.target"]),
    plain("rc-local.service")
        .after(&["network-online.target", "network.target"])
        .wanted_by(&["multi-user.target"]),
    plain("serial-getty@.service")
        .after(&[
            "getty-pre.target",
            "plymouth-quit-wait.service",
            "rc-local.service",
            "systemd-user-sessions.service",
        ])
        .before(&["getty.target"])
        .wanted_by(&["getty.target"]),
    plain("systemd-logind.service")
        .after(&["dbus.socket", "nss-user-lookup.target"])
        .wanted_by(&["multi-user.target"]),
    plain("systemd-user-sessions.service")
        .after(&["network.target", "nss-user-lookup.target", "remote-fs.target"])
        .wanted_by(&["multi-user.target"]),
];
