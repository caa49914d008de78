//! Finds a `ulimit` in a phase whose shell is not that of the main process.

use crate::diagnostic::registry::LIMIT_OF_OTHER_PHASE;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::{SimpleCommand, Word};
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &LIMIT_OF_OTHER_PHASE, check };

/// Commands that no limit of these scripts is for.
const SHORT: [&str; 27] = [
    ":", "[", "[[", "awk", "cat", "chmod", "chown", "cp", "cut", "echo", "exit", "grep", "install",
    "kill", "ln", "logger", "mkdir", "pkill", "ps", "rm", "sed", "stop", "test", "touch", "tr",
    "true", "ulimit",
];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if subject.script(Phase::Main).is_none() {
        return;
    }
    for phase in [Phase::PreStart, Phase::PostStart] {
        let Some(script) = subject.script(phase) else { continue };
        let commands = &script.reading.commands;
        let Some(first) = commands.iter().position(|command| command.name() == Some("ulimit"))
        else {
            continue;
        };
        // A program that follows may be the one that needs the limit.
        let is_needless = |command: &SimpleCommand| {
            let text = |word: &Word| script.text().get(word.range.clone());
            command.words.first().and_then(text).is_none_or(|name| SHORT.contains(&name))
        };
        let behind = commands.get(first..).unwrap_or_default();
        if !behind.iter().all(is_needless) {
            continue;
        }
        let Some(ulimit) = behind.first() else { continue };
        found.push(
            rule.at(
                script.span(&ulimit.range),
                format!("this does not limit the main process, but the shell of {}", phase.name()),
            )
            .note("init starts each phase itself, with the limits of the stanzas `limit`")
            .help(match limit(ulimit) {
                Some(stanza) => format!("write `limit {stanza} SOFT HARD`"),
                None => "use the stanza `limit`, or `ulimit` in the main script".to_owned(),
            }),
        );
    }
}

/// The resource of the stanza that does the same as an option of `ulimit` (init(5), "limit").
fn limit(ulimit: &SimpleCommand) -> Option<&'static str> {
    let option = ulimit.words.get(1)?.literal.as_deref()?;
    let letter = option.strip_prefix('-')?.chars().last()?;
    Some(match letter {
        'c' => "core",
        'd' => "data",
        'f' => "fsize",
        'l' => "memlock",
        'm' => "rss",
        'n' => "nofile",
        'p' | 'u' => "nproc",
        's' => "stack",
        't' => "cpu",
        'v' => "as",
        _ => return None,
    })
}
