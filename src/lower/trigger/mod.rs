//! From one event of a condition to what it means for systemd.

mod companion;
mod custom;
mod job;
mod socket;

use crate::ast::{Argument, Event};
use crate::diagnostic::registry::{
    DEAD_EVENT, IMPOSSIBLE_RUNLEVEL, NETWORK_INTERFACE_EVENT, UNMATCHED_VARIABLE, UNTRANSLATABLE_EVENT, VARIABLE_IN_START_ON,
};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::event_table::{self, JobState, Meaning, Milestone};
use crate::glob;
use crate::lower::companion::Companion;
use crate::lower::context::Lowering;
use crate::lower::names::Peer;
use crate::lower::runlevel::Runlevels;
use crate::source::{encode, lossy};
use crate::systemd::{UnitName, escape_path};
use crate::world::Kind;

/// Which condition an event stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    Stop,
}

/// What an event means for systemd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Holds by the time that any ordinary unit starts.
    Given,
    Reached(Milestone),
    Runlevels(Runlevels),
    /// The jobs of the run level have been started: `stopped rc`.
    AfterRunlevel(Runlevels),
    Job {
        peer: Peer,
        state: JobState,
    },
    /// Started by a unit, and after it: a mount, a device, a target.
    Unit(UnitName),
    /// Started by a unit, and before it: a mount that is about to be made.
    BeforeUnit(UnitName),
    /// Values of `ConditionVirtualization=`, any of which will do.
    Virtualization(String),
    /// An event of somebody's own, by the unit that stands for it.
    Custom(UnitName),
    /// Something beside the unit has to start it.
    Companion,
    /// A job whose work is done when the system goes down; its unit is up until then.
    Shutdown {
        unit: UnitName,
        state: JobState,
    },
    /// When the system goes down, before the network goes.
    NetworkGoes,
    /// When the system goes down, after remote file systems are gone.
    RemoteFilesystemsGone,
    /// Never happens.
    Never,
    /// Has no counterpart.
    Beyond,
}

/// What part a trigger plays in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Holds anyway, or is a condition on the machine.
    Standing,
    /// A point that every boot reaches.
    Milestone,
    /// Another job that is up, or has done its work.
    Following,
    /// Happens and is over, so that it has to bring the unit in by itself.
    Passing,
    /// Something ends: the system, or another job.
    Ending,
    /// Never comes.
    Lost,
}

impl Trigger {
    pub(super) fn role(&self) -> Role {
        match self {
            Self::Given | Self::Virtualization(_) => Role::Standing,
            Self::Runlevels(levels) | Self::AfterRunlevel(levels) if levels.down() && !levels.running() => Role::Ending,
            Self::Reached(_) | Self::Runlevels(_) | Self::AfterRunlevel(_) => Role::Milestone,
            Self::Job { state: JobState::Stopping, .. } | Self::Shutdown { .. } | Self::NetworkGoes | Self::RemoteFilesystemsGone => {
                Role::Ending
            }
            Self::Job { peer, state: JobState::Started | JobState::Stopped } => {
                if is_early(peer) {
                    Role::Milestone
                } else {
                    Role::Following
                }
            }
            Self::Job { state: JobState::Starting, .. } | Self::Unit(_) | Self::BeforeUnit(_) | Self::Custom(_) | Self::Companion => {
                Role::Passing
            }
            Self::Never | Self::Beyond => Role::Lost,
        }
    }
}

/// A trigger, how faithful it is, and what there is to say about it.
pub(super) struct Classified {
    pub(super) trigger: Trigger,
    pub(super) disposition: Disposition,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Files that it takes beside the unit.
    pub(super) companions: Vec<Companion>,
}

impl Classified {
    fn exact(trigger: Trigger) -> Self {
        Self { trigger, disposition: Disposition::Exact, diagnostics: Vec::new(), companions: Vec::new() }
    }

    fn with(trigger: Trigger, disposition: Disposition, diagnostic: Diagnostic) -> Self {
        Self { trigger, disposition, diagnostics: vec![diagnostic], companions: Vec::new() }
    }
}

