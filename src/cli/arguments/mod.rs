//! What may be given on the command line.

mod after_boot_arguments;
mod callers_arguments;
pub(super) mod compat;
mod graph;
mod install;
mod lint_arguments;
mod report;
mod selected_jobs;
mod verify;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostic::Severity;
use crate::lower::options::{Logs, Options, ScriptPlace, Style};
use crate::report::format::Format;
use crate::systemd::release::{RELEASES, Release};
use crate::text::suggestion;
use crate::upstart::dialect::Dialect;
use after_boot_arguments::COMPARE_EXAMPLES;
use callers_arguments::CALLERS_EXAMPLES;
use graph::GRAPH_EXAMPLES;
use lint_arguments::LINT_EXAMPLES;
use report::REPORT_EXAMPLES;

pub(in crate::cli) use after_boot_arguments::{CompareArguments, CompareFormat};
pub(in crate::cli) use callers_arguments::{CallersArguments, CallersFormat};
pub(in crate::cli) use compat::CompatArguments;
pub(in crate::cli) use graph::{GraphArguments, GraphFormat, ShownView};
pub(in crate::cli) use install::{InstallArguments, UninstallArguments};
pub(in crate::cli) use lint_arguments::LintArguments;
pub(in crate::cli) use report::{ReportArguments, ReportFormat};
pub(in crate::cli) use selected_jobs::SelectedJobs;
pub(in crate::cli) use verify::{VerifyArguments, VerifyFormat};

const ABOUT: &str = "Compiles Upstart jobs to systemd units";

const LONG_ABOUT: &str = "\
Compiles Upstart jobs to systemd units.

The unit goes to standard output and nothing else does; what changes, what is lost and what a person
has to look at goes to standard error. `upstart2systemd FILE` is short for `upstart2systemd convert FILE`.";

