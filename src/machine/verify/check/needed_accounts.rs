//! The users and groups that units run as.

use crate::diagnostic::Severity;
use crate::machine::verify::checked_overlay::CheckedOverlay;
use crate::machine::verify::command_line::words;
use crate::machine::verify::target_system::TargetSystem;
use crate::machine::verify::trouble::Trouble;

pub(super) fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>, found: &mut Vec<Trouble>) {
    let Some(accounts) = &target.accounts else { return };
    for (path, settings) in overlay.settings() {
        let dynamic =
            settings.iter().any(|setting| setting.key == "DynamicUser" && is_true(&setting.value));
        for setting in settings {
            let (kind, known, names) = match setting.key.as_str() {
                "User" | "SocketUser" if !dynamic => {
                    ("user", &accounts.users, vec![setting.value.clone()])
                }
                "Group" | "SocketGroup" if !dynamic => {
                    ("group", &accounts.groups, vec![setting.value.clone()])
                }
                "SupplementaryGroups" => ("group", &accounts.groups, words(&setting.value)),
                _ => continue,
            };
            for name in names {
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                if is_number || name.contains('%') || name == "root" || known.contains(&name) {
                    continue;
                }
                let (severity, unless) = if accounts.elsewhere {
                    (Severity::Note, ", unless a directory service has it")
                } else {
                    (Severity::Warning, "")
                };
                let message =
                    format!("the target has no {kind} `{name}`, so the unit cannot start{unless}");
                let command = if kind == "user" { "useradd --system" } else { "groupadd --system" };
                let help = format!(
                    "install the package that creates it, or add it with `{command} {name}`"
                );
                let place = overlay.place_of(path, setting);
                found.push(Trouble::new(severity, kind, message, place).help(help));
            }
        }
    }
}

/// How systemd reads a yes or no (systemd.syntax(7)).
pub(super) fn is_true(value: &str) -> bool {
    ["1", "yes", "true", "on", "y", "t"].iter().any(|yes| yes.eq_ignore_ascii_case(value))
}
