//! Finds a backslash before a blank where a line was to be continued.

use crate::diagnostic::registry::ESCAPED_BLANK;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{SimpleCommand, Word};

pub(in crate::lint) static LINT: Lint = Lint { rule: &ESCAPED_BLANK, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let end = script.reading.lost.unwrap_or(usize::MAX);
        let commands = script.reading.commands.iter().filter(|command| command.range.end <= end);
        let Some((word, slip)) = commands
            .flat_map(|command| command.words.iter().enumerate().map(move |at| (command, at)))
            .find_map(|(command, (index, word))| Some((word, slip(script, command, index, word)?)))
        else {
            continue;
        };
        let backslash = word.range.start..word.range.start + 1;
        let diagnostic = rule.at(
            script.span(&(word.range.start..word.range.start + 2)),
            match slip {
                Slip::EndOfLine(_) => {
                    "this backslash does not continue the line: a blank follows it"
                }
                Slip::Option => "this backslash makes the blank a part of the option",
                Slip::Redirection => "this backslash makes the blank an argument",
            },
        );
        found.push(match slip {
            Slip::EndOfLine(blanks) => {
                let diagnostic = diagnostic
                    .note("the command gets a blank as an argument, and the next line is a command of its own")
                    .help("remove the blanks after the backslash");
                if script.is_exact() {
                    let blanks = backslash.end..backslash.end + blanks;
                    diagnostic.changing_edit(script.span(&blanks), "")
                } else {
                    diagnostic
                }
            }
            Slip::Option | Slip::Redirection => {
                let note = match slip {
                    Slip::Redirection => "the command gets it, and a number after it no longer names a descriptor",
                    _ => "the command gets an argument that begins with a blank",
                };
                let diagnostic = diagnostic.note(note).help("remove the backslash");
                if script.is_exact() {
                    let both = backslash.start..backslash.end + 1;
                    diagnostic.changing_edit(script.span(&both), "")
                } else {
                    diagnostic
                }
            }
        });
    }
}

#[derive(Clone, Copy)]
enum Slip {
    /// Only blanks follow in the line, this number of bytes with the escaped one.
    EndOfLine(usize),
    Option,
    Redirection,
}

fn slip(
    script: &PhaseScript<'_>,
    command: &SimpleCommand,
    index: usize,
    word: &Word,
) -> Option<Slip> {
    let text = script.text().get(word.range.clone())?;
    let rest = text.strip_prefix("\\ ").or_else(|| text.strip_prefix("\\\t"))?;
    // A blank can be the separator that these take, or the character to replace.
    let before = index.checked_sub(1).and_then(|before| command.words.get(before))?;
    let takes_a_character = matches!(before.literal.as_deref(), Some("-d" | "-t" | "-F" | "-s"))
        || matches!(command.name(), Some("tr" | "printf" | "echo" | "[" | "test"));
    if takes_a_character {
        return None;
    }
    let behind = script.text().get(word.range.end..)?;
    if rest.is_empty() {
        let trimmed = behind.trim_start_matches([' ', '\t', '\r']);
        if trimmed.is_empty() || trimmed.starts_with('\n') {
            return Some(Slip::EndOfLine(1 + behind.len() - trimmed.len()));
        }
        return trimmed.starts_with(['<', '>']).then_some(Slip::Redirection);
    }
    if rest.bytes().all(|byte| byte.is_ascii_digit()) && behind.starts_with(['<', '>']) {
        return Some(Slip::Redirection);
    }
    (rest.len() > 1 && rest.starts_with('-')).then_some(Slip::Option)
}
