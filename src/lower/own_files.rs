//! The files that this program makes: where they go, what they are called, and how they are known
//! again.

use crate::systemd::layout::{DBUS_SERVICES, LOGROTATE, PRESETS, TMPFILES, UDEV_RULES};

/// The end of the first comment of each. It ends the line.
pub const MARK: &str = " by upstart2systemd.";

/// Below these is everything that is ever written. All of `usr` would do as well, but a root may be
/// `/`.
pub const WRITTEN_TO: [&str; 3] = ["etc", SCRIPTS, DBUS_SERVICES];

/// Scripts that are too long for a unit.
const SCRIPTS: &str = "usr/local/lib/upstart2systemd";

/// Beginnings of the names of units: of one that stands for an event, for the start of a job, for
/// an event that has come, and for all events that a job waits for.
pub(super) const EVENT: &str = "upstart-event-";

pub(super) const STARTED: &str = "upstart-started-";

pub(super) const LATCH: &str = "upstart-latch-";

pub(super) const JOINED: &str = "upstart-joined-";

/// The unit for the start of the job whose unit this is in (systemd.unit(5), "Specifiers").
pub(super) const STARTED_BY_THIS: &str = "upstart-started-%n";

/// A line with the mark: `text` says how the file was made, such as "Converted from foo.conf".
pub fn marked(text: &str) -> String {
    format!("{text}{MARK}")
}

/// A marked line for a file that is not made for one job.
pub fn made(what: &str) -> String {
    marked(&format!("{what} Made"))
}

/// Whether a line is a comment with the mark.
pub fn is_marked(line: &[u8]) -> bool {
    line.starts_with(b"# ") && line.ends_with(MARK.as_bytes())
}

pub fn preset() -> String {
    format!("{PRESETS}/50-upstart2systemd.preset")
}

pub(super) fn script(stem: &str, phase: &str) -> String {
    format!("{SCRIPTS}/{stem}.{phase}")
}

pub(super) fn tmpfiles() -> String {
    format!("{TMPFILES}/upstart2systemd.conf")
}

pub(super) fn logrotate() -> String {
    format!("{LOGROTATE}/upstart2systemd")
}

pub(super) fn udev_rules(stem: &str) -> String {
    format!("{UDEV_RULES}/90-upstart-{stem}.rules")
}

pub(super) fn dbus_service(name: &str) -> String {
    format!("{DBUS_SERVICES}/{name}.service")
}
