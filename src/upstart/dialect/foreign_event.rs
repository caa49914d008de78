//! Events that nothing emits on a system with an old Upstart.

use super::UpstartVersion;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::EVENT_OF_ANOTHER_SYSTEM;
use crate::upstart::ast::Stanza;

/// The emitters of the events that old systems do not have: mountall(8), the scripts in if-up.d of
/// ifupdown, and the bridges of Upstart 1.x.
const EMITTERS: [(&str, &[&str]); 7] = [
    (
        "mountall",
        &[
            "virtual-filesystems",
            "local-filesystems",
            "remote-filesystems",
            "filesystem",
            "all-swaps",
            "mounting",
            "mounted",
            "device-not-ready",
        ],
    ),
    (
        "ifupdown of Debian and Ubuntu",
        &["net-device-up", "net-device-down", "static-network-up", "deconfiguring-networking"],
    ),
    (
        "init scripts of Debian and Ubuntu",
        &[
            "failsafe-boot",
            "unmounted-remote-filesystems",
            "recovery",
            "container",
            "not-container",
        ],
    ),
    (
        "the display managers of Ubuntu",
        &["login-session-start", "desktop-session-start", "desktop-shutdown"],
    ),
    ("the socket bridge of Upstart 1.3", &["socket"]),
    ("the file bridge of Upstart 1.8", &["file"]),
    ("the D-Bus bridge of Upstart 1.9", &["dbus"]),
];

/// Whether only Debian and Ubuntu have something that emits the event.
pub(super) fn is_of_debian(event: &str) -> bool {
    // The bridges of Upstart 1.x are in other distributions as well.
    EMITTERS.iter().take(4).any(|(_, events)| events.contains(&event))
}

/// Returns one finding for each event name.
pub(super) fn check(version: UpstartVersion, stanza: &Stanza) -> Vec<Diagnostic> {
    let (Stanza::StartOn(condition) | Stanza::StopOn(condition)) = stanza else {
        return Vec::new();
    };
    // Before 0.5 each run level had a job of its own.
    let up = if version < UpstartVersion(0, 5, 0) {
        "stopped rc2"
    } else {
        "stopped rc RUNLEVEL=[2345]"
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for event in condition.leaves() {
        let name = event.name.value.as_str();
        let emitter =
            EMITTERS.iter().find(|(_, events)| events.contains(&name)).map(|(emitter, _)| emitter);
        if let Some(emitter) = emitter
            && !seen.contains(&name)
        {
            seen.push(name);
            found.push(
                EVENT_OF_ANOTHER_SYSTEM
                    .at(
                        event.name.span,
                        format!("`{name}` does not happen on a system with Upstart {version}"),
                    )
                    .note(format!("it comes from {emitter}"))
                    .help(format!("use `{up}` there for a system that is up")),
            );
        }
    }
    found
}
