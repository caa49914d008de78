//! Finds device events with a misspelt name.

use crate::diagnostic::registry::MISSPELT_DEVICE_EVENT;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::text::suggestion::near;
use crate::upstart::events;

pub(in crate::lint) static LINT: Lint = Lint { rule: &MISSPELT_DEVICE_EVENT, check };

const ACTIONS: [&str; 3] = ["added", "changed", "removed"];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        let name = event.name.value.as_str();
        let Some((subsystem, action)) =
            name.split_once("-device-").filter(|_| events::find(name).is_none())
        else {
            continue;
        };
        let name_span = event.name.span;
        let Some(meant) = meant(subsystem, action) else {
            if !is_emitted(subject, subsystem, action) {
                found.push(invented(rule, name, name_span));
            }
            continue;
        };
        let meant = format!("{subsystem}-device-{meant}");
        let diagnostic = rule
            .at(name_span, format!("nothing emits `{}`", lossy(name)))
            .note("the event never happens")
            .help(format!("write `{}`", lossy(&meant)));
        let is_bare = subject.written(name_span) == name;
        found.push(if is_bare { diagnostic.changing_edit(name_span, meant) } else { diagnostic });
    }
}

/// The actions of udev(7) that the bridge passes on as they are (`extra/upstart-udev-bridge.c`,
/// `udev_monitor_watcher`).
const OTHER_ACTIONS: [&str; 5] = ["move", "online", "offline", "bind", "unbind"];

/// Whether a bridge, ifupdown or the job itself emits the event.
fn is_emitted(subject: &Subject<'_>, subsystem: &str, action: &str) -> bool {
    let is_own = |word: &str| {
        word.strip_prefix(subsystem).and_then(|rest| rest.strip_prefix("-device-")) == Some(action)
    };
    ACTIONS.contains(&action)
        || OTHER_ACTIONS.contains(&action)
        || subject.job.emits.iter().flat_map(|stated| &stated.value).any(|word| is_own(&word.value))
}

/// The finding about an event of which a bridge knows nothing; a script may emit it.
fn invented(rule: &'static Rule, name: &str, span: Span) -> Diagnostic {
    let mut diagnostic = rule
        .at(span, format!("no bridge emits `{}`", lossy(name)))
        .note("udev has the actions added, changed, removed, move, online, offline, bind and unbind; ifupdown emits `net-device-up` and `net-device-down`")
        .help("use one of these, or check that a script emits this event");
    diagnostic.severity = Severity::Note;
    diagnostic
}

fn meant(subsystem: &str, action: &str) -> Option<&'static str> {
    if ACTIONS.contains(&action) {
        return None;
    }
    match action {
        "add" => Some("added"),
        "change" => Some("changed"),
        "remove" => Some("removed"),
        // Words of two letters are too short for the general comparison.
        "iup" | "upp" | "ups" | "pu" if subsystem == "net" => Some("up"),
        "donw" | "dwon" | "dow" if subsystem == "net" => Some("down"),
        _ => near(action, ACTIONS.into_iter()),
    }
}
