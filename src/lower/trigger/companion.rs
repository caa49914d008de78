//! Events that need a file beside the unit: files, devices, names on the bus, keys.

use super::{Classified, Side, Trigger, value, variable_in_start};
use crate::ast::{Argument, Event, Phase};
use crate::command::direct_argv;
use crate::conversion::Output;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{COMPANION_NEEDED, CONTROL_ALT_DELETE, LEVEL_TRIGGERED_PATH, UNMATCHED_VARIABLE, UNTRANSLATABLE_EVENT};
use crate::glob;
use crate::lower::companion::{Companion, beside, made_for, stopping};
use crate::lower::context::Lowering;
use crate::lower::literal::literal;
use crate::lower::own_files;
use crate::source::{encode, lossy};
use crate::systemd::layout::{DBUS_SERVICES, UDEV_RULES, UNITS};
use crate::systemd::{Directive, Text, Unit, UnitName, Value, escape_path};

/// What a person is told to write where only the unit itself is asked for.
pub(super) fn companion(event: &Event, what: &str, help: &str) -> Classified {
    let diagnostic = COMPANION_NEEDED.at(event.span(), format!("this needs {what}")).help(help);
    Classified::with(Trigger::Companion, Disposition::Manual, diagnostic)
}

pub(super) fn beyond(event: &Event, message: &str, help: &str) -> Classified {
    Classified::with(Trigger::Beyond, Disposition::Manual, UNTRANSLATABLE_EVENT.at(event.span(), message).help(help))
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
    unit.add(Directive::Description, Value::line(&format!("{what} {}", lossy(&lowering.job.name.0))));
    for (directive, value) in directives {
        unit.add(directive, value);
    }
    unit.add(Directive::WantedBy, Value::keyword(target));
    Companion::Unit(unit)
}

/// Which instance a file or a connection is for, nothing tells.
pub(super) fn of_instances(lowering: &Lowering<'_>, event: &Event) -> Option<Classified> {
    let help = "start the instances that you need by hand, or write a unit for each";
    lowering.instance.is_template().then(|| beyond(event, "this does not tell which instance of the job it starts", help))
}

/// Files and sockets are watched to start units, and never to stop them.
pub(super) fn stop(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let message = format!("systemd does not stop a unit on `{}`", lossy(&event.name.value));
    beyond(event, &message, &format!("let what stands for the event start a second service, with {}", stopping(lowering)))
}

pub(super) fn file(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let Some((_, path)) = value(event, "FILE", Some(0)) else {
        return beyond(event, "no file is named", "give `FILE=/a/path`");
    };
    let kind = value(event, "EVENT", Some(1)).map(|(_, value)| value);
    let is_task = lowering.job.is_task();
    let is_directory = path.ends_with('/');
    // A task would be started again and again while the file is there.
    let watched: &[Directive] = match kind {
        Some("delete") => {
            return beyond(
                event,
                "systemd does not start a unit when a file is deleted",
                "watch the directory with `PathModified=` in a .path unit, and test for the file in `ExecCondition=`",
            );
        }
        _ if is_directory => &[Directive::PathModified],
        Some("create") | None if glob::is_pattern(path) && !is_task => &[Directive::PathExistsGlob],
        _ if glob::is_pattern(path) => &[],
        Some("create") if is_task => &[Directive::PathChanged],
        Some("create") => &[Directive::PathExists],
        None if !is_task => &[Directive::PathExists, Directive::PathModified],
        _ => &[Directive::PathModified],
    };
    // Of what a pattern means only that something changed beside it can be seen more than once.
    let directory = path.rsplit_once('/').map_or("/", |(directory, _)| if directory.is_empty() { "/" } else { directory });
    let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let (watched, place) = if watched.is_empty() { (&[Directive::PathModified][..], directory) } else { (watched, path) };
    let Some(value) = literal(place).filter(|_| place.starts_with('/')) else {
        return beyond(
            event,
            "this is no path that systemd can watch",
            "give the path from the root, without characters that cannot be seen",
        );
    };
    if !lowering.options.companions {
        let stem = lowering.name.stem();
        let lines: Vec<String> = watched.iter().map(|directive| format!("{}={}", directive.name(), value.as_str())).collect();
        return companion(
            event,
            &format!("the unit {stem}.path"),
            &format!(
                "write {stem}.path with `[Path] {}` and `[Install] WantedBy=paths.target`, and enable it instead of the service",
                lines.join("` `")
            ),
        );
    }
    if let Some(refused) = of_instances(lowering, event) {
        return refused;
    }
    let directives = watched.iter().map(|&directive| (directive, value.clone())).collect();
    let mut classified = written(starting_unit(lowering, "path", "Files of", directives, "paths.target"));
    if place != path {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNMATCHED_VARIABLE
                .at(event.span(), format!("the task runs whenever something changes in {}", lossy(directory)))
                .note("`PathExistsGlob=` would start it again and again while a file is there")
                .help("let the task look for the files that it is about"),
        );
    } else if watched.contains(&Directive::PathExists) || watched.contains(&Directive::PathExistsGlob) {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            LEVEL_TRIGGERED_PATH
                .at(event.span(), "the service is started as long as the file is there")
                .note("Upstart started it once, when the file appeared")
                .help("if it ends by itself, let it delete the file"),
        );
    }
    classified
}

