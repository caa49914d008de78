//! Where an administrator installs files, relative to the root of the system.

/// A file to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The path relative to the root of the system: `etc/systemd/system/foo.service`.
    pub path: String,
    /// The contents; [`crate::text::bytes::encode`] gives the bytes.
    pub text: String,
}

/// Whether a file with this text is a program, which has to be executable (execve(2),
/// "Interpreter scripts").
pub fn is_program(text: &str) -> bool {
    text.starts_with("#!")
}

/// Units and the directories of their drop-ins (systemd.unit(5), "Unit File Load Path").
pub const UNITS: &str = "etc/systemd/system";

/// Which units are enabled by default (systemd.preset(5)).
pub const PRESETS: &str = "etc/systemd/system-preset";

/// Files that are created at boot (tmpfiles.d(5)).
pub const TMPFILES: &str = "etc/tmpfiles.d";

/// Rules of udev (udev(7)).
pub const UDEV_RULES: &str = "etc/udev/rules.d";

/// How logrotate rotates log files (logrotate(8)).
pub const LOGROTATE: &str = "etc/logrotate.d";

/// Services that the system bus starts when they are called by name (the D-Bus specification,
/// "Message Bus Starting Services").
pub const DBUS_SERVICES: &str = "usr/share/dbus-1/system-services";
