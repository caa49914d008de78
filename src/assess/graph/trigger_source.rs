//! What an event of a condition comes from.

use std::collections::BTreeSet;

use super::{Column, OutsideKind};
use crate::text::glob;
use crate::upstart::condition::{Event, NamedJob};
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning};

/// What an event of a condition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TriggerSource<'a> {
    /// A point of the boot or of the shutdown.
    Milestone(Column),
    /// The state of jobs.
    Job(JobState, Option<NamedJob<'a>>),
    /// An event that jobs or people emit.
    Own(&'a str),
    /// The system, or a client.
    Outside(OutsideKind),
    /// Nothing emits the event.
    Never,
}

/// The events that the jobs of a directory emit.
#[derive(Debug, Default)]
pub(super) struct EmittedEvents {
    names: BTreeSet<String>,
    patterns: Vec<String>,
}

impl EmittedEvents {
    pub(super) fn new(events: impl Iterator<Item = String>) -> Self {
        let (patterns, names) = events.partition::<Vec<_>, _>(|event| glob::is_pattern(event));
        Self { names: names.into_iter().collect(), patterns }
    }

    fn contains(&self, event: &str) -> bool {
        self.names.contains(event)
            || self.patterns.iter().any(|pattern| glob::matches(pattern, event))
    }
}

impl<'a> TriggerSource<'a> {
    pub(super) fn of(event: &'a Event, emitted: &EmittedEvents) -> Self {
        if let Some(column) = Column::of_milestone(event) {
            return Self::Milestone(column);
        }
        let name = event.name.value.as_str();
        let Some(row) = events::find(name) else {
            // The bridges are jobs, but it is the device that matters.
            return if events::is_known_event(name) {
                Self::Outside(OutsideKind::Device)
            } else if !emitted.contains(name)
                && (events::is_by_hand(name) || events::never(name).is_some())
            {
                Self::Never
            } else {
                Self::Own(name)
            };
        };
        match row.meaning {
            Meaning::Job(state) => Self::Job(state, event.job().map(|(job, _)| job)),
            Meaning::Socket => Self::Outside(OutsideKind::Socket),
            Meaning::File => Self::Outside(OutsideKind::File),
            Meaning::DbusActivation => Self::Outside(OutsideKind::Bus),
            _ if emitted.contains(name) => Self::Own(name),
            Meaning::Never(_) => Self::Never,
            Meaning::Beyond(_) if name == "dbus" => Self::Outside(OutsideKind::Bus),
            Meaning::Given
            | Meaning::Reached(_)
            | Meaning::Runlevel
            | Meaning::Mounted
            | Meaning::Mounting
            | Meaning::NetworkUp
            | Meaning::NetworkDown
            | Meaning::Container
            | Meaning::NotContainer
            | Meaning::Unit(_)
            | Meaning::ControlAltDelete
            | Meaning::NetworkGoes
            | Meaning::RemoteFilesystemsGone
            | Meaning::Beyond(_) => Self::Outside(OutsideKind::Event),
        }
    }
}
