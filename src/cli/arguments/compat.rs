//! The arguments of `compat`.

use std::path::PathBuf;

use clap::Args;

use super::DialectOf;

pub(super) const EXAMPLES: &str = "\
Examples:
  upstart2systemd compat /etc/init -o commands     start, stop, restart, reload, status, initctl, as an overlay of /
  upstart2systemd compat --root image -o commands  for the jobs of an image or a chroot

The commands call systemctl, and answer as those of Upstart did. Nothing is installed.";

#[derive(Args, Debug)]
pub(in crate::cli) struct CompatArguments {
    /// Configuration directories, such as /etc/init, as `migrate` reads them
    #[arg(value_name = "DIR", required_unless_present = "root")]
    pub(in crate::cli) directories: Vec<PathBuf>,
    /// Read DIR/etc/init, or DIR/etc/event.d for old jobs
    #[arg(long, value_name = "DIR", conflicts_with = "directories")]
    pub(in crate::cli) root: Option<PathBuf>,
    /// Write the commands below OUT, as an overlay of /
    #[arg(short, long, value_name = "OUT", required = true)]
    pub(in crate::cli) output: PathBuf,
    /// Overwrite files that this program did not write
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Ignore NAME.override
    #[arg(long)]
    pub(in crate::cli) no_override: bool,
    /// Dialect to parse with
    #[arg(long, value_name = "DIALECT", default_value = "auto")]
    pub(in crate::cli) dialect: DialectOf,
}
