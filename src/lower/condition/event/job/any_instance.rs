//! Events of a job with instances, where the condition does not name one of them: any instance
//! starts an event unit that has the name of the job.

use crate::diagnostic::registry::{COMPANION_NEEDED, FOLLOWS_END, UNTRANSLATABLE_EVENT};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::shell;
use crate::lower::condition::event::trigger::{Classified, Side, Trigger};
use crate::lower::condition::event_unit::{AnyInstance, Ended, EventUnit};
use crate::lower::condition::peer::Peer;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::systemd::{Command, Directive, Feature, Prefix, Text, Unit, UnitName, Value};
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
            .at(event.span(), format!("`{job}` has instances, and this does not say which of them"))
            .help(format!("name the one that is meant: `{} {job} INSTANCE=NAME`", state.name()));
        return Classified::with(Trigger::Beyond, Disposition::Manual, diagnostic);
    };
    if side == Side::Start && state == JobState::Stopping {
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
    let (directives, newer) = directives(lowering, of, &node.unit);
    for (directive, value) in directives {
        part.add(directive, value);
    }
    let name = format!("{}-of-any", of.word());
    let drop_in = Companion::DropIn { to: peer.unit.clone(), name, part };
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
    } else if let AnyInstance::Ended(Ended::Any | Ended::Well) = of {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            FOLLOWS_END
                .at(
                    event.span(),
                    format!("a restart of {} is also taken for its end", peer.unit),
                )
                .note("`OnSuccess=` is also followed between the stop and the start of a restart; Upstart's `stopped` only comes at the end")
                .help("see whether that does harm"),
        );
    }
    Some(classified)
}

/// The directives by which an instance starts the event unit, and the first that this version of
/// systemd does not have.
fn directives(
    lowering: &Lowering<'_>,
    of: AnyInstance,
    node: &UnitName,
) -> (Vec<(Directive, Value)>, Option<Directive>) {
    let call = |options: &[&str]| {
        let words = ["/bin/systemctl"].iter().chain(options).chain(&["start"]);
        let mut command = Command::words(words.copied().chain([node.as_str()]));
        command.prefix =
            Prefix { ignore_failure: true, full_privileges: true, ..Prefix::default() };
        Value::command(&command)
    };
    match of {
        // This comes before pre-start, as the event does.
        AnyInstance::Starting => {
            let has_condition =
                Directive::ExecCondition.since() <= lowering.options.systemd_version;
            let directive =
                if has_condition { Directive::ExecCondition } else { Directive::ExecStartPre };
            (vec![(directive, call(&[]))], None)
        }
        AnyInstance::Started => (vec![(Directive::ExecStartPost, call(&["--no-block"]))], None),
        // `ExecStop=` is left out after a failure (systemd.service(5), `ExecStop=`).
        AnyInstance::Stopping => {
            let script = format!("[ \"$SERVICE_RESULT\" = success ] || systemctl start {node}");
            let mut failed = shell(lowering, &["-c"], &script);
            failed.prefix.ignore_failure = true;
            failed.prefix.full_privileges = lowering.has(Feature::FullPrivilegesPrefix);
            let directives = vec![
                (Directive::ExecStop, call(&[])),
                (Directive::ExecStopPost, Value::command(&failed)),
            ];
            (directives, None)
        }
        AnyInstance::Ended(ended) => {
            let (known, newer): (Vec<Directive>, Vec<Directive>) = ended
                .directives()
                .iter()
                .partition(|directive| directive.since() <= lowering.options.systemd_version);
            let directives =
                known.into_iter().map(|directive| (directive, Value::unit(node))).collect();
            (directives, newer.first().copied())
        }
    }
}
