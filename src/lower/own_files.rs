//! The files that this program writes: their paths, their names, and the mark by which it
//! recognises them in a later run.

use crate::systemd::layout::{DBUS_SERVICES, LOGROTATE, PRESETS, TMPFILES, UDEV_RULES};

/// The end of the first line of every written file. That line is a comment.
pub const MARK: &str = " by upstart2systemd.";

/// The directories, relative to the root, that hold every written file. The whole of `usr` would
/// also be correct, but it is large if the root is `/`.
pub const WRITTEN_TO: [&str; 4] = ["etc", SCRIPTS, COMMANDS, DBUS_SERVICES];

/// The directory of scripts, relative to the root.
const SCRIPTS: &str = "usr/local/lib/upstart2systemd";

/// The directory of Upstart's commands, relative to the root. They are written by a run of their own.
pub const COMMANDS: &str = "usr/local/sbin";

/// The prefix of the names of event units.
pub(super) const EVENT: &str = "upstart-event-";

/// The prefix of the names of the event units for `starting JOB`.
pub(super) const STARTING: &str = "upstart-starting-";

/// The same for `stopping JOB`.
pub(super) const STOPPING: &str = "upstart-stopping-";

/// The prefix of the names of the event units for the events whose variable passes a test.
pub(super) const MATCHED: &str = "upstart-matched-";

/// The prefix of the names of the event units for `started JOB`.
pub(super) const STARTED: &str = "upstart-started-";

/// The prefix of the names of the event units for `stopped JOB`, whatever the result.
pub(super) const ENDED: &str = "upstart-ended-";

/// The same for `RESULT=ok`.
pub(super) const SUCCEEDED: &str = "upstart-succeeded-";

/// The same for `RESULT=failed`.
pub(super) const FAILED: &str = "upstart-failed-";

/// The prefix of the names of units that start a job when the system goes down.
pub(super) const SHUTDOWN: &str = "upstart-shutdown-";

/// The prefix of the names of units that let a job end that was started when the system goes down.
pub(super) const LAST: &str = "upstart-last-";

/// The prefix of the names of units that remember an event.
pub(super) const LATCH: &str = "upstart-latch-";

/// The prefix of the names of units that start a job when all events of its condition have
/// happened.
pub(super) const JOINED: &str = "upstart-joined-";

/// The event unit for the start of the job whose unit contains this value (systemd.unit(5),
/// "Specifiers").
pub(super) const STARTED_BY_THIS: &str = "upstart-started-%n";

/// The same for the event before the start.
pub(super) const STARTING_THIS: &str = "upstart-starting-%n";

/// The same for the event before the stop.
pub(super) const STOPPING_THIS: &str = "upstart-stopping-%n";

/// The same for the end, whatever the result.
pub(super) const ENDED_THIS: &str = "upstart-ended-%n";

/// The same for `RESULT=ok`.
pub(super) const SUCCEEDED_THIS: &str = "upstart-succeeded-%n";

/// The same for `RESULT=failed`.
pub(super) const FAILED_THIS: &str = "upstart-failed-%n";

/// Whether this is the name of an event unit. Its event may happen repeatedly.
pub(super) fn is_event(unit: &str) -> bool {
    [EVENT, MATCHED, STARTING, STARTED, STOPPING, ENDED, SUCCEEDED, FAILED]
        .iter()
        .any(|prefix| unit.starts_with(prefix))
}

/// A line that ends with the mark. `text` describes how the file was made, such as "Converted from
/// foo.conf".
pub fn marked(text: &str) -> String {
    format!("{text}{MARK}")
}

/// A line with the mark, for a file that does not belong to one job.
pub fn made(what: &str) -> String {
    marked(&format!("{what} Made"))
}

/// Whether a line is a comment with the mark.
pub fn is_marked(line: &[u8]) -> bool {
    line.starts_with(b"# ") && line.ends_with(MARK.as_bytes())
}

/// The path of the preset file (systemd.preset(5)), relative to the root.
pub fn preset() -> String {
    format!("{PRESETS}/50-upstart2systemd.preset")
}

/// The path of the file for a script, relative to the root. `stem` is that of the unit.
pub(super) fn script(stem: &str, phase: &str) -> String {
    // No name of a unit has a `+` (systemd.unit(5), "Description").
    let other = if ["functions", "readers", "variables"].contains(&stem) { "+" } else { "" };
    format!("{SCRIPTS}/{stem}{other}/{phase}")
}

/// Whether the program is a script that this program wrote.
pub(super) fn is_script(program: &[u8]) -> bool {
    program
        .strip_prefix(b"/")
        .and_then(|path| path.strip_prefix(SCRIPTS.as_bytes()))
        .is_some_and(|below| below.starts_with(b"/"))
}

/// The path of the program that writes the files with the variables of units, relative to the root.
pub(super) fn variables() -> String {
    format!("{SCRIPTS}/variables")
}

/// The path of the shell functions that stand for Upstart's commands in scripts, relative to the
/// root.
pub(super) fn functions() -> String {
    format!("{SCRIPTS}/functions")
}

/// The path of the command with the name that it had in Upstart, relative to the root.
pub(super) fn command(name: &str) -> String {
    format!("{COMMANDS}/{name}")
}

/// The path of the list of the events whose variables go to the file of a unit, relative to the
/// root. `stem` is that of the unit.
pub(super) fn reader(stem: &str) -> String {
    format!("{SCRIPTS}/readers/{stem}")
}

/// The path of the file that creates the log directory (tmpfiles.d(5)), relative to the root.
pub(super) fn tmpfiles() -> String {
    format!("{TMPFILES}/upstart2systemd.conf")
}

/// The path of the settings for log rotation (logrotate(8)), relative to the root.
pub(super) fn logrotate() -> String {
    format!("{LOGROTATE}/upstart2systemd")
}

/// The path of the udev rules of a job (udev(7)), relative to the root.
pub(super) fn udev_rules(stem: &str) -> String {
    format!("{UDEV_RULES}/90-upstart-{stem}.rules")
}

/// The path of the service file for a name on the system bus, relative to the root.
pub(super) fn dbus_service(name: &str) -> String {
    format!("{DBUS_SERVICES}/{name}.service")
}
