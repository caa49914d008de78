//! Finds a script without commands.

use crate::diagnostic::registry::EMPTY_SCRIPT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::source::Origin;
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &EMPTY_SCRIPT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in subject.scripts.iter().filter(|script| !script.is_exec()) {
        let Some(stanza) = subject.job.stanzas.get(script.stated.stanza.0) else { continue };
        let is_empty = script
            .text()
            .lines()
            .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        // An empty script in an override disables a process.
        let replaces = subject
            .job
            .stanzas
            .iter()
            .any(|record| record.replaced_by == Some(script.stated.stanza));
        if !is_empty || replaces && stanza.span.origin == Origin::Override {
            continue;
        }
        let diagnostic = rule.at(stanza.span, "there is no command in this script");
        found.push(match script.phase {
            Phase::Main => diagnostic
                .note("the job ends as soon as it has started")
                .help("write the commands, or delete it"),
            Phase::PreStart | Phase::PostStart | Phase::PreStop | Phase::PostStop => {
                let diagnostic =
                    diagnostic.note("a shell is started for nothing").help("delete it");
                // Comments may be worth keeping; and without this stanza an earlier one would apply
                // again.
                let is_bare = script.text().trim().is_empty() && !replaces;
                if is_bare {
                    diagnostic.changing_edit(subject.lines(stanza.span), "")
                } else {
                    diagnostic
                }
            }
        });
    }
}
