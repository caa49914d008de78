//! Where an administrator installs files, relative to the root of the system.

/// A file to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Relative to the root of the system: `etc/systemd/system/foo.service`.
    pub path: String,
    /// Decoded as [`crate::text::source`] does it.
    pub text: String,
}

/// Units and the directories of their drop-ins (systemd.unit(5), "Unit File Load Path").
pub const UNITS: &str = "etc/systemd/system";

/// Which units start by themselves (systemd.preset(5)).
pub const PRESETS: &str = "etc/systemd/system-preset";

/// Files that are made at the boot (tmpfiles.d(5)).
pub const TMPFILES: &str = "etc/tmpfiles.d";

/// Rules of udev (udev(7)).
pub const UDEV_RULES: &str = "etc/udev/rules.d";

/// What logrotate(8) does with log files.
pub const LOGROTATE: &str = "etc/logrotate.d";

/// Services that the system bus starts when they are called by their names (the D-Bus
/// specification, "Message Bus Starting Services").
pub const DBUS_SERVICES: &str = "usr/share/dbus-1/system-services";
