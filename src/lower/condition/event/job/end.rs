//! `stopped X` and `stopping X`: how the unit reacts to the end of another job.

use crate::diagnostic::registry::{COMPANION_NEEDED, FOLLOWS_END, UNTRANSLATABLE_EVENT};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::JobKind;
use crate::lower::companion_unit::drop_in;
use crate::lower::condition::call::own_unit;
use crate::lower::condition::event::trigger::{Classified, Side, Trigger, is_early};
use crate::lower::condition::event_unit::{Ended, EventUnit};
use crate::lower::condition::peer::{Peer, Presence, stops_with};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Feature, UnitName, Value};
use crate::text::source::Span;
use crate::upstart::condition::Event;
use crate::upstart::events::JobState;

/// Whether the unit of the other job starts or stops this one when that job ends. If that job is a
/// task and nothing else is asked for, `After=` is enough.
pub(super) fn is_called(
    lowering: &Lowering<'_>,
    (peer, state, side): (&Peer, JobState, Side),
    end: Option<(Ended, Span)>,
) -> bool {
    let respawned = peer.traits.respawns && state == JobState::Stopped;
    let is_noticed = !respawned || Directive::OnSuccess.since() <= lowering.options.systemd_version;
    // A unit of the distribution can have a drop-in, too; how it ends is not known.
    let can = peer.calls(lowering)
        || state == JobState::Stopping
            && side == Side::Start
            && !peer.early
            && !is_early(peer)
            && peer.can_call(lowering);
    can && is_noticed
        && match (side, state) {
            (Side::Stop, _) => end.is_some(),
            (Side::Start, JobState::Stopping) => true,
            (Side::Start, _) => {
                end.is_some() || peer.kind != Some(JobKind::Task) || stops_with(lowering, peer)
            }
        }
}

/// An end of another job at which the unit of that job starts or stops this one.
pub(super) fn called(
    lowering: &Lowering<'_>,
    event: &Event,
    (peer, mut state): (Peer, JobState),
    end: Option<(Ended, Span)>,
    (side, is_joined): (Side, bool),
) -> Classified {
    if side == Side::Start && own_unit(lowering, &peer).is_none() {
        return beyond(
            event,
            "which instance of this job starts when another job ends is not said".to_owned(),
        );
    }
    let ended = end.map_or(Ended::Any, |(ended, _)| ended);
    let unit = peer.unit.clone();
    let respawns = peer.traits.respawns;
    // The unit that remembers the event is started when the job has ended.
    let is_late = is_joined && state == JobState::Stopping && ended != Ended::Any;
    if is_late {
        state = JobState::Stopped;
    }
    let mut classified = Classified::exact(Trigger::End { peer, state, ended });
    if is_late {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            FOLLOWS_END
                .at(event.span(), format!("{unit} does not wait for this unit before it is gone"))
                .note("the start condition joins this with other events"),
        );
    }
    if let Some((_, span)) = end.filter(|_| respawns && state == JobState::Stopped) {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(stop_may_fail(span, &unit));
    }
    classified
}

/// Starts the unit when a service has ended, or when a task has ended in the given way, by a
/// drop-in for that unit (systemd.unit(5), `OnSuccess=`, `OnFailure=`). If the end is joined with
/// other events, the drop-in starts an event unit instead, so that the end can be remembered.
pub(super) fn at_end(
    lowering: &Lowering<'_>,
    event: &Event,
    (peer, is_joined): (&Peer, bool),
    end: Ended,
) -> Classified {
    let Some(own) = own_unit(lowering, peer) else {
        return beyond(
            event,
            "which instance of this job starts when another job ends is not said".to_owned(),
        );
    };
    let version = lowering.options.systemd_version;
    let (known, newer): (Vec<Directive>, Vec<Directive>) =
        end.directives().iter().partition(|directive| directive.since() <= version);
    let mut classified = Classified::exact(Trigger::Companion);
    let mut started = own;
    if is_joined {
        let Ok(node) = EventUnit::ended(peer, end) else {
            let message = format!("the name of {} is too long to remember its end", peer.unit);
            return beyond(event, message);
        };
        classified.trigger = Trigger::Custom(node.unit.clone());
        classified.companions.push(node.companion(lowering));
        classified.companions.extend(node.ender(lowering, peer));
        started = node.unit;
    } else if !known.is_empty() {
        let directives = known.iter().map(|&directive| (directive, Value::unit(&started)));
        classified.companions.push(drop_in(lowering, &peer.unit, directives));
    }
    if known.contains(&Directive::OnSuccess) {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            FOLLOWS_END
                .at(event.span(), of_restart(&peer.unit, is_joined))
                .note(
                    "`OnSuccess=` is also followed between the stop and the start of a restart; Upstart's `stopped` only comes at the end",
                )
                .help("check whether the unit does harm when it runs then"),
        );
    }
    for directive in newer {
        classified.disposition = Disposition::Manual;
        classified.diagnostics.push(
            COMPANION_NEEDED
                .at(
                    event.span(),
                    format!(
                        "`{}=` needs systemd {}, and the units are for {version}",
                        directive.name(),
                        directive.since()
                    ),
                )
                .note(match (end, is_joined) {
                    (Ended::Well, _) => "the end is not noticed",
                    (Ended::Any | Ended::Failed, true) => "only a failure is noticed",
                    (Ended::Any | Ended::Failed, false) => "only a failure starts the unit",
                })
                .help(format!("start {started} from an `ExecStopPost=` of {}", peer.unit)),
        );
    }
    classified
}

