//! The tables of the page.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{PageContent, class_of, counted, job_anchor, shown};
use crate::assess::assessed_job::AssessedJob;
use crate::assess::assessment::Assessment;
use crate::diagnostic::Disposition;
use crate::migrate::Now;

/// A row for each job.
pub(super) fn jobs(assessment: &Assessment) -> Markup {
    html! {
        section id="jobs" {
            h2 { "Jobs" }
            div .wide { table {
                thead { tr {
                    th { "job" } th { "whose" } th { "class" } th .number { "minutes" }
                    th .number { "group" } th { "starts when" } th { "becomes" } th { "an operator types" }
                } }
                tbody {
                    @for job in &assessment.jobs { (row(job, assessment)) }
                }
            } }
            @if assessment.not_chosen > 0 {
                p .quiet { (assessment.not_chosen) " more jobs were not chosen." }
            }
        }
    }
}

fn row(job: &AssessedJob, assessment: &Assessment) -> Markup {
    html! {
        tr {
            td {
                @if job.converted.is_some() { a href={ "#" (job_anchor(&job.name)) } { (shown(&job.name)) } }
                @else { (shown(&job.name)) }
            }
            td { (job.origin.name()) @if let Some(owner) = job.origin.owner() { " " (shown(owner)) } }
            td .class .(class_of(job.effort)) { (job.effort.name()) }
            td .number { (job.minutes(&assessment.minutes)) }
            td .number { @if let Some(group) = job.group { (group + 1) } }
            td { (shown(&job.starts_on)) }
            td {
                @match (&job.left, &job.unit) {
                    (Some(left), _) => {
                        @match &left.now {
                            Now::Unit(unit) => { (shown(unit)) " of the target" }
                            Now::PerhapsUnit(unit) => { (shown(unit)) ", if the target has it" }
                            Now::Systemd => { "systemd itself" }
                            Now::Nothing => { "nothing" }
                        }
                    }
                    (None, Some(unit)) => {
                        (shown(unit))
                        @if job.becomes.len() > 1 { span .quiet { " and " (job.becomes.len() - 1) " more" } }
                    }
                    (None, None) => { "no unit" }
                }
            }
            td { @if let Some(operator) = &job.operator { code { (shown(&operator.start)) } } }
        }
    }
}

/// What became of the stanzas, how often each rule applies, and the files.
pub(super) fn figures(content: PageContent<'_>) -> Markup {
    let PageContent { converted, files, .. } = content;
    let mut stanzas: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for outcome in converted.iter().flat_map(|job| &job.conversion.stanzas) {
        let counts = stanzas.entry(outcome.stanza).or_default();
        let at = match outcome.disposition {
            Disposition::Exact => 0,
            Disposition::Approximate => 1,
            Disposition::Dropped => 2,
            Disposition::Manual => 3,
        };
        counts[at] += 1;
    }
    let codes = counted(
        converted.iter().flat_map(|job| &job.conversion.diagnostics).map(|found| found.rule.code),
    );
    html! {
        section id="figures" {
            h2 { "Figures" }
            div .screen {
                div {
                    h3 { "What became of the stanzas" }
                    div .wide { table {
                        thead { tr { th { "stanza" } th .number { "exact" } th .number { "approximate" } th .number { "without effect" } th .number { "by hand" } } }
                        tbody { @for (stanza, counts) in &stanzas {
                            tr { td { code { (stanza) } } @for count in counts { td .number { @if *count > 0 { (count) } } } }
                        } }
                    } }
                }
                div {
                    h3 { "How often each rule applies" }
                    div .wide { table {
                        thead { tr { th { "rule" } th .number { "findings" } } }
                        tbody { @for (code, count) in &codes {
                            tr { td { a href={ "#" (code) } { (super::rules::titled(code)) } } td .number { (count) } }
                        } }
                    } }
                }
            }
            @if !files.is_empty() {
                h3 { "Files of the overlay" }
                div .wide { table {
                    thead { tr { th { "file" } th { "SHA-256" } } }
                    tbody { @for (path, hash) in files {
                        tr { td { "/" (shown(path)) } td .hash { code { (hash) } } }
                    } }
                } }
            }
        }
    }
}
