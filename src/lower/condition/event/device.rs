//! Events of devices: device units and udev rules.

use super::trigger::{Classified, Side, Trigger, companion, value, written};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::layout::{Output, UDEV_RULES};
use crate::systemd::{UnitName, escape_path};
use crate::text::bytes::{encode, lossy};
use crate::text::glob;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::instances::Instance;

/// Turns `SUBSYSTEM-device-ACTION` (`extra/upstart-udev-bridge.c`) into a device unit if one has a
/// known name, and else into a udev rule.
pub(super) fn device(
    lowering: &Lowering<'_>,
    event: &Event,
    subsystem: &str,
    action: &str,
    side: Side,
) -> Classified {
    let literal = |key| {
        value(event, key, None)
            .filter(|(negated, value)| !negated && !glob::is_pattern(value))
            .map(|(_, value)| value)
    };
    let path = match subsystem {
        "net" => literal("INTERFACE")
            .or_else(|| literal("KERNEL"))
            .map(|name| ("sys-subsystem-net-devices-", name)),
        "tty" | "block" => literal("KERNEL").map(|name| ("dev-", name)),
        _ => None,
    };
    let unit = path.and_then(|(prefix, name)| match name.strip_prefix('$') {
        // The instance of the template is the name of the device.
        Some(_) if side == Side::Stop => Some(format!("{prefix}%i.device")),
        Some(_) => None,
        None => Some(format!("{prefix}{}.device", escape_path(&encode(name)))),
    });
    match (action, unit, side) {
        ("added", Some(unit), Side::Start) | ("removed", Some(unit), Side::Stop) => {
            Classified::exact(Trigger::Unit(UnitName::known(unit)))
        }
        _ => {
            let action = match action {
                "added" => "add",
                "changed" => "change",
                "removed" => "remove",
                other => other,
            };
            let rule = rule(lowering, event, subsystem, action, side);
            if !lowering.options.companions {
                return companion(
                    event,
                    "a udev rule",
                    &format!("write a file in /{UDEV_RULES} with: {rule}"),
                );
            }
            let path = own_files::udev_rules(lowering.name.stem());
            written(Companion::File(Output {
                path,
                text: format!("{}\n{rule}\n", made_for(lowering).comment()),
            }))
        }
    }
}

/// The udev rule that starts or stops the unit (udev(7); systemd.device(5), `SYSTEMD_WANTS=`).
fn rule(
    lowering: &Lowering<'_>,
    event: &Event,
    subsystem: &str,
    action: &str,
    side: Side,
) -> String {
    let mut parts = vec![
        format!("ACTION==\"{}\"", pattern(action)),
        format!("SUBSYSTEM==\"{}\"", pattern(subsystem)),
    ];
    for (argument, _) in event.arguments() {
        let (key, relation, value) = match argument {
            EventArgument::Positional(value) => ("KERNEL", "==", value),
            EventArgument::Equal(key, value) => (key, "==", value),
            EventArgument::Unequal(key, value) => (key, "!=", value),
        };
        let key = match key {
            "KERNEL" | "DEVPATH" | "SUBSYSTEM" => key.to_owned(),
            other => format!("ENV{{{}}}", pattern(other)),
        };
        if relation == "!=" {
            // A missing variable matches nothing, not even with `!=` (`init/event_operator.c`,
            // `event_operator_match`).
            parts.push(format!("{key}==\"?*\""));
        }
        parts.push(format!("{key}{relation}\"{}\"", pattern(value)));
    }
    let is_added = side == Side::Start && action == "add";
    if is_added {
        parts.push("TAG+=\"systemd\"".to_owned());
    }
    let verb = if side == Side::Start { "start" } else { "stop" };
    match instance_of_device(lowering) {
        Some(instance) => parts.extend(of_instance(lowering, verb, &instance)),
        None if is_added => parts.push(format!("ENV{{SYSTEMD_WANTS}}+=\"{}\"", lowering.name)),
        None => {
            parts.push(format!("RUN+=\"/bin/systemctl --no-block {verb} {}\"", lowering.name));
        }
    }
    parts.join(", ")
}

/// The variables of the device whose values, joined by `:`, are the name of the instance; `None` if
/// the job has no instances.
fn instance_of_device(lowering: &Lowering<'_>) -> Option<Vec<String>> {
    match &lowering.instance {
        Instance::Template { variables, .. } => Some(variables.clone()),
        Instance::Singleton { .. } => None,
    }
}

/// The parts of a rule that start or stop the instance that the device names.
///
/// The text comes from the device, so it is never put into the rule, where it would be split into
/// further words. The program finds it in its environment, which has the properties of the device
/// (udev(7), `RUN`), and `KERNEL` is made one of them. `SYSTEMD_WANTS` cannot be used: from
/// version 233 to 257, systemd takes the backslashes out of the names in it (`src/core/device.c`,
/// `device_add_udev_wants`).
fn of_instance(lowering: &Lowering<'_>, verb: &str, variables: &[String]) -> Vec<String> {
    let mut parts = Vec::new();
    if variables.iter().any(|variable| variable == "KERNEL") {
        parts.push("ENV{KERNEL}=\"%k\"".to_owned());
    }
    // `$$` is `$` in a rule. The shell does not split what it expands, as `IFS` is empty.
    let values: Vec<String> =
        variables.iter().map(|variable| format!("$${{{variable}}}")).collect();
    parts.push(format!(
        "RUN+=\"/bin/sh -c 'IFS=; set -f; exec /bin/systemctl --no-block {verb} $$(/bin/systemd-escape --template={} -- {})'\"",
        lowering.name,
        values.join(":")
    ));
    parts
}

/// A value of a rule. A value cannot contain `"`, which ends it; `\` would escape the quotation
/// mark that follows, `|` separates alternatives, and a line break ends the rule. Each of these
/// becomes `?`, which matches any character.
fn pattern(text: &str) -> String {
    lossy(text)
        .chars()
        .map(|character| {
            if matches!(character, '"' | '\\' | '|' | '{' | '}') || character.is_control() {
                '?'
            } else {
                character
            }
        })
        .collect()
}
