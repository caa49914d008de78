//! `stopped X` and `stopping X`: how the unit reacts to the end of another job.

use super::trigger::{Classified, Trigger, is_early};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{COMPANION_NEEDED, FOLLOWS_END, UNTRANSLATABLE_EVENT};
use crate::lower::companion_unit::drop_in;
use crate::lower::condition::peer::{Peer, Presence};
use crate::lower::lowering::Lowering;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, UnitName, Value, shell_word};
use crate::text::source::Span;
use crate::upstart::condition::Event;
use crate::upstart::events::JobState;
use crate::upstart::instances::Instance;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Without a failure: `RESULT=ok`.
    Well,
    /// With a failure: `RESULT=failed`.
    Failed,
}

/// Starts the unit when a service has ended, or when a task has ended in the given way, by a
/// drop-in for that unit (systemd.unit(5), `OnSuccess=`, `OnFailure=`).
pub(super) fn at_end(
    lowering: &Lowering<'_>,
    event: &Event,
    peer: &Peer,
    end: Option<End>,
) -> Classified {
    let Some(own) = own_unit(lowering, peer) else {
        return beyond(
            event,
            "which instance of this job starts when another job ends is not said".to_owned(),
        );
    };
    let directives = match end {
        None => vec![Directive::OnSuccess, Directive::OnFailure],
        Some(End::Well) => vec![Directive::OnSuccess],
        Some(End::Failed) => vec![Directive::OnFailure],
    };
    let version = lowering.options.systemd_version;
    let (known, newer): (Vec<Directive>, Vec<Directive>) =
        directives.into_iter().partition(|directive| directive.since() <= version);
    let mut classified = Classified::exact(Trigger::Companion);
    if !known.is_empty() {
        let directives = known.iter().map(|&directive| (directive, Value::unit(&own)));
        classified.companions.push(drop_in(lowering, &peer.unit, directives));
    }
    if known.contains(&Directive::OnSuccess) {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            FOLLOWS_END
                .at(event.span(), format!("this unit also starts when {} is restarted", peer.unit))
                .note(
                    "`OnSuccess=` is also followed between the stop and the start of a restart; Upstart's `stopped` only comes at the end",
                )
                .help("see whether the unit does harm when it runs then"),
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
                .note("only a failure starts the unit")
                .help(format!("start {own} from an `ExecStopPost=` of {}", peer.unit)),
        );
    }
    classified
}

/// Starts the unit when another job has failed. That is the opposite of running along with it, and
/// no relation is written that would do so.
pub(super) fn after_failure(
    lowering: &Lowering<'_>,
    event: &Event,
    peer: &Peer,
    state: JobState,
    span: Span,
) -> Classified {
    let own = &lowering.name;
    if lowering.options.companions && !is_early(peer) {
        return match state {
            JobState::Stopping if peer.presence == Presence::Chrooted => {
                after_end_of_failed(lowering, event, peer)
            }
            JobState::Stopping => before_end_of_failed(lowering, event, peer),
            JobState::Starting | JobState::Started | JobState::Stopped => {
                at_end(lowering, event, peer, Some(End::Failed))
            }
        };
    }
    let diagnostic = COMPANION_NEEDED.at(
        span,
        format!("a failure of {} starts this unit only by a drop-in for that one", peer.unit),
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

/// `stopping X RESULT=failed`: the process of X has already ended, and X waits until this job has
/// finished.
fn before_end_of_failed(lowering: &Lowering<'_>, event: &Event, peer: &Peer) -> Classified {
    let Some(own) = own_unit(lowering, peer) else {
        return beyond(
            event,
            "which instance of this job starts when another job fails is not said".to_owned(),
        );
    };
    let words = |start: &str| {
        let script = format!("[ \"$SERVICE_RESULT\" = success ] || systemctl start {start}");
        Command::words(["/bin/sh", "-c", &script])
    };
    let mut command = if own.is_own_instance() {
        // The shell would take the backslashes out of a name that systemd has put into the script.
        let mut command = words("\"$0\"");
        command.argv.push(Argument::Unit(own));
        command
    } else {
        words(&shell_word(own.as_str()))
    };
    command.prefix = Prefix {
        ignore_failure: true,
        full_privileges: lowering.has(Feature::FullPrivilegesPrefix),
        literal_dollar: lowering.has(Feature::LiteralDollarPrefix),
    };
    let companion =
        drop_in(lowering, &peer.unit, [(Directive::ExecStopPost, Value::command(&command))]);
    Classified { companions: vec![companion], ..Classified::exact(Trigger::Companion) }
}

/// The same if the commands of X cannot call systemctl.
fn after_end_of_failed(lowering: &Lowering<'_>, event: &Event, peer: &Peer) -> Classified {
    let mut classified = at_end(lowering, event, peer, Some(End::Failed));
    classified.disposition = classified.disposition.max(Disposition::Approximate);
    classified.diagnostics.push(
        FOLLOWS_END
            .at(
                event.span(),
                format!("{} does not wait for this unit before it is gone", peer.unit),
            )
            .note("it runs in a root directory of its own, and there may be no systemctl"),
    );
    classified
}

/// An event of jobs that has no counterpart, for the reason in `message`.
pub(super) fn beyond(event: &Event, message: String) -> Classified {
    let diagnostic =
        UNTRANSLATABLE_EVENT.at(event.span(), message).help("name the jobs that are meant");
    Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic)
}

/// The unit that the end of another job starts: the instance of the same name where that job is
/// one, else the default; `None` if the job has instances and none is the default.
fn own_unit(lowering: &Lowering<'_>, peer: &Peer) -> Option<UnitName> {
    match &lowering.instance {
        Instance::Singleton { .. } => Some(lowering.name.clone()),
        Instance::Template { .. } if peer.unit.is_own_instance() => {
            Some(lowering.name.own_instance())
        }
        Instance::Template { default, .. } => {
            let default = default.as_ref()?;
            Some(lowering.name.instance_escaped(default))
        }
    }
}
