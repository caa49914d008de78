//! What the prelude leaves of job control: uses that no function can stand for, and what events lose.

use super::command::Reading;
use super::context::Lowering;
use super::prelude::unavailable;
use crate::diagnostic::{Disposition, Rule, Severity};
use crate::shell::job_control::{JobControl, Verb};

pub(super) static RULES: [&Rule; 4] = [&UNPLACED, &JOB_CONTROL_PATH, &UNAVAILABLE, &EMIT];

static UNPLACED: Rule = Rule {
    code: "U211",
    name: "hidden-job-control",
    severity: Severity::Warning,
    explanation: "The script mentions Upstart's `initctl`, or one of its other commands by its path, in a place where it is not an ordinary command: inside a string that \
another shell will run, after `exec` or `sudo`, or in a here-document; or it calls a variable that it sets to one of them. Functions that stand for these commands are put in front of the script, but they do not reach \
there. Write the systemctl command instead.",
};

static JOB_CONTROL_PATH: Rule = Rule {
    code: "U212",
    name: "job-control-by-path",
    severity: Severity::Warning,
    explanation: "The script calls one of Upstart's commands by its path (`/sbin/initctl`, `/sbin/start`). Functions that stand for these commands are put in front of a \
script, but a path is never a function. Take the path away, or write the systemctl command instead.",
};

static UNAVAILABLE: Rule = Rule {
    code: "U263",
    name: "unavailable-initctl",
    severity: Severity::Warning,
    explanation: "The script uses a command of `initctl` that has no counterpart in systemd, so in the unit it fails, and ends a script that does not expect that. For `set-env` and its kin there is \
`systemctl set-environment`, which changes what units see that start later; the other commands are about init itself.",
};

static EMIT: Rule = Rule {
    code: "U213",
    name: "emit-with-variables",
    severity: Severity::Warning,
    explanation: "An event becomes the start of a unit, `upstart-event-NAME.service`, and that carries no variables. Jobs that read the variables do not see them; jobs that \
match on one can be hung on `upstart-event-NAME@KEY=VALUE.service`.",
};

pub(super) fn report(lowering: &mut Lowering<'_>, reading: &Reading<'_>) {
    let stanza = reading.stated.stanza;
    for usage in reading.control.commands.iter().filter(|usage| usage.external) {
        let diagnostic = JOB_CONTROL_PATH
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
        let diagnostic = UNPLACED
            .at(reading.span(range), "a command of Upstart in a place where it cannot be replaced")
            .help("write the systemctl command instead");
        lowering.manual(stanza, &[], diagnostic);
    }
    for (usage, verb) in unavailable(&reading.control.commands) {
        let mut diagnostic = UNAVAILABLE
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
    // In a whole directory the jobs that read the variables are told.
    for usage in reading.control.commands.iter().filter(|_| !lowering.world.is_whole()) {
        let Some(event) = usage.emits().filter(|_| usage.operands().len() > 1) else { continue };
        if reported.contains(&event) {
            continue;
        }
        reported.push(event);
        let diagnostic = EMIT
            .at(reading.span(&usage.range), format!("the variables of `{event}` do not reach the jobs that it starts"))
            .note("under systemd, emitting an event starts a unit, and that carries no variables")
            .help(format!("hang a job that matches on one on `upstart-event-{event}@KEY=VALUE.service`"));
        lowering.ledger.record(stanza, Disposition::Approximate, &[], Some(&EMIT));
        lowering.diagnostics.push(diagnostic);
    }
}

fn systemctl_line(usage: &JobControl) -> Option<String> {
    let name = usage.operands().first()?.0?;
    match usage.command {
        Verb::Initctl | Verb::Status => None,
        verb => Some(format!("write `systemctl {} {name}` instead", verb.name())),
    }
}
