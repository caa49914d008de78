//! Finds a here-document whose end is indented in a script from which init removes no indentation.

use crate::diagnostic::registry::INDENTED_HERE_DOCUMENT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::open_document;
use crate::text::source::Span;
use crate::upstart::ast::Process;

pub(in crate::lint) static LINT: Lint = Lint { rule: &INDENTED_HERE_DOCUMENT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for script in &subject.scripts {
        let Some(open) = open_document(script.text(), script.reading) else { continue };
        let Some(line) = open.blank_end else { continue };
        let content = script.text().get(line.clone()).unwrap_or_default();
        let blanks = content.len() - content.trim_start().len();
        let mut diagnostic = rule
            .at(
                script.span(&(line.start + blanks..line.end)),
                "this delimiter has blanks around it, so the shell does not find it",
            )
            .related(script.span(&open.announced), "the here-document begins here")
            .note(
                "the rest of the script is taken for a part of the here-document, and is not run",
            );
        if let Some(culprit) = culprit(script) {
            diagnostic = diagnostic.related(
                culprit,
                "this line lacks the indentation of the first, so init takes none away",
            );
        }
        let whole = script.span(&line);
        let start = match &script.stated.value {
            Process::Script { dedent, .. } => whole.start.saturating_sub(*dedent),
            Process::Exec { .. } => whole.start,
        };
        found.push(
            diagnostic
                .help("write it at the beginning of its line")
                .changing_edit(Span { start, ..whole }, open.delimiter),
        );
    }
}

/// The line that prevents init from removing the indentation.
fn culprit(script: &PhaseScript<'_>) -> Option<Span> {
    let text = script.text();
    let first = text
        .get(..text.len() - text.trim_start_matches([' ', '\t']).len())
        .filter(|blanks| !blanks.is_empty())?;
    let common = first.get(..1)?;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with(common) {
            return Some(script.span(&(at..at + line.trim_end_matches('\n').len())));
        }
        at += line.len();
    }
    None
}
