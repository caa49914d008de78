//! The arguments of an event of a job: which instance of it is meant, and which end.

use std::borrow::Cow;

use super::end::beyond;
use super::shown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::UNMATCHED_VARIABLE;
use crate::jobset::Sibling;
use crate::lower::condition::event::trigger::{Classified, Side, never_with, word};
use crate::lower::condition::event_unit::Ended;
use crate::lower::condition::peer::Peer;
use crate::lower::lowering::Lowering;
use crate::systemd::UnitName;
use crate::text::bytes::{encode, lossy};
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Event, EventArgument};
use crate::upstart::instances::Instance;

/// The arguments of the event, which select instances and ends of the job.
pub(super) struct Filters {
    /// The job, with the unit of the instance that is selected.
    pub(super) peer: Peer,
    /// How the job has to end, and the place of the argument.
    pub(super) end: Option<(Ended, Span)>,
    /// The places of arguments that select a certain failure.
    pub(super) finer: Vec<Span>,
    /// Findings about arguments that are ignored.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the arguments of the event. An error is what the event means if one of them decides that.
pub(super) fn filters(
    lowering: &Lowering<'_>,
    event: &Event,
    name: &str,
    side: Side,
    mut peer: Peer,
) -> Result<Filters, Box<Classified>> {
    let stated = peer.unit.clone();
    let mut end = None;
    let mut finer = Vec::new();
    let mut diagnostics = Vec::new();
    for (index, (argument, span)) in event.arguments().enumerate() {
        if let Some(passes) = shown::decided(lowering, event, name, (index, argument, span), side) {
            passes?;
            continue;
        }
        let asked = of_instance(argument, index);
        if let Some((negated, pattern)) = asked
            && let Some(only) = only_instance(lowering, name, &peer)
        {
            match known(lowering, pattern) {
                Some(pattern) if glob::matches(&pattern, only) == negated => {
                    let why = no_instance(name, only);
                    let help = "name an existing instance, or remove the argument";
                    return Err(Box::new(never_with(event, span, (&why, help), side)));
                }
                Some(_) => {}
                None => diagnostics.push(unmatched(event, span, &peer)),
            }
            continue;
        }
        if let Some((false, text)) = asked
            && known(lowering, text).is_none()
            && !is_own_variable(lowering, text)
        {
            let message = format!(
                "the instance of `{}` that `{}` names is known only when this job runs",
                lossy(name),
                lossy(text)
            );
            return Err(Box::new(beyond(event, message)));
        }
        let instance = match (asked, argument) {
            (Some((false, instance)), _) => {
                shown::named_unit(lowering, (name, &peer.unit), instance)
            }
            (None, EventArgument::Equal(variable, value)) => {
                instance_by_variable(lowering, (event, name), variable, value)
            }
            _ => None,
        };
        if let Some(instance) = instance {
            peer.unit = instance;
            continue;
        }
        match argument {
            EventArgument::Positional(_) if index == 0 => {}
            EventArgument::Equal("JOB", _) => {}
            EventArgument::Equal("EXIT_STATUS", "0") => {
                let why = "`EXIT_STATUS` comes only with failures, and is not 0 then";
                let words = (why, "to match a good end, write `RESULT=ok`");
                return Err(Box::new(never_with(event, span, words, side)));
            }
            EventArgument::Positional("failed")
            | EventArgument::Equal("RESULT", "failed")
            | EventArgument::Unequal("RESULT", "ok")
            | EventArgument::Unequal("EXIT_STATUS", "0")
            | EventArgument::Equal("PROCESS", "*") => end = Some((Ended::Failed, span)),
            // The event of a good end does not have these variables, and without one neither `=`
            // nor `!=` matches (`init/job.c`, `job_emit_event`; `init/event_operator.c`,
            // `event_operator_match`).
            EventArgument::Equal("EXIT_SIGNAL" | "PROCESS" | "EXIT_STATUS", _)
            | EventArgument::Unequal("EXIT_SIGNAL" | "PROCESS" | "EXIT_STATUS", _) => {
                end = Some((Ended::Failed, span));
                finer.push(span);
            }
            EventArgument::Positional(_) if index == 3 || index == 4 => {
                end = Some((Ended::Failed, span));
                finer.push(span);
            }
            EventArgument::Equal("RESULT", "ok") | EventArgument::Unequal("RESULT", "failed")
                if end.is_none() =>
            {
                end = Some((Ended::Well, span));
            }
            EventArgument::Positional("ok") if index == 2 && end.is_none() => {
                end = Some((Ended::Well, span));
            }
            EventArgument::Positional(_)
            | EventArgument::Equal(..)
            | EventArgument::Unequal(..) => {
                diagnostics.push(unmatched(event, span, &peer));
            }
        }
    }
    if let Some(same) = same_instance(lowering, name).filter(|_| peer.unit == stated) {
        peer.unit = same;
        if side == Side::Stop {
            diagnostics.push(stops_by_instance(lowering, event, &peer));
        }
    }
    Ok(Filters { peer, end, finer, diagnostics })
}

/// Each instance stops with the instance of the same name, where Upstart stopped all of them.
fn stops_by_instance(lowering: &Lowering<'_>, event: &Event, peer: &Peer) -> Diagnostic {
    let other = peer.unit.of_instance();
    UNMATCHED_VARIABLE
        .at(event.span(), format!("each instance stops with {other} of the same name"))
        .note("Upstart stopped all of them as soon as one of those stopped")
        .help(format!("write `INSTANCE=${}` to get the same under Upstart", variable(lowering)))
}

/// The template of the other job, if that has a default instance and the event comes from any of
/// its instances.
pub(super) fn of_any_instance(
    lowering: &Lowering<'_>,
    event: &Event,
    job: &str,
    peer: &Peer,
) -> Option<UnitName> {
    let sibling = lowering.job_set.sibling(job).filter(|_| lowering.options.companions)?;
    let is_default = sibling.instance.has_default() && !peer.unit.is_template();
    let selects = |(index, (argument, _)): (usize, (EventArgument<'_>, Span))| {
        let variable = sibling.instance.variable();
        of_instance(argument, index).is_some()
            || matches!(argument, EventArgument::Equal(name, _) if Some(name) == variable)
    };
    let is_selected = event.arguments().enumerate().any(selects);
    let is_same = same_instance(lowering, job).is_some();
    (is_default && !is_selected && !is_same).then(|| sibling.unit.clone())
}

/// The pattern that the argument matches with the name of the instance, and whether the match is
/// negated. `INSTANCE` is the second variable of an event of a job (`init/job.c`, `job_emit_event`).
pub(super) fn of_instance(argument: EventArgument<'_>, index: usize) -> Option<(bool, &str)> {
    match argument {
        EventArgument::Positional(pattern) if index == 1 => Some((false, pattern)),
        EventArgument::Equal("INSTANCE", pattern) => Some((false, pattern)),
        EventArgument::Unequal("INSTANCE", pattern) => Some((true, pattern)),
        EventArgument::Positional(_) | EventArgument::Equal(..) | EventArgument::Unequal(..) => {
            None
        }
    }
}

/// The name of the only instance of a job of the directory: the literal text of its `instance`
/// stanza, or nothing. `None` if the job has several instances or is not known.
fn only_instance<'a>(lowering: &Lowering<'a>, job: &str, peer: &Peer) -> Option<&'a str> {
    match lowering.job_set.sibling(job).filter(|sibling| sibling.unit == peer.unit)? {
        Sibling { instance: Instance::Singleton { name }, .. } => Some(name),
        Sibling { instance: Instance::Template { .. }, .. } => None,
    }
}

