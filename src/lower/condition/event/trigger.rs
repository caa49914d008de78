//! What an event means for systemd.

use crate::diagnostic::registry::{COMPANION_NEEDED, DEAD_EVENT, UNTRANSLATABLE_EVENT};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::JobKind;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{beside, stopping};
use crate::lower::condition::NeededEventUnit;
use crate::lower::condition::event_unit::Ended;
use crate::lower::condition::peer::Peer;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value};
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events::{JobState, Milestone};
use crate::upstart::runlevels::Runlevels;

/// The finding that the user has to write `what`, for a conversion without companions.
pub(super) fn companion(event: &Event, what: &str, help: &str) -> Classified {
    let diagnostic = COMPANION_NEEDED.at(event.span(), format!("this needs {what}")).help(help);
    Classified::with(Trigger::Companion, Disposition::Manual, diagnostic)
}

/// An event without a counterpart in systemd.
pub(super) fn beyond(event: &Event, message: &str, help: &str) -> Classified {
    Classified::with(
        Trigger::Beyond,
        Disposition::Manual,
        UNTRANSLATABLE_EVENT.at(event.span(), message).help(help),
    )
}

/// An event whose companion starts the unit.
pub(super) fn written(companion: Companion) -> Classified {
    Classified { companions: vec![companion], ..Classified::exact(Trigger::Companion) }
}

/// A unit of another type, such as a .path unit, that starts the service of the same stem.
pub(super) fn starting_unit(
    lowering: &Lowering<'_>,
    suffix: &str,
    what: &str,
    directives: Vec<(Directive, Value)>,
    target: &'static str,
) -> Companion {
    let mut unit = beside(lowering, suffix);
    unit.add(
        Directive::Description,
        Value::line(&format!("{what} {}", lossy(&lowering.job.name.0))),
    );
    for (directive, value) in directives {
        unit.add(directive, value);
    }
    unit.add(Directive::WantedBy, Value::keyword(target));
    Companion::Unit(unit)
}

/// The finding that nothing selects the instance that a file or a connection starts; `None` if the
/// job has no instances.
pub(super) fn of_instances(lowering: &Lowering<'_>, event: &Event) -> Option<Classified> {
    let help = "start the instances that you need by hand, or write a unit for each";
    lowering
        .instance
        .is_template()
        .then(|| beyond(event, "the event does not name the instance of the job", help))
}

/// The finding that systemd uses files and sockets to start units, not to stop them.
pub(super) fn stop(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let message = format!("systemd does not stop a unit on `{}`", lossy(&event.name.value));
    beyond(
        event,
        &message,
        &format!(
            "let the unit that represents the event start a second service, with {}",
            stopping(lowering)
        ),
    )
}

/// Which condition an event is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Side {
    /// `start on`.
    Start,
    /// `stop on`.
    Stop,
}

/// What an event means for systemd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Trigger {
    /// Holds before any ordinary unit starts.
    Given,
    /// The boot reaches a milestone.
    Reached(Milestone),
    /// The system changes to one of these run levels.
    Runlevels(Runlevels),
    /// The scripts of one of these run levels have run: `stopped rc`.
    AfterRunlevel(Runlevels),
    /// Another job changes its state.
    Job {
        /// The other job.
        peer: Peer,
        /// The state that it changes to.
        state: JobState,
    },
    /// Another job stops or has stopped, and its unit does to this one what follows.
    End {
        /// The other job.
        peer: Peer,
        /// `stopping` or `stopped`.
        state: JobState,
        /// How the job has to end.
        ended: Ended,
    },
    /// A unit starts: a mount, a device, a target. The unit of the job starts after it.
    Unit(UnitName),
    /// A unit is about to start, such as a mount. The unit of the job starts before it.
    BeforeUnit(UnitName),
    /// The value of a `ConditionVirtualization=`.
    Virtualization(String),
    /// An event that has an event unit.
    Custom(UnitName),
    /// A companion, or a file that the user writes, starts the unit.
    Companion,
    /// Another job does its work when the system goes down. Its unit is active until then.
    Shutdown {
        /// The unit of the other job.
        unit: UnitName,
        /// The state that the condition waits for.
        state: JobState,
    },
    /// The system goes down and still has a network.
    NetworkGoes,
    /// The system goes down and has unmounted remote file systems.
    RemoteFilesystemsGone,
    /// Never happens.
    Never,
    /// Has no counterpart in systemd.
    Beyond,
}

/// The role of a trigger in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Role {
    /// Always holds, or depends on the machine.
    Standing,
    /// A point that every boot reaches.
    Milestone,
    /// Another job is active, or has done its work.
    Following,
    /// Is over at once, and therefore has to bring the unit in by itself.
    Passing,
    /// The system goes down, or another job ends.
    Ending,
    /// Never happens, or has no counterpart.
    Lost,
}