/// Reads one event of a condition.
pub(super) fn classify(lowering: &Lowering<'_>, event: &Event, side: Side) -> Classified {
    let name = event.name.value.as_str();
    if let Some(diagnostic) = variable_in_start(event, side) {
        return Classified::with(Trigger::Never, Disposition::Dropped, diagnostic);
    }
    if let Some((subsystem, action)) = name.split_once("-device-")
        && event_table::find(name).is_none()
    {
        return companion::device(lowering, event, subsystem, action, side);
    }
    let Some(row) = event_table::find(name) else { return custom::custom(lowering, event, side) };
    match row.meaning {
        Meaning::Given => Classified::exact(Trigger::Given),
        Meaning::Reached(milestone) => Classified::exact(Trigger::Reached(milestone)),
        Meaning::Runlevel => runlevel(event),
        Meaning::Job(state) => job::job(lowering, event, state, side),
        Meaning::Mounted => mount(event, Trigger::Unit),
        Meaning::Mounting => mount(event, Trigger::BeforeUnit),
        Meaning::NetworkUp => network_up(event, side),
        Meaning::NetworkDown => network_down(lowering, event),
        Meaning::Container => container(event),
        Meaning::NotContainer => Classified::exact(Trigger::Virtualization("!container".to_owned())),
        Meaning::Unit(unit) => Classified::exact(Trigger::Unit(UnitName::known(unit))),
        Meaning::Socket | Meaning::File | Meaning::DbusActivation if side == Side::Stop => companion::stop(lowering, event),
        Meaning::Socket => socket::socket(lowering, event),
        Meaning::File => companion::file(lowering, event),
        Meaning::DbusActivation => companion::dbus_activation(lowering, event),
        Meaning::ControlAltDelete => companion::control_alt_delete(lowering, event, side),
        Meaning::NetworkGoes => Classified::exact(Trigger::NetworkGoes),
        Meaning::RemoteFilesystemsGone => Classified::exact(Trigger::RemoteFilesystemsGone),
        Meaning::Never(why) => never(event, why, side),
        Meaning::Beyond(instead) => {
            let diagnostic = UNTRANSLATABLE_EVENT.at(event.span(), format!("systemd has nothing like the event `{name}`")).help(instead);
            Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
        }
    }
}

fn variable_in_start(event: &Event, side: Side) -> Option<Diagnostic> {
    if side == Side::Stop {
        return None;
    }
    let word = event.args.iter().find(|word| {
        let value = match Argument::of(&word.value) {
            Argument::Positional(value) | Argument::Equal(_, value) | Argument::Unequal(_, value) => value,
        };
        value.split('$').skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '{'))
            && !value.contains(":-")
    })?;
    Some(
        VARIABLE_IN_START_ON
            .at(word.span, "a variable in `start on` never matches")
            .note("the job has no environment before it starts, not even its `env` stanzas")
            .help("write the value itself"),
    )
}

fn never(event: &Event, why: &str, side: Side) -> Classified {
    let name = lossy(&event.name.value);
    let consequence = match side {
        Side::Start => "the job is never started by it",
        Side::Stop => "the job was never stopped by it; systemd stops the unit at shutdown anyway",
    };
    let diagnostic =
        DEAD_EVENT.at(event.span(), format!("the event `{name}` never happens")).note(why).note(consequence).help(match side {
            Side::Start => "name an event that happens; `upstart2systemd explain dead-event` tells more",
            Side::Stop => "delete it",
        });
    Classified::with(Trigger::Never, Disposition::Dropped, diagnostic)
}

/// The value that an event matches for a variable: by name, or by position.
fn value<'a>(event: &'a Event, key: &str, position: Option<usize>) -> Option<(bool, &'a str)> {
    event.arguments().enumerate().find_map(|(index, (argument, _))| match argument {
        Argument::Positional(value) if position == Some(index) => Some((false, value)),
        Argument::Equal(name, value) if name == key => Some((false, value)),
        Argument::Unequal(name, value) if name == key => Some((true, value)),
        _ => None,
    })
}

fn runlevel_set(event: &Event, position: Option<usize>) -> Result<Runlevels, Box<Diagnostic>> {
    let Some((negated, pattern)) = value(event, "RUNLEVEL", position) else { return Ok(Runlevels::ALL) };
    // `[!$RUNLEVEL]`: whatever comes after the level at which the job was started.
    let levels = Runlevels::matching(pattern, negated).unwrap_or(Runlevels::ALL);
    if levels.is_empty() {
        let bracketed = pattern.len() > 1 && pattern.chars().all(|character| "0123456Ss!".contains(character));
        let word = event.args.iter().find(|word| word.value.contains(pattern)).map_or(event.name.span, |word| word.span);
        let mut diagnostic =
            IMPOSSIBLE_RUNLEVEL.at(word, format!("no run level is `{}`", lossy(pattern))).note("the condition is never met");
        if bracketed {
            diagnostic =
                diagnostic.help("put the levels into brackets").changing_edit(word, event_word(event, pattern, &format!("[{pattern}]")));
        }
        return Err(Box::new(diagnostic));
    }
    Ok(levels)
}

fn event_word(event: &Event, pattern: &str, replacement: &str) -> String {
    event
        .args
        .iter()
        .find(|word| word.value.contains(pattern))
        .map_or_else(|| replacement.to_owned(), |word| word.value.replace(pattern, replacement))
}

fn runlevel(event: &Event) -> Classified {
    let levels = match runlevel_set(event, Some(0)) {
        Ok(levels) => levels,
        Err(diagnostic) => return Classified::with(Trigger::Never, Disposition::Dropped, *diagnostic),
    };
    let mut classified = Classified::exact(Trigger::Runlevels(levels));
    if value(event, "PREVLEVEL", Some(1)).is_some() {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNMATCHED_VARIABLE
                .at(event.span(), "the previous run level is not looked at")
                .note("systemd does not keep it; the unit starts whatever came before")
                .help("see whether the unit does harm when it starts in every boot"),
        );
    }
    classified
}

