//! Checks the files of an overlay against the system that they will be installed on. Knows no files
//! and no processes: what is there is given as data, or asked through [`TreeView`].
//!
//! ```text
//! overlay ──read_unit──▶ settings ─┬─ check/needed_… ────────────▶ is it on the target?
//!    │                             ├─ check/unit_references ───────▶ does a unit have this name?
//!    │  target ──▶ units, files ───┼─ check/taken_names ───────────▶ what does the overlay replace?
//!    └─▶ private_root ─▶ systemd-analyze ─▶ systemd_output ──▶ what systemd complains about
//!                                            │
//!                                            └── blame: the place in the job of each line
//! ```

mod blame;
mod check;
mod checked_overlay;
mod command_line;
mod private_root;
mod read_unit;
mod systemd_output;
mod target_system;
mod tree_view;
mod trouble;
mod unit_list;

#[cfg(test)]
mod tests;

pub use check::check;
pub use checked_overlay::{CheckedFile, CheckedOverlay};
pub use private_root::{
    PrivateFile, PrivateRoot, UNIT_DIRECTORIES, is_unit_file_name, private_root,
};
pub use systemd_output::{SystemdOutput, systemd_output};
pub use target_system::{Accounts, TargetFile, TargetSystem};
pub use tree_view::{SystemEntry, TreeView, resolve};
pub use trouble::{Trouble, TroublePlace, merged};
pub use unit_list::unit_list;
