//! Symbolic links among the units of an overlay. They are not followed, because they may lead
//! anywhere on the machine that checks the overlay; what they will lead to is on the target.

use crate::diagnostic::Severity;
use crate::machine::verify::checked_overlay::{CheckedFile, CheckedOverlay};
use crate::machine::verify::target_system::TargetSystem;
use crate::machine::verify::trouble::Trouble;

/// The path that a link leads to, if it stays below the root.
pub(in crate::machine::verify) fn lexical(path: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = match path.rsplit_once('/') {
        Some((directory, _)) if !to.starts_with('/') => directory.split('/').collect(),
        _ => Vec::new(),
    };
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The unit file that a link leads to, in the overlay or on the target.
pub(in crate::machine::verify) fn unit_behind(
    path: &str,
    to: &str,
    overlay: &CheckedOverlay,
    target: &TargetSystem<'_>,
) -> Option<String> {
    lexical(path, to).filter(|to| {
        // On most systems /lib is a link to /usr/lib.
        overlay.has_settings(to)
            || target.units.contains_key(to)
            || target.units.contains_key(&format!("usr/{to}"))
    })
}

pub(super) fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>, found: &mut Vec<Trouble>) {
    for (_, path) in overlay.units() {
        let Some(CheckedFile::Link(to)) = overlay.files.get(path) else { continue };
        if to == "/dev/null" || unit_behind(path, to, overlay, target).is_some() {
            continue;
        }
        let message = format!(
            "this link leads to `{to}`, where neither the overlay nor the target has a unit"
        );
        let trouble = Trouble::new(Severity::Warning, "overlay", message, overlay.place(path, 0));
        found.push(trouble.help("remove the link, or let it lead to a unit"));
    }
}
