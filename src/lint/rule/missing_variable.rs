//! Finds a condition on a variable that its event does not carry.

use super::operator_as_argument;
use crate::diagnostic::registry::MISSING_VARIABLE;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::text::suggestion::closest;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::{DEVICE, JobState, Meaning};

pub(in crate::lint) static LINT: Lint = Lint { rule: &MISSING_VARIABLE, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        if event.args.iter().any(|word| operator_as_argument::is_operator(&word.value)) {
            continue;
        }
        let Some(carried) = Carried::by(event) else { continue };
        for (index, (argument, span)) in event.arguments().enumerate() {
            match argument {
                EventArgument::Positional(value)
                    if carried.closed && index >= carried.variables.len() =>
                {
                    found.push(superfluous(rule, event, value, span, &carried));
                }
                EventArgument::Positional(_) => {}
                EventArgument::Equal(key, _) | EventArgument::Unequal(key, _) => {
                    found.extend(unknown(subject, rule, event, key, span, &carried));
                }
            }
        }
    }
}

/// The variables that an event carries.
struct Carried {
    variables: Vec<&'static str>,
    /// Standard variables that this event lacks although similar events have them.
    lacking: &'static [&'static str],
    /// Whether the event carries no other variables.
    closed: bool,
}

impl Carried {
    /// Returns `None` if the event may carry any variables.
    fn by(event: &Event) -> Option<Self> {
        let name = event.name.value.as_str();
        let Some(row) = events::find(name) else {
            let is_device = name.contains("-device-");
            return is_device.then(|| Self {
                variables: DEVICE.to_vec(),
                lacking: &[],
                closed: false,
            });
        };
        let closed = match row.meaning {
            Meaning::Reached(_)
            | Meaning::Mounted
            | Meaning::Mounting
            | Meaning::NetworkUp
            | Meaning::NetworkDown
            | Meaning::Container
            | Meaning::NotContainer
            | Meaning::Socket
            | Meaning::File
            | Meaning::ControlAltDelete
            | Meaning::NetworkGoes
            | Meaning::RemoteFilesystemsGone => true,
            Meaning::Runlevel | Meaning::Job(_) => false,
            Meaning::Given
            | Meaning::Unit(_)
            | Meaning::DbusActivation
            | Meaning::Never(_)
            | Meaning::Beyond(_) => return None,
        };
        let lacking: &[&str] = match row.meaning {
            Meaning::Job(JobState::Starting | JobState::Started) => {
                &["RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL"]
            }
            _ => &[],
        };
        let mut variables: Vec<&str> =
            row.variables.iter().copied().filter(|variable| !lacking.contains(variable)).collect();
        if row.meaning == Meaning::Socket {
            // The bridge accepts both names for the path of a socket.
            variables.extend(["PATH", "SOCKET_PATH"]);
        }
        Some(Self { variables, lacking, closed })
    }

    fn listed(&self) -> String {
        match self.variables.as_slice() {
            [] => "it carries no variables".to_owned(),
            variables => format!("it carries {}", variables.join(", ")),
        }
    }

    /// The variable that has the most similar name.
    fn meant(&self, key: &str) -> Option<&'static str> {
        let known = self.variables.iter().copied();
        match key {
            "INTERFACE" | "DEVICE" if self.variables.contains(&"IFACE") => Some("IFACE"),
            "PATH" | "DIR" | "MOUNT" if self.variables.contains(&"MOUNTPOINT") => {
                Some("MOUNTPOINT")
            }
            _ if self.variables == DEVICE => {
                known.into_iter().find(|variable| variable.eq_ignore_ascii_case(key))
            }
            _ => closest(key, known),
        }
    }
}

fn unknown(
    subject: &Subject<'_>,
    rule: &'static Rule,
    event: &Event,
    key: &str,
    span: Span,
    carried: &Carried,
) -> Option<Diagnostic> {
    if carried.variables.contains(&key) {
        return None;
    }
    let lacks = carried.lacking.contains(&key);
    let meant = if lacks { None } else { carried.meant(key) };
    if !carried.closed && !lacks && meant.is_none() {
        return None;
    }
    let place = Span { end: span.start + key.len(), ..span };
    let is_bare = subject.written(place) == key;
    let diagnostic = rule
        .at(
            if is_bare { place } else { span },
            format!("`{}` carries no variable `{}`", lossy(&event.name.value), lossy(key)),
        )
        .note("a variable that is missing matches nothing, so the condition is never met");
    Some(match meant {
        Some(meant) if is_bare => {
            diagnostic.help(format!("write `{meant}`")).changing_edit(place, meant)
        }
        Some(meant) => diagnostic.help(format!("write `{meant}`")),
        None if lacks => {
            diagnostic.help("use `stopping` or `stopped`, which carry how a job has ended")
        }
        None => diagnostic.help(carried.listed()),
    })
}

fn superfluous(
    rule: &'static Rule,
    event: &Event,
    value: &str,
    span: Span,
    carried: &Carried,
) -> Diagnostic {
    let name = lossy(&event.name.value);
    let diagnostic = rule
        .at(span, format!("`{name}` has no variable at this place"))
        .note("a variable that is missing matches nothing, so the condition is never met")
        .note(carried.listed());
    if events::find(value).is_some() {
        return diagnostic
            .help(format!("write `and` or `or` before it: `{}` is also an event", lossy(value)));
    }
    diagnostic.help("delete it")
}
