//! Finds a service that starts with the first network interface, which is the loopback interface.

use crate::diagnostic::registry::ANY_NETWORK_INTERFACE;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::{Meaning, Milestone};

pub(in crate::lint) static LINT: Lint = Lint { rule: &ANY_NETWORK_INTERFACE, check };

/// The variables that ifupdown passes for the loopback interface, in their order.
const LOOPBACK: [(&str, &str); 4] =
    [("IFACE", "lo"), ("LOGICAL", "lo"), ("ADDRFAM", "inet"), ("METHOD", "loopback")];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let Some(start) = &job.start_on else { return };
    if job.is_task() || job.process(Phase::Main).is_none() || uses_interface(subject) {
        return;
    }
    let Ok(paths) = start.value.normalize() else { return };
    // Where the condition also waits for the network, the event has long been.
    let Some(event) = paths
        .0
        .iter()
        .filter(|path| !path.iter().any(waits_for_network))
        .flatten()
        .find(|event| event.name.value == "net-device-up" && is_any(event))
    else {
        return;
    };
    let end = event.span().end;
    let diagnostic = rule
        .at(event.span(), "this event happens for the loopback interface first")
        .note("`lo` is brought up before all others, so the service starts without a network")
        .help("add `IFACE!=lo`");
    found.push(diagnostic.changing_edit(Span::new(event.span().origin, end..end), " IFACE!=lo"));
}

/// Whether a script or the name of the instance depends on the interface.
fn uses_interface(subject: &Subject<'_>) -> bool {
    let is_interface = |name: &str| LOOPBACK.iter().any(|(variable, _)| *variable == name);
    let by_script = subject
        .scripts
        .iter()
        .any(|script| script.reading.variables.iter().any(|(name, _)| is_interface(name)));
    by_script || subject.job.instance.is_some()
}

/// Whether the event matches the loopback interface, and does not name it.
fn is_any(event: &Event) -> bool {
    event.arguments().enumerate().all(|(index, (argument, _))| {
        let value = |name: &str| LOOPBACK.iter().find(|(variable, _)| *variable == name);
        match argument {
            EventArgument::Positional(pattern) => LOOPBACK
                .get(index)
                .is_some_and(|(_, value)| pattern != *value && glob::matches(pattern, value)),
            EventArgument::Equal(name, pattern) => value(name).is_some_and(|(name, value)| {
                glob::matches(pattern, value) && (pattern != *value || *name == "ADDRFAM")
            }),
            EventArgument::Unequal(name, pattern) => {
                value(name).is_some_and(|(_, value)| !glob::matches(pattern, value))
            }
        }
    })
}

/// Whether the event happens after the interfaces of /etc/network/interfaces are up: `rc-sysinit`
/// waits for them, and starts run level 2.
fn waits_for_network(event: &Event) -> bool {
    match events::find(&event.name.value).map(|row| row.meaning) {
        Some(Meaning::Runlevel | Meaning::Reached(Milestone::Network)) => true,
        Some(Meaning::Job(_)) => {
            event.job().is_some_and(|(named, _)| matches!(named.one(), Some("rc" | "rc-sysinit")))
        }
        Some(_) | None => false,
    }
}