/// Whether the event comes when the mount is there.
fn side_of_boot(trigger: &fn(UnitName) -> Trigger) -> bool {
    matches!(trigger(UnitName::known("x")), Trigger::Unit(_))
}

fn mount(event: &Event, trigger: fn(UnitName) -> Trigger) -> Classified {
    let place = value(event, "MOUNTPOINT", Some(1));
    let kind = value(event, "TYPE", Some(2));
    let remote = |pattern: &str| pattern.starts_with("nfs") || pattern.starts_with("cifs") || pattern.starts_with("[cn]");
    match (place, kind) {
        (Some((false, path)), _) if path.starts_with('/') && !glob::is_pattern(path) && !path.contains('$') => {
            if matches!(
                path,
                "/" | "/proc"
                    | "/sys"
                    | "/dev"
                    | "/run"
                    | "/dev/pts"
                    | "/dev/shm"
                    | "/run/lock"
                    | "/var/run"
                    | "/var/lock"
                    | "/sys/fs/cgroup"
            ) {
                return Classified::exact(Trigger::Given);
            }
            if matches!(path, "/boot" | "/home" | "/opt" | "/tmp" | "/usr" | "/var" | "/var/tmp") && side_of_boot(&trigger) {
                let filter = UNMATCHED_VARIABLE
                    .at(event.span(), format!("{path} may be no mount of its own, and then has no mount unit"))
                    .note("the unit is ordered with all local file systems");
                return Classified::with(Trigger::Reached(Milestone::LocalFilesystems), Disposition::Approximate, filter);
            }
            let unit = UnitName::known(format!("{}.mount", escape_path(&encode(path))));
            Classified::exact(trigger(unit))
        }
        (_, Some((false, pattern))) if remote(pattern) => {
            let filter = UNMATCHED_VARIABLE
                .at(event.span(), "the type of the file system is not looked at")
                .note("the unit is ordered with all remote file systems");
            let unit = if side_of_boot(&trigger) { "remote-fs.target" } else { "remote-fs-pre.target" };
            Classified::with(trigger(UnitName::known(unit)), Disposition::Approximate, filter)
        }
        _ => {
            let filter = UNMATCHED_VARIABLE
                .at(event.span(), "which file system is meant cannot be told from systemd's units")
                .note("the unit is ordered with all local file systems")
                .help("name a mount point without wildcards, if there is one");
            Classified::with(Trigger::Reached(Milestone::LocalFilesystems), Disposition::Approximate, filter)
        }
    }
}

fn network_up(event: &Event, side: Side) -> Classified {
    let interface = value(event, "IFACE", Some(0)).or_else(|| value(event, "INTERFACE", None));
    if interface == Some((false, "lo")) {
        return Classified::exact(Trigger::Given);
    }
    let diagnostic = NETWORK_INTERFACE_EVENT
        .at(event.span(), "this happens once in a boot, not for each interface")
        .label("becomes network-online.target")
        .help("put what is to be done for each interface into a hook of ifupdown, NetworkManager or networkd");
    if side == Side::Stop {
        return Classified::with(Trigger::Companion, Disposition::Manual, diagnostic);
    }
    Classified::with(Trigger::Reached(Milestone::Network), Disposition::Approximate, diagnostic)
}

fn network_down(lowering: &Lowering<'_>, event: &Event) -> Classified {
    companion::companion(
        event,
        "a hook that runs when an interface goes down",
        &format!("call `systemctl start` or `systemctl stop {}` from /etc/network/if-down.d or a dispatcher script", lowering.name),
    )
}

fn container(event: &Event) -> Classified {
    match value(event, "CONTAINER", Some(0)) {
        None => Classified::exact(Trigger::Virtualization("container".to_owned())),
        Some((negated, kind)) if !glob::is_pattern(kind) => {
            // libvirt's containers are told apart from others by both; the rest keep their name.
            let known = ["lxc", "lxc-libvirt", "openvz", "docker", "podman", "systemd-nspawn", "rkt", "wsl", "proot", "pouch"];
            if known.contains(&kind) {
                let sign = if negated { "!" } else { "" };
                return Classified::exact(Trigger::Virtualization(format!("{sign}{kind}")));
            }
            let filter = UNMATCHED_VARIABLE
                .at(event.span(), format!("systemd does not know containers of the kind `{}`", lossy(kind)))
                .help("see ConditionVirtualization= in systemd.unit(5)");
            Classified::with(Trigger::Never, Disposition::Manual, filter)
        }
        Some(_) => {
            let filter = UNMATCHED_VARIABLE.at(event.span(), "the kind of container is not looked at").note("any container will do");
            Classified::with(Trigger::Virtualization("container".to_owned()), Disposition::Approximate, filter)
        }
    }
}

pub(super) use companion::bus_name;
pub(super) use socket::address as socket_address;

/// Whether the peer is up before ordinary units start.
pub(super) fn is_early(peer: &Peer) -> bool {
    peer.kind == Some(Kind::Early)
}
