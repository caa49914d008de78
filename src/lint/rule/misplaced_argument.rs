//! Finds an argument without a name whose value belongs to another variable.

use super::operator_as_argument;
use crate::diagnostic::registry::MISPLACED_ARGUMENT;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::text::source::SpannedWord;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::events;
use crate::upstart::events::{DEVICE, JobState, Meaning};

pub(in crate::lint) static LINT: Lint = Lint { rule: &MISPLACED_ARGUMENT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        if event.args.iter().any(|word| operator_as_argument::is_operator(&word.value)) {
            continue;
        }
        found.extend(listed_levels(subject, rule, event));
        found.extend(second_job(rule, event));
        let Some((meaning, variables)) = known(event) else { continue };
        for (index, (argument, span)) in event.arguments().enumerate() {
            let EventArgument::Positional(value) = argument else { break };
            let (Some(&compared), Some(meant)) = (variables.get(index), belongs_to(meaning, value))
            else {
                continue;
            };
            // If `failed` comes after the right number of arguments, it is at its place.
            if compared == meant
                || variables
                    .iter()
                    .position(|&variable| variable == meant)
                    .is_some_and(|place| place < index)
            {
                continue;
            }
            let named = format!("{meant}={}", subject.written(span));
            let diagnostic = rule
                .at(
                    span,
                    format!("`{}` is compared with {compared}, not with {meant}", lossy(value)),
                )
                .note(format!(
                    "the variables of `{}` are, in this order: {}",
                    lossy(&event.name.value),
                    variables.join(", ")
                ))
                .help(format!("write `{}`", lossy(&named)));
            // An argument without a name must not follow one with a name.
            let is_last = event.args.get(index + 1).is_none_or(|next| next.value.contains('='));
            found.push(if is_last { diagnostic.changing_edit(span, named) } else { diagnostic });
        }
    }
}

/// `runlevel 2 3 4 5`: run levels one after another, of which the first alone is looked for.
fn listed_levels(subject: &Subject<'_>, rule: &'static Rule, event: &Event) -> Option<Diagnostic> {
    let words = &event.args;
    let is_level = |word: &SpannedWord| matches!(word.value.as_bytes(), [b'0'..=b'6']);
    if event.name.value != "runlevel" || words.len() < 2 || !words.iter().all(is_level) {
        return None;
    }
    let (first, second, last) = (words.first()?, words.get(1)?, words.last()?);
    if !words.is_sorted_by(|word, next| word.value < next.value) {
        return None;
    }
    let levels: String = words.iter().map(|word| word.value.as_str()).collect();
    let all = first.span.to(last.span);
    let diagnostic = rule
        .at(all, format!("`{}` is compared with PREVLEVEL, not with RUNLEVEL", second.value))
        .note("the first argument is the new run level, the second one the level before")
        .help(format!("write `runlevel [{levels}]`"));
    let is_bare = subject.written(first.span) == first.value;
    Some(if is_bare { diagnostic.changing_edit(all, format!("[{levels}]")) } else { diagnostic })
}

/// `started A B`: a second name, which is compared with the instance of the job.
fn second_job(rule: &'static Rule, event: &Event) -> Option<Diagnostic> {
    let state = JobState::named(&event.name.value)?;
    let mut arguments = event.arguments();
    let (EventArgument::Positional(job), _) = arguments.next()? else { return None };
    let (EventArgument::Positional(second), span) = arguments.next()? else { return None };
    // There is a job `dbus` as well as the event.
    let is_event = second != "dbus" && events::find(second).is_some();
    // Most instances are numbers, paths, variables or patterns.
    let is_name = second.len() > 2
        && second.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        && !matches!(second, "failed");
    if !is_name {
        return None;
    }
    let (job, second) = (lossy(job), lossy(second));
    let diagnostic = rule
        .at(span, format!("`{second}` is compared with the instance of `{job}`"))
        .note("the variables of the event are, in this order: JOB, INSTANCE");
    if is_event {
        return Some(diagnostic.help(format!("write `and` or `or` before `{second}`")));
    }
    let mut diagnostic = diagnostic.help(format!(
        "write `{state} {job} and {state} {second}` if `{second}` is another job",
        state = state.name()
    ));
    diagnostic.severity = Severity::Note;
    Some(diagnostic)
}

#[derive(Clone, Copy)]
enum ArgumentKind {
    End,
    Mount,
    Interface,
    Device,
    Socket,
}

fn known(event: &Event) -> Option<(ArgumentKind, &'static [&'static str])> {
    let name = event.name.value.as_str();
    let Some(row) = events::find(name) else {
        return name.contains("-device-").then_some((ArgumentKind::Device, DEVICE));
    };
    let kind = match row.meaning {
        Meaning::Job(JobState::Stopping | JobState::Stopped) => ArgumentKind::End,
        Meaning::Mounted | Meaning::Mounting => ArgumentKind::Mount,
        Meaning::NetworkUp | Meaning::NetworkDown => ArgumentKind::Interface,
        Meaning::Socket => ArgumentKind::Socket,
        // These events carry any variables, or variables whose values have no typical form.
        Meaning::Job(JobState::Starting | JobState::Started)
        | Meaning::Given
        | Meaning::Reached(_)
        | Meaning::Runlevel
        | Meaning::Container
        | Meaning::NotContainer
        | Meaning::Unit(_)
        | Meaning::File
        | Meaning::DbusActivation
        | Meaning::ControlAltDelete
        | Meaning::NetworkGoes
        | Meaning::RemoteFilesystemsGone
        | Meaning::Never(_)
        | Meaning::Beyond(_) => return None,
    };
    Some((kind, row.variables))
}

/// The only variable of the event that has values of this form.
fn belongs_to(kind: ArgumentKind, value: &str) -> Option<&'static str> {
    match kind {
        ArgumentKind::End => matches!(value, "ok" | "failed").then_some("RESULT"),
        ArgumentKind::Mount if value.starts_with('/') && !value.starts_with("/dev/") => {
            Some("MOUNTPOINT")
        }
        ArgumentKind::Mount => {
            matches!(value, "ext2" | "ext3" | "ext4" | "xfs" | "btrfs" | "nfs" | "nfs4" | "cifs")
                .then_some("TYPE")
        }
        ArgumentKind::Interface if matches!(value, "inet" | "inet6") => Some("ADDRFAM"),
        ArgumentKind::Interface => {
            matches!(value, "dhcp" | "static" | "loopback" | "manual").then_some("METHOD")
        }
        ArgumentKind::Device if value.starts_with("/dev/") => Some("DEVNAME"),
        ArgumentKind::Device => value.starts_with("/devices/").then_some("DEVPATH"),
        ArgumentKind::Socket => {
            (!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())).then_some("PORT")
        }
    }
}
