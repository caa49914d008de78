//! Uses of job control that the shell functions cannot replace, and variables that events lose.

use std::collections::BTreeSet;

use super::control::subcommand::unavailable;
use super::reading::ScriptUse;
use crate::diagnostic::registry::{
    EMIT_WITH_VARIABLES, EMITTED_SYSTEM_EVENT, HIDDEN_JOB_CONTROL, JOB_CONTROL_BY_PROGRAM,
    UNAVAILABLE_INITCTL,
};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::jobset::distribution::is_known_job;
use crate::lower::condition::peer::{job_without_unit, peer, unknown_job};
use crate::lower::lowering::Lowering;
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::events::is_followed_elsewhere;
use crate::upstart::script::job_control::{JobControl, Verb, changes_environment};

/// The most jobs that a finding names.
const NAMED: usize = 3;

/// Reports what the shell functions cannot replace in the text of a phase.
pub(in crate::lower) fn report(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) {
    let stanza = reading.stated.stanza;
    for usage in reading.control.commands.iter().filter(|usage| usage.external) {
        let diagnostic = JOB_CONTROL_BY_PROGRAM
            .at(reading.span(&usage.name), format!("`{}` cannot be replaced here", usage.command.name()))
            .note("the program is gone under systemd, and only the script itself can call the function in its place")
            .help(
                systemctl_line(usage)
                    .unwrap_or_else(|| format!("write `{}` by itself, and a function takes its place", usage.command.name())),
            );
        lowering.manual(stanza, &[], diagnostic);
    }
    unknown_jobs(lowering, reading);
    for range in &reading.control.unplaced {
        let diagnostic = HIDDEN_JOB_CONTROL
            .at(reading.span(range), "a command of Upstart in a place where it cannot be replaced")
            .help("write the systemctl command instead");
        lowering.manual(stanza, &[], diagnostic);
    }
    let mut told = BTreeSet::new();
    for (usage, verb) in unavailable(&reading.control.commands) {
        if !told.insert(verb.clone()) {
            continue;
        }
        let place = reading.span(&usage.range);
        let mut diagnostic = if changes_environment(&verb) && lowering.job.is_of_system() {
            UNAVAILABLE_INITCTL
                .at(place, format!("`initctl {verb}` fails, as it does under Upstart"))
                .note("only the init of a session changes the environment of its jobs")
        } else {
            UNAVAILABLE_INITCTL.at(place, format!("`initctl {verb}` fails under systemd"))
        };
        diagnostic = diagnostic.note("a script ends at the first command that fails");
        diagnostic = match verb.as_str() {
            verb if changes_environment(verb) => {
                diagnostic.help("set the variable in each script that reads it")
            }
            "get-env" | "list-env" => {
                diagnostic.help("use `systemctl set-environment` and `systemctl show-environment`")
            }
            _ => diagnostic.help("remove it from the script"),
        };
        lowering.manual(stanza, &[], diagnostic);
    }
    let mut reported: Vec<&str> = Vec::new();
    for usage in &reading.control.commands {
        let Some(event) = usage.emits().filter(|event| !reported.contains(event)) else { continue };
        if is_followed_elsewhere(event) && !usage.external {
            reported.push(event);
            if let Some(diagnostic) = not_started(lowering, event, reading.span(&usage.range)) {
                lowering.approximate(stanza, &[], diagnostic);
            }
            continue;
        }
        // In a whole directory, the finding is reported for the jobs that read the variables.
        if lowering.job_set.is_whole() {
            continue;
        }
        if usage.operands().len() < 2 {
            continue;
        }
        reported.push(event);
        let diagnostic = EMIT_WITH_VARIABLES
            .at(
                reading.span(&usage.range),
                format!("the variables of `{event}` do not reach the jobs that it starts"),
            )
            .note("under systemd, emitting an event starts a unit, and that carries no variables")
            .help(format!(
                "tie a job that matches on one to `upstart-event-{event}@KEY=VALUE.service`, or convert the jobs together with `upstart2systemd migrate`"
            ));
        lowering.ledger.record(stanza, Disposition::Approximate, &[], Some(&EMIT_WITH_VARIABLES));
        lowering.diagnostics.push(diagnostic);
    }
}

/// Reports the jobs that the script starts or stops although nothing is known to have them. A name
/// is reported once for a job, also if its conditions name it.
fn unknown_jobs(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) {
    let mut seen = BTreeSet::new();
    for usage in &reading.control.commands {
        let called = usage.job().filter(|_| usage.verb() != Verb::Status);
        let Some(name) = called.filter(|name| seen.insert(*name)) else { continue };
        let job_set = lowering.job_set;
        let place = usage.places.iter().zip(&usage.arguments).find(|(_, word)| {
            word.as_deref()
                .is_some_and(|word| word.strip_prefix("WAIT_FOR=").unwrap_or(word) == name)
        });
        let span = || reading.span(place.map_or(&usage.range, |(place, _)| place));
        let diagnostic = if let Some(diagnostic) = job_without_unit(job_set, name, span()) {
            diagnostic
        } else {
            let is_known = is_known_job(name, lowering.job.dialect) || job_set.is_job_outside(name);
            let Some(peer) = peer(lowering, name).filter(|peer| {
                job_set.is_whole() && !peer.present() && peer.kind.is_none() && !is_known
            }) else {
                continue;
            };
            unknown_job(job_set, name, &peer.unit, span())
                .note("the command fails if no other directory has the job")
        };
        let is_same = |other: &Diagnostic| {
            std::ptr::eq(other.rule, diagnostic.rule) && other.message == diagnostic.message
        };
        if !lowering.diagnostics.iter().any(is_same) {
            lowering.approximate(reading.stated.stanza, &[], diagnostic);
        }
    }
}

/// The finding that the command does not start the jobs that wait for an event of init or its
/// bridges. `None` if it does, or if no job of the directory waits for it.
fn not_started(lowering: &Lowering<'_>, event: &str, span: Span) -> Option<Diagnostic> {
    let (which, help) = if lowering.job_set.is_whole() {
        let jobs = &lowering.job_set.followers(event)?.not_alone;
        let names: Vec<String> = jobs.iter().map(|job| format!("`{}`", lossy(job))).collect();
        let shown = match names.as_slice() {
            [] => return None,
            all if all.len() <= NAMED => all.join(", "),
            all => format!("{} and {} more", all[..NAMED].join(", "), all.len() - NAMED),
        };
        let which = format!("emitting `{event}` does not start {shown}");
        (which, "let the script start them with systemctl if they are to start at this point")
    } else {
        let which = format!("emitting `{event}` does not start the jobs that wait for it");
        (
            which,
            "convert the jobs together with `upstart2systemd migrate`, or start their units with systemctl",
        )
    };
    Some(
        EMITTED_SYSTEM_EVENT
            .at(span, which)
            .note("such units follow what systemd has in place of the event")
            .help(help),
    )
}

/// The suggestion to call systemctl, if the use names a job.
fn systemctl_line(usage: &JobControl) -> Option<String> {
    let name = usage.operands().first()?.0?;
    match usage.command {
        Verb::Initctl | Verb::Status => None,
        verb => Some(format!("write `systemctl {} {name}` instead", verb.name())),
    }
}
