//! Conditions in words.

use crate::text::list;
use crate::upstart::condition::{Condition, Event, EventArgument, NamedJob};
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning};
use crate::upstart::expression::Expr;

/// What has to happen for a condition to hold, as a clause that follows `when`.
pub fn condition_words(condition: &Condition) -> String {
    words(condition, false)
}

/// A condition within another one is in parentheses if it has another operator.
fn words(condition: &Condition, within: bool) -> String {
    let (parts, operator) = match condition {
        Expr::Leaf(event) => return event_words(event),
        Expr::And(..) => (operands(condition, true), " and "),
        Expr::Or(..) => (operands(condition, false), " or "),
    };
    let parts: Vec<String> = parts.into_iter().map(|part| words(part, true)).collect();
    let joined = parts.join(operator);
    if within { format!("({joined})") } else { joined }
}

/// The operands of the same operator, however they are nested. Evaluation does not depend on that.
pub(super) fn operands(condition: &Condition, of_and: bool) -> Vec<&Condition> {
    let (mut found, mut open) = (Vec::new(), vec![condition]);
    while let Some(next) = open.pop() {
        match (next, of_and) {
            (Expr::And(left, right), true) | (Expr::Or(left, right), false) => {
                open.extend([right.as_ref(), left.as_ref()]);
            }
            _ => found.push(next),
        }
    }
    found
}

/// What an event is, as a clause.
fn event_words(event: &Event) -> String {
    let name = event.name.value.as_str();
    let value = |key: &str, position: usize| value_of(event, key, position);
    let plain = |clause: &str| with_arguments(clause, event, 0);
    let Some(row) = events::find(name) else {
        if let Some((subsystem, action)) = name.split_once("-device-") {
            return with_arguments(&format!("a {subsystem} device is {action}"), event, 0);
        }
        return with_arguments(&format!("the event {name} is emitted"), event, 0);
    };
    match row.meaning {
        Meaning::Job(state) => {
            let job = match event.job() {
                Some((NamedJob::One(job), _)) => job.to_owned(),
                Some((NamedJob::Variable(job), _)) => format!("the job in {job}"),
                Some((NamedJob::Any(pattern), span)) => {
                    let is_negated = event.arguments().any(|(argument, place)| {
                        place == span && matches!(argument, EventArgument::Unequal(..))
                    });
                    let but = if is_negated { "any job but" } else { "any job like" };
                    format!("{but} {pattern}")
                }
                None => "any job".to_owned(),
            };
            let what = match state {
                JobState::Starting => "is about to start",
                JobState::Started => "has started",
                JobState::Stopping => "is about to stop",
                JobState::Stopped => "has stopped",
            };
            let named = usize::from(event.job().is_some());
            with_arguments(&format!("{job} {what}"), event, named)
        }
        Meaning::Runlevel => match value("RUNLEVEL", 0) {
            Some((false, level)) => format!("run level {level} is entered"),
            Some((true, level)) => format!("another run level than {level} is entered"),
            None => plain("a run level is entered"),
        },
        Meaning::Mounted | Meaning::Mounting => {
            let done =
                if row.meaning == Meaning::Mounted { "mounted" } else { "about to be mounted" };
            match value("MOUNTPOINT", 1) {
                Some((false, path)) => format!("{path} is {done}"),
                _ => plain(&format!("a file system is {done}")),
            }
        }
        Meaning::NetworkUp | Meaning::NetworkDown => {
            let state = if row.meaning == Meaning::NetworkUp { "up" } else { "down" };
            match value("IFACE", 0).or_else(|| value("INTERFACE", usize::MAX)) {
                Some((false, name)) => format!("the network interface {name} is {state}"),
                Some((true, name)) => {
                    format!("a network interface other than {name} is {state}")
                }
                None => plain(&format!("a network interface is {state}")),
            }
        }
        Meaning::Socket => match (value("PORT", 1), value("PATH", usize::MAX)) {
            (Some((false, port)), _) => format!("a client connects to port {port}"),
            (_, Some((false, path))) => format!("a client connects to {path}"),
            _ => plain("a client connects to a socket"),
        },
        Meaning::File => match value("FILE", 0) {
            Some((false, path)) => format!("the file {path} changes"),
            _ => plain("a file changes"),
        },
        Meaning::DbusActivation => match event.args.first() {
            Some(bus_name) => format!("D-Bus needs {}", bus_name.value),
            None => "D-Bus needs a service".to_owned(),
        },
        Meaning::ControlAltDelete => "Ctrl+Alt+Delete is pressed".to_owned(),
        Meaning::Container => plain("the system is a container"),
        Meaning::NotContainer => "the system is not a container".to_owned(),
        Meaning::Reached(_) => plain(milestone_words(name)),
        Meaning::Never(_) => {
            with_arguments(&format!("the event {name} is emitted, which never happens"), event, 0)
        }
        Meaning::NetworkGoes => "the network is about to go down".to_owned(),
        Meaning::RemoteFilesystemsGone => "remote file systems are unmounted".to_owned(),
        Meaning::Given | Meaning::Unit(_) | Meaning::Beyond(_) => {
            plain(&format!("the event {name} is emitted"))
        }
    }
}