const EXAMPLES: &str = "\
Examples:
  upstart2systemd /etc/init/foo.conf > foo.service     one job; what to know about it on the terminal
  upstart2systemd convert /etc/init/*.conf -o overlay  many jobs, as a tree: overlay/etc/systemd/system/...
  upstart2systemd - --name foo < foo.conf              a job on standard input
  upstart2systemd explain U003                         the full story of a diagnostic

Exit status:
  0  done; nothing at or above --fail-on
  1  findings at or above --fail-on; or --strict and something was lost
  2  wrong usage
  3  a file could not be read or written, or init would refuse the job; the others were still converted
  4  a bug in this program";

const MIGRATE_EXAMPLES: &str = "\
Examples:
  upstart2systemd migrate /etc/init -o overlay            everything, as a tree that `upstart2systemd install overlay` installs
  upstart2systemd migrate --root image -o overlay         the jobs of an image or a chroot
  upstart2systemd migrate --hosts fleet/* -o overlays     many hosts: overlays/HOST, and how their jobs differ
  upstart2systemd migrate /etc/init -o overlay --check    for CI: status 1 if the overlay is not up to date
  upstart2systemd migrate /etc/init -o overlay --diff     what would change
  upstart2systemd migrate /etc/init --dry-run             what would be written";

#[derive(Debug, Parser)]
#[command(name = "upstart2systemd", version, about = ABOUT, long_about = LONG_ABOUT, after_help = EXAMPLES)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
#[command(override_usage = "upstart2systemd [OPTIONS] FILE...\n       upstart2systemd COMMAND ...")]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<ProgramCommand>,
    #[command(flatten)]
    pub(in crate::cli) convert: ConvertArguments,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ProgramCommand {
    /// Convert jobs to units (the default command)
    #[command(after_help = EXAMPLES, arg_required_else_help = true)]
    Convert(ConvertArguments),
    /// Print how init reads jobs: one JSON object a line
    #[command(arg_required_else_help = true)]
    Parse(ParseArguments),
    /// Explain a rule, or list all rules
    Explain(ExplainArguments),
    /// Convert a whole configuration directory, whose jobs refer to each other
    #[command(after_help = MIGRATE_EXAMPLES, arg_required_else_help = true)]
    Migrate(MigrateArguments),
    /// Write Upstart's commands start, stop, restart, reload, status and initctl, for deploy scripts
    #[command(after_help = compat::EXAMPLES, arg_required_else_help = true)]
    Compat(CompatArguments),
    /// Install what `migrate` wrote, and keep what was there before
    #[command(after_help = install::EXAMPLES, arg_required_else_help = true)]
    Install(InstallArguments),
    /// Restore what was there before `install`
    #[command(after_help = install::UNINSTALL_EXAMPLES)]
    Uninstall(UninstallArguments),
    /// Check jobs for mistakes
    #[command(after_help = LINT_EXAMPLES, arg_required_else_help = true)]
    Lint(LintArguments),
    /// Find scripts, crontabs, sudoers and deployment files that still call the jobs
    #[command(after_help = CALLERS_EXAMPLES, arg_required_else_help = true)]
    Callers(CallersArguments),
    /// Check after the first boot that all jobs run that ran before
    #[command(after_help = COMPARE_EXAMPLES, arg_required_else_help = true)]
    Compare(CompareArguments),
    /// Check an overlay against the system that it will be installed on
    #[command(after_help = verify::VERIFY_EXAMPLES, arg_required_else_help = true)]
    Verify(VerifyArguments),
    /// Assess a migration: what goes by itself, what needs whom, how long it takes, what may break
    #[command(after_help = REPORT_EXAMPLES, arg_required_else_help = true)]
    Report(ReportArguments),
    /// Draw which job starts and stops which
    #[command(after_help = GRAPH_EXAMPLES, arg_required_else_help = true)]
    Graph(GraphArguments),
    #[command(hide = true, disable_help_flag = true)]
    Completions(Anything),
    #[command(hide = true, disable_help_flag = true)]
    Man(Anything),
}

impl Arguments {
    /// The file that is written in the place of standard output.
    pub(in crate::cli) fn output_file(&self) -> Option<&Path> {
        let file = match self.command.as_ref()? {
            ProgramCommand::Parse(arguments) => &arguments.output,
            ProgramCommand::Explain(arguments) => &arguments.output,
            ProgramCommand::Lint(arguments) => &arguments.output,
            ProgramCommand::Callers(arguments) => &arguments.output,
            ProgramCommand::Compare(arguments) => &arguments.output,
            ProgramCommand::Graph(arguments) => &arguments.output,
            ProgramCommand::Report(arguments) => &arguments.output,
            ProgramCommand::Verify(arguments) => &arguments.output,
            // `--output` is a directory, or there is no report.
            ProgramCommand::Convert(_)
            | ProgramCommand::Migrate(_)
            | ProgramCommand::Compat(_)
            | ProgramCommand::Install(_)
            | ProgramCommand::Uninstall(_)
            | ProgramCommand::Completions(_)
            | ProgramCommand::Man(_) => return None,
        };
        file.as_deref()
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ConvertArguments {
    /// Job files; `-` is standard input
    ///
    /// The name of the job is the name of the file without `.conf` or `.upstart`; for the source of a
    /// Debian package, debian/PACKAGE.NAME.upstart is the job NAME. The NAME.override
    /// beside it is applied.
    #[arg(value_name = "FILE", required_unless_present = "stdin_records")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Read jobs from standard input, a JSON object a line: {"name": ..., "conf": ..., "override": ...};
    /// print a result for each, in the same order, as `--format json-lines` does
    #[arg(long, conflicts_with_all = ["files", "output", "name", "report", "explain"])]
    pub(in crate::cli) stdin_records: bool,
    /// Write the unit and the files that it needs below DIR, as an overlay of /
    #[arg(short, long, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Name of the job, if the file has none or another one
    #[arg(long)]
    pub(in crate::cli) name: Option<OsString>,
    /// Print the job beside the lines that it became, with the reasons, instead of the unit
    #[arg(long, conflicts_with_all = ["output", "report"])]
    pub(in crate::cli) explain: bool,
    /// Columns of --explain; those of the terminal if not given
    #[arg(long, value_name = "N", env = "COLUMNS", hide_env = true, requires = "explain")]
    pub(in crate::cli) columns: Option<usize>,
    #[command(flatten)]
    pub(in crate::cli) translation: Translation,
    /// Write the report to FILE instead of standard error
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reporting: Reporting,
}

/// How jobs are translated.
#[derive(Args, Debug)]
pub(in crate::cli) struct Translation {
    /// Ignore NAME.override
    #[arg(long)]
    pub(in crate::cli) no_override: bool,
    /// The version of systemd to write for, 229 or later [default: 249]
    #[arg(long, value_name = "VERSION", conflicts_with = "target")]
    #[arg(value_parser = clap::value_parser!(u32).range(i64::from(Options::OLDEST_SYSTEMD_VERSION)..=999))]
    pub(in crate::cli) systemd_version: Option<u32>,
    /// The release to write for, such as ubuntu-22.04, debian-12, rhel-9, amazon-2023: its systemd,
    /// and the names of its units
    #[arg(long, value_name = "RELEASE", value_parser = release)]
    pub(in crate::cli) target: Option<Release>,
    /// Write the whole environment that init gives a job, including TERM
    #[arg(long)]
    pub(in crate::cli) full_env: bool,
    /// Where to send the output of jobs that Upstart wrote to /var/log/upstart
    #[arg(long, value_name = "WHERE", default_value = "journal")]
    pub(in crate::cli) logs: LogsTo,
    /// Where to put the scripts of jobs
    #[arg(long, value_name = "WHERE", default_value = "auto")]
    pub(in crate::cli) scripts: ScriptsIn,
    /// Which units to write [default: plain]
    #[arg(long, value_name = "STYLE")]
    pub(in crate::cli) style: Option<StyleOf>,
    /// Dialect to parse with
    #[arg(long, value_name = "DIALECT", default_value = "auto")]
    pub(in crate::cli) dialect: DialectOf,
}

impl Reporting {
    /// Where nothing is said, what leaves nothing usable fails a conversion.
    pub(in crate::cli) fn fail_on(&self) -> FailOn {
        self.fail_on.unwrap_or(FailOn::Error)
    }
}

impl Translation {
    /// What a command translates with that has no options for it but the dialect.
    pub(in crate::cli) fn of_dialect(dialect: DialectOf) -> Self {
        Self {
            no_override: false,
            systemd_version: None,
            target: None,
            full_env: false,
            logs: LogsTo::Journal,
            scripts: ScriptsIn::Auto,
            style: None,
            dialect,
        }
    }

    /// `companions` says whether files beside the unit can be written. The target is that of the
    /// configuration.
    pub(in crate::cli) fn options(
        &self,
        companions: bool,
        (style, target): (Style, Option<Release>),
    ) -> Options {
        let target = self.target.or(target).map(|release| release.systemd);
        let version = self.systemd_version.or(target);
        Options {
            systemd_version: version.unwrap_or(Options::DEFAULT_SYSTEMD_VERSION),
            full_env: self.full_env,
            logs: self.logs.into(),
            companions,
            scripts: self.scripts.into(),
            style,
            dialect: self.dialect.into(),
        }
    }
}

/// A release that units can be written for.
pub(in crate::cli) fn release(name: &str) -> Result<Release, String> {
    let Some(release) = Release::named(name) else {
        let names: Vec<&str> = RELEASES.iter().map(|release| release.name).collect();
        let meant = suggestion::closest(name, names.iter().copied())
            .map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
        return Err(format!("it is none of {}{meant}", names.join(", ")));
    };
    let oldest = Options::OLDEST_SYSTEMD_VERSION;
    if release.systemd < oldest {
        return Err(format!(
            "it has systemd {}, and units are written for {oldest} or later: what nearly every unit needs came after it, such as an endless `TimeoutStartSec=` (229), `StartLimitIntervalSec=` (230) and commands that run as root in the unit of another user (231)",
            release.systemd
        ));
    }
    Ok(release)
}

/// What is said, and what the exit status says of it.
#[derive(Args, Debug)]
pub(in crate::cli) struct Reporting {
    /// Exit with status 1 if anything is lost or approximate
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Exit with status 1 on findings of this severity or above [default: error; of lint: warning]
    #[arg(long, value_name = "SEVERITY", env = "UPSTART2SYSTEMD_FAIL_ON", hide_env_values = true)]
    pub(in crate::cli) fail_on: Option<FailOn>,
    /// The format of the report
    #[arg(long, value_enum, default_value = "text")]
    #[arg(env = "UPSTART2SYSTEMD_FORMAT", hide_env_values = true)]
    pub(in crate::cli) format: Format,
    /// Whether to colour the text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    #[arg(env = "UPSTART2SYSTEMD_COLOR", hide_env_values = true)]
    pub(in crate::cli) color: Colour,
    /// Do not show notes, except in reports that are one document
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(in crate::cli) struct MigrateArguments {
    #[command(flatten)]
    pub(in crate::cli) jobs: SelectedJobs,
    /// Write the table of jobs and hosts to FILE, as CSV: same, differs, absent, unreadable
    #[arg(long, value_name = "FILE", requires = "hosts")]
    pub(in crate::cli) matrix: Option<PathBuf>,
    /// Write the files below OUT, as an overlay of /
    #[arg(short, long, value_name = "OUT", required_unless_present = "dry_run")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// List what would be written, and write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Show how the files in OUT would change, and write nothing
    #[arg(long, requires = "output", conflicts_with = "dry_run")]
    pub(in crate::cli) diff: bool,
    /// Exit with status 1 if anything in OUT would change, and write nothing
    #[arg(long, requires = "output", conflicts_with = "dry_run")]
    pub(in crate::cli) check: bool,
    /// Overwrite files that this program did not write
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Remove files that an earlier run wrote and that no job needs any more
    #[arg(long)]
    pub(in crate::cli) prune: bool,
    /// Explain for each job what to type and read now
    #[arg(long)]
    pub(in crate::cli) explain_jobs: bool,
    #[command(flatten)]
    pub(in crate::cli) translation: Translation,
    /// Write the report to FILE instead of standard error; FILE.html, FILE.md, FILE.csv or FILE.json
    /// is that of the command `report`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reporting: Reporting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogsTo {
    /// The journal: `journalctl -u NAME`
    Journal,
    /// The same file as before; needs systemd 240
    File,
}

impl From<LogsTo> for Logs {
    fn from(logs: LogsTo) -> Self {
        match logs {
            LogsTo::Journal => Self::Journal,
            LogsTo::File => Self::File,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ScriptsIn {
    /// The units
    Inline,
    /// Files below /usr/local/lib/upstart2systemd; not with `chroot`, or before file systems are mounted
    Files,
    /// Files for scripts of more than 20 lines or with lines that a unit cannot show as lines; without `-o` the unit
    Auto,
}

impl From<ScriptsIn> for ScriptPlace {
    fn from(scripts: ScriptsIn) -> Self {
        match scripts {
            ScriptsIn::Inline => Self::Inline,
            ScriptsIn::Files => Self::Files,
            ScriptsIn::Auto => Self::Auto,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StyleOf {
    /// What a person would write for the job
    Plain,
    /// Also what keeps Upstart's corner cases: statuses, limits, variables
    Exact,
}

impl From<StyleOf> for Style {
    fn from(style: StyleOf) -> Self {
        match style {
            StyleOf::Plain => Self::Plain,
            StyleOf::Exact => Self::Exact,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DialectOf {
    /// Detect it: 0.3 in a directory `event.d`, chromeos if only ChromeOS can read the job, otherwise 1.13
    Auto,
    /// The last Upstart, and those of Ubuntu and Debian before it
    #[value(name = "upstart-1.13")]
    Upstart113,
    /// RHEL 6, CentOS 6, Amazon Linux 1
    #[value(name = "0.6")]
    Upstart06,
    /// /etc/event.d of Ubuntu up to 9.04 and Fedora 9 to 12
    #[value(name = "0.3")]
    Upstart03,
    /// 1.13 with the stanzas that only ChromeOS has
    #[value(name = "chromeos")]
    ChromeOs,
}

/// Nothing where it is to be found out.
impl From<DialectOf> for Option<Dialect> {
    fn from(dialect: DialectOf) -> Self {
        match dialect {
            DialectOf::Auto => None,
            DialectOf::Upstart113 => Some(Dialect::Upstart113),
            DialectOf::Upstart06 => Some(Dialect::Upstart06),
            DialectOf::Upstart03 => Some(Dialect::Upstart03),
            DialectOf::ChromeOs => Some(Dialect::ChromeOs),
        }
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ParseArguments {
    /// Job files
    #[arg(value_name = "FILE", required = true)]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Ignore NAME.override
    #[arg(long)]
    pub(in crate::cli) no_override: bool,
    /// Write the jobs to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Dialect to parse with
    #[arg(long, value_name = "DIALECT", default_value = "upstart-1.13")]
    pub(in crate::cli) dialect: DialectOf,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ExplainArguments {
    /// The code or the name of a diagnostic; without it, all are listed
    #[arg(value_name = "CODE|NAME")]
    pub(in crate::cli) rule: Option<String>,
    /// Write the text to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// The arguments of a command that is not there.
#[derive(Args, Debug)]
pub(in crate::cli) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    /// Inclusive.
    pub(in crate::cli) fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => severity >= Severity::Note,
            Self::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Colour {
    Auto,
    Always,
    Never,
}
