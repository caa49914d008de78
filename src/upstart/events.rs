//! The events that Upstart, its bridges and the packages around it emit: what each means, and which
//! variables it carries in positional order (init(8), upstart-events(7)).

use crate::text::suggestion::closest;

/// What an event is, before its arguments are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Holds by the time that any ordinary unit starts.
    Given,
    /// A point of the boot.
    Reached(Milestone),
    Runlevel,
    /// `starting`, `started`, `stopping`, `stopped`
    Job(JobState),
    Mounted,
    Mounting,
    NetworkUp,
    NetworkDown,
    Container,
    NotContainer,
    /// A unit of systemd stands for it; `after` where the job follows it.
    Unit(&'static str),
    Socket,
    File,
    DbusActivation,
    ControlAltDelete,
    /// Emitted while the system goes down, before the network goes.
    NetworkGoes,
    /// Emitted while the system goes down, when remote file systems are gone.
    RemoteFilesystemsGone,
    /// The reason why it never happens.
    Never(&'static str),
    /// What one can do instead, as there is nothing like it.
    Beyond(&'static str),
}

/// Points of the boot, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Milestone {
    Startup,
    VirtualFilesystems,
    LocalFilesystems,
    Swaps,
    RemoteFilesystems,
    Filesystem,
    Network,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobState {
    Starting,
    Started,
    Stopping,
    Stopped,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Starting, Self::Started, Self::Stopping, Self::Stopped];

    /// The state that an event of this name announces.
    pub(crate) fn named(event: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == event)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Started => "started",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

pub(crate) struct EventRow {
    pub(crate) name: &'static str,
    pub(crate) meaning: Meaning,
    pub(crate) variables: &'static [&'static str],
}

const fn row(name: &'static str, meaning: Meaning, variables: &'static [&'static str]) -> EventRow {
    EventRow { name, meaning, variables }
}

const JOB: &[&str] = &["JOB", "INSTANCE", "RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL"];

const MOUNT: &[&str] = &["DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"];

const INTERFACE: &[&str] = &["IFACE", "LOGICAL", "ADDRFAM", "METHOD"];

/// What the udev bridge passes on, for events `SUBSYSTEM-device-ACTION`.
pub(crate) const DEVICE: &[&str] =
    &["KERNEL", "DEVPATH", "DEVNAME", "SUBSYSTEM", "ACTION", "INTERFACE"];

const OBSOLETE: &str = "no version of init since 0.5 emits it";

const NOT_AN_EVENT: &str = "nothing emits an event of this name";

const SESSION: &str =
    "it belongs to a user's session: write a user unit for graphical-session.target";

static EVENTS: &[EventRow] = &[
    row("startup", Meaning::Reached(Milestone::Startup), &[]),
    row("starting", Meaning::Job(JobState::Starting), JOB),
    row("started", Meaning::Job(JobState::Started), JOB),
    row("stopping", Meaning::Job(JobState::Stopping), JOB),
    row("stopped", Meaning::Job(JobState::Stopped), JOB),
    row("runlevel", Meaning::Runlevel, &["RUNLEVEL", "PREVLEVEL", "INIT_HALT"]),
    row("mounting", Meaning::Mounting, MOUNT),
    row("mounted", Meaning::Mounted, MOUNT),
    row("virtual-filesystems", Meaning::Reached(Milestone::VirtualFilesystems), &[]),
    row("local-filesystems", Meaning::Reached(Milestone::LocalFilesystems), &[]),
    row("remote-filesystems", Meaning::Reached(Milestone::RemoteFilesystems), &[]),
    row("all-swaps", Meaning::Reached(Milestone::Swaps), &[]),
    row("filesystem", Meaning::Reached(Milestone::Filesystem), &[]),
    row(
        "device-not-ready",
        Meaning::Beyond("set `x-systemd.device-timeout=` for the mount in /etc/fstab"),
        MOUNT,
    ),
    row("net-device-up", Meaning::NetworkUp, INTERFACE),
    row("net-device-down", Meaning::NetworkDown, INTERFACE),
    row("static-network-up", Meaning::Reached(Milestone::Network), &[]),
    row("deconfiguring-networking", Meaning::NetworkGoes, &[]),
    row("unmounted-remote-filesystems", Meaning::RemoteFilesystemsGone, &[]),
    row("container", Meaning::Container, &["CONTAINER"]),
    row("not-container", Meaning::NotContainer, &[]),
    row("control-alt-delete", Meaning::ControlAltDelete, &[]),
    row("keyboard-request", Meaning::Unit("kbrequest.target"), &[]),
    row("power-status-changed", Meaning::Unit("sigpwr.target"), &[]),
    row("login-session-start", Meaning::Unit("display-manager.service"), &["DISPLAY_MANAGER"]),
    row("desktop-session-start", Meaning::Beyond(SESSION), &["DISPLAY_MANAGER", "USER"]),
    row(
        "desktop-shutdown",
        Meaning::Beyond("use `ExecStop=` of a unit that is bound to display-manager.service"),
        &[],
    ),
    row("desktop-start", Meaning::Beyond(SESSION), &[]),
    row("desktop-end", Meaning::Beyond(SESSION), &[]),
    row("session-end", Meaning::Beyond(SESSION), &["TYPE"]),
    row("session-setup-done", Meaning::Beyond(SESSION), &[]),
    row("xsession", Meaning::Beyond(SESSION), &["SESSION", "SESSIONTYPE"]),
    row("plymouth-ready", Meaning::Given, &[]),
    row("failsafe-boot", Meaning::Reached(Milestone::Network), &[]),
    row("recovery", Meaning::Unit("rescue.target"), &[]),
    row("rotate-logs", Meaning::Beyond("use a timer unit"), &[]),
    row("socket", Meaning::Socket, &["PROTO", "PORT", "ADDR"]),
    row("file", Meaning::File, &["FILE", "EVENT", "MATCH"]),
    row(
        "dbus",
        Meaning::Beyond("watch the bus with a small service, for example with `busctl monitor`"),
        &["SIGNAL", "BUS", "INTERFACE", "OBJPATH", "SENDER", "DESTINATION"],
    ),
    row("dbus-activation", Meaning::DbusActivation, &[]),
    row("dconf", Meaning::Beyond(SESSION), &["TYPE", "KEY", "VALUE"]),
    row("shutdown", Meaning::Never("init has not emitted it since 0.3.5"), &[]),
    row("reboot", Meaning::Never(NOT_AN_EVENT), &[]),
    row("halt", Meaning::Never(NOT_AN_EVENT), &[]),
    row("poweroff", Meaning::Never(NOT_AN_EVENT), &[]),
    row("stalled", Meaning::Never(OBSOLETE), &[]),
    row("ctrlaltdel", Meaning::Never(OBSOLETE), &[]),
    row("kbdrequest", Meaning::Never(OBSOLETE), &[]),
    row("start", Meaning::Never("it looks like the keyword, written twice"), &[]),
    row("stop", Meaning::Never("it looks like the keyword, written twice"), &[]),
    row("and", Meaning::Never("a quoted operator is the name of an event"), &[]),
    row("or", Meaning::Never("a quoted operator is the name of an event"), &[]),
];

pub(crate) fn find(name: &str) -> Option<&'static EventRow> {
    EVENTS.iter().find(|row| row.name == name)
}

/// Whether init, a bridge or a package emits an event of this name. Not: one that only looks like
/// it.
pub(crate) fn is_known_event(name: &str) -> bool {
    match find(name) {
        Some(row) => !matches!(row.meaning, Meaning::Never(_)),
        None => name.contains("-device-") || name.starts_with(":sys:") || name.ends_with("/failed"),
    }
}

/// Whether a known event carries a variable; `None` where it is not known, or may carry anything.
pub(crate) fn event_carries(name: &str, variable: &str) -> Option<bool> {
    match find(name) {
        // Variables of their own, and what jobs export.
        Some(EventRow {
            meaning: Meaning::Job(_) | Meaning::DbusActivation, variables, ..
        }) => variables.contains(&variable).then_some(true).or(Some(false)),
        Some(EventRow {
            name:
                "runlevel" | "container" | "net-device-up" | "net-device-down" | "mounted" | "mounting"
                | "socket" | "file",
            variables,
            ..
        }) => Some(variables.contains(&variable)),
        Some(EventRow { variables: [], .. }) => Some(false),
        None if name.contains("-device-") => Some(true),
        Some(_) | None => None,
    }
}

/// Whether a name has a form that nothing emits.
pub(crate) fn never(name: &str) -> Option<&'static str> {
    if name.starts_with("runlevel") || name.starts_with('[') {
        Some("a blank is missing before `[`, or the word `runlevel` before it")
    } else if ["AND", "OR", "&&", "||", ",", "|", "&"].contains(&name) {
        Some("operators are written `and` and `or`")
    } else if ["/starting", "/started", "/stopping", "/stopped", "/start", "/stop"]
        .iter()
        .any(|state| name.ends_with(state))
    {
        Some("the event of a job is written `started JOB`")
    } else {
        None
    }
}

/// The known event that a name was probably meant to be.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    match name {
        "filesystems" => Some("filesystem"),
        "local-filesystem" => Some("local-filesystems"),
        "network" | "networking" | "net-up" | "network-up" => Some("static-network-up"),
        _ => closest(
            name,
            EVENTS
                .iter()
                .filter(|row| !matches!(row.meaning, Meaning::Never(_)))
                .map(|row| row.name),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::never;

    #[test]
    fn forms_that_nothing_emits_are_known() {
        for (name, expected) in [
            ("mysql/started", true),
            ("&&", true),
            ("runlevel-2", true),
            ("[06]", true),
            ("mysql/failed", false),
            ("started", false),
        ] {
            assert_eq!(never(name).is_some(), expected, "{name}");
        }
    }
}
