//! The arguments of `report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{SelectedJobs, Translation};

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  upstart2systemd report /etc/init --output report.html         a page for a browser
  upstart2systemd report --root /srv/chroot --output jobs.csv   a row for each job

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
    /// A row for each job
    Csv,
    /// A row for each task
    CsvTasks,
}
