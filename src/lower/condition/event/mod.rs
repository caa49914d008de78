//! Classifies one event of a condition: what it means for systemd.

mod container;
mod custom;
mod dbus;
mod device;
mod file;
mod job;
mod keys;
mod mount;
mod network;
mod runlevel;
mod socket;
pub(super) mod trigger;

use super::boot::emitted::by_scripts;
use crate::diagnostic::registry::{MUTUAL_CONFLICT, UNTRANSLATABLE_EVENT, VARIABLE_IN_START_ON};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::lower::lowering::Lowering;
use crate::systemd::UnitName;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::Meaning;
use container::container;
use dbus::dbus_activation;
use device::device;
use keys::control_alt_delete;
use mount::mount;
use network::{network_down, network_up};
use runlevel::runlevel;
use trigger::{Classified, Side, Trigger, never, stop};

pub(in crate::lower) use custom::needed_event_unit::{NeededEventUnit, report as report_needed};
pub(in crate::lower) use custom::overlap::has_any as has_event_in_both;
pub(super) use dbus::bus_name;
pub(in crate::lower) use socket::address as socket_address;

/// Classifies one event of a condition. `is_joined` is whether the condition joins it with others by
/// `and`.
pub(in crate::lower) fn classify(
    lowering: &Lowering<'_>,
    event: &Event,
    (side, is_joined): (Side, bool),
) -> Classified {
    let name = event.name.value.as_str();
    if let Some(diagnostic) = variable_in_start(event, side) {
        return Classified::with(Trigger::Never, Disposition::Dropped, diagnostic);
    }
    if let Some(unit) = lowering.job_set.unit_of_event(name) {
        let trigger = Trigger::Unit(unit.clone());
        let diagnostic = MUTUAL_CONFLICT
            .at(event.span(), format!("starting this unit also stops {unit}"))
            .note("`Conflicts=` works both ways; under Upstart only the event had an effect");
        return match side {
            Side::Start => Classified::exact(trigger),
            Side::Stop => Classified::with(trigger, Disposition::Approximate, diagnostic),
        };
    }
    if let Some((subsystem, action)) = name.split_once("-device-")
        && events::find(name).is_none()
    {
        return device(lowering, event, (subsystem, action), (side, is_joined));
    }
    let Some(row) = events::find(name) else {
        return custom::custom(lowering, event, (side, is_joined));
    };
    let is_work = lowering.job.is_task() || !lowering.has_main();
    match row.meaning {
        Meaning::Given => Classified::exact(Trigger::Given),
        Meaning::Reached(milestone) => Classified::exact(Trigger::Reached(milestone)),
        Meaning::Runlevel => runlevel(event),
        Meaning::Job(state) => job::job(lowering, event, state, (side, is_joined)),
        Meaning::Mounted => mount(event, (side, is_work), Trigger::Unit),
        Meaning::Mounting => mount(event, (side, is_work), Trigger::BeforeUnit),
        Meaning::NetworkUp => network_up(lowering, event, side),
        Meaning::NetworkDown => network_down(lowering, event),
        Meaning::Container => container(event),
        Meaning::NotContainer => {
            Classified::exact(Trigger::Virtualization("!container".to_owned()))
        }
        Meaning::Unit(unit) => Classified::exact(Trigger::Unit(UnitName::known(unit))),
        Meaning::Socket | Meaning::File | Meaning::DbusActivation if side == Side::Stop => {
            stop(lowering, event)
        }
        Meaning::Socket => socket::socket(lowering, event),
        Meaning::File => file::file(lowering, event),
        Meaning::DbusActivation => dbus_activation(lowering, event),
        Meaning::ControlAltDelete => control_alt_delete(lowering, event, side),
        Meaning::NetworkGoes => Classified::exact(Trigger::NetworkGoes),
        Meaning::RemoteFilesystemsGone => Classified::exact(Trigger::RemoteFilesystemsGone),
        // Something emits it after all.
        Meaning::Never(_) if lowering.job_set.is_emitted(name) => {
            custom::custom(lowering, event, (side, is_joined))
        }
        Meaning::Never(why) => never(event, why, side),
        // The script of another job emits it: it is an event like those of users.
        Meaning::Beyond(_) if by_scripts(lowering, name).next().is_some() => {
            custom::custom(lowering, event, (side, is_joined))
        }
        Meaning::Beyond(instead) => {
            let diagnostic = UNTRANSLATABLE_EVENT
                .at(event.span(), format!("systemd has nothing like the event `{name}`"))
                .help(match side {
                    Side::Start => instead,
                    Side::Stop => events::instead_of_stop(name),
                });
            Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
        }
    }
}

/// Reports a variable in an argument of `start on`. init expands it without any environment, and
/// the event never matches (`init/event_operator.c`, `event_operator_match`).
fn variable_in_start(event: &Event, side: Side) -> Option<Diagnostic> {
    if side == Side::Stop {
        return None;
    }
    let word = event.args.iter().find(|word| {
        let value = match EventArgument::of(&word.value) {
            EventArgument::Positional(value)
            | EventArgument::Equal(_, value)
            | EventArgument::Unequal(_, value) => value,
        };
        value.split('$').skip(1).any(|rest| {
            rest.starts_with(|first: char| {
                first.is_ascii_alphabetic() || first == '_' || first == '{'
            })
        }) && !value.contains(":-")
    })?;
    Some(
        VARIABLE_IN_START_ON
            .at(word.span, "a variable in `start on` never matches")
            .note("the job has no environment before it starts, not even its `env` stanzas")
            .help("write the value itself"),
    )
}