impl Trigger {
    /// The role of the trigger in a condition.
    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Given | Self::Virtualization(_) => Role::Standing,
            Self::Runlevels(levels) | Self::AfterRunlevel(levels)
                if levels.down() && !levels.running() =>
            {
                Role::Ending
            }
            Self::Reached(_) | Self::Runlevels(_) | Self::AfterRunlevel(_) => Role::Milestone,
            Self::Job { state: JobState::Stopping, .. }
            | Self::Shutdown { .. }
            | Self::NetworkGoes
            | Self::RemoteFilesystemsGone => Role::Ending,
            Self::Job { peer, state: JobState::Started | JobState::Stopped } => {
                if is_early(peer) {
                    Role::Milestone
                } else {
                    Role::Following
                }
            }
            Self::Job { state: JobState::Starting, .. }
            | Self::Unit(_)
            | Self::BeforeUnit(_)
            | Self::Custom(_)
            | Self::End { .. }
            | Self::Companion => Role::Passing,
            Self::Never | Self::Beyond => Role::Lost,
        }
    }
}

/// An event, classified.
pub(in crate::lower) struct Classified {
    /// What the event means for systemd.
    pub(crate) trigger: Trigger,
    /// How faithfully the trigger expresses the event.
    pub(crate) disposition: Disposition,
    /// The findings about the event.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The companions that the event needs.
    pub(crate) companions: Vec<Companion>,
    /// The event unit that the user has to write.
    pub(crate) needed_event_unit: Option<NeededEventUnit>,
}

impl Classified {
    /// An event that the trigger expresses exactly, without findings.
    pub(super) fn exact(trigger: Trigger) -> Self {
        Self {
            trigger,
            disposition: Disposition::Exact,
            diagnostics: Vec::new(),
            companions: Vec::new(),
            needed_event_unit: None,
        }
    }

    /// An event with one finding.
    pub(super) fn with(trigger: Trigger, disposition: Disposition, diagnostic: Diagnostic) -> Self {
        Self { disposition, diagnostics: vec![diagnostic], ..Self::exact(trigger) }
    }
}

/// An event that never happens, for the reason `why`.
pub(super) fn never(event: &Event, why: &str, side: Side) -> Classified {
    let name = lossy(&event.name.value);
    let diagnostic =
        DEAD_EVENT.at(event.span(), format!("the event `{name}` never happens")).note(why);
    let diagnostic = repaired(event, side, consequence(diagnostic, side));
    Classified::with(Trigger::Never, Disposition::Dropped, diagnostic)
}

/// Adds what follows for the job from an event that never happens.
fn consequence(diagnostic: Diagnostic, side: Side) -> Diagnostic {
    match side {
        Side::Start => diagnostic.note("the job is never started by it"),
        Side::Stop => diagnostic
            .note("the job is never stopped by it")
            .unit_note("systemd stops the unit at shutdown anyway"),
    }
}

/// Adds what the event was evidently to be.
fn repaired(event: &Event, side: Side, diagnostic: Diagnostic) -> Diagnostic {
    let name = event.name.value.as_str();
    let levels = name.strip_prefix("runlevel").unwrap_or(name);
    match (name, event.args.as_slice()) {
        (_, []) if levels.starts_with('[') && levels.ends_with(']') => {
            let meant = format!("runlevel {levels}");
            diagnostic.help(format!("write `{meant}`")).changing_edit(event.name.span, meant)
        }
        // `start on start on EVENT`
        ("start" | "stop", [on, next, ..]) if on.value == "on" => diagnostic
            .help(format!("remove `{name} on`"))
            .changing_edit(Span { end: next.span.start, ..event.name.span }, ""),
        ("shutdown" | "halt" | "poweroff" | "reboot", []) => {
            let meant = match name {
                "shutdown" => "runlevel [06]",
                "reboot" => "runlevel 6",
                _ => "runlevel 0",
            };
            let diagnostic = diagnostic.help(format!("write `{meant}`"));
            if side == Side::Stop {
                diagnostic.changing_edit(event.name.span, meant)
            } else {
                diagnostic
            }
        }
        _ => diagnostic.help("use the name of an event that happens"),
    }
}

/// An event of a job that never has this argument, for the reason that is given along with what to
/// do about it.
pub(super) fn never_with(
    event: &Event,
    span: Span,
    (why, help): (&str, &str),
    side: Side,
) -> Classified {
    let diagnostic = DEAD_EVENT
        .at(span, format!("`{}` never comes with `{}`", event.name.value, word(event, span)))
        .note(why);
    let diagnostic = consequence(diagnostic, side).help(help);
    Classified::with(Trigger::Never, Disposition::Dropped, diagnostic)
}

/// An argument as it is written in the source.
pub(super) fn word(event: &Event, span: Span) -> String {
    event
        .args
        .iter()
        .find(|word| word.span == span)
        .map_or_else(String::new, |word| lossy(&word.value).into_owned())
}

/// The value that an event matches for a variable, by name or by position, and whether the match is
/// negated by `!=`.
pub(super) fn value<'a>(
    event: &'a Event,
    key: &str,
    position: Option<usize>,
) -> Option<(bool, &'a str)> {
    event.arguments().enumerate().find_map(|(index, (argument, _))| match argument {
        EventArgument::Positional(value) if position == Some(index) => Some((false, value)),
        EventArgument::Equal(name, value) if name == key => Some((false, value)),
        EventArgument::Unequal(name, value) if name == key => Some((true, value)),
        _ => None,
    })
}

/// Whether the work of the job is done before any ordinary unit starts.
pub(in crate::lower) fn is_early(peer: &Peer) -> bool {
    peer.kind == Some(JobKind::Early)
}
