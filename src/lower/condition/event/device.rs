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
        // The instance of a template names the device.
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

/// The udev rule that starts or stops the unit (udev(7), systemd.device(5)).
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
            // A variable that is missing matches nothing, also not `!=`.
            parts.push(format!("{key}==\"?*\""));
        }
        parts.push(format!("{key}{relation}\"{}\"", pattern(value)));
    }
    let unit = lowering.name.instance_in(&instance_of_device(lowering));
    if side == Side::Start && action == "add" {
        parts.push("TAG+=\"systemd\"".to_owned());
        parts.push(format!("ENV{{SYSTEMD_WANTS}}+=\"{unit}\""));
    } else {
        let verb = if side == Side::Start { "start" } else { "stop" };
        parts.push(format!("RUN+=\"/bin/systemctl --no-block {verb} {unit}\""));
    }
    parts.join(", ")
}

/// Where a rule finds the variable that names the instance.
fn instance_of_device(lowering: &Lowering<'_>) -> String {
    match lowering.instance.parts() {
        [] => match lowering.instance.variable() {
            None | Some("KERNEL") => "%k".to_owned(),
            Some("INTERFACE") => "$name".to_owned(),
            Some(other) => format!("$env{{{other}}}"),
        },
        several => {
            several.iter().map(|name| format!("$env{{{name}}}")).collect::<Vec<_>>().join(":")
        }
    }
}

/// A part of a rule. `"` ends a value and cannot be written in it, `\` would keep the quote that
/// follows from ending it, `|` parts alternatives, and a line end ends the rule: any one character
/// is near enough.
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