fn milestone_words(event: &str) -> &str {
    match event {
        "startup" => "the boot begins",
        "virtual-filesystems" => "virtual file systems are mounted",
        "local-filesystems" => "local file systems are mounted",
        "remote-filesystems" => "remote file systems are mounted",
        "all-swaps" => "all swap space is on",
        "filesystem" => "all file systems are mounted",
        "static-network-up" => "the network is up",
        "failsafe-boot" => "the boot goes on without a network",
        other => other,
    }
}

/// The value that an event has to have for a variable, by name or by position, and whether it must
/// not have it. `None` if it names others as well.
fn value_of<'a>(event: &'a Event, key: &str, position: usize) -> Option<(bool, &'a str)> {
    event.arguments().enumerate().find_map(|(index, (argument, _))| match argument {
        EventArgument::Positional(value) if index == position => Some((false, value)),
        EventArgument::Equal(name, value) if name == key => Some((false, value)),
        EventArgument::Unequal(name, value) if name == key => Some((true, value)),
        EventArgument::Positional(_) | EventArgument::Equal(..) | EventArgument::Unequal(..) => {
            None
        }
    })
}

/// A clause, and the arguments of the event after the first ones.
fn with_arguments(clause: &str, event: &Event, skip: usize) -> String {
    let arguments: Vec<&str> =
        event.args.iter().skip(skip).map(|word| word.value.as_str()).collect();
    if arguments.is_empty() {
        clause.to_owned()
    } else {
        format!("{clause} with {}", list::and(&arguments))
    }
}

/// A short name for what is outside.
pub(super) fn outside_label(event: &Event) -> String {
    let name = event.name.value.as_str();
    let value = |key: &str, position: usize| value_of(event, key, position);
    let of_value = match name {
        "socket" => match (value("PORT", 1), value("PATH", usize::MAX)) {
            (Some((false, port)), _) => Some(format!("port {port}")),
            (_, Some((false, path))) => Some(path.to_owned()),
            _ => None,
        },
        "file" => value("FILE", 0).map(|(_, path)| path.to_owned()),
        "dbus-activation" => event.args.first().map(|word| word.value.clone()),
        "control-alt-delete" => Some("Ctrl+Alt+Delete".to_owned()),
        _ => None,
    };
    of_value.unwrap_or_else(|| event_text(event))
}

/// An event as it is written.
pub(super) fn event_text(event: &Event) -> String {
    let words = std::iter::once(&event.name).chain(&event.args);
    let words: Vec<&str> = words.map(|word| word.value.as_str()).collect();
    words.join(" ")
}
