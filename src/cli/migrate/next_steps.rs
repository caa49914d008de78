//! The commands that the user runs after a migration.

use crate::assess::operator::{OperatorCommands, commands as commands_of};
use crate::lower::own_files;
use crate::migrate::Migration;
use crate::systemd::UnitName;
use crate::text::visible::visible;

/// The maximal number of units that a suggested command names.
const NAMED: usize = 8;

/// The commands to run. `overlay` is the directory with the files.
pub(super) fn next_steps(plan: &Migration, overlay: &str) -> String {
    if plan.files.is_empty() { String::new() } else { commands(plan, overlay) }
}

fn commands(plan: &Migration, overlay: &str) -> String {
    let overlay = overlay.trim_end_matches('/');
    // What begins with a dash would be an option.
    let overlay =
        if overlay.starts_with('-') { format!("./{overlay}") } else { overlay.to_owned() };
    let overlay = quoted(&overlay);
    let enabled: Vec<&str> = plan.enabled.iter().map(UnitName::as_str).collect();
    format!(
        "\nTo check, install and enable them, as root:\n\n    upstart2systemd verify {overlay}\n    upstart2systemd install {overlay}\n{}\nWhat a machine needs besides when it moves to systemd: `upstart2systemd explain U271`.\n",
        commands_after(&enabled, None)
    )
}

/// The commands to run on each of several hosts. `overlays` is the directory with a directory for each.
pub(super) fn steps_for_hosts(overlays: &str) -> String {
    let overlays = overlays.trim_end_matches('/');
    let overlays =
        if overlays.starts_with('-') { format!("./{overlays}") } else { overlays.to_owned() };
    let overlay = quoted(&format!("{overlays}/HOST"));
    format!(
        "\nTo check, install and enable them on the host HOST, as root:\n\n    upstart2systemd verify {overlay}\n    upstart2systemd install {overlay}\n    systemctl daemon-reload\n    sed -n 's/^enable //p' {} | xargs -d '\\n' systemctl enable\n\nThey start at the next boot, or when a unit that wants them starts.\n",
        quoted(&format!("/{}", own_files::preset()))
    )
}

/// The commands to run when the files are in place: below `root`, if that is not `/`.
pub(in crate::cli) fn commands_after(enabled: &[&str], root: Option<&str>) -> String {
    let mut out = String::new();
    let option = root.map_or(String::new(), |root| format!(" --root={}", quoted(root)));
    if root.is_none() {
        out.push_str("    systemctl daemon-reload\n");
    }
    if enabled.is_empty() {
        return out;
    }
    if enabled.len() <= NAMED {
        let enabled: Vec<String> = enabled.iter().map(|unit| quoted(unit)).collect();
        out.push_str(&format!("    systemctl{option} enable {}\n", enabled.join(" ")));
    } else {
        let below = root.map_or(String::new(), |root| root.trim_end_matches('/').to_owned());
        out.push_str(&format!(
            "    sed -n 's/^enable //p' {} | xargs -d '\\n' systemctl{option} enable\n",
            quoted(&format!("{below}/{}", own_files::preset()))
        ));
    }
    out.push_str("\nThey start at the next boot, or when a unit that wants them starts.\n");
    out
}

/// Quotes a word for a shell command.
pub(in crate::cli) fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "@%+=:,./-_".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", visible(word).replace('\'', "'\\''"))
    }
}

/// For each job, the commands and files that an operator uses from now on.
pub(super) fn operator_guide(plan: &Migration) -> String {
    let mut out = String::new();
    for service in &plan.services {
        let name = visible(&service.job);
        let OperatorCommands { start_before, start, log, reload } = commands_of(service);
        let reload = match reload {
            Some(reload) => format!("`reload {name}` is `{reload}`"),
            None => "it cannot be reloaded".to_owned(),
        };
        out.push_str(&format!(
            "{name}: `{start_before}` is now `{start}`, the log is now `{log}`, {reload}\n"
        ));
    }
    out
}
