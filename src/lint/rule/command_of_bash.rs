//! Finds commands that dash, which runs the scripts of Debian and Ubuntu, does not have.

use super::shebang_in_script;
use crate::diagnostic::registry::COMMAND_OF_BASH;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::{Context, Word};
use crate::upstart::dialect::family::Family;

pub(in crate::lint) static LINT: Lint = Lint { rule: &COMMAND_OF_BASH, check };

/// Commands of bash, and what POSIX has in their place.
const COMMANDS: [(&str, &str); 11] = [
    ("[[", "write `[ ... ]`"),
    ("declare", "assign the variable without it"),
    ("let", "write `NAME=$((...))`"),
    ("mapfile", "use a `while read` loop"),
    ("popd", "write `cd`"),
    ("pushd", "write `cd`"),
    ("readarray", "use a `while read` loop"),
    ("shopt", "remove it"),
    ("source", "write `.`"),
    ("typeset", "assign the variable without it"),
    ("disown", "remove it"),
];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    // On Red Hat /bin/sh is bash.
    if subject.family() == Some(Family::RedHat) {
        return;
    }
    for script in subject.scripts.iter().filter(|script| !script.is_exec()) {
        if shebang_in_script::names_another_shell(script.text()) {
            continue;
        }
        let mut seen: Vec<&str> = Vec::new();
        let end = script.reading.lost.unwrap_or(usize::MAX);
        for command in script.reading.commands.iter().filter(|command| command.range.end <= end) {
            let Some(word) = command.words.first() else { continue };
            let Some((name, instead)) = of_bash(script, word) else { continue };
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let is_tested = command.context.has(Context::TESTED);
            let diagnostic = rule
                .at(script.span(&word.range), format!("dash does not have `{name}`"))
                .note("/bin/sh is dash on Debian and Ubuntu")
                .note(if is_tested {
                    "the command is not found, which is the same to the shell as a test that fails"
                } else {
                    "the command is not found, and the script ends here"
                })
                .help(instead);
            found.push(if name == "source" && script.is_exact() {
                diagnostic.changing_edit(script.span(&word.range), ".")
            } else {
                diagnostic
            });
        }
    }
}

fn of_bash(script: &PhaseScript<'_>, word: &Word) -> Option<(&'static str, &'static str)> {
    // A `[[` might be a pattern, so it is not a literal word.
    let name = script.text().get(word.range.clone())?;
    if script.reading.functions.iter().any(|function| function == name) {
        return None;
    }
    COMMANDS.into_iter().find(|(command, _)| *command == name)
}