pub(super) fn device(lowering: &Lowering<'_>, event: &Event, subsystem: &str, action: &str, side: Side) -> Classified {
    let literal = |key| value(event, key, None).filter(|(negated, value)| !negated && !glob::is_pattern(value)).map(|(_, value)| value);
    let path = match subsystem {
        "net" => literal("INTERFACE").or_else(|| literal("KERNEL")).map(|name| ("sys-subsystem-net-devices-", name)),
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
        ("added", Some(unit), Side::Start) | ("removed", Some(unit), Side::Stop) => Classified::exact(Trigger::Unit(UnitName::known(unit))),
        _ => {
            let action = match action {
                "added" => "add",
                "changed" => "change",
                "removed" => "remove",
                other => other,
            };
            let rule = rule(lowering, event, subsystem, action, side);
            if !lowering.options.companions {
                return companion(event, "a udev rule", &format!("write a file in /{UDEV_RULES} with: {rule}"));
            }
            let path = own_files::udev_rules(lowering.name.stem());
            written(Companion::File(Output { path, text: format!("{}\n{rule}\n", made_for(lowering).comment()) }))
        }
    }
}

/// The udev rule that starts or stops the unit (udev(7), systemd.device(5)).
fn rule(lowering: &Lowering<'_>, event: &Event, subsystem: &str, action: &str, side: Side) -> String {
    let mut parts = vec![format!("ACTION==\"{}\"", pattern(action)), format!("SUBSYSTEM==\"{}\"", pattern(subsystem))];
    for (argument, _) in event.arguments() {
        let (key, relation, value) = match argument {
            Argument::Positional(value) => ("KERNEL", "==", value),
            Argument::Equal(key, value) => (key, "==", value),
            Argument::Unequal(key, value) => (key, "!=", value),
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
        several => several.iter().map(|name| format!("$env{{{name}}}")).collect::<Vec<_>>().join(":"),
    }
}

/// A part of a rule. `"` ends a value and cannot be written in it, `\` would keep the quote that follows from ending it, `|` parts
/// alternatives, and a line end ends the rule: any one character is near enough.
fn pattern(text: &str) -> String {
    lossy(text)
        .chars()
        .map(|character| if matches!(character, '"' | '\\' | '|' | '{' | '}') || character.is_control() { '?' } else { character })
        .collect()
}

pub(super) fn dbus_activation(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let Some(name) = asked_for(event) else {
        return beyond(event, "this is no name on the bus", "write `dbus-activation NAME` with the name that the program asks for");
    };
    let unit = &lowering.name;
    if !lowering.options.companions {
        return companion(
            event,
            &format!("a D-Bus service file for {name} with `SystemdService={unit}`"),
            &format!("put it into /{DBUS_SERVICES}, and set `Type=dbus` and `BusName=` in the unit"),
        );
    }
    if let Some(refused) = of_instances(lowering, event) {
        return refused;
    }
    let header = made_for(lowering).comment();
    let text = format!("{header}\n[D-BUS Service]\nName={name}\nExec=/bin/false\nUser=root\nSystemdService={unit}\n");
    written(Companion::File(Output { path: own_files::dbus_service(name), text }))
}

/// The name by which the bus starts the job, where its service file is written along.
pub(in crate::lower) fn bus_name<'a>(lowering: &Lowering<'a>) -> Option<&'a str> {
    let condition = lowering.job.start_on.as_ref().filter(|_| lowering.options.companions && !lowering.instance.is_template())?;
    let event = condition.value.leaves().into_iter().find(|event| event.name.value == "dbus-activation")?;
    asked_for(event).filter(|_| variable_in_start(event, Side::Start).is_none())
}

/// The name on the bus that `dbus-activation NAME` is about (D-Bus Specification, "Bus names").
fn asked_for(event: &Event) -> Option<&str> {
    let name = event.args.first()?.value.as_str();
    let is_name = name.contains('.')
        && !name.starts_with('.')
        && name.split('.').all(|part| !part.is_empty())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    is_name.then_some(name)
}

pub(super) fn control_alt_delete(lowering: &Lowering<'_>, event: &Event, side: Side) -> Classified {
    let keys = "ctrl-alt-del.target";
    if side == Side::Stop {
        return Classified::exact(Trigger::Unit(UnitName::known(keys)));
    }
    if reboots(lowering) {
        let diagnostic = CONTROL_ALT_DELETE
            .at(event.span(), "the keys reboot the system without this job")
            .note(format!("{keys} is an alias of reboot.target"))
            .help("delete the job");
        return Classified::with(Trigger::Companion, Disposition::Dropped, diagnostic);
    }
    if !lowering.options.companions {
        let diagnostic = CONTROL_ALT_DELETE
            .at(event.span(), "the keys start ctrl-alt-del.target, not this unit")
            .note("a job that only reboots is not needed: that is what the target does by default")
            .help(format!("write /{UNITS}/ctrl-alt-del.target with `Wants={}`", lowering.name));
        return Classified::with(Trigger::Companion, Disposition::Manual, diagnostic);
    }
    let mut target = Unit::new(UnitName::known(keys));
    target.header.push(Text::new(&own_files::made("What Control-Alt-Delete starts, in the place of reboot.target.")));
    target.add(Directive::Description, Value::keyword("Control-Alt-Delete"));
    Classified { companions: vec![Companion::Unit(target)], ..Classified::exact(Trigger::Unit(UnitName::known(keys))) }
}

/// Whether all that the job does is what systemd does at these keys anyway.
fn reboots(lowering: &Lowering<'_>) -> bool {
    let job = lowering.job;
    let [(Phase::Main, stated)] = job.processes.iter().map(|(&phase, stated)| (phase, stated)).collect::<Vec<_>>()[..] else {
        return false;
    };
    let words = direct_argv(stated.value.text().value.trim()).unwrap_or_default();
    let program = words.first().and_then(|word| word.rsplit('/').next());
    match program {
        Some("reboot") => true,
        Some("shutdown") => words.contains(&"-r") && words.contains(&"now"),
        _ => false,
    }
}
