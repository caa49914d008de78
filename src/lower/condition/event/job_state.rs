//! Events of jobs: `starting`, `started`, `stopping`, `stopped`.

use std::borrow::Cow;

use super::any_instance::of_template;
use super::job_end::{after_failure, at_end, beyond, called, is_called};
use super::job_shown;
use super::network::network_job;
use super::runlevel::runlevel_set;
use super::trigger::{Classified, Side, Trigger, is_early, never_with, word};
use crate::diagnostic::registry::{
    DEAD_EVENT, UNKNOWN_JOB, UNMATCHED_VARIABLE, UNTRANSLATABLE_EVENT,
};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::distribution::NETWORK_JOBS;
use crate::jobset::{JobKind, Owner, Sibling};
use crate::lower::condition::event_unit::Ended;
use crate::lower::condition::peer::{Peer, peer};
use crate::lower::lowering::Lowering;
use crate::systemd::UnitName;
use crate::text::bytes::{encode, lossy};
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Event, EventArgument, NamedJob};
use crate::upstart::dialect::Dialect;
use crate::upstart::events::JobState;
use crate::upstart::instances::Instance;
use crate::upstart::runlevels::Runlevels;

/// Jobs that stop the system: a job that waits for one of them waits for the shutdown.
const GOING_DOWN: [&str; 4] = ["halt", "poweroff", "reboot", "shutdown"];

/// Events that are sometimes mistaken for jobs.
const EVENTS: [&str; 3] = ["filesystem", "runlevel", "startup"];

/// Turns an event of another job into a relation to its unit (`init/job.c`, `job_emit_event`).
pub(super) fn job(
    lowering: &Lowering<'_>,
    event: &Event,
    state: JobState,
    (side, is_joined): (Side, bool),
) -> Classified {
    let name = match event.job() {
        Some((NamedJob::One(name), _)) => name,
        Some((NamedJob::Variable(name), _)) => {
            return beyond(
                event,
                format!("which job `{}` is shows only when this one runs", lossy(name)),
            );
        }
        Some((NamedJob::Any(name), _)) => {
            return beyond(
                event,
                format!(
                    "`{}` names jobs by a pattern, and units are named one by one",
                    lossy(name)
                ),
            );
        }
        None => {
            return beyond(
                event,
                format!("`{}` without the name of a job means every job", state.name()),
            );
        }
    };
    let shown = lossy(name);
    if !is_own(lowering, name)
        && let Some(classified) = by_name(lowering, event, name, (state, side))
    {
        return classified;
    }
    let Some(peer) = peer(lowering, name) else {
        return beyond(event, format!("the name of the job `{shown}` is too long for a unit"));
    };
    if lowering.job_set.lost(name).is_some() && lowering.job_set.has_unit(&peer.unit) {
        // A unit of that name exists, but it belongs to another job.
        return Classified::with(
            Trigger::Beyond,
            Disposition::Manual,
            unknown(lowering, event, name, &peer),
        );
    }
    let filters = match filters(lowering, event, name, side, peer) {
        Ok(filters) => filters,
        Err(classified) => return *classified,
    };
    let Filters { peer, end, finer, mut diagnostics } = filters;
    if &peer.unit == lowering.name {
        return own(event, &peer, state);
    }
    if peer.unit.is_template() {
        diagnostics.extend(finer.into_iter().map(|span| any_failure(event, span, &peer)));
        let end = end.map(|(end, _)| end);
        return of_template(lowering, event, (name, &peer, state), (end, side), diagnostics);
    }
    if lowering.job_set.is_whole()
        && !peer.present()
        && peer.kind.is_none()
        && !lowering.job_set.is_job_outside(name)
    {
        diagnostics.push(unknown(lowering, event, name, &peer));
    }
    let is_called = is_called(lowering, (&peer, state, side), end);
    let mut classified = match (state, end) {
        (_, end) if lowering.job_set.facts.at_shutdown.contains(name) => {
            diagnostics.extend(end.map(|(_, span)| unmatched(event, span, &peer)));
            Classified::exact(Trigger::Shutdown { unit: peer.unit, state })
        }
        (JobState::Stopping | JobState::Stopped, end) if is_called => {
            diagnostics.extend(finer.into_iter().map(|span| any_failure(event, span, &peer)));
            called(lowering, event, (peer, state), end, (side, is_joined))
        }
        (_, Some((Ended::Failed, span))) if side == Side::Start => {
            // A target only fails, whatever its mounts did.
            let many = if peer.is_target() { 1 } else { usize::MAX };
            diagnostics
                .extend(finer.into_iter().take(many).map(|span| any_failure(event, span, &peer)));
            after_failure(lowering, event, (&peer, state, is_joined), span)
        }
        (JobState::Stopped, end)
            if side == Side::Start
                && lowering.options.companions
                && !is_early(&peer)
                && (end.is_some() || !ends_by_itself(lowering, &peer)) =>
        {
            at_end(lowering, event, (&peer, is_joined), end.map_or(Ended::Any, |(end, _)| end))
        }
        (_, end) => {
            diagnostics.extend(end.map(|(_, span)| unmatched(event, span, &peer)));
            Classified::exact(Trigger::Job { peer, state })
        }
    };
    if !diagnostics.is_empty() {
        classified.disposition = classified.disposition.max(Disposition::Approximate);
        classified.diagnostics.extend(diagnostics);
    }
    classified
}

