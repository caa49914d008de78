//! What the files of an overlay and of a target show, without systemd. Each check is a file.

mod needed_accounts;
mod needed_files;
mod overlay_links;
mod taken_names;
mod unit_references;

use super::checked_overlay::CheckedOverlay;
use super::target_system::TargetSystem;
use super::trouble::Trouble;

pub(super) use overlay_links::{lexical, unit_behind};

/// All findings about an overlay, in no particular order.
pub fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>) -> Vec<Trouble> {
    let mut found = overlay.unusable_files();
    overlay_links::check(overlay, target, &mut found);
    taken_names::check(overlay, target, &mut found);
    unit_references::check(overlay, target, &mut found);
    needed_files::check(overlay, target, &mut found);
    needed_accounts::check(overlay, target, &mut found);
    found
}
