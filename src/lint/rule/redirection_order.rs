//! Finds `2>&1 > FILE`, which leaves standard error where it was.

use crate::diagnostic::registry::REDIRECTION_ORDER;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::redirection::{Operation, Redirection, redirection};
use crate::shell::{Context, SimpleCommand};

pub(in crate::lint) static LINT: Lint = Lint { rule: &REDIRECTION_ORDER, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let end = script.reading.lost.unwrap_or(usize::MAX);
        let commands = script.reading.commands.iter().filter(|command| command.range.end <= end);
        for command in commands {
            // Into a pipe or a substitution it may go on purpose.
            if command.context.has(Context::PIPELINE | Context::SUBSTITUTION) {
                continue;
            }
            let Some((first, second)) = swapped(script.text(), command) else { continue };
            let (early, late) = (&command.redirections[first], &command.redirections[second]);
            let place = early.start..late.end;
            let texts = (script.text().get(early.clone()), script.text().get(late.clone()));
            let between = script.text().get(early.end..late.start).unwrap_or_default();
            let diagnostic = rule
                .at(script.span(&place), "standard error does not go to the file")
                .note("redirections are made from left to right: at the `2>&1` standard output is still the log of the job")
                .help("write the `2>&1` last");
            found.push(match texts {
                (Some(early), Some(late)) if script.is_exact() && between.trim().is_empty() => {
                    diagnostic.changing_edit(script.span(&place), format!("{late} {early}"))
                }
                _ => diagnostic,
            });
        }
    }
}

/// The places of `2>&1` and of a later redirection of standard output to a file.
fn swapped(text: &str, command: &SimpleCommand) -> Option<(usize, usize)> {
    let read = |range: &std::ops::Range<usize>| redirection(text.get(range.clone())?);
    let is_copy = |found: &Redirection| {
        found.descriptor == 2
            && found.operation == Operation::Duplicate
            && found.target.literal.as_deref() == Some("1")
    };
    let is_file = |found: &Redirection| {
        found.descriptor == 1 && matches!(found.operation, Operation::Write | Operation::Append)
    };
    let all: Vec<Option<Redirection>> = command.redirections.iter().map(read).collect();
    let copy = all.iter().position(|found| found.as_ref().is_some_and(is_copy))?;
    // Standard output is the file already, or goes elsewhere first.
    if all.iter().take(copy).flatten().any(|found| found.descriptor == 1) {
        return None;
    }
    let file = all.iter().skip(copy + 1).position(|found| found.as_ref().is_some_and(is_file))?;
    Some((copy, copy + 1 + file))
}
