//! Events of jobs: `starting`, `started`, `stopping`, `stopped`.

use super::{BEYOND, COMPANION, Classified, FILTER, NEVER, Trigger, runlevel_set, value};
use crate::ast::{Argument, Event};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::lower::context::Lowering;
use crate::lower::event_table::JobState;
use crate::lower::glob;
use crate::lower::names::{Peer, peer};
use crate::lower::runlevel::Runlevels;
use crate::source::{Span, encode, lossy};
use crate::systemd::UnitName;

/// Jobs that take the system down: what waits for them waits for the shutdown.
const GOING_DOWN: [&str; 4] = ["halt", "poweroff", "reboot", "shutdown"];

/// Events that are sometimes taken for jobs.
const EVENTS: [&str; 3] = ["filesystem", "runlevel", "startup"];

pub(super) fn job(lowering: &Lowering<'_>, event: &Event, state: JobState) -> Classified {
    let Some((negated, name)) = value(event, "JOB", Some(0)) else {
        return beyond(event, format!("`{}` without the name of a job means every job", state.name()));
    };
    let shown = lossy(name);
    if name == "rc" && !negated {
        return rc(event, state);
    }
    if GOING_DOWN.contains(&name) && !negated {
        return Classified::exact(Trigger::Runlevels(Runlevels::DOWN));
    }
    if EVENTS.contains(&name) && !negated {
        let diagnostic = NEVER
            .at(event.span(), format!("`{shown}` is an event, not a job"))
            .note(format!("nothing is ever {} by that name", state.name()))
            .help(format!("write `{shown}` without `{}`", state.name()));
        return Classified::with(Trigger::Never, Disposition::Dropped, diagnostic);
    }
    if name.contains('$') {
        return beyond(event, format!("which job `{shown}` is shows only when this one runs"));
    }
    if negated || glob::is_pattern(name) || name.is_empty() {
        return beyond(event, format!("`{shown}` names jobs by a pattern, and units are named one by one"));
    }
    let Some(peer) = peer(name) else {
        return beyond(event, format!("the name of the job `{shown}` is too long for a unit"));
    };
    match filters(event, peer) {
        Filters { peer, failed: Some(span), .. } => after_failure(lowering, &peer, state, span),
        Filters { peer, diagnostics, .. } => {
            let disposition = if diagnostics.is_empty() { Disposition::Exact } else { Disposition::Approximate };
            Classified { trigger: Trigger::Job { peer, state }, disposition, diagnostics }
        }
    }
}

fn beyond(event: &Event, message: String) -> Classified {
    let diagnostic = BEYOND.at(event.span(), message).help("name the jobs that are meant");
    Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
}

/// What the arguments behind the name ask for.
struct Filters {
    peer: Peer,
    /// Where a failure is asked for.
    failed: Option<Span>,
    diagnostics: Vec<Diagnostic>,
}

fn filters(event: &Event, mut peer: Peer) -> Filters {
    let mut failed = None;
    let mut diagnostics = Vec::new();
    for (index, (argument, span)) in event.arguments().enumerate() {
        match argument {
            Argument::Positional(_) if index == 0 => {}
            Argument::Equal("JOB", _) => {}
            Argument::Positional(instance) if index == 1 && instance_unit(&peer.unit, instance).is_some() => {
                peer.unit = instance_unit(&peer.unit, instance).unwrap_or(peer.unit);
            }
            Argument::Equal("INSTANCE", instance) if instance_unit(&peer.unit, instance).is_some() => {
                peer.unit = instance_unit(&peer.unit, instance).unwrap_or(peer.unit);
            }
            Argument::Positional("failed")
            | Argument::Equal("RESULT", "failed")
            | Argument::Equal("EXIT_SIGNAL" | "PROCESS", _)
            | Argument::Unequal("RESULT", "ok")
            | Argument::Unequal("EXIT_STATUS", "0") => failed = Some(span),
            Argument::Equal("EXIT_STATUS", status) if !glob::matches(status, "0") => failed = Some(span),
            Argument::Positional(_) | Argument::Equal(..) | Argument::Unequal(..) => {
                let word = event.args.get(index).map_or_else(String::new, |word| lossy(&word.value).into_owned());
                diagnostics.push(
                    FILTER
                        .at(span, format!("`{word}` is not looked at"))
                        .note(format!("units carry no variables; this one goes by {} whatever they are", peer.unit))
                        .help("see whether the unit does harm when it runs in the other cases"),
                );
            }
        }
    }
    Filters { peer, failed, diagnostics }
}

/// To run when another job has failed is the opposite of running along with it, so nothing is written that would.
fn after_failure(lowering: &Lowering<'_>, peer: &Peer, state: JobState, span: Span) -> Classified {
    let own = &lowering.unit.name;
    let diagnostic = COMPANION.at(span, format!("a failure of {} starts this unit only by a drop-in for that one", peer.unit));
    let diagnostic = match state {
        JobState::Stopping => diagnostic.help(format!(
            "write {}.d/upstart.conf with `[Service]` and an `ExecStopPost=` that tests `$SERVICE_RESULT` and calls `systemctl start {own}`",
            peer.unit
        )),
        JobState::Starting | JobState::Started | JobState::Stopped => {
            diagnostic.help(format!("write {}.d/upstart.conf with `[Unit] OnFailure={own}`", peer.unit))
        }
    };
    Classified::with(Trigger::Companion, Disposition::Manual, diagnostic)
}

/// The unit of an instance of a job: `foo@eth0.service`; `%i` where the instance is this job's own.
fn instance_unit(unit: &UnitName, instance: &str) -> Option<UnitName> {
    let stem = unit.as_str().strip_suffix(".service")?;
    if instance.is_empty() {
        return Some(unit.clone());
    }
    let bare = instance.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
    match bare {
        Some(name) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            Some(UnitName::known(format!("{stem}@%i.service")))
        }
        Some(_) => None,
        None if glob::is_pattern(instance) => None,
        None => UnitName::known(format!("{stem}@.service")).instance(&encode(instance)).ok(),
    }
}

/// The job that ran the scripts of System V: it starts with the run level, and ends when they are done.
fn rc(event: &Event, state: JobState) -> Classified {
    let levels = match runlevel_set(event, None) {
        Ok(levels) => levels,
        Err(diagnostic) => return Classified::with(Trigger::Never, Disposition::Dropped, *diagnostic),
    };
    let trigger = match state {
        JobState::Stopped => Trigger::AfterRunlevel(levels),
        JobState::Starting | JobState::Started | JobState::Stopping => Trigger::Runlevels(levels),
    };
    Classified::exact(trigger)
}
