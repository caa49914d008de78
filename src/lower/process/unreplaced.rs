//! Uses of job control that the shell functions cannot replace, and variables that events lose.

use super::initctl::unavailable;
use super::reading::ScriptUse;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{
    EMIT_WITH_VARIABLES, EMITTED_SYSTEM_EVENT, HIDDEN_JOB_CONTROL, JOB_CONTROL_BY_PATH,
    UNAVAILABLE_INITCTL,
};
use crate::lower::lowering::Lowering;
use crate::upstart::events::{Meaning, find, is_known_event};
use crate::upstart::script::job_control::{JobControl, Verb};

/// Reports what the shell functions cannot replace in the text of a phase.
pub(in crate::lower) fn report(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) {
    let stanza = reading.stated.stanza;
    for usage in reading.control.commands.iter().filter(|usage| usage.external) {
        let diagnostic = JOB_CONTROL_BY_PATH
            .at(reading.span(&usage.name), format!("`{}` cannot be replaced here", usage.command.name()))
            .note(if usage.absolute {
                "the program is gone under systemd, and a path does not find the function in its place"
            } else {
                "`exec`, `command`, `env` and `sudo` look for the program, which is gone under systemd, and not for the function in its place"
            })
            .help(
                systemctl_line(usage)
                    .unwrap_or_else(|| format!("write `{}` by itself, and a function takes its place", usage.command.name())),
            );
        lowering.manual(stanza, &[], diagnostic);
    }
    for range in &reading.control.unplaced {
        let diagnostic = HIDDEN_JOB_CONTROL
            .at(reading.span(range), "a command of Upstart in a place where it cannot be replaced")
            .help("write the systemctl command instead");
        lowering.manual(stanza, &[], diagnostic);
    }
    for (usage, verb) in unavailable(&reading.control.commands) {
        let mut diagnostic = UNAVAILABLE_INITCTL
            .at(reading.span(&usage.range), format!("`initctl {verb}` fails under systemd"))
            .note("a script ends at the first command that fails");
        diagnostic = match verb.as_str() {
            "set-env" | "unset-env" | "reset-env" | "get-env" | "list-env" => {
                diagnostic.help("see `systemctl set-environment` and `systemctl show-environment`")
            }
            _ => diagnostic.help("take it out of the script"),
        };
        lowering.manual(stanza, &[], diagnostic);
    }
    let mut reported: Vec<&str> = Vec::new();
    // In a whole directory, the findings are reported for the jobs that wait for the event.
    for usage in reading.control.commands.iter().filter(|_| !lowering.job_set.is_whole()) {
        let Some(event) = usage.emits().filter(|event| !reported.contains(event)) else { continue };
        if is_followed_elsewhere(event) && !usage.external {
            reported.push(event);
            let diagnostic = EMITTED_SYSTEM_EVENT
                .at(
                    reading.span(&usage.range),
                    format!("this does not start the jobs that wait for `{event}`"),
                )
                .note("their units follow what systemd has in place of the event")
                .help("convert the jobs together with `upstart2systemd migrate`, or start their units with systemctl");
            lowering.approximate(stanza, &[], diagnostic);
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
                "hang a job that matches on one on `upstart-event-{event}@KEY=VALUE.service`"
            ));
        lowering.ledger.record(stanza, Disposition::Approximate, &[], Some(&EMIT_WITH_VARIABLES));
        lowering.diagnostics.push(diagnostic);
    }
}

/// Whether jobs that wait for the event follow units of systemd instead. What has no counterpart is
/// an event like those of users if a script emits it.
fn is_followed_elsewhere(event: &str) -> bool {
    is_known_event(event)
        && !find(event).is_some_and(|row| matches!(row.meaning, Meaning::Beyond(_)))
}

/// The suggestion to call systemctl, if the use names a job.
fn systemctl_line(usage: &JobControl) -> Option<String> {
    let name = usage.operands().first()?.0?;
    match usage.command {
        Verb::Initctl | Verb::Status => None,
        verb => Some(format!("write `systemctl {} {name}` instead", verb.name())),
    }
}
