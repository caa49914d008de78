//! Scripts that run when the system goes down, which they did not under Upstart.

use super::reading::ScriptUse;
use crate::diagnostic::registry::RUNS_AT_SHUTDOWN;
use crate::lower::condition::AtEnd;
use crate::lower::lowering::Lowering;
use crate::shell::SimpleCommand;
use crate::upstart::script::job_control::{JobControl, Verb};

/// Ends a script at once if the system goes down.
const UNLESS_DOWN: &str = "[ \"$(systemctl is-system-running)\" != stopping ] || exit 0\n";

/// The text before a pre-stop or post-stop that makes it as little a part of the shutdown as it was.
/// Reports a script that is part of it now, and does more than to clean up.
pub(super) fn front(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    at_end: AtEnd,
) -> &'static str {
    match at_end {
        AtEnd::Stops => return "",
        AtEnd::Spared => return UNLESS_DOWN,
        AtEnd::Unsaid => {}
    }
    // A script that asks for the state of the system knows what it does.
    if lowering.mentions("is-system-running") {
        return "";
    }
    let (control, shell) = (&reading.control.commands, &reading.shell.commands);
    let ranges =
        control.iter().filter(|usage| has_effect(lowering, usage)).map(|usage| &usage.range);
    let ranges =
        ranges.chain(shell.iter().filter(|command| changes(command)).map(|command| &command.range));
    if let Some(range) = ranges.min_by_key(|range| range.start) {
        let diagnostic = RUNS_AT_SHUTDOWN
            .at(reading.span(range), "this now also runs when the system goes down")
            .note("init only kills the job then, because `stop on` does not name the run levels 0 and 6")
            .help(format!("if it must not, begin {} with `[ \"$(systemctl is-system-running)\" != stopping ] || exit 0`", reading.phase.name()));
        lowering.approximate(reading.stated.stanza, &[], diagnostic);
    }
    ""
}

/// Reports a command that ends the machine at once, in a job that runs when the system goes down. For
/// init such a job was the end of the shutdown; systemd has an end of its own.
pub(super) fn ends_machine(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) {
    let forced = reading.shell.commands.iter().find(|command| {
        let name = command.name().and_then(|name| name.rsplit('/').next());
        let mut words = command.words.iter().skip(1).filter_map(|word| word.literal.as_deref());
        let is_force = |word: &str| {
            word == "--force"
                || word.starts_with('-') && !word.starts_with("--") && word.contains('f')
        };
        matches!(name, Some("reboot" | "poweroff" | "halt")) && words.any(is_force)
    });
    if let Some(command) = forced {
        let diagnostic = RUNS_AT_SHUTDOWN
            .at(reading.span(&command.range), "this ends the machine while other units still stop")
            .note("systemd does so itself when all have stopped and file systems are unmounted")
            .help("leave this unit out");
        lowering.approximate(reading.stated.stanza, &[], diagnostic);
    }
}

/// Whether the command of Upstart starts something. What it stops is stopped at a shutdown anyway.
fn has_effect(lowering: &Lowering<'_>, usage: &JobControl) -> bool {
    match usage.verb() {
        Verb::Start | Verb::Restart => !usage.is_bare(),
        _ => usage.emits().is_some_and(|event| {
            !lowering.job_set.is_whole()
                || lowering.job_set.is_emitted_outside(event)
                || lowering
                    .job_set
                    .followers(event)
                    .is_some_and(|followers| !followers.started.is_empty())
        }),
    }
}

/// Whether the command ends the system, or starts a service.
fn changes(command: &SimpleCommand) -> bool {
    let Some(name) = command.name() else { return false };
    let name = name.rsplit('/').next().unwrap_or(name);
    let words: Vec<&str> =
        command.words.iter().skip(1).filter_map(|word| word.literal.as_deref()).collect();
    let operands: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
    match name {
        "reboot" | "poweroff" | "halt" => true,
        "shutdown" => !words.contains(&"-c"),
        "telinit" | "init" => {
            matches!(operands.as_slice(), [level] if level.len() == 1 && "0123456sS".contains(level))
        }
        "service" | "invoke-rc.d" => {
            matches!(
                operands.as_slice(),
                [_, "start" | "restart" | "condrestart" | "try-restart", ..]
            )
        }
        "systemctl" => operands.first().is_some_and(|verb| {
            matches!(
                *verb,
                "start"
                    | "restart"
                    | "isolate"
                    | "reboot"
                    | "poweroff"
                    | "halt"
                    | "kexec"
                    | "default"
                    | "rescue"
            )
        }),
        _ => false,
    }
}
