//! The arguments of `callers`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::DialectOf;

pub(super) const CALLERS_EXAMPLES: &str = "\
Examples:
  upstart2systemd callers /etc /srv/deploy --init /etc/init   who still calls the jobs of /etc/init
  upstart2systemd callers image/etc --init image/etc/init     the same in an image or a chroot
  upstart2systemd callers . --init /etc/init --format json    one JSON object, for other programs

Each line of the output is `file:line:column: old -> new`. Nothing is changed.

Exit status:
  0  nothing was found
  1  something was found
  2  wrong usage
  3  a directory or a file could not be read; the others were still searched";

#[derive(Args, Debug)]
pub(in crate::cli) struct CallersArguments {
    /// Trees of scripts and configuration to search; links are not followed
    #[arg(value_name = "DIR", required = true)]
    pub(in crate::cli) trees: Vec<PathBuf>,
    /// The configuration directory with the jobs, such as /etc/init
    ///
    /// Only calls of its jobs and of their events are found. The units have the names that `migrate`
    /// gives them. The directory itself is not searched.
    #[arg(long, value_name = "DIR", required = true)]
    pub(in crate::cli) init: PathBuf,
    /// Dialect to parse with
    #[arg(long, value_name = "DIALECT", default_value = "auto")]
    pub(in crate::cli) dialect: DialectOf,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(in crate::cli) format: CallersFormat,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// The form of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CallersFormat {
    /// Lines `file:line:column: old -> new`, and notes below them
    Text,
    /// The lines without the notes
    Concise,
    /// One JSON object
    Json,
}
