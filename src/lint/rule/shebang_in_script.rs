//! Finds the first line of a program in a script, where it has no effect.

use crate::diagnostic::registry::SHEBANG_IN_SCRIPT;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};

pub(in crate::lint) static LINT: Lint = Lint { rule: &SHEBANG_IN_SCRIPT, check };

/// Commands that dash does not have.
const OF_BASH: [&str; 13] = [
    "[[",
    "declare",
    "disown",
    "function",
    "let",
    "mapfile",
    "popd",
    "pushd",
    "readarray",
    "shopt",
    "source",
    "typeset",
    "select",
];

/// Variables that dash does not set.
const VARIABLES_OF_BASH: [&str; 7] =
    ["BASH_SOURCE", "EUID", "FUNCNAME", "HOSTNAME", "PIPESTATUS", "RANDOM", "UID"];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in subject.scripts.iter().filter(|script| !script.is_exec()) {
        let Some((line, start)) = first_line(script.text()) else { continue };
        let Some(interpreter) = interpreter(line) else { continue };
        let is_shell = matches!(interpreter, "bash" | "ksh" | "zsh");
        if matches!(interpreter, "sh" | "dash" | "ash") {
            continue;
        }
        let mut diagnostic = rule
            .at(
                script.span(&(start..start + line.len())),
                format!("`{interpreter}` does not run this script"),
            )
            .note("to init this line is a comment: `/bin/sh -e` runs every script");
        let differs = is_shell.then(|| of_bash(script)).flatten();
        if is_shell && differs.is_none() {
            diagnostic.severity = Severity::Note;
            found.push(diagnostic.help("remove the line"));
            continue;
        }
        if let Some(range) = differs {
            diagnostic = diagnostic.related(script.span(&range), "dash does not have this");
        }
        found.push(diagnostic.help(format!(
            "move the script to a file of its own, and run that with `exec {interpreter} FILE`"
        )));
    }
}

/// Whether the first line of a script names another shell, which this rule reports.
pub(in crate::lint) fn names_another_shell(text: &str) -> bool {
    first_line(text)
        .and_then(|(line, _)| interpreter(line))
        .is_some_and(|interpreter| !matches!(interpreter, "sh" | "dash" | "ash"))
}

/// The first line that is not empty, without blanks, and where it begins.
fn first_line(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len();
    let line = text.get(start..)?.lines().next()?.trim_end();
    Some((line, start)).filter(|(line, _)| line.starts_with("#!"))
}

/// The file name of the program of a first line.
fn interpreter(line: &str) -> Option<&str> {
    let mut words =
        line.strip_prefix("#!")?.split_whitespace().filter(|word| !word.starts_with('-'));
    let name = |path: &'_ str| path.rsplit('/').next().map(str::len);
    let path = words.next().filter(|path| path.starts_with('/'))?;
    let first = path.get(path.len() - name(path)?..)?;
    if first == "env" { words.next() } else { Some(first) }
}

/// The first place that shows that the script is one for bash.
fn of_bash(script: &PhaseScript<'_>) -> Option<std::ops::Range<usize>> {
    let reading = script.reading;
    let command = reading.commands.iter().find_map(|command| {
        let word = command.words.first()?;
        // A `[[` might be a pattern, so it is not a literal word.
        let name = script.text().get(word.range.clone())?;
        OF_BASH.contains(&name).then(|| word.range.clone())
    });
    let variable = || {
        let own = |name: &str| VARIABLES_OF_BASH.contains(&name);
        reading.variables.iter().find(|(name, _)| own(name)).map(|(_, range)| range.clone())
    };
    command.or_else(variable).or_else(|| reading.lost.map(|lost| lost..lost + 1))
}