/// The finding that `OnFailure=` may also take the stop of a unit for a failure.
pub(super) fn stop_may_fail(span: Span, unit: &UnitName) -> Diagnostic {
    FOLLOWS_END
        .at(span, format!("a stop of {unit} counts as a failure if its process ends with one"))
        .note("to Upstart, every end by a stop was a good one")
        .help(
            "if it ends with a special status when it is stopped, add that to `SuccessExitStatus=`",
        )
}

/// What is different when the other unit is restarted.
fn of_restart(unit: &UnitName, is_joined: bool) -> String {
    if is_joined {
        format!("a restart of {unit} is also taken for its end")
    } else {
        format!("this unit also starts when {unit} is restarted")
    }
}

/// Starts the unit when another job has failed. That is the opposite of running along with it, and
/// no relation is written that would do so. `is_certain` is whether the event is about a certain
/// failure, so that the reader is told already what counts as one.
pub(super) fn after_failure(
    lowering: &Lowering<'_>,
    event: &Event,
    (peer, state, is_joined): (&Peer, JobState, bool),
    (span, is_certain): (Span, bool),
) -> Classified {
    let own = &lowering.name;
    if lowering.options.companions && !is_early(peer) {
        return match state {
            JobState::Stopping => {
                let why = if is_joined {
                    "the start condition joins this with other events"
                } else if peer.presence == Presence::Chrooted {
                    "it runs in its own root directory, which may not have systemctl"
                } else if peer.is_target() {
                    "a target runs nothing itself"
                } else if !lowering.has(Feature::FullPrivilegesPrefix) {
                    "before systemd 231, a command of a unit has no more rights than the unit"
                } else {
                    "it runs before the ordinary services"
                };
                after_end_of_failed(lowering, event, (peer, is_joined), why)
            }
            JobState::Starting | JobState::Started | JobState::Stopped => {
                let mut classified = at_end(lowering, event, (peer, is_joined), Ended::Failed);
                // The stop of a target ends no process.
                if !is_certain && !peer.is_target() {
                    classified.disposition = classified.disposition.max(Disposition::Approximate);
                    classified.diagnostics.push(stop_may_fail(span, &peer.unit));
                }
                classified
            }
        };
    }
    let diagnostic = COMPANION_NEEDED.at(
        span,
        format!("a failure of {0} starts this unit only with a drop-in for {0}", peer.unit),
    );
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

/// `stopping X RESULT=failed`, if X cannot wait for this job, for the reason `why`.
fn after_end_of_failed(
    lowering: &Lowering<'_>,
    event: &Event,
    (peer, is_joined): (&Peer, bool),
    why: &'static str,
) -> Classified {
    let mut classified = at_end(lowering, event, (peer, is_joined), Ended::Failed);
    classified.disposition = classified.disposition.max(Disposition::Approximate);
    classified.diagnostics.push(
        FOLLOWS_END
            .at(
                event.span(),
                format!("{} does not wait for this unit before it is gone", peer.unit),
            )
            .note(why),
    );
    classified
}

/// An event of jobs that has no counterpart, for the reason in `message`.
pub(super) fn beyond(event: &Event, message: String) -> Classified {
    let diagnostic = UNTRANSLATABLE_EVENT.at(event.span(), message).help("name the jobs");
    Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
}
