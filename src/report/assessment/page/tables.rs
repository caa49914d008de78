//! The tables of the page.

use maud::{Markup, html};

use super::{PageContent, class_of, job_anchor, shown};
use crate::assess::assessed_job::AssessedJob;
use crate::assess::assessment::Assessment;
use crate::assess::statistics::WrittenFile;
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
    let PageContent { statistics, files, .. } = content;
    let shown_count = |count: usize| html! { @if count > 0 { (count) } };
    html! {
        section id="figures" {
            h2 { "Figures" }
            div .screen {
                div {
                    h3 { "What became of the stanzas" }
                    div .wide { table {
                        thead { tr { th { "stanza" } th .number { "exact" } th .number { "approximate" } th .number { "without effect" } th .number { "by hand" } } }
                        tbody { @for row in &statistics.stanzas {
                            tr {
                                td { code { (row.stanza) } }
                                @for count in [row.exact, row.approximate, row.dropped, row.manual] {
                                    td .number { (shown_count(count)) }
                                }
                            }
                        } }
                    } }
                }
                div {
                    h3 { "How often each rule applies" }
                    div .wide { table {
                        thead { tr { th { "rule" } th .number { "findings" } } }
                        tbody { @for row in &statistics.rules {
                            tr { td { a href={ "#" (row.rule.code) } { (super::rules::titled(row.rule.code)) } } td .number { (row.findings) } }
                        } }
                    } }
                }
            }
            @if !files.is_empty() {
                h3 { "Files of the overlay" }
                div .wide { table {
                    thead { tr { th { "file" } th { "SHA-256" } } }
                    tbody { @for WrittenFile { path, sha256 } in files {
                        tr { td { "/" (shown(path)) } td .hash { code { (sha256) } } }
                    } }
                } }
            }
        }
    }
}
