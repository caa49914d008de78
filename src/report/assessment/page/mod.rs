//! An assessment as one page for a browser. The page loads nothing and needs no script; all texts
//! from jobs are escaped by the templates.

mod finding_box;
mod job_section;
mod overview;
mod rules;
mod shared_files;
mod tables;

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::assess::assessment::Assessment;
use crate::assess::effort::Effort;
use crate::assess::risk::of_all_units;
use crate::assess::statistics::{Statistics, WrittenFile};
use crate::convert::Converted;
use crate::lower::options::Style;
use crate::text::bytes::lossy;
use crate::text::visible::visible;
use shared_files::SharedFiles;

/// What a browser may do with the page: apply the styles that are in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("style.css");

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct PageContent<'a> {
    /// What was assessed, such as `/etc/init`.
    pub subject: &'a str,
    /// The assessment.
    pub assessment: &'a Assessment,
    /// The results of the conversion that the assessment refers to.
    pub converted: &'a [Converted],
    /// The counts over these results.
    pub statistics: &'a Statistics,
    /// The files that are written.
    pub files: &'a [WrittenFile],
    /// The style of the units.
    pub style: Style,
    /// A picture of the relations between the jobs, as SVG of this program.
    pub graph: Option<&'a str>,
}

/// The page.
pub fn page(content: PageContent<'_>) -> String {
    let PageContent { subject, assessment, converted, graph, .. } = content;
    let title = format!("Migration of {} to systemd", shown(subject));
    let shared = SharedFiles::of(converted);
    let has_tasks = assessment.jobs.iter().any(|job| !job.tasks.is_empty());
    let reviewed =
        assessment.jobs.iter().filter_map(|job| Some((job, converted.get(job.converted?)?)));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(pairing_style(converted))) }
            }
            body {
                h1 { (title) }
                nav aria-label="Parts of the page" {
                    a href="#order" { "Order" }
                    a href="#risks" { "Risks" }
                    @if has_tasks { a href="#tasks" { "Tasks" } }
                    @if graph.is_some() { a href="#graph" { "Who starts whom" } }
                    a href="#jobs" { "Jobs" }
                    a href="#reviews" { "Reviews" }
                    a href="#figures" { "Figures" }
                    a href="#rules" { "Rules" }
                }
                main {
                    (overview::decision(content))
                    @if has_tasks { (overview::tasks(assessment)) }
                    @if let Some(graph) = graph {
                        section id="graph" {
                            h2 { "Who starts whom" }
                            p .quiet { "A box is a job, and leads to its review. The colour of its border is its class." }
                            div .picture { (PreEscaped(graph)) }
                        }
                    }
                    (tables::jobs(assessment))
                    section id="reviews" {
                        h2 { "Reviews" }
                        p .quiet {
                            "The job is on the left, what it becomes on the right. The number at a line of a unit is the line of the job that it comes from: point at a line, or follow the number, to see both."
                        }
                        @for (index, (job, converted)) in reviewed.enumerate() {
                            (job_section::section(index, (job, converted), &shared))
                        }
                    }
                    (shared.section())
                    (tables::figures(content))
                    (rules::section(&rule_codes(content)))
                }
            }
        }
    }
    .into_string()
}

/// For each stanza, the style by which its lines on both sides are marked together.
fn pairing_style(converted: &[Converted]) -> String {
    let most = converted.iter().map(|job| job.conversion.stanzas.len()).max().unwrap_or_default();
    (0..most)
        .map(|stanza| {
            format!(
                ".pair:has(.s{stanza}:hover) .s{stanza},.pair:has(.s{stanza}:target) .s{stanza}{{background:var(--mark)}}\n"
            )
        })
        .collect()
}

/// The codes of the rules that the page names.
fn rule_codes(content: PageContent<'_>) -> BTreeSet<&'static str> {
    let PageContent { assessment, converted, style, .. } = content;
    let found = converted.iter().flat_map(|job| &job.conversion.diagnostics);
    let of_tasks = assessment.jobs.iter().flat_map(|job| &job.tasks).filter_map(|task| task.rule);
    let outcomes = converted.iter().flat_map(|job| &job.conversion.stanzas);
    found
        .map(|found| found.rule.code)
        .chain(of_tasks.map(|rule| rule.code))
        .chain(outcomes.filter_map(|outcome| outcome.code))
        .chain(of_all_units(style).into_iter().map(|(_, rule)| rule.code))
        .collect()
}

/// A text from a job, as it is shown.
fn shown(text: &str) -> String {
    visible(&lossy(text))
}

/// The words of a text, with what is in backquotes as code.
fn prose(text: &str) -> Markup {
    let text = shown(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backquote is one of the text.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The name of the class in styles.
fn class_of(effort: Effort) -> &'static str {
    match effort {
        Effort::NotNeeded => "not-needed",
        Effort::Automatic => "automatic",
        Effort::Look => "look",
        Effort::Hand => "hand",
        Effort::Refused => "refused",
    }
}

/// The anchor of a job: its name with all but letters, digits and dashes as numbers.
pub fn job_anchor(job: &str) -> String {
    let mut anchor = "job-".to_owned();
    for byte in job.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            anchor.push(char::from(byte));
        } else {
            anchor.push_str(&format!("_{byte:02x}"));
        }
    }
    anchor
}

/// A link to the review of a job, or its name if it has none.
fn job_link(assessment: &Assessment, index: usize) -> Markup {
    let Some(job) = assessment.jobs.get(index) else { return html! {} };
    html! {
        @if job.converted.is_some() {
            a href={ "#" (job_anchor(&job.name)) } { (shown(&job.name)) }
        } @else {
            (shown(&job.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::job_anchor;

    #[test]
    fn anchors_of_different_jobs_differ() {
        assert_eq!(job_anchor("net/if-up"), "job-net_2fif-up");
        assert_eq!(job_anchor("a_b"), "job-a_5fb");
        assert_eq!(job_anchor("\"><script>"), "job-_22_3e_3cscript_3e");
    }
}
