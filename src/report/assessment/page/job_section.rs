//! The review of a job: its files on the left, what they become on the right.

use maud::{Markup, html};

use super::finding_box::finding;
use super::shared_files::SharedFiles;
use super::{class_of, job_anchor, prose, shown};
use crate::assess::assessed_job::AssessedJob;
use crate::assess::review::{OutputLine, Review, ReviewedOutput, ReviewedSource};
use crate::assess::secret::masked;
use crate::convert::Converted;
use crate::convert::unstated::absence;
use crate::diagnostic::registry::OVERWRITTEN_STANZA;
use crate::diagnostic::{Diagnostic, Disposition};
use crate::text::source::Span;

/// The review of a job. `shared` are the files that several jobs have.
pub(super) fn section(
    index: usize,
    (job, converted): (&AssessedJob, &Converted),
    shared: &SharedFiles<'_>,
) -> Markup {
    let review = Review::of(converted);
    let first_lines = first_lines(converted);
    html! {
        article .job id=(job_anchor(&job.name)) {
            header {
                h3 { (shown(&job.name)) } " "
                span .class .(class_of(job.effort)) { (job.effort.name()) }
                (facts(job))
            }
            div .pair {
                div {
                    @for source in &review.sources { (job_file(index, source, converted)) }
                }
                div {
                    @if review.outputs.is_empty() { p .file { "No unit is written." } }
                    @for (number, output) in review.outputs.iter().enumerate() {
                        @if number == 0 { (written_file(index, output, &first_lines)) }
                        @else if let Some(number) = shared.number(output.path) {
                            p .file { a href={ "#shared-" (number) } { "/" (shown(output.path)) } }
                        }
                        @else { details {
                            summary { "/" (shown(output.path)) }
                            (written_file(index, output, &first_lines))
                        } }
                    }
                }
            }
        }
    }
}

/// What an operator has to know.
fn facts(job: &AssessedJob) -> Markup {
    let is_waiting = !job.enabled && job.has_unit();
    html! {
        p { "Starts when: " (shown(&job.starts_on)) @if is_waiting { " (not enabled)" } "." }
        @if let Some(operator) = &job.operator {
            p {
                code { (shown(&operator.start_before)) } " is now " code { (shown(&operator.start)) }
                ", the log is " code { (shown(&operator.log)) }
                @if let Some(reload) = &operator.reload { ", and " code { (shown(reload)) } " reloads it." }
                @else { ". It cannot be reloaded." }
            }
        }
    }
}

/// The file of a job, with the findings in place.
fn job_file(index: usize, source: &ReviewedSource<'_>, converted: &Converted) -> Markup {
    let found: Vec<(usize, &Diagnostic)> = converted
        .conversion
        .diagnostics
        .iter()
        .filter(|found| found.span.origin == source.origin)
        .map(|found| (source.source.position(found.span.start).line, found))
        .collect();
    // A finding follows the last line of its stanza, so that the lines stay together.
    let end_of_stanza = |line: usize| {
        let stanza = source.lines.get(line - 1).and_then(|line| line.stanza);
        let rest = source.lines.iter().skip(line);
        let more = rest.take_while(|next| stanza.is_some() && next.stanza == stanza).count();
        line + more
    };
    let mut last_stanza = None;
    let name = source.source.path().rsplit('/').next().unwrap_or_default();
    html! {
        p .file { (shown(name)) }
        pre .code .numbered {
            @for (number, line) in source.lines.iter().enumerate().map(|(at, line)| (at + 1, line)) {
                @let is_first = line.stanza.is_some() && last_stanza != line.stanza;
                @match line.stanza {
                    Some(stanza) if is_first => {
                        @let id = format!("j{index}s{stanza}");
                        a class={ "s" (stanza) } id=(id) href={ "#" (id) } { (shown(&masked(line.text))) }
                    }
                    Some(stanza) => { span class={ "s" (stanza) } { (shown(&masked(line.text))) } }
                    None => { span class=[(!line.text.is_empty()).then_some("c")] { (shown(&masked(line.text))) } }
                }
                @if is_first { (without_lines(line.stanza, converted)) }
                @for (_, found) in found.iter().filter(|(line, _)| end_of_stanza(*line) == number) {
                    (finding(found))
                }
                ({ last_stanza = line.stanza; "" })
            }
            @for (_, found) in found.iter().filter(|(line, _)| end_of_stanza(*line) > source.lines.len()) {
                (finding(found))
            }
        }
    }
}

/// Why a stanza has no line in any file, if that is so.
fn without_lines(stanza: Option<usize>, converted: &Converted) -> Markup {
    let outcome = stanza.and_then(|stanza| converted.conversion.stanzas.get(stanza));
    let text = outcome.filter(|outcome| outcome.directives.is_empty()).and_then(|outcome| {
        match outcome.disposition {
            Disposition::Exact => Some(absence(outcome.stanza)),
            Disposition::Dropped if outcome.code == Some(OVERWRITTEN_STANZA.code) => {
                Some("a later stanza replaces it")
            }
            Disposition::Dropped => Some("without effect"),
            Disposition::Approximate | Disposition::Manual => None,
        }
    });
    html! { @if let Some(text) = text { i { (prose(text)) } } }
}

/// For each stanza, the line of its file where it begins.
fn first_lines(converted: &Converted) -> Vec<usize> {
    let Converted { sources, conversion } = converted;
    let line = |span: Span| sources.get(span.origin).position(span.start).line;
    conversion.stanzas.iter().map(|outcome| line(outcome.span)).collect()
}

/// A file that was written. The lines of a directive are together, with the number of the line that
/// they come from.
fn written_file(index: usize, output: &ReviewedOutput<'_>, first_lines: &[usize]) -> Markup {
    let mut before = None;
    let goes_on = |one: &OutputLine<'_>, next: &OutputLine<'_>| {
        one.stanzas == next.stanzas && one.reason.is_none() && is_comment(one) == is_comment(next)
    };
    html! {
        p .file { "/" (shown(output.path)) }
        pre .code {
            @for lines in output.lines.chunk_by(goes_on) {
                @let stanza = lines.first().and_then(|line| line.stanzas.first().copied());
                @let number = stanza.filter(|_| stanza != before).and_then(|stanza| first_lines.get(stanza).copied());
                (written_lines(index, lines, number))
                ({ before = stanza; "" })
            }
        }
    }
}

fn is_comment(line: &OutputLine<'_>) -> bool {
    line.text.starts_with('#')
}

/// Lines that come from the same stanzas.
fn written_lines(index: usize, lines: &[OutputLine<'_>], number: Option<usize>) -> Markup {
    let Some(first) = lines.first() else { return html! {} };
    let text: Vec<String> = lines.iter().map(|line| shown(&masked(line.text))).collect();
    let text = text.join("\n");
    let mut class: Vec<String> = first.stanzas.iter().map(|stanza| format!("s{stanza}")).collect();
    if is_comment(first) {
        class.push("c".to_owned());
    }
    let class = Some(class.join(" ")).filter(|class| !class.is_empty());
    let reason = lines.last().and_then(|line| line.reason);
    html! {
        @match (first.stanzas.first(), number) {
            (Some(stanza), Some(number)) => {
                a class=[class] href={ "#j" (index) "s" (stanza) } data-line=(number) { (text) }
            }
            _ => span class=[class] { (text) },
        }
        @if let Some(reason) = reason { i { (prose(reason)) } }
    }
}
