//! The events that Upstart, its bridges and related packages emit: the meaning of each, and its
//! variables in positional order (init(8), upstart-events(7)).

use crate::text::suggestion::near;

/// The meaning of an event, without regard to its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Has happened before any ordinary unit starts.
    Given,
    /// A point of the boot.
    Reached(Milestone),
    Runlevel,
    /// `starting`, `started`, `stopping` or `stopped`
    Job(JobState),
    Mounted,
    Mounting,
    NetworkUp,
    NetworkDown,
    Container,
    NotContainer,
    /// A unit of systemd is the equivalent; the job is ordered after it.
    Unit(&'static str),
    Socket,
    File,
    DbusActivation,
    ControlAltDelete,
    /// Emitted during shutdown, before the network is stopped.
    NetworkGoes,
    /// Emitted during shutdown, after remote file systems are unmounted.
    RemoteFilesystemsGone,
    /// Never happens; the text is the reason.
    Never(&'static str),
    /// Has no equivalent; the text is an alternative.
    Beyond(&'static str),
}

/// Points of the boot, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Milestone {
    Startup,
    /// The root, or a virtual file system, is mounted. mountall(8) goes on when the jobs that this
    /// starts have done their work.
    FirstMounts,
    VirtualFilesystems,
    /// /tmp is mounted, with the same effect.
    Tmp,
    LocalFilesystems,
    /// The network is about to be configured.
    BeforeNetwork,
    Swaps,
    RemoteFilesystems,
    Filesystem,
    Network,
}

/// The states of a job that it reports by events, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum JobState {
    Starting,
    Started,
    Stopping,
    Stopped,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Starting, Self::Started, Self::Stopping, Self::Stopped];

    /// The state that an event of this name reports.
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

/// The variables of the events `SUBSYSTEM-device-ACTION` of the udev bridge.
pub(crate) const DEVICE: &[&str] =
    &["KERNEL", "DEVPATH", "DEVNAME", "SUBSYSTEM", "ACTION", "INTERFACE"];

const OBSOLETE: &str = "no version of init since 0.5 emits it";

const NOT_AN_EVENT: &str = "nothing emits an event of this name";

const SESSION: &str =
    "write a user unit for graphical-session.target: the event belongs to a user's session";

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

/// Whether init, a bridge or a package emits an event of exactly this name.
pub(crate) fn is_known_event(name: &str) -> bool {
    match find(name) {
        Some(row) => !matches!(row.meaning, Meaning::Never(_)),
        None => name.contains("-device-") || name.starts_with(":sys:") || name.ends_with("/failed"),
    }
}

/// Whether only the init of the system and its bridges emit the event, and not the init of a user's
/// session.
pub(crate) fn is_only_of_system(name: &str) -> bool {
    find(name).is_some_and(|row| match row.meaning {
        // A session starts with the event of that name, too.
        Meaning::Reached(milestone) => milestone != Milestone::Startup,
        Meaning::Runlevel
        | Meaning::Mounted
        | Meaning::Mounting
        | Meaning::NetworkUp
        | Meaning::NetworkDown
        | Meaning::ControlAltDelete
        | Meaning::NetworkGoes
        | Meaning::RemoteFilesystemsGone => true,
        _ => false,
    })
}

/// What to do instead of a stop at an event that systemd has nothing like.
pub(crate) fn instead_of_stop(name: &str) -> &'static str {
    match find(name).map(|row| row.meaning) {
        Some(Meaning::Beyond(SESSION)) => {
            "write a user unit with `PartOf=graphical-session.target`, which stops with the session"
        }
        _ if name == "desktop-shutdown" => {
            "add `PartOf=display-manager.service`, so that the unit stops with the desktop"
        }
        _ => "let what takes the place of the event run `systemctl stop` for the unit",
    }
}

/// Whether jobs that wait for the event follow units of systemd, which the command that emits it does
/// not start. An event without a counterpart is one like those of users if a script emits it. What
/// systemd knows of the machine is not brought about by an event.
pub(crate) fn is_followed_elsewhere(name: &str) -> bool {
    let meaning = find(name).map(|row| row.meaning);
    is_known_event(name)
        && !matches!(
            meaning,
            Some(
                Meaning::Beyond(_)
                    | Meaning::Given
                    | Meaning::Container
                    | Meaning::NotContainer
                    | Meaning::Job(_)
            )
        )
}

/// Whether a known event carries a variable. `None` if the event is unknown or may carry any
/// variable.
pub(crate) fn event_carries(name: &str, variable: &str) -> Option<bool> {
    let Some(row) = find(name) else { return name.contains("-device-").then_some(true) };
    match row.meaning {
        Meaning::Job(_)
        | Meaning::DbusActivation
        | Meaning::Runlevel
        | Meaning::Container
        | Meaning::NetworkUp
        | Meaning::NetworkDown
        | Meaning::Mounted
        | Meaning::Mounting
        | Meaning::Socket
        | Meaning::File => Some(row.variables.contains(&variable)),
        Meaning::Given
        | Meaning::Reached(_)
        | Meaning::NotContainer
        | Meaning::Unit(_)
        | Meaning::ControlAltDelete
        | Meaning::NetworkGoes
        | Meaning::RemoteFilesystemsGone
        | Meaning::Never(_)
        | Meaning::Beyond(_) => row.variables.is_empty().then_some(false),
    }
}

/// Why nothing emits an event with a name of this form. `None` if the form is possible.
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

/// Whether authors write the name where they want that nothing starts or stops the job by itself.
pub(crate) fn is_by_hand(name: &str) -> bool {
    matches!(name, "manual" | "never" | "none" | "disabled" | "nothing")
}

/// The known event that a misspelt name probably was meant to be.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    match name {
        "filesystems" => Some("filesystem"),
        "local-filesystem" => Some("local-filesystems"),
        "network" | "networking" | "net-up" | "network-up" => Some("static-network-up"),
        _ => near(
            name,
            EVENTS
                .iter()
                // The event of a job names the job: a bare name is not a slip for it.
                .filter(|row| !matches!(row.meaning, Meaning::Never(_) | Meaning::Job(_)))
                .map(|row| row.name),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{EVENTS, never};

    /// The words of the conditions of all jobs in fixtures/convert.
    fn words_of_fixtures() -> BTreeSet<String> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/convert");
        let jobs: Vec<PathBuf> =
            fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
        jobs.iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "conf"))
            .flat_map(|path| {
                let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
                let words = text.split([' ', '\t', '\n', '(', ')', '"']).map(str::to_owned);
                words.collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn every_event_has_a_fixture() {
        let words = words_of_fixtures();
        let missing: Vec<_> =
            EVENTS.iter().map(|row| row.name).filter(|name| !words.contains(*name)).collect();
        assert!(missing.is_empty(), "no job in fixtures/convert follows {missing:?}");
    }

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
