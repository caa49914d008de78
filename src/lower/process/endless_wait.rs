//! A pre-start that waits for something without an end holds up the boot.

use super::reading::ScriptUse;
use crate::diagnostic::registry::ENDLESS_WAIT;
use crate::lower::condition::Conditions;
use crate::lower::lowering::Lowering;
use crate::shell::{Context, SimpleCommand, Word};
use crate::systemd::Directive;

/// Reports a loop of a pre-start that sleeps, and that ends by nothing but what it waits for, in a
/// unit that a target wants. The target is reached only when the unit has started or failed
/// (systemd.target(5), "Automatic Dependencies"). Under Upstart nothing but what follows the job
/// waits for it.
pub(super) fn lower(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, conditions: &Conditions) {
    let by_target = conditions.relations.iter().find(|(directive, name)| {
        *directive == Directive::WantedBy && name.as_str().ends_with(".target")
    });
    let Some((_, target)) = by_target else { return };
    let commands = &reading.shell.commands;
    let Some(sleep) = commands.iter().find(|command| {
        let is_counted =
            reading.shell.loops.iter().any(|counted| counted.body.contains(&command.range.start));
        command.name() == Some("sleep")
            && command.context.has(Context::LOOP)
            && !command.context.has(Context::BACKGROUND | Context::FUNCTION)
            && !is_counted
    }) else {
        return;
    };
    if reading.shell.lost.is_some() || commands.iter().any(|command| ends_loop(reading, command)) {
        return;
    }
    lowering.diagnostics.push(
        ENDLESS_WAIT
            .at(reading.span(&sleep.range), format!("{target} is not reached while this waits"))
            .note("Upstart goes on with the other jobs; nothing limits how long a pre-start takes")
            .help("write what it waits for into `start on`, or count the rounds and give up"),
    );
}

/// Whether the command may end a loop: it leaves it, or the loop counts something.
fn ends_loop(reading: &ScriptUse<'_>, command: &SimpleCommand) -> bool {
    let counts = |word: &Word| {
        reading
            .text_at(&word.range)
            .is_some_and(|text| text.contains("$((") || text.contains("expr"))
    };
    command.context.has(Context::LOOP)
        && (matches!(
            command.name(),
            Some("break" | "exit" | "return" | "stop" | "expr" | "let" | "timeout" | "read")
        ) || command.assignments.iter().any(counts)
            || command.words.iter().any(|word| {
                matches!(
                    reading.text_at(&word.range),
                    Some("-lt" | "-le" | "-gt" | "-ge" | "-eq" | "-ne")
                )
            }))
}
