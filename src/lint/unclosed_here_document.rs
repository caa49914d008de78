//! A here-document that is open where the script ends.

use super::{Example, Lint, Subject};
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::shell::open_document;

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U138",
        name: "unclosed-here-document",
        severity: Severity::Warning,
        explanation: "No line of the script ends the here-document, so the shell takes the whole rest of the script for a part of it, and runs none of that. The usual causes are a \
delimiter that is spelt differently or has something behind it, and a line `end script` within the here-document: init ends the block at the first such line, and knows \
nothing of here-documents. Put the delimiter on a line of its own. A text that has a line `end script` belongs into a file of its own.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/unclosed-here-document/bad.conf"),
        good: include_str!("../../fixtures/lint/unclosed-here-document/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let Some(open) = open_document(script.text(), &script.reading).filter(|open| open.blank_end.is_none()) else { continue };
        found.push(
            rule.at(script.span(&open.announced), "this here-document is still open where the script ends")
                .note("what follows it in the script is a part of it, and is not run")
                .help(format!("write a line `{}` where it is to end", open.delimiter)),
        );
    }
}