/// Whether the names of distributions say nothing of this job: the directory has a job of that name
/// of its own, or all names are those of `ChromeOS`.
fn is_own(lowering: &Lowering<'_>, name: &str) -> bool {
    lowering.job.dialect == Dialect::ChromeOs
        || lowering.job_set.sibling(name).is_some_and(|sibling| sibling.owner == Owner::User)
}

/// What a name means that is not looked up as a job: `rc`, what configures the network, the ways to stop the system, and events
/// that are mistaken for jobs.
fn by_name(
    lowering: &Lowering<'_>,
    event: &Event,
    name: &str,
    (state, side): (JobState, Side),
) -> Option<Classified> {
    if NETWORK_JOBS.contains(&name) {
        return network_job(lowering, event, name, (state, side));
    }
    if name == "rc" {
        return Some(rc(event, state));
    }
    if GOING_DOWN.contains(&name) {
        return Some(Classified::exact(Trigger::Runlevels(Runlevels::DOWN)));
    }
    EVENTS.contains(&name).then(|| {
        let diagnostic = DEAD_EVENT
            .at(event.span(), format!("`{name}` is an event, not a job"))
            .note(format!("nothing is ever {} by that name", state.name()))
            .help(format!("write `{name}` without `{}`", state.name()));
        Classified::with(Trigger::Never, Disposition::Dropped, diagnostic)
    })
}

/// Whether the job ends by itself, and its end means that its work is done.
fn ends_by_itself(lowering: &Lowering<'_>, peer: &Peer) -> bool {
    match peer.kind {
        Some(JobKind::Task) => true,
        Some(JobKind::Service | JobKind::State | JobKind::Early) => false,
        // A single file does not show how the other job behaves.
        None => !lowering.job_set.is_whole(),
    }
}

/// The finding about a job that does not exist or has no unit.
fn unknown(lowering: &Lowering<'_>, event: &Event, name: &str, peer: &Peer) -> Diagnostic {
    let word = event
        .args
        .iter()
        .find(|word| word.value.ends_with(name))
        .map_or(event.name.span, |word| word.span);
    if let Some(lost) = lowering.job_set.lost(name) {
        return UNKNOWN_JOB
            .at(word, format!("the job `{}` comes to no unit: {}", lossy(name), lost.reason))
            .elsewhere(lost.place.clone(), "this one")
            .help("mend that job first");
    }
    let diagnostic = UNKNOWN_JOB
        .at(word, format!("there is no job `{}` in this directory", lossy(name)))
        .note(format!("the unit goes by {}, which has to come from somewhere else", peer.unit));
    match lowering.job_set.meant(name) {
        Some(meant) => {
            let diagnostic = match meant.strip_suffix(name).and_then(|path| path.strip_suffix('/')) {
                Some(path) => diagnostic.help(format!(
                    "there is a job `{}`: the directory of the configuration may be `{}`, and not the one above it",
                    lossy(meant),
                    lossy(path)
                )),
                None => diagnostic.help(format!("there is a job `{}`", lossy(meant))),
            };
            match lowering.job_set.sibling(meant) {
                Some(sibling) => {
                    diagnostic.elsewhere(sibling.place.clone(), "this one may be meant")
                }
                None => diagnostic,
            }
        }
        None => diagnostic.help(
            "if a package of the distribution has a unit in its place, see what it is called",
        ),
    }
}

