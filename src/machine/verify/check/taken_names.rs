//! Units of an overlay that have the name of a unit of the target.

use crate::diagnostic::Severity;
use crate::machine::verify::checked_overlay::{CheckedFile, CheckedOverlay};
use crate::machine::verify::private_root::UNIT_DIRECTORIES;
use crate::machine::verify::target_system::{TargetFile, TargetSystem};
use crate::machine::verify::trouble::Trouble;

const CHECK: &str = "name";

pub(super) fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>, found: &mut Vec<Trouble>) {
    for (name, path) in overlay.units() {
        let taken = match in_files(overlay, target, name, path) {
            Some(taken) => Some(taken),
            None => in_list(target, name),
        };
        if let Some((message, help)) = taken {
            let place = overlay.place(path, 0);
            found.push(Trouble::new(Severity::Warning, CHECK, message, place).help(help));
        }
    }
}

/// The first unit of the name that the overlay's file replaces or hides.
fn in_files(
    overlay: &CheckedOverlay,
    target: &TargetSystem<'_>,
    name: &str,
    path: &str,
) -> Option<(String, String)> {
    let at = UNIT_DIRECTORIES
        .iter()
        .position(|directory| path.strip_suffix(name) == Some(&format!("{directory}/")))?;
    for directory in UNIT_DIRECTORIES.get(at..)?.iter().filter(|known| !known.starts_with("run/")) {
        let there = format!("{directory}/{name}");
        let replaced = there == path;
        let verb = if replaced { "replaces" } else { "hides" };
        match target.units.get(&there) {
            None => {}
            Some(TargetFile::Masked) => {
                let message = format!(
                    "`{name}` is masked on the target by /{there}; the overlay {verb} the mask, so the unit can start again"
                );
                return Some((message, keep_help(path, "the unit stays masked")));
            }
            Some(TargetFile::Alias(to)) => {
                let to = to.rsplit('/').next().unwrap_or(to);
                let message = format!(
                    "`{name}` is an alias of `{to}` on the target (/{there}); the overlay {verb} the alias, so units that name `{name}` no longer get `{to}`"
                );
                let mut help = keep_help(path, &format!("`{to}` keeps the name"));
                if replaced {
                    help.push_str("; `install` replaces the link only with `--replace`");
                }
                return Some((message, help));
            }
            Some(TargetFile::Text(text)) if replaced => {
                let is_same = matches!(overlay.files.get(path), Some(CheckedFile::Text { text: new, .. }) if new == text);
                if is_same || is_ours(text) {
                    return None;
                }
                let message =
                    format!("the target has another /{there}, which the overlay replaces");
                return Some((
                    message,
                    "keep a copy of the file of the target, or remove the file from the overlay"
                        .to_owned(),
                ));
            }
            Some(TargetFile::Text(_)) => {
                let message = format!(
                    "`{name}` is the name of a unit of the target; the overlay hides /{there}, so the unit of the package no longer runs"
                );
                return Some((message, keep_help(path, "the target uses its own unit")));
            }
        }
    }
    None
}

fn in_list(target: &TargetSystem<'_>, name: &str) -> Option<(String, String)> {
    let state = target.listed.get(name)?;
    let path = format!("{}/{name}", UNIT_DIRECTORIES[0]);
    let (message, result) = match state.as_str() {
        "masked" | "masked-runtime" => (
            format!(
                "`{name}` is masked on the target; the overlay replaces the mask, so the unit can start again"
            ),
            "the unit stays masked",
        ),
        "alias" => (
            format!(
                "`{name}` is an alias of another unit on the target; the overlay replaces the alias, so units that name `{name}` no longer get that unit"
            ),
            "the other unit keeps the name",
        ),
        "generated" | "transient" => return None,
        _ => (
            format!(
                "`{name}` is the name of a unit of the target ({state}); the overlay hides it, so the unit of the target no longer runs"
            ),
            "the target uses its own unit",
        ),
    };
    Some((message, keep_help(&path, result)))
}

fn keep_help(path: &str, result: &str) -> String {
    format!("remove {path} from the overlay, and {result}")
}

/// Whether this program wrote a unit, so that the overlay is a newer version of it.
fn is_ours(text: &str) -> bool {
    text.lines().take_while(|line| line.starts_with('#')).any(|line| {
        let line = line.trim_end_matches('.');
        line.ends_with("by upstart2systemd")
    })
}
