//! Stanzas that describe the job: description, author, version, usage, emits, export, debug.

use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{DEBUG_STANZA, EXPORTED_VARIABLE};
use crate::lower::lowering::Lowering;
use crate::lower::process::variables;
use crate::systemd::{Directive, Text, Value};
use crate::text::bytes::lossy;
use crate::text::list;
use crate::text::source::SpannedWord;

/// Turns the description into `Description=`, and keeps the other stanzas as comments.
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    if let Some(description) = &job.description {
        lowering.set(Directive::Description, Value::line(&lossy(&description.value)));
        lowering.exact(description.stanza, &[Directive::Description]);
    } else if let Some(comment) = &job.first_comment {
        lowering.set(Directive::Description, Value::line(&lossy(comment)));
    }
    // systemd has no directives for these. A comment keeps them for readers of the unit.
    for (title, stated) in
        [("Author", &job.author), ("Version", &job.version), ("Usage", &job.usage)]
    {
        if let Some(stated) = stated {
            lowering.draft.header(Text::new(&format!("{title}: {}", lossy(&stated.value))));
            lowering.exact(stated.stanza, &[]);
        }
    }
    let emits: Vec<_> = job
        .emits
        .iter()
        .flat_map(|stated| stated.value.iter().map(|word| lossy(&word.value)))
        .collect();
    if !emits.is_empty() {
        lowering.draft.header(Text::new(&format!("Emits: {}", emits.join(" "))));
    }
    for stated in &job.emits {
        lowering.exact(stated.stanza, &[]);
    }
    export(lowering);
    if let Some(debug) = &job.debug {
        let diagnostic = DEBUG_STANZA
            .at(debug.span, "`debug` has no counterpart")
            .note("it only had an effect when init ran with --debug");
        lowering.dropped(debug.stanza, diagnostic);
    }
}

/// Reports the exported variables that reach no other unit, once for the job.
fn export(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    let mut lost: Vec<&SpannedWord> = Vec::new();
    for stated in &job.export {
        let before = lost.len();
        let words = stated.value.iter();
        lost.extend(words.filter(|word| !variables::is_passed_on(lowering, &word.value)));
        let (disposition, rule) = if lost.len() == before {
            (Disposition::Exact, None)
        } else {
            (Disposition::Dropped, Some(&EXPORTED_VARIABLE))
        };
        lowering.ledger.record(stated.stanza, disposition, &[], rule);
    }
    let Some(first) = job.export.iter().find(|stated| {
        stated.value.iter().any(|word| lost.iter().any(|lost| lost.span == word.span))
    }) else {
        return;
    };
    let names = list::quoted(lost.iter().map(|word| &word.value));
    lowering.diagnostics.push(
        EXPORTED_VARIABLE
            .at(first.span, format!("{names} cannot be passed on to other units"))
            .label("not carried by systemd")
            .note("under Upstart, jobs that wait for this one could match on it or read it"),
    );
}
