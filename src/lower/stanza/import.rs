//! `import` of ChromeOS: variables that a job takes from the event or the command that starts it.

use crate::diagnostic::registry::IMPORTED_VARIABLE;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lower::lowering::Lowering;
use crate::lower::process::variables;
use crate::systemd::{Directive, Section};
use crate::text::bytes::lossy;
use crate::text::list;
use crate::text::source::{Span, SpannedWord};
use crate::upstart::job::StanzaId;

/// Reports the variables that a unit cannot receive. Those that name the instance come from its
/// name, and those that the directory gives come from a file.
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    for stated in &job.imports {
        let (by_name, others): (Vec<&SpannedWord>, Vec<&SpannedWord>) =
            stated.value.iter().partition(|word| lowering.instance.sets(&word.value));
        let (by_file, others): (Vec<&SpannedWord>, Vec<&SpannedWord>) =
            others.into_iter().partition(|word| variables::reaches(lowering, &word.value));
        let (missing, unread): (Vec<&SpannedWord>, Vec<&SpannedWord>) =
            others.into_iter().partition(|word| lowering.mentions(&word.value));
        if !by_name.is_empty() {
            lowering.exact(stated.stanza, &[Directive::Environment]);
        }
        if !by_file.is_empty() {
            lowering.exact(stated.stanza, &[Directive::EnvironmentFile]);
        }
        if let Some(place) = place(&unread) {
            let mut diagnostic = IMPORTED_VARIABLE
                .at(place, format!("{} cannot come from what starts the unit", listed(&unread)))
                .only_about_unit()
                .label("not carried by systemd");
            diagnostic.severity = Severity::Note;
            if job.processes.is_empty() {
                let diagnostic = diagnostic.note("the job runs nothing that could read it");
                lowering.dropped(stated.stanza, diagnostic);
            } else {
                // The environment of a program has no mention in the job.
                let diagnostic = diagnostic
                    .note("no script of the job reads it, but a program that it runs may do so")
                    .help(format!(
                        "check whether a program reads it; if so, {}",
                        from_file(&unread)
                    ));
                lowering.approximate(stated.stanza, &[], diagnostic);
            }
        }
        if let Some(place) = place(&missing) {
            let diagnostic = IMPORTED_VARIABLE
                .at(place, format!("{} cannot come from what starts the unit", listed(&missing)))
                .only_about_unit();
            read_by_scripts(lowering, stated.stanza, &missing, diagnostic);
        }
    }
}

/// Reports variables that scripts read, with the default of `env` or a file as a replacement.
fn read_by_scripts(
    lowering: &mut Lowering<'_>,
    stanza: StanzaId,
    missing: &[&SpannedWord],
    diagnostic: Diagnostic,
) {
    let job = lowering.job;
    let has_default = |word: &&SpannedWord| {
        job.env
            .iter()
            .any(|env| env.value.split_once('=').is_some_and(|(key, _)| key == word.value))
    };
    if missing.iter().all(has_default) {
        let diagnostic = diagnostic
            .note("the unit always has the value that `env` gives")
            .help("check whether anything starts the job with another value");
        lowering.approximate(stanza, &[Directive::Environment], diagnostic);
        return;
    }
    let comment =
        format!("{} came with the event; {FILE} could give it.", listed(missing).replace('`', ""));
    lowering.remark(Section::Service, &IMPORTED_VARIABLE, &comment);
    let diagnostic = diagnostic
        .note("a unit gets no variables from what starts it, and the scripts find it empty")
        .help(from_file(missing));
    lowering.manual(stanza, &[], diagnostic);
}

/// The directive that reads the file of a unit.
const FILE: &str = "EnvironmentFile=-/run/upstart2systemd/%n";

/// How a unit gets variables, as advice.
fn from_file(words: &[&SpannedWord]) -> String {
    let lines: Vec<String> =
        words.iter().map(|word| format!("{}=\"...\"", lossy(&word.value))).collect();
    format!(
        "add `{FILE}` to the unit, and let what starts it write `{}` to that file before that",
        lines.join("`, `")
    )
}

/// The words in quotation marks, as a list.
fn listed(words: &[&SpannedWord]) -> String {
    list::quoted(words.iter().map(|word| lossy(&word.value)))
}

/// The place from the first word to the last.
fn place(words: &[&SpannedWord]) -> Option<Span> {
    let (first, last) = (words.first()?, words.last()?);
    Some(first.span.to(last.span))
}
