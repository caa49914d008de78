//! Uses of job control that the shell functions cannot replace, and variables that events lose.

use super::initctl::unavailable;
use super::reading::ScriptUse;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{
    EMIT_WITH_VARIABLES, HIDDEN_JOB_CONTROL, JOB_CONTROL_BY_PATH, UNAVAILABLE_INITCTL,
};
use crate::lower::lowering::Lowering;
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
    // In a whole directory, the finding is reported for the jobs that read the variables.
    for usage in reading.control.commands.iter().filter(|_| !lowering.job_set.is_whole()) {
        let Some(event) = usage.emits().filter(|_| usage.operands().len() > 1) else { continue };
        if reported.contains(&event) {
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

/// The suggestion to call systemctl, if the use names a job.
fn systemctl_line(usage: &JobControl) -> Option<String> {
    let name = usage.operands().first()?.0?;
    match usage.command {
        Verb::Initctl | Verb::Status => None,
        verb => Some(format!("write `systemctl {} {name}` instead", verb.name())),
    }
}
