//! The columns of a graph: when in the life of the system something is there.

use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::{Meaning, Milestone};
use crate::upstart::runlevels::Runlevels;

/// When in the life of the system a job starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Before file systems are mounted.
    EarlyBoot,
    /// When file systems are mounted.
    FileSystems,
    /// When the network is up.
    Network,
    /// When the system enters a run level from 2 to 5.
    RunLevel,
    /// At an event that need not happen, or when a person starts it.
    ByEvent,
    /// When the system goes down.
    Shutdown,
}

impl Column {
    /// All columns, in their order.
    pub const ALL: [Self; 6] = [
        Self::EarlyBoot,
        Self::FileSystems,
        Self::Network,
        Self::RunLevel,
        Self::ByEvent,
        Self::Shutdown,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::EarlyBoot => "early boot",
            Self::FileSystems => "file systems",
            Self::Network => "network",
            Self::RunLevel => "run level 2–5",
            Self::ByEvent => "by event or by hand",
            Self::Shutdown => "shutdown",
        }
    }

    /// The word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::EarlyBoot => "early-boot",
            Self::FileSystems => "file-systems",
            Self::Network => "network",
            Self::RunLevel => "run-level",
            Self::ByEvent => "by-event",
            Self::Shutdown => "shutdown",
        }
    }

    /// The column of the jobs that an event of the boot or of the shutdown starts. `None` for other
    /// events.
    pub(super) fn of_milestone(event: &Event) -> Option<Self> {
        Some(match events::find(&event.name.value)?.meaning {
            Meaning::Given | Meaning::Container | Meaning::NotContainer => Self::EarlyBoot,
            Meaning::Reached(milestone) => of_point(milestone),
            Meaning::Mounted | Meaning::Mounting => Self::FileSystems,
            // The loopback interface needs no network.
            Meaning::NetworkUp if is_loopback(event) => Self::FileSystems,
            Meaning::NetworkUp => Self::Network,
            Meaning::NetworkDown => Self::ByEvent,
            Meaning::NetworkGoes | Meaning::RemoteFilesystemsGone => Self::Shutdown,
            Meaning::Runlevel => of_levels(event, 0).unwrap_or(Self::RunLevel),
            Meaning::Job(_)
            | Meaning::Unit(_)
            | Meaning::Socket
            | Meaning::File
            | Meaning::DbusActivation
            | Meaning::ControlAltDelete
            | Meaning::Never(_)
            | Meaning::Beyond(_) => return None,
        })
    }

    /// The column of the run levels that an event about a job names, such as
    /// `stopped rc RUNLEVEL=[2345]`.
    pub(super) fn of_run_level(event: &Event) -> Option<Self> {
        of_levels(event, usize::MAX)
    }
}

fn of_point(milestone: Milestone) -> Column {
    match milestone {
        Milestone::Startup | Milestone::FirstMounts | Milestone::VirtualFilesystems => {
            Column::EarlyBoot
        }
        Milestone::Tmp
        | Milestone::LocalFilesystems
        | Milestone::Swaps
        | Milestone::RemoteFilesystems
        | Milestone::Filesystem => Column::FileSystems,
        Milestone::BeforeNetwork | Milestone::Network => Column::Network,
    }
}

fn is_loopback(event: &Event) -> bool {
    event.arguments().enumerate().any(|(index, (argument, _))| match argument {
        EventArgument::Positional(value) => index == 0 && value == "lo",
        EventArgument::Equal(key, value) => matches!(key, "IFACE" | "INTERFACE") && value == "lo",
        EventArgument::Unequal(..) => false,
    })
}

/// The column of the run levels that the event names by the argument at a position, or by name.
fn of_levels(event: &Event, position: usize) -> Option<Column> {
    let levels =
        event.arguments().enumerate().find_map(|(index, (argument, _))| match argument {
            EventArgument::Positional(pattern) if index == position => {
                Runlevels::matching(pattern, false)
            }
            EventArgument::Equal("RUNLEVEL", pattern) => Runlevels::matching(pattern, false),
            EventArgument::Unequal("RUNLEVEL", pattern) => Runlevels::matching(pattern, true),
            EventArgument::Positional(_)
            | EventArgument::Equal(..)
            | EventArgument::Unequal(..) => None,
        })?;
    Some(if levels.running() {
        Column::RunLevel
    } else if levels.down() {
        Column::Shutdown
    } else {
        // The rescue level is entered by hand.
        Column::ByEvent
    })
}
