//! The arguments of `lint`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{DialectOf, Reporting};
use crate::cli::lint::shell_check::{ShellCheckLevel, Wanted};
use crate::lower::options::Options;

pub(super) const LINT_EXAMPLES: &str = "\
Examples:
  upstart2systemd lint foo.conf                     one job
  upstart2systemd lint /etc/init                    a directory, with what is wrong between its jobs
  upstart2systemd lint debian --format github       annotations for a workflow
  upstart2systemd lint debian --format sarif --output lint.sarif
  upstart2systemd lint /etc/init --migration        also what a migration would change

Exit status: as of convert; 1 if there is a warning, see --fail-on.";

#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(in crate::cli) struct LintArguments {
    /// Job files, or directories of them; `-` is standard input
    ///
    /// In a directory, jobs are files `*.conf` and `*.upstart` that look like jobs, and all files
    /// of `event.d`. What .gitignore excludes is skipped, unless it is named.
    #[arg(value_name = "PATH", required = true)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// The name of the job on standard input
    #[arg(long)]
    pub(in crate::cli) name: Option<OsString>,
    /// Path of the file that is read from standard input, for editors
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    pub(in crate::cli) stdin_filename: Option<PathBuf>,
    /// Ignore NAME.override
    #[arg(long)]
    pub(in crate::cli) no_override: bool,
    /// Dialect to parse with [default: auto]
    #[arg(long, value_name = "DIALECT")]
    pub(in crate::cli) dialect: Option<DialectOf>,
    /// Report only these rules: codes, prefixes of codes, or names
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) select: Vec<String>,
    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,
    /// Also report what a migration would change (U2xx)
    #[arg(long)]
    pub(in crate::cli) migration: bool,
    /// The version of systemd for `--migration` [default: 249]
    #[arg(long, value_name = "VERSION")]
    #[arg(value_parser = clap::value_parser!(u32).range(i64::from(Options::OLDEST_SYSTEMD_VERSION)..=999))]
    pub(in crate::cli) systemd_version: Option<u32>,
    /// Whether to run `ShellCheck` on the scripts [default: auto]
    #[arg(long, value_name = "WHEN", value_enum)]
    pub(in crate::cli) shellcheck: Option<Wanted>,
    /// Report findings of `ShellCheck` of this level or above [default: warning]
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(in crate::cli) shellcheck_severity: Option<ShellCheckLevel>,
    /// Print a table of rules and numbers of findings instead of the findings
    #[arg(long)]
    pub(in crate::cli) statistics: bool,
    /// Read this configuration instead of the nearest upstart2systemd.toml
    #[arg(long, value_name = "FILE", env = "UPSTART2SYSTEMD_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Report only findings that are not in this baseline
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Write all findings to this file, for `--baseline`
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(in crate::cli) write_baseline: Option<PathBuf>,
    /// Apply safe fixes
    #[arg(long)]
    pub(in crate::cli) fix: bool,
    /// With `--fix` or `--diff`, also apply fixes that change what a job does
    #[arg(long)]
    pub(in crate::cli) r#unsafe: bool,
    /// Print the fixes as a patch for `git apply`, and write nothing; exit with status 1 if there are any
    #[arg(long)]
    pub(in crate::cli) diff: bool,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reporting: Reporting,
}
