//! Loops that sleep until something has happened, without a limit.

use crate::shell::{Context, Script, SimpleCommand, Word};

/// The `sleep` of a loop that ends by nothing but what it waits for.
pub fn sleep_without_limit<'r>(text: &str, reading: &'r Script) -> Option<&'r SimpleCommand> {
    let commands = &reading.commands;
    let sleep = commands.iter().find(|command| {
        let is_counted =
            reading.loops.iter().any(|counted| counted.body.contains(&command.range.start));
        command.name() == Some("sleep")
            && command.context.has(Context::LOOP)
            && !command.context.has(Context::BACKGROUND | Context::FUNCTION)
            && !is_counted
    })?;
    let ends = reading.lost.is_some() || commands.iter().any(|command| ends_loop(text, command));
    (!ends).then_some(sleep)
}

/// Whether the command may end a loop: it leaves it, or the loop counts something.
fn ends_loop(text: &str, command: &SimpleCommand) -> bool {
    let counts = |word: &Word| {
        text.get(word.range.clone())
            .is_some_and(|text| text.contains("$((") || text.contains("expr"))
    };
    command.context.has(Context::LOOP)
        && (matches!(
            command.name(),
            Some("break" | "exit" | "return" | "stop" | "expr" | "let" | "timeout" | "read")
        ) || command.assignments.iter().any(counts)
            || command.words.iter().any(|word| {
                matches!(
                    text.get(word.range.clone()),
                    Some("-lt" | "-le" | "-gt" | "-ge" | "-eq" | "-ne")
                )
            }))
}
