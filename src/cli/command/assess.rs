//! `report`: what a migration would be, for those who decide it and do it. Writes no overlay.

use std::collections::BTreeSet;

use crate::assess::assessment::Assessment;
use crate::assess::graph::Graph;
use crate::cli::arguments::{ReportArguments, ReportFormat};
use crate::cli::input::shown;
use crate::cli::migrate::planned::{Planned, planned};
use crate::cli::overlay::manifest::sha256;
use crate::cli::progress::Progress;
use crate::cli::{Status, Streams};
use crate::convert::Converted;
use crate::report::assessment;
use crate::report::assessment::PageContent;
use crate::report::graph::svg;
use crate::text::bytes::encode;
use crate::text::visible::visible;

pub(in crate::cli) fn run(arguments: &ReportArguments, streams: &mut Streams<'_>) -> Status {
    let progress = Progress::new();
    let planned = planned(&arguments.jobs, &arguments.translation, (true, &progress), streams);
    let Planned { read, plan, strays, settings, .. } = match planned {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    if plan.jobs.is_empty() && plan.left_jobs.is_empty() {
        streams.error("no jobs found; name the directory that has them, such as /etc/init");
        return Status::Refused;
    }
    let graph = Graph::upstart(&read, &plan);
    let assessed = Assessment::of(&read, &plan, &graph, settings.minutes);
    let subject = subject(arguments);
    let files: Vec<(String, String)> =
        plan.files.iter().map(|file| (file.path.clone(), sha256(&encode(&file.text)))).collect();
    let picture = || {
        let reviewed: BTreeSet<&str> =
            plan.jobs.iter().map(|job| job.conversion.job.as_str()).collect();
        svg(&graph, &|job| {
            reviewed.contains(job).then(|| format!("#{}", assessment::job_anchor(job)))
        })
    };
    let text = match format(arguments) {
        ReportFormat::Html => assessment::page(PageContent {
            subject: &subject,
            assessment: &assessed,
            converted: &plan.jobs,
            files: &files,
            graph: Some(&picture()),
        }),
        ReportFormat::Csv => assessment::csv_of_jobs(&assessed),
        ReportFormat::CsvTasks => assessment::csv_of_tasks(&assessed),
    };
    report_refused(&plan.jobs, &strays, streams).max(streams.print(&encode(&text)))
}

/// What is assessed: the root or the directories.
fn subject(arguments: &ReportArguments) -> String {
    let roots = arguments.jobs.root.iter().chain(&arguments.jobs.directories);
    roots.map(|path| shown(path)).collect::<Vec<_>>().join(", ")
}

/// The format that is asked for, else that of the name of the file, else a page.
fn format(arguments: &ReportArguments) -> ReportFormat {
    let extension = || arguments.output.as_ref()?.extension()?.to_str();
    arguments.format.unwrap_or_else(|| match extension() {
        Some("csv") => ReportFormat::Csv,
        _ => ReportFormat::Html,
    })
}

/// Reports the jobs that are not converted. They are in the report as well.
fn report_refused(jobs: &[Converted], strays: &[Converted], streams: &mut Streams<'_>) -> Status {
    let mut status = Status::Done;
    let of_strays = strays.iter().filter(|stray| {
        stray.conversion.diagnostics.first().is_some_and(|found| found.rule.is_of_refusal())
    });
    for job in jobs.iter().filter(|job| job.conversion.outputs.is_empty()).chain(of_strays) {
        if let Some(found) = job.conversion.diagnostics.first() {
            let path = visible(&job.conversion.path);
            streams.error(&format!("{path}: {}", visible(&found.message)));
            status = Status::Refused;
        }
    }
    status
}
