//! The review of a job: its files on the left, what they become on the right.

use maud::{Markup, html};

use super::finding_box::finding;
use super::{class_of, job_anchor, prose, shown};
use crate::assess::assessed_job::AssessedJob;
use crate::assess::review::{OutputLine, Review, ReviewedOutput, ReviewedSource};
use crate::assess::secret::masked;
use crate::convert::Converted;
use crate::convert::unstated::absence;
use crate::diagnostic::registry::OVERWRITTEN_STANZA;
use crate::diagnostic::{Diagnostic, Disposition};
use crate::text::source::Span;

pub(super) fn section(index: usize, job: &AssessedJob, converted: &Converted) -> Markup {
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
    html! {
        dl {
            dt { "starts when" } dd { (shown(&job.starts_on)) @if !job.enabled && job.has_unit() { " (not enabled)" } }
            @if let Some(operator) = &job.operator {
                dt { code { (shown(&operator.start_before)) } } dd { "is now " code { (shown(&operator.start)) } }
                dt { "log" } dd { code { (shown(&operator.log)) } }
                dt { "reload" }
                dd { @if let Some(reload) = &operator.reload { code { (shown(reload)) } } @else { "not possible" } }
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
        pre .code {
            @for (number, line) in source.lines.iter().enumerate().map(|(at, line)| (at + 1, line)) {
                @let is_first = line.stanza.is_some() && last_stanza != line.stanza;
                @let id = line.stanza.filter(|_| is_first).map(|stanza| format!("j{index}s{stanza}"));
                @let class = line.stanza.map_or_else(|| "l c".to_owned(), |stanza| format!("l one s{stanza}"));
                span class=(class) id=[id] {
                    @match line.stanza {
                        Some(stanza) => a .n href={ "#j" (index) "s" (stanza) } { (number) },
                        None => span .n { (number) },
                    }
                    (shown(&masked(line.text)))
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
    html! { @if let Some(text) = text { span .why { (prose(text)) } } }
}

/// For each stanza, the line of its file where it begins.
fn first_lines(converted: &Converted) -> Vec<usize> {
    let Converted { sources, conversion } = converted;
    let line = |span: Span| sources.get(span.origin).position(span.start).line;
    conversion.stanzas.iter().map(|outcome| line(outcome.span)).collect()
}

/// A file that was written. Each line has the number of the line that it comes from.
fn written_file(index: usize, output: &ReviewedOutput<'_>, first_lines: &[usize]) -> Markup {
    let mut before = None;
    html! {
        p .file { "/" (shown(output.path)) }
        pre .code {
            @for line in &output.lines {
                @let stanza = line.stanzas.first().copied();
                @let number = stanza.filter(|_| stanza != before).and_then(|stanza| first_lines.get(stanza).copied());
                (written_line(index, line, number))
                ({ before = stanza; "" })
            }
        }
    }
}

fn written_line(index: usize, line: &OutputLine<'_>, number: Option<usize>) -> Markup {
    let OutputLine { text, stanzas, reason } = line;
    let text = shown(&masked(text));
    let mut class = "l".to_owned();
    if text.starts_with('#') {
        class.push_str(" c");
    }
    for stanza in stanzas {
        class.push_str(&format!(" one s{stanza}"));
    }
    html! {
        span class=(class) {
            @match (stanzas.first(), number) {
                (Some(stanza), Some(number)) => a .n href={ "#j" (index) "s" (stanza) } { (number) },
                _ => span .n {},
            }
            (text)
        }
        @if let Some(reason) = reason { span .why { (prose(reason)) } }
    }
}
