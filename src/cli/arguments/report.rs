//! The arguments of `report`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{SelectedJobs, Translation};

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  upstart2systemd report /etc/init --output report.html         a page for a browser
  upstart2systemd report --root /srv/chroot --output jobs.csv   a row for each job
  upstart2systemd report /etc/init --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Exit status:
  0  done
  2  wrong usage or configuration
  3  a file could not be read or written, or init would refuse a job; the others are in the report
  4  a bug in this program";

#[derive(Args, Debug)]
pub(in crate::cli) struct ReportArguments {
    #[command(flatten)]
    pub(in crate::cli) jobs: SelectedJobs,
    #[command(flatten)]
    pub(in crate::cli) translation: Translation,
    /// The form of the report [default: that of the name of the file, else html]
    #[arg(long, value_enum)]
    pub(in crate::cli) format: Option<ReportFormat>,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// The form of an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    /// One page for a browser, which loads nothing
    Html,
    /// The summary, the tasks and the risks, as for a step summary of a workflow on GitHub
    #[value(alias = "md")]
    Markdown,
    /// A row for each job
    Csv,
    /// A row for each task
    CsvTasks,
    /// One object: the results of the conversion, and the jobs, tasks, waves and risks
    Json,
}

impl ReportFormat {
    /// The form that a file has by its name; `None` if the name does not show it.
    pub(in crate::cli) fn of_file(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}
