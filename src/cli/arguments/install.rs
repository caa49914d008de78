//! The arguments of `install` and `uninstall`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  upstart2systemd install overlay --dry-run         what would be written, and what is in the way
  upstart2systemd install overlay                   install it, as root
  upstart2systemd install overlay --replace         also in place of aliases, masks and units of packages
  upstart2systemd install overlay --root image      install it into an image or a chroot

Exit status:
  0  done
  1  refused, because something is in the way; nothing was changed
  2  wrong usage
  3  a file could not be read or written";

pub(super) const UNINSTALL_EXAMPLES: &str = "\
Examples:
  upstart2systemd uninstall --dry-run               what would be removed and restored
  upstart2systemd uninstall                         bring back every file and link, as root
  upstart2systemd uninstall --root image            the same in an image or a chroot

Exit status: as of install.";

#[derive(Args, Debug)]
pub(in crate::cli) struct InstallArguments {
    /// A directory that `migrate -o` wrote
    ///
    /// The files of its list are installed as they are now, and files that you have added below the
    /// directories of units, drop-ins, scripts and rules.
    #[arg(value_name = "OUT")]
    pub(in crate::cli) overlay: PathBuf,
    /// Install below DIR: a chroot, a container image
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(in crate::cli) root: PathBuf,
    /// List what would be changed, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Replace links, masks, edited files and files of others, and hide units of packages
    ///
    /// A copy of what was there is kept, and `uninstall` restores it.
    #[arg(long)]
    pub(in crate::cli) replace: bool,
    /// Remove what an earlier overlay installed and this one does not have
    ///
    /// What was there before is restored. Without this option, several overlays can be installed.
    #[arg(long)]
    pub(in crate::cli) prune: bool,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct UninstallArguments {
    /// Uninstall below DIR
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(in crate::cli) root: PathBuf,
    /// List what would be changed, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Remove or replace also files that were edited since they were installed
    #[arg(long)]
    pub(in crate::cli) discard_edits: bool,
}