/// A job that waits for its own events. systemd ignores a dependency of a unit on itself, with a
/// warning.
pub(super) fn own(event: &Event, peer: &Peer, state: JobState) -> Classified {
    let diagnostic = UNTRANSLATABLE_EVENT
        .at(
            event.span(),
            format!("a unit does not follow itself, and {} is what this job becomes", peer.unit),
        )
        .note(format!("under Upstart this brings the job up again when it is {}", state.name()));
    let diagnostic = match state {
        JobState::Stopping | JobState::Stopped => {
            diagnostic.help("to start it again after a failure, give the unit `Restart=on-failure`")
        }
        JobState::Starting | JobState::Started => diagnostic.help("take the condition away"),
    };
    Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
}

/// The arguments of the event, which select instances and ends of the job.
struct Filters {
    /// The job, with the unit of the instance that is selected.
    pub(super) peer: Peer,
    /// How the job has to end, and the place of the argument.
    pub(super) end: Option<(Ended, Span)>,
    /// The places of arguments that select a certain failure.
    finer: Vec<Span>,
    /// Findings about arguments that are ignored.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the arguments of the event. An error is what the event means if one of them decides that.
fn filters(
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
        if let Some(passes) =
            job_shown::decided(lowering, event, name, (index, argument, span), side)
        {
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
                    let help = "name an instance that there is, or take the argument away";
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
                "which instance of `{}` is meant by `{}` shows only when this job runs",
                lossy(name),
                lossy(text)
            );
            return Err(Box::new(beyond(event, message)));
        }
        let instance = match (asked, argument) {
            (Some((false, instance)), _) => {
                job_shown::named_unit(lowering, (name, &peer.unit), instance)
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
            diagnostics.push(
                UNMATCHED_VARIABLE
                    .at(event.span(), format!("each instance stops with {} of the same name", peer.unit.of_instance()))
                    .note("Upstart stopped all of them as soon as one of those went")
                    .help(format!("if only that one was meant, all is well; `INSTANCE=${}` says it to Upstart, too", variable(lowering))),
            );
        }
    }
    Ok(Filters { peer, end, finer, diagnostics })
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
pub(super) fn reference(text: &str) -> Option<&str> {
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
fn any_failure(event: &Event, span: Span, peer: &Peer) -> Diagnostic {
    UNMATCHED_VARIABLE
        .at(span, format!("`{}` is not looked at: the unit starts whenever {} fails", word(event, span), peer.unit))
        .help(if peer.is_target() {
            "if it must not, let its command look at `systemctl --failed`"
        } else {
            "if it must not, let its command look at `$MONITOR_EXIT_CODE` and `$MONITOR_EXIT_STATUS` (systemd 251)"
        })
}

/// The finding that an argument is ignored.
fn unmatched(event: &Event, span: Span, peer: &Peer) -> Diagnostic {
    UNMATCHED_VARIABLE
        .at(span, format!("`{}` is not looked at", word(event, span)))
        .note(format!("units carry no variables; this one goes by {} whatever they are", peer.unit))
        .help("see whether the unit does harm when it runs in the other cases")
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

/// The job `rc`, which runs the scripts of System V: it starts with the run level and ends after
/// the last script (`conf/rc.conf`).
fn rc(event: &Event, state: JobState) -> Classified {
    let levels = match runlevel_set(event, None) {
        Ok(levels) => levels,
        Err(diagnostic) => {
            return Classified::with(Trigger::Never, Disposition::Dropped, *diagnostic);
        }
    };
    let trigger = match state {
        JobState::Stopped => Trigger::AfterRunlevel(levels),
        JobState::Starting | JobState::Started | JobState::Stopping => Trigger::Runlevels(levels),
    };
    Classified::exact(trigger)
}
