//! `dbus-activation`: a service file for D-Bus.

use super::trigger::{Classified, Side, beyond, companion, of_instances, written};
use super::variable_in_start;
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::layout::{DBUS_SERVICES, Output};
use crate::upstart::condition::Event;

/// Writes the service file by which D-Bus starts the unit (D-Bus Specification, "Message Bus
/// Starting Services (Activation)").
pub(super) fn dbus_activation(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let Some(name) = asked_for(event) else {
        return beyond(
            event,
            "this is not a valid name on the bus",
            "write `dbus-activation NAME` with the name that the program asks for",
        );
    };
    let unit = &lowering.name;
    if !lowering.options.companions {
        return companion(
            event,
            &format!("a D-Bus service file for {name} with `SystemdService={unit}`"),
            &format!(
                "put it into /{DBUS_SERVICES}, and set `Type=dbus` and `BusName=` in the unit"
            ),
        );
    }
    if let Some(refused) = of_instances(lowering, event) {
        return refused;
    }
    let header = made_for(lowering).comment();
    let text = format!(
        "{header}\n[D-BUS Service]\nName={name}\nExec=/bin/false\nUser=root\nSystemdService={unit}\n"
    );
    written(Companion::File(Output { path: own_files::dbus_service(name), text }))
}

/// The name on the system bus by which D-Bus starts the unit; `None` if no service file is written
/// for it, or if another job has the name: systemd refuses the second unit with one `BusName=`.
pub(in crate::lower) fn bus_name<'a>(lowering: &Lowering<'a>) -> Option<&'a str> {
    let condition = lowering
        .job
        .start_on
        .as_ref()
        .filter(|_| lowering.options.companions && !lowering.instance.is_template())?;
    let event =
        condition.value.leaves().into_iter().find(|event| event.name.value == "dbus-activation")?;
    asked_for(event)
        .filter(|_| variable_in_start(event, Side::Start).is_none())
        .filter(|name| !lowering.job_set.is_of_another(name, &lowering.job.name.0))
}

/// The name that `dbus-activation NAME` asks for, if it is valid (D-Bus Specification, "Bus
/// names").
fn asked_for(event: &Event) -> Option<&str> {
    let name = event.args.first()?.value.as_str();
    let is_name = name.contains('.')
        && !name.starts_with('.')
        && name.split('.').all(|part| !part.is_empty())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    is_name.then_some(name)
}
