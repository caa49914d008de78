//! Finds an `exec` of a command that is a part of the shell.

use crate::diagnostic::registry::EXEC_OF_BUILTIN;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::Word;

pub(in crate::lint) static LINT: Lint = Lint { rule: &EXEC_OF_BUILTIN, check };

/// Commands of the shell for which Debian and Ubuntu have no program.
const BUILTINS: [&str; 19] = [
    ".", ":", "cd", "eval", "exec", "exit", "export", "local", "read", "readonly", "return", "set",
    "shift", "source", "trap", "ulimit", "umask", "unset", "wait",
];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let Some((name, word)) = builtin(script) else { continue };
        let diagnostic = rule
            .at(script.span(&word.range), format!("`{name}` is a part of the shell, not a program"))
            .note("`exec` looks for a program of this name and finds none, so it fails");
        found.push(match name {
            "exec" => diagnostic.help("write one `exec`"),
            "source" | "." if script.is_exec() => diagnostic
                .help("use a `script` that reads the file with `.`, and then `exec PROGRAM`"),
            "source" | "." => diagnostic.help("write `.` without `exec`"),
            _ if script.is_exec() => diagnostic.help("use a `script`"),
            _ => diagnostic.help("remove the `exec`"),
        });
    }
}

fn builtin<'s>(script: &'s PhaseScript<'_>) -> Option<(&'s str, &'s Word)> {
    let reading = script.reading;
    if script.is_exec() {
        // Another rule reports several commands in an `exec`.
        let [command] = reading.commands.as_slice() else { return None };
        let word = command.words.first()?;
        let name = word.literal.as_deref()?;
        return (command.range.start == word.range.start && BUILTINS.contains(&name))
            .then_some((name, word));
    }
    reading.commands.iter().find_map(|command| {
        let word = command.words.get(1).filter(|_| command.name() == Some("exec"))?;
        let name = word.literal.as_deref()?;
        BUILTINS.contains(&name).then_some((name, word))
    })
}
