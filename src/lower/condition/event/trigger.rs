//! What an event means to systemd.

use crate::diagnostic::registry::{COMPANION_NEEDED, DEAD_EVENT, UNTRANSLATABLE_EVENT};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::JobKind;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::{beside, stopping};
use crate::lower::condition::peer::Peer;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value};
use crate::text::bytes::lossy;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events::{JobState, Milestone};
use crate::upstart::runlevels::Runlevels;

/// What a person is told to write where only the unit itself is asked for.
pub(super) fn companion(event: &Event, what: &str, help: &str) -> Classified {
    let diagnostic = COMPANION_NEEDED.at(event.span(), format!("this needs {what}")).help(help);
    Classified::with(Trigger::Companion, Disposition::Manual, diagnostic)
}

pub(super) fn beyond(event: &Event, message: &str, help: &str) -> Classified {
    Classified::with(
        Trigger::Beyond,
        Disposition::Manual,
        UNTRANSLATABLE_EVENT.at(event.span(), message).help(help),
    )
}

pub(super) fn written(companion: Companion) -> Classified {
    Classified { companions: vec![companion], ..Classified::exact(Trigger::Companion) }
}

/// A unit of another kind that starts the service of the same stem.
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

/// Which instance a file or a connection is for, nothing tells.
pub(super) fn of_instances(lowering: &Lowering<'_>, event: &Event) -> Option<Classified> {
    let help = "start the instances that you need by hand, or write a unit for each";
    lowering
        .instance
        .is_template()
        .then(|| beyond(event, "this does not tell which instance of the job it starts", help))
}

/// Files and sockets are watched to start units, and never to stop them.
pub(super) fn stop(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let message = format!("systemd does not stop a unit on `{}`", lossy(&event.name.value));
    beyond(
        event,
        &message,
        &format!(
            "let what stands for the event start a second service, with {}",
            stopping(lowering)
        ),
    )
}

/// Which condition an event stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Side {
    Start,
    Stop,
}

/// What an event means for systemd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Trigger {
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
pub(in crate::lower) enum Role {
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
            | Self::Companion => Role::Passing,
            Self::Never | Self::Beyond => Role::Lost,
        }
    }
}

/// A trigger, how faithful it is, and what there is to say about it.
pub(in crate::lower) struct Classified {
    pub(crate) trigger: Trigger,
    pub(crate) disposition: Disposition,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Files that it takes beside the unit.
    pub(crate) companions: Vec<Companion>,
}

impl Classified {
    pub(super) fn exact(trigger: Trigger) -> Self {
        Self {
            trigger,
            disposition: Disposition::Exact,
            diagnostics: Vec::new(),
            companions: Vec::new(),
        }
    }

    pub(super) fn with(trigger: Trigger, disposition: Disposition, diagnostic: Diagnostic) -> Self {
        Self { trigger, disposition, diagnostics: vec![diagnostic], companions: Vec::new() }
    }
}

pub(super) fn never(event: &Event, why: &str, side: Side) -> Classified {
    let name = lossy(&event.name.value);
    let consequence = match side {
        Side::Start => "the job is never started by it",
        Side::Stop => "the job was never stopped by it; systemd stops the unit at shutdown anyway",
    };
    let diagnostic = DEAD_EVENT
        .at(event.span(), format!("the event `{name}` never happens"))
        .note(why)
        .note(consequence)
        .help(match side {
            Side::Start => {
                "name an event that happens; `upstart2systemd explain dead-event` tells more"
            }
            Side::Stop => "delete it",
        });
    Classified::with(Trigger::Never, Disposition::Dropped, diagnostic)
}

/// The value that an event matches for a variable: by name, or by position.
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

/// Whether the peer is up before ordinary units start.
pub(in crate::lower) fn is_early(peer: &Peer) -> bool {
    peer.kind == Some(JobKind::Early)
}
