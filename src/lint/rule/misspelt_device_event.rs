//! Finds device events with a misspelt name.

use crate::diagnostic::registry::MISSPELT_DEVICE_EVENT;
use crate::diagnostic::{Diagnostic, Rule};
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
        let Some(meant) = meant(subsystem, action) else { continue };
        let name_span = event.name.span;
        let meant = format!("{subsystem}-device-{meant}");
        let diagnostic = rule
            .at(name_span, format!("nothing emits `{}`", lossy(name)))
            .note("the condition is never met")
            .help(format!("write `{}`", lossy(&meant)));
        let is_bare = subject.written(Span { ..name_span }) == name;
        found.push(if is_bare { diagnostic.changing_edit(name_span, meant) } else { diagnostic });
    }
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