/// The reason why an event never has the instance that a condition asks for.
fn no_instance(job: &str, only: &str) -> String {
    let job = lossy(job);
    if only.is_empty() {
        format!("`{job}` has no instances, so `INSTANCE` is always empty")
    } else {
        format!("`{}` is the only instance of `{job}`", lossy(only))
    }
}

/// The text of an argument, if no variable is part of it or if an `env` stanza of this job gives
/// the only one (`init/event_operator.c`, `event_operator_match`).
pub(super) fn known<'a>(lowering: &Lowering<'a>, text: &'a str) -> Option<Cow<'a, str>> {
    if !text.contains('$') {
        return Some(Cow::Borrowed(text));
    }
    let name = reference(text)?;
    let given = lowering.job.env.iter().rev().find_map(|env| {
        env.value.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
    });
    given.filter(|_| !lowering.instance.sets(name)).map(Cow::Borrowed)
}

/// The variable that is all of an argument: `$NAME` or `${NAME}`.
pub(in crate::lower::condition::event) fn reference(text: &str) -> Option<&str> {
    let bare = text.strip_prefix('$')?;
    let name = match bare.strip_prefix('{') {
        Some(braced) => braced.strip_suffix('}')?,
        None => bare,
    };
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// The variable that names the instances of this job.
fn variable<'a>(lowering: &'a Lowering<'_>) -> &'a str {
    lowering.instance.variable().unwrap_or_default()
}

/// The instance of the other job with the name of this one's. The events of the other job carry
/// that name as `INSTANCE`, or as the variable that names the instances of both jobs, if the other
/// job exports it.
fn same_instance(lowering: &Lowering<'_>, job: &str) -> Option<UnitName> {
    let sibling = lowering.job_set.sibling(job)?;
    let is_same = match lowering.instance.variable()? {
        "INSTANCE" => true,
        own => is_named_by(sibling, own),
    };
    (is_same && sibling.unit.is_template()).then(|| sibling.unit.own_instance())
}

/// Whether the instances of a job are named by this variable, and its events carry it.
fn is_named_by(sibling: &Sibling, variable: &str) -> bool {
    sibling.instance.variable() == Some(variable)
        && sibling.exports.iter().any(|export| export == variable)
}

/// The unit that `VARIABLE=VALUE` selects, if the variable names the instances of the other job,
/// alone or with others that the event also asks for.
fn instance_by_variable(
    lowering: &Lowering<'_>,
    (event, job): (&Event, &str),
    key: &str,
    value: &str,
) -> Option<UnitName> {
    let sibling = lowering.job_set.sibling(job)?;
    if sibling.instance.parts().iter().any(|part| part == key) {
        let asked = |part: &String| {
            let value = event.arguments().find_map(|(argument, _)| match argument {
                EventArgument::Equal(key, value) if key == part => Some(value),
                _ => None,
            })?;
            let value = known(lowering, value).filter(|value| !glob::is_pattern(value))?;
            sibling.exports.contains(part).then(|| value.into_owned())
        };
        let values: Option<Vec<String>> = sibling.instance.parts().iter().map(asked).collect();
        return sibling.unit.instance(&encode(&values?.join(":"))).ok();
    }
    let sibling = Some(sibling).filter(|sibling| is_named_by(sibling, key))?;
    let is_known = reference(value).is_none_or(|name| name == variable(lowering));
    instance_unit(lowering, &sibling.unit, value).filter(|unit| is_known && !unit.is_template())
}

/// The finding that any failure starts the unit. systemd starts it without regard to how the other
/// unit failed.
pub(super) fn any_failure(event: &Event, span: Span, peer: &Peer) -> Diagnostic {
    UNMATCHED_VARIABLE
        .at(span, format!("`{}` is not looked at: the unit starts whenever {} fails", word(event, span), peer.unit))
        .help(if peer.is_target() {
            "if it must not, let its command look at `systemctl --failed`"
        } else {
            "if it must not, let its command look at `$MONITOR_EXIT_CODE` and `$MONITOR_EXIT_STATUS` (systemd 251)"
        })
}

/// The finding that an argument is ignored.
pub(super) fn unmatched(event: &Event, span: Span, peer: &Peer) -> Diagnostic {
    UNMATCHED_VARIABLE
        .at(span, format!("`{}` is not looked at", word(event, span)))
        .note(format!(
            "units carry no variables; this unit follows {} whatever their values are",
            peer.unit
        ))
        .help("check whether the unit does harm when it runs in the other cases")
}

/// The unit of an instance of a job, such as `foo@eth0.service`. The variable that names the
/// instances of this job stands for the instance of this unit, `%i`.
pub(super) fn instance_unit(
    lowering: &Lowering<'_>,
    unit: &UnitName,
    instance: &str,
) -> Option<UnitName> {
    if !unit.as_str().ends_with(".service") {
        return None;
    }
    if instance.is_empty() {
        return Some(unit.clone());
    }
    if is_own_variable(lowering, instance) {
        return Some(unit.as_template().own_instance());
    }
    let instance = known(lowering, instance).filter(|instance| !glob::is_pattern(instance))?;
    unit.as_template().instance(&encode(&instance)).ok()
}

/// Whether an argument is the variable that alone names the instances of this job.
fn is_own_variable(lowering: &Lowering<'_>, text: &str) -> bool {
    reference(text).is_some_and(|name| lowering.instance.variable() == Some(name))
}
