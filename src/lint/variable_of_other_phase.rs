//! A variable that is set in one phase, and used in another.

use std::collections::HashSet;

use super::{Example, Lint, Script, Subject};
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::shell::Word;

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U169",
        name: "variable-of-other-phase",
        severity: Severity::Warning,
        explanation: "Each phase is a process of its own, with an environment of its own: what pre-start assigns or exports is gone when it ends, and the main process does not see it. \
The variable is empty there. Set it with `env` where the value is always the same, read the file that holds it in each phase, or hand it on with \
`initctl set-env NAME=VALUE`. Jobs that use that command are not reported.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/variable-of-other-phase/bad.conf"),
        good: include_str!("../../fixtures/lint/variable-of-other-phase/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let mut seen = HashSet::new();
        let used = script.reading.variables.iter().filter(|(name, range)| !script.has_default(range.end) && seen.insert(name)).find_map(
            |(name, range)| {
                let mut others = subject.scripts.iter().filter(|other| other.phase != script.phase);
                let (other, word) = others.find_map(|other| Some((other, assignment(other, name)?)))?;
                (!subject.is_set(script, name)).then_some((name, range, other, word))
            },
        );
        let Some((name, range, other, word)) = used else { continue };
        found.push(
            rule.at(script.span(range), format!("`{name}` is not set in {}", script.phase.name()))
                .related(other.span(&word.range), format!("{} sets it, but for itself alone", other.phase.name()))
                .note("phases share no variables")
                .help("set it with `env`, in this phase too, or with `initctl set-env` in the other"),
        );
    }
}

/// Where a script gives a variable a value.
pub(super) fn assignment<'s>(script: &'s Script<'_>, name: &str) -> Option<&'s Word> {
    script.reading.commands.iter().find_map(|command| {
        // In front of a command it is for that command alone.
        let own = command.assignments.iter().filter(|_| command.words.is_empty());
        let exported = command.words.iter().filter(|_| command.name() == Some("export"));
        own.chain(exported).find(|word| {
            let text = script.text().get(word.range.clone()).unwrap_or_default();
            text.split_once('=').is_some_and(|(key, _)| key == name)
        })
    })
}
