//! Finds a here-document that is not closed before the script ends.

use crate::diagnostic::registry::UNCLOSED_HERE_DOCUMENT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::open_document;

pub(in crate::lint) static LINT: Lint = Lint { rule: &UNCLOSED_HERE_DOCUMENT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let Some(open) =
            open_document(script.text(), script.reading).filter(|open| open.blank_end.is_none())
        else {
            continue;
        };
        found.push(
            rule.at(
                script.span(&open.announced),
                "this here-document is still open where the script ends",
            )
            .note("what follows it in the script is a part of it, and is not run")
            .help(format!("write a line `{}` where it is to end", open.delimiter)),
        );
    }
}
