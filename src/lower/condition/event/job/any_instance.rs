//! Events of a job with instances, where the condition does not name one of them: any instance
//! starts an event unit that has the name of the job.

use crate::diagnostic::registry::{COMPANION_NEEDED, FOLLOWS_END, UNTRANSLATABLE_EVENT};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::lower::companion::Companion;
use crate::lower::condition::call::ending;
use crate::lower::condition::event::job::end::stop_may_fail;
use crate::lower::condition::event::trigger::{Classified, Side, Trigger};
use crate::lower::condition::event_unit::{AnyInstance, Ended, EventUnit, at_state};
use crate::lower::condition::peer::Peer;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::{Argument, Directive, Text, Unit, UnitName, Value};
use crate::text::bytes::lossy;
use crate::upstart::condition::Event;
use crate::upstart::events::JobState;

/// Turns an event of a job with instances that does not name one of them. `findings` are those about
/// its arguments.
pub(super) fn of_template(
    lowering: &Lowering<'_>,
    event: &Event,
    (job, peer, state): (&str, &Peer, JobState),
    (end, side): (Option<Ended>, Side),
    findings: Vec<Diagnostic>,
) -> Classified {
    // Which instance of this job starts is not said, but all of them stop.
    let is_open =
        side == Side::Start && lowering.instance.is_template() && !lowering.instance.has_default();
    let any = any_instance(lowering, event, (peer, state), end).filter(|_| !is_open);
    let Some(mut classified) = any else {
        let job = lossy(job);
        let diagnostic = UNTRANSLATABLE_EVENT
            .at(event.span(), format!("`{job}` has instances, and this does not name one"))
            .help(format!("name the instance: `{} {job} INSTANCE=NAME`", state.name()));
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    };
    // A stop is no failure to init.
    let comes_at_shutdown = match state {
        JobState::Starting | JobState::Started => false,
        JobState::Stopping | JobState::Stopped => end != Some(Ended::Failed),
    };
    if side == Side::Start && comes_at_shutdown {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            FOLLOWS_END
                .at(event.span(), "this unit does not start when the system goes down")
                .note("systemd starts nothing then that is not part of the shutdown"),
        );
    }
    if !findings.is_empty() {
        classified.disposition = classified.disposition.max(Disposition::Approximate);
        classified.diagnostics.extend(findings);
    }
    classified
}

/// Ties the unit of this job to the event of any instance. `None` if the instances cannot start an
/// event unit.
fn any_instance(
    lowering: &Lowering<'_>,
    event: &Event,
    (peer, state): (&Peer, JobState),
    end: Option<Ended>,
) -> Option<Classified> {
    let of = match (state, end) {
        (JobState::Starting, None) => AnyInstance::Starting,
        (JobState::Started, None) => AnyInstance::Started,
        (JobState::Stopping, None) => AnyInstance::Stopping,
        (JobState::Stopped, end) => AnyInstance::Ended(end.unwrap_or(Ended::Any)),
        (_, Some(_)) => return None,
    };
    let can = match of {
        AnyInstance::Ended(_) => lowering.options.companions,
        AnyInstance::Starting | AnyInstance::Started | AnyInstance::Stopping => {
            peer.can_call(lowering)
        }
    };
    let node = EventUnit::of_any(of, &peer.unit).ok().filter(|_| can)?;
    let mut part = Unit::new(peer.unit.clone());
    part.header.push(Text::new(&own_files::made(&format!(
        "Starts what follows any instance of {}.",
        peer.unit.stem()
    ))));
    let (directives, newer) = directives(lowering, peer, of, &node.unit);
    let has = |wanted: Directive| directives.iter().any(|(directive, _)| *directive == wanted);
    let (on_success, on_failure) = (has(Directive::OnSuccess), has(Directive::OnFailure));
    for (directive, value) in directives {
        part.add(directive, value);
    }
    let drop_in = Companion::DropIn { to: peer.unit.clone(), name: of.drop_in(), part };
    let mut classified = Classified {
        companions: vec![node.companion(lowering), drop_in],
        ..Classified::exact(Trigger::Custom(node.unit.clone()))
    };
    if let Some(directive) = newer {
        classified.disposition = Disposition::Manual;
        classified.diagnostics.push(
            COMPANION_NEEDED
                .at(
                    event.span(),
                    format!(
                        "`{}=` needs systemd {}, and the units are for {}",
                        directive.name(),
                        directive.since(),
                        lowering.options.systemd_version
                    ),
                )
                .help(format!("start {} from an `ExecStopPost=` of {}", node.unit, peer.unit)),
        );
    } else if on_success {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            FOLLOWS_END
                .at(
                    event.span(),
                    format!("a restart of {} is also taken for its end", peer.unit),
                )
                .note("`OnSuccess=` is also followed between the stop and the start of a restart; Upstart's `stopped` only comes at the end")
                .help("check whether that does harm"),
        );
    } else if on_failure {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(stop_may_fail(event.span(), &peer.unit));
    }
    Some(classified)
}

/// The directives by which an instance starts the event unit, and the first that this version of
/// systemd does not have.
fn directives(
    lowering: &Lowering<'_>,
    peer: &Peer,
    of: AnyInstance,
    node: &UnitName,
) -> (Vec<(Directive, Value)>, Option<Directive>) {
    let target = Argument::Unit(node.clone());
    let state = match of {
        AnyInstance::Starting => JobState::Starting,
        AnyInstance::Started => JobState::Started,
        AnyInstance::Stopping => JobState::Stopping,
        AnyInstance::Ended(ended) if peer.can_call(lowering) && !peer.traits.respawns => {
            let line = ending(lowering, peer, ended, target);
            return (vec![(Directive::ExecStopPost, line)], None);
        }
        AnyInstance::Ended(ended) => {
            let (known, newer): (Vec<Directive>, Vec<Directive>) = ended
                .directives()
                .iter()
                .partition(|directive| directive.since() <= lowering.options.systemd_version);
            let directives =
                known.into_iter().map(|directive| (directive, Value::unit(node))).collect();
            return (directives, newer.first().copied());
        }
    };
    (at_state(lowering, peer, state, &target), None)
}
