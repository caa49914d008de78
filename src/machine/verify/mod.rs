//! Checks the files of an overlay against the system that they will be installed on. Knows no files
//! and no processes: what is there is given as data, or asked through [`TreeView`].
//!
//! ```text
//! overlay ──read_unit──▶ settings ─┬─ needed_files, needed_accounts ─▶ is it on the target?
//!    │                             ├─ unit_references ───────────────▶ does a unit have this name?
//!    │  target ──▶ units, files ───┼─ taken_names ───────────────────▶ what does the overlay replace?
//!    └─▶ private_root ─▶ systemd-analyze ─▶ systemd_output ──▶ what systemd complains about
//!                                            │
//!                                            └── blame: the place in the job of each line
//! ```

mod blame;
mod checked_overlay;
mod command_line;
mod needed_accounts;
mod needed_files;
mod private_root;
mod read_unit;
mod systemd_output;
mod taken_names;
mod target_system;
mod tree_view;
mod trouble;
mod unit_list;
mod unit_references;

#[cfg(test)]
mod tests;

pub use checked_overlay::{CheckedFile, CheckedOverlay};
pub use private_root::{
    PrivateFile, PrivateRoot, UNIT_DIRECTORIES, is_unit_file_name, private_root,
};
pub use systemd_output::{SystemdOutput, systemd_output};
pub use target_system::{Accounts, TargetFile, TargetSystem};
pub use tree_view::{SystemEntry, TreeView, resolve};
pub use trouble::{Trouble, TroublePlace, merged};
pub use unit_list::unit_list;

/// What the text of an overlay and a target shows, without systemd.
pub fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>) -> Vec<Trouble> {
    let mut found = overlay.unusable_files();
    taken_names::check(overlay, target, &mut found);
    unit_references::check(overlay, target, &mut found);
    needed_files::check(overlay, target, &mut found);
    needed_accounts::check(overlay, target, &mut found);
    found
}
