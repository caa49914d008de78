//! The arguments that choose the jobs of a migration.

use std::path::PathBuf;

use clap::Args;

/// The jobs of a migration.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct SelectedJobs {
    /// Configuration directories, such as /etc/init; the first one that has a job is used for it
    #[arg(value_name = "DIR", required_unless_present_any = ["root", "hosts"])]
    pub(in crate::cli) directories: Vec<PathBuf>,
    /// Read DIR/etc/init, or DIR/etc/event.d for old jobs, of a chroot, a container image or an unpacked package
    #[arg(long, value_name = "DIR", conflicts_with = "directories")]
    pub(in crate::cli) root: Option<PathBuf>,
    /// Hosts, each a root (it has a directory `etc`) or a configuration directory: the last part of the
    /// path is the name of the host, and its overlay is OUT/HOST
    #[arg(long, value_name = "DIR", num_args = 1..)]
    #[arg(conflicts_with_all = ["directories", "root", "dpkg_status"])]
    pub(in crate::cli) hosts: Vec<PathBuf>,
    /// Also convert the jobs of the distribution, which has its own units for them
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Convert only jobs whose names match, also those of the distribution
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    pub(in crate::cli) only: Vec<String>,
    /// Do not convert jobs whose names match
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    pub(in crate::cli) exclude: Vec<String>,
    /// Database of dpkg, which lists the jobs of packages [default: that of --root]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) dpkg_status: Option<PathBuf>,
}
