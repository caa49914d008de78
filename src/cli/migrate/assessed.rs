//! A migration assessed for people, in each form of a report.

use std::collections::BTreeSet;
use std::path::Path;

use super::planned::Planned;
use crate::assess::assessment::Assessment;
use crate::assess::graph::Graph;
use crate::assess::statistics::{Statistics, WrittenFile};
use crate::cli::arguments::{MigrateArguments, ReportFormat, SelectedJobs};
use crate::cli::input::shown;
use crate::cli::overlay::manifest::sha256;
use crate::cli::reporting::{cannot_serialize, write_report};
use crate::cli::{Status, Streams};
use crate::convert::Converted;
use crate::lower::options::Style;
use crate::report::assessment;
use crate::report::assessment::{PageContent, job_anchor};
use crate::report::format::Format;
use crate::report::graph::svg;
use crate::systemd::layout::Output;
use crate::text::bytes::encode;

/// An assessment, and what a report has beside it.
pub(in crate::cli) struct Assessed {
    /// What is assessed: the root or the directories.
    subject: String,
    assessment: Assessment,
    graph: Graph,
    /// The number of the converted jobs.
    jobs: usize,
    statistics: Statistics,
    written: Vec<WrittenFile>,
    style: Style,
}

impl Assessed {
    /// Assesses a migration that is planned.
    pub(in crate::cli) fn of(planned: &Planned, jobs: &SelectedJobs) -> Self {
        let Planned { read, plan, style, settings, strays: _ } = planned;
        let graph = Graph::upstart(read, plan);
        let hashed = |output: &Output| WrittenFile {
            path: output.path.clone(),
            sha256: sha256(&encode(&output.text)),
        };
        let roots = jobs.root.iter().chain(&jobs.directories);
        Self {
            subject: roots.map(|path| shown(path)).collect::<Vec<_>>().join(", "),
            assessment: Assessment::of(read, plan, &graph, settings.minutes),
            jobs: plan.jobs.len(),
            statistics: Statistics::of(&plan.jobs),
            written: plan.files.iter().map(hashed).collect(),
            style: *style,
            graph,
        }
    }

    /// The report in a form. `results` are those of all files, those that are not jobs after the
    /// others.
    pub(in crate::cli) fn text(
        &self,
        format: ReportFormat,
        results: &[Converted],
    ) -> serde_json::Result<String> {
        let Self { subject, assessment, graph, jobs, statistics, written, style } = self;
        let converted = results.get(..*jobs).unwrap_or(results);
        let content = PageContent {
            subject,
            assessment,
            converted,
            statistics,
            files: written,
            style: *style,
            graph: None,
        };
        Ok(match format {
            ReportFormat::Html => {
                let picture = picture(graph, converted);
                assessment::page(PageContent { graph: Some(&picture), ..content })
            }
            ReportFormat::Markdown => assessment::markdown(content),
            ReportFormat::Csv => assessment::csv_of_jobs(assessment),
            ReportFormat::CsvTasks => assessment::csv_of_tasks(assessment),
            ReportFormat::Json => assessment::assessment_json(content, results)? + "\n",
        })
    }
}

/// The picture of who starts whom, in which a job leads to its review.
fn picture(graph: &Graph, converted: &[Converted]) -> String {
    let reviewed: BTreeSet<&str> =
        converted.iter().map(|job| job.conversion.job.as_str()).collect();
    svg(graph, &|job| reviewed.contains(job).then(|| format!("#{}", job_anchor(job))))
}

/// The name of the file with the tasks, which is beside the one with the jobs.
const TASKS: &str = "tasks.csv";

/// A file for the assessment, by `--report`.
pub(super) struct ReportFile<'a> {
    path: &'a Path,
    format: ReportFormat,
}

impl<'a> ReportFile<'a> {
    /// The file of `--report`, if its name shows the form of an assessment and `--format` does not
    /// ask for something else.
    pub(super) fn of(arguments: &'a MigrateArguments) -> Result<Option<Self>, String> {
        let Some(path) = arguments.report.as_deref() else { return Ok(None) };
        let is_asked_for = |format: &ReportFormat| match arguments.reporting.format {
            Format::Text => true,
            Format::Json => *format == ReportFormat::Json,
            Format::Concise
            | Format::JsonLines
            | Format::Sarif
            | Format::Github
            | Format::Gitlab
            | Format::Junit => false,
        };
        let Some(format) = ReportFormat::of_file(path).filter(is_asked_for) else {
            return Ok(None);
        };
        if format == ReportFormat::Csv && path.file_name().is_some_and(|name| name == TASKS) {
            return Err(format!(
                "the tasks go to the file `{TASKS}` beside the one of `--report`: give that another name, such as `jobs.csv`"
            ));
        }
        Ok(Some(Self { path, format }))
    }

    /// Writes the file, and for a table of jobs also the table of tasks.
    pub(super) fn write(
        &self,
        assessed: &Assessed,
        results: &[Converted],
        streams: &mut Streams<'_>,
    ) -> Status {
        let mut write = |path: &Path, format| match assessed.text(format, results) {
            Ok(text) => write_report(path, &encode(&text), streams),
            Err(error) => cannot_serialize(&error, streams),
        };
        let tasks = match self.format {
            ReportFormat::Csv => write(&self.path.with_file_name(TASKS), ReportFormat::CsvTasks),
            ReportFormat::Html
            | ReportFormat::Markdown
            | ReportFormat::CsvTasks
            | ReportFormat::Json => Status::Done,
        };
        tasks.max(write(self.path, self.format))
    }
}
