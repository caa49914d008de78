//! The text in a script that is shell text, but is read by another shell or at another time:
//! `sh -c TEXT`, `eval TEXT`, here-documents and printed text that a shell gets as its input.

use std::ops::Range;

use crate::shell::{Context, Script, SimpleCommand, program};

/// Shells, and programs that hand text to one.
const SHELLS: [&str; 9] = ["sh", "dash", "bash", "ksh", "zsh", "su", "runuser", "at", "batch"];

/// The places of such text, with the quotes around a word, in no particular order. Behind the place
/// at which the reader was lost, each line is such a text: it may or may not be a command.
/// `reading` has to be the reading of `text`.
pub(super) fn other_shells(text: &str, reading: &Script) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut printed: Option<&SimpleCommand> = None;
    for command in &reading.commands {
        found.extend(argument(command));
        if reads_its_input(command) {
            let documents = reading.documents.iter().filter(|document| {
                command.redirections.iter().any(|place| place.start == document.redirection)
            });
            found.extend(documents.map(|document| document.body.clone()));
            let piped = printed.filter(|before| {
                let between = text.get(before.range.end..command.range.start);
                between.is_some_and(|between| between.trim() == "|")
            });
            found.extend(
                piped
                    .iter()
                    .flat_map(|before| before.words.iter().skip(1).map(|word| word.range.clone())),
            );
            found.extend(piped.iter().flat_map(|before| {
                let documents = reading.documents.iter().filter(|document| {
                    before.redirections.iter().any(|place| place.start == document.redirection)
                });
                documents.map(|document| document.body.clone())
            }));
        }
        let prints = matches!(command.name(), Some("echo" | "printf" | "cat"));
        printed = Some(command).filter(|_| prints && command.context.has(Context::PIPELINE));
    }
    if let Some(lost) = reading.lost {
        let mut at = lost;
        for line in text.get(lost..).unwrap_or_default().split_inclusive('\n') {
            found.push(at..at + line.len());
            at += line.len();
        }
    }
    found
}

/// The argument of a command that is shell text.
fn argument(command: &SimpleCommand) -> Option<Range<usize>> {
    if command.name() == Some("eval") {
        return Some(command.words.get(1)?.range.start..command.words.last()?.range.end);
    }
    let program = program::chain(command).into_iter().last()?;
    let mut arguments = program.arguments.iter();
    arguments
        .find(|word| word.literal.as_deref() == Some("-c"))
        .filter(|_| SHELLS.contains(&program.name))?;
    Some(arguments.next()?.range.clone())
}

/// Whether the command is a shell that reads commands from its standard input: it has no operand.
fn reads_its_input(command: &SimpleCommand) -> bool {
    program::chain(command).into_iter().last().is_some_and(|program| {
        let is_option = |literal: &str| literal.starts_with(['-', '+']);
        match program.name {
            // Their operands are times.
            "at" | "batch" => true,
            // The operand is a user.
            "su" | "runuser" => program.flag(&["-c", "--command"]).is_none(),
            name => {
                SHELLS.contains(&name)
                    && program
                        .arguments
                        .iter()
                        .all(|word| word.literal.as_deref().is_some_and(is_option))
                    && program.flag(&["-c"]).is_none()
            }
        }
    })
}
