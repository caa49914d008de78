//! The arguments of `compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::DialectOf;

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  initctl list > before.txt                                    before the move, on the old machine
  upstart2systemd compare --before before.txt --init /etc/init after the first boot, on the new one
  upstart2systemd compare --before before.txt --format json    the same as one JSON object

Every job that ran has to be active now, no unit of a job may have failed, and none may have been
started again more than once. A task that was at work does not have to be active. The states come
from `systemctl show`, the last lines of what is not up from `journalctl`; both are looked for in PATH.

Exit status:
  0  everything is up
  1  something is not up
  2  wrong usage
  3  the file, the jobs or the states of the units could not be read";

#[derive(Args, Debug)]
pub(in crate::cli) struct CompareArguments {
    /// The output of `initctl list` on the old machine; `-` is standard input
    #[arg(long, value_name = "FILE", required = true)]
    pub(in crate::cli) before: PathBuf,
    /// The configuration directory that was migrated, such as /etc/init
    ///
    /// The units have the names that `migrate` gives them, and tasks are known. Without it, the unit
    /// of a job has the name of the job, or is that of the distribution.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) init: Option<PathBuf>,
    /// Dialect to parse with
    #[arg(long, value_name = "DIALECT", default_value = "auto", requires = "init")]
    pub(in crate::cli) dialect: DialectOf,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(in crate::cli) format: CompareFormat,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// The form of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    /// A table, and the last lines of the journal of what is not up
    Text,
    /// One JSON object
    Json,
}
