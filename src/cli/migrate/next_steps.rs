//! The commands that the user runs after a migration.

use crate::lower::own_files;
use crate::migrate::{Migration, Service};
use crate::systemd::layout::UNITS;
use crate::systemd::{UnitName, shell_word};
use crate::text::visible::visible;
use crate::upstart::instances::Instance;

/// The maximal number of units that a suggested command names.
const NAMED: usize = 8;

/// The commands to run. `overlay` is the directory with the files.
pub(super) fn next_steps(plan: &Migration, overlay: &str) -> String {
    if plan.files.is_empty() { String::new() } else { commands(plan, overlay) }
}

fn commands(plan: &Migration, overlay: &str) -> String {
    let mut out = "\nTo install, verify and enable them, as root:\n\n".to_owned();
    let overlay = quoted(overlay.trim_end_matches('/'));
    out.push_str(&format!(
        "    cp -a --remove-destination {overlay}/. /\n    systemctl daemon-reload\n"
    ));
    let units: Vec<&str> = plan
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix(UNITS)?.strip_prefix('/'))
        .filter(|name| !name.contains('/') && !UnitName::known(*name).is_template())
        .collect();
    if units.len() <= NAMED {
        let units: Vec<String> = units.iter().map(|unit| quoted(unit)).collect();
        out.push_str(&format!("    (cd /{UNITS} && systemd-analyze verify {})\n", units.join(" ")));
    } else {
        out.push_str(&format!("    (cd /{UNITS} && systemd-analyze verify *.service)\n"));
    }
    if plan.enabled.is_empty() {
        return out;
    }
    if plan.enabled.len() <= NAMED {
        let enabled: Vec<String> = plan.enabled.iter().map(|unit| quoted(unit.as_str())).collect();
        out.push_str(&format!("    systemctl enable {}\n", enabled.join(" ")));
    } else {
        out.push_str(&format!(
            "    sed -n 's/^enable //p' /{} | xargs -d '\\n' systemctl enable\n",
            own_files::preset()
        ));
    }
    out.push_str("\nThey start with the next boot, or with what they follow.\n");
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
    for Service { job: name, unit, instance, reloads } in &plan.services {
        let (given, unit) = match instance {
            Instance::Singleton { .. } => (String::new(), unit.stem().to_owned()),
            Instance::Template { variables, .. } => (
                variables.iter().map(|variable| format!(" {variable}=…")).collect(),
                format!("{}@{}", unit.stem(), vec!["…"; variables.len()].join(":")),
            ),
        };
        let (name, unit) = (visible(name), shell_word(&unit));
        let reload = if *reloads {
            format!("`reload {name}` is `systemctl reload {unit}`")
        } else {
            "it cannot be reloaded".to_owned()
        };
        out.push_str(&format!(
            "{name}: `start {name}{given}` is now `systemctl start {unit}`, the log is now `journalctl -u {unit}`, {reload}\n"
        ));
    }
    out
}
