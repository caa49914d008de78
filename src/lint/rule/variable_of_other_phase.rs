//! Finds a variable that one phase sets and another uses.

use std::collections::HashSet;

use crate::diagnostic::registry::VARIABLE_OF_OTHER_PHASE;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::Word;

pub(in crate::lint) static LINT: Lint = Lint { rule: &VARIABLE_OF_OTHER_PHASE, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let mut seen = HashSet::new();
        let used = script
            .reading
            .variables
            .iter()
            .filter(|(name, range)| !script.has_default(range.end) && seen.insert(name))
            .find_map(|(name, range)| {
                let mut others = subject.scripts.iter().filter(|other| other.phase != script.phase);
                let (other, word) =
                    others.find_map(|other| Some((other, assignment(other, name)?)))?;
                (!subject.is_set(script, name)).then_some((name, range, other, word))
            });
        let Some((name, range, other, word)) = used else { continue };
        found.push(
            rule.at(script.span(range), format!("`{name}` is not set in {}", script.phase.name()))
                .related(
                    other.span(&word.range),
                    format!("{} sets it, but for itself alone", other.phase.name()),
                )
                .note("phases share no variables")
                .help("set it with `env`, or in this phase too"),
        );
    }
}

/// The word in which a script assigns a value to a variable.
pub(in crate::lint) fn assignment<'s>(script: &'s PhaseScript<'_>, name: &str) -> Option<&'s Word> {
    script.reading.commands.iter().find_map(|command| {
        // An assignment before a command applies to that command only.
        let own = command.assignments.iter().filter(|_| command.words.is_empty());
        let exported = command.words.iter().filter(|_| command.name() == Some("export"));
        own.chain(exported).find(|word| {
            let text = script.text().get(word.range.clone()).unwrap_or_default();
            text.split_once('=').is_some_and(|(key, _)| key == name)
        })
    })
}
