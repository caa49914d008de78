//! The arguments of `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(in crate::cli) const VERIFY_EXAMPLES: &str = "\
Examples:
  upstart2systemd verify overlay                          against this machine
  upstart2systemd verify overlay --root /mnt/image        against an image or a chroot
  upstart2systemd verify overlay --target-units units     against the names that another machine printed with
                                                          `systemctl list-unit-files --no-legend > units`

Exit status:
  0  nothing to fix; there may be notes
  1  warnings or errors
  2  wrong usage
  3  OUT cannot be read or has no units, or systemd-analyze did not run; the rest was checked";

#[derive(Args, Debug)]
pub(in crate::cli) struct VerifyArguments {
    /// The directory that `migrate` or `convert` wrote
    #[arg(value_name = "OUT")]
    pub(in crate::cli) overlay: PathBuf,
    /// Check against the system below DIR, such as an image or a chroot [default: /]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) root: Option<PathBuf>,
    /// Check against the unit names in FILE, which `systemctl list-unit-files --no-legend` printed
    /// on the target; without `--root`, programs, users and files are not checked
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) target_units: Option<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value = "text")]
    pub(in crate::cli) format: VerifyFormat,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// The form of the report of `verify`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum VerifyFormat {
    /// With related places and what to do
    Text,
    /// `file:line: severity: message`, one line each
    Concise,
    /// One object
    Json,
}
