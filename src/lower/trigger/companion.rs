//! Events that need a file beside the unit: sockets, files, devices.

use super::{BEYOND, COMPANION, Classified, Side, Trigger, value};
use crate::ast::{Argument, Event};
use crate::diagnostic::Disposition;
use crate::lower::context::Lowering;
use crate::lower::glob;
use crate::source::{encode, lossy};
use crate::systemd::{UnitName, escape_path};

pub(super) fn companion(event: &Event, what: &str, help: &str) -> Classified {
    let diagnostic = COMPANION.at(event.span(), format!("this needs {what}")).help(help);
    Classified::with(Trigger::Companion, Disposition::Manual, diagnostic)
}

/// The name of a unit beside this one, without suffix. One file serves all instances.
fn stem<'a>(lowering: &'a Lowering<'_>) -> &'a str {
    lowering.unit.name.as_str().trim_end_matches(".service").trim_end_matches('@')
}

pub(super) fn socket(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let get = |key, position| value(event, key, position).map(|(_, value)| value);
    let stem = stem(lowering);
    let listen = match get("PROTO", Some(0)) {
        Some("inet") => get("PORT", Some(1)).map(|port| format!("{}:{port}", get("ADDR", Some(2)).unwrap_or("0.0.0.0"))),
        Some("inet6") => get("PORT", Some(1)).map(|port| format!("[{}]:{port}", get("ADDR", Some(2)).unwrap_or("::"))),
        Some("unix") => get("SOCKET_PATH", None).or_else(|| get("PATH", None)).map(str::to_owned),
        _ => None,
    };
    let Some(listen) = listen else {
        let diagnostic =
            BEYOND.at(event.span(), "init opens no socket for this").help("give `PROTO=inet PORT=N`, or `PROTO=unix PATH=/a/path`");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    };
    companion(
        event,
        &format!("the unit {stem}.socket"),
        &format!(
            "write {stem}.socket with `[Socket] ListenStream={}` and `[Install] WantedBy=sockets.target`, and enable it instead of the service",
            lossy(&listen)
        ),
    )
}

pub(super) fn file(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let Some((_, path)) = value(event, "FILE", Some(0)) else {
        let diagnostic = BEYOND.at(event.span(), "no file is named").help("give `FILE=/a/path`");
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    };
    let stem = stem(lowering);
    let directive = match value(event, "EVENT", Some(1)).map(|(_, value)| value) {
        Some("create") | None if glob::is_pattern(path) => "PathExistsGlob",
        // A task would be started again and again while the file is there.
        Some("create") if lowering.job.is_task() => "PathChanged",
        Some("create") => "PathExists",
        Some("delete") => {
            let diagnostic = BEYOND
                .at(event.span(), "systemd does not start a unit when a file is deleted")
                .help("watch the directory with `PathModified=` in a .path unit, and test for the file in `ExecCondition=`");
            return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
        }
        _ => "PathModified",
    };
    companion(
        event,
        &format!("the unit {stem}.path"),
        &format!(
            "write {stem}.path with `[Path] {directive}={}` and `[Install] WantedBy=paths.target`, and enable it instead of the service",
            lossy(path)
        ),
    )
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
            companion(
                event,
                "a udev rule",
                &format!("write a file in /etc/udev/rules.d with: {}", rule(lowering, event, subsystem, action, side)),
            )
        }
    }
}

/// The udev rule that starts or stops the unit (udev(7), systemd.device(5)).
fn rule(lowering: &Lowering<'_>, event: &Event, subsystem: &str, action: &str, side: Side) -> String {
    let mut parts = vec![format!("ACTION==\"{action}\""), format!("SUBSYSTEM==\"{}\"", lossy(subsystem))];
    for (argument, _) in event.arguments() {
        let (key, relation, value) = match argument {
            Argument::Positional(value) => ("KERNEL", "==", value),
            Argument::Equal(key, value) => (key, "==", value),
            Argument::Unequal(key, value) => (key, "!=", value),
        };
        let key = match key {
            "KERNEL" | "DEVPATH" | "SUBSYSTEM" => key.to_owned(),
            other => format!("ENV{{{}}}", lossy(other)),
        };
        parts.push(format!("{key}{relation}\"{}\"", lossy(value)));
    }
    let unit = lowering.unit.name.as_str().replace("@.", "@$name.");
    if side == Side::Start && action == "add" {
        parts.push("TAG+=\"systemd\"".to_owned());
        parts.push(format!("ENV{{SYSTEMD_WANTS}}+=\"{unit}\""));
    } else {
        let verb = if side == Side::Start { "start" } else { "stop" };
        parts.push(format!("RUN+=\"/bin/systemctl --no-block {verb} {unit}\""));
    }
    parts.join(", ")
}
