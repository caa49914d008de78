//! Units that an overlay names and that neither it nor the target has.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::machine::verify::checked_overlay::CheckedOverlay;
use crate::machine::verify::private_root::is_unit_file_name;
use crate::machine::verify::target_system::{TargetSystem, file_name_of};
use crate::machine::verify::trouble::{Trouble, TroublePlace};
use crate::text::suggestion::closest;

/// The settings whose unit is needed, and those that systemd ignores for a unit that is missing.
const NEEDED: [&str; 4] = ["Requires", "BindsTo", "WantedBy", "RequiredBy"];
const USED: [&str; 3] = ["After", "Wants", "PartOf"];

/// The kinds of units that systemd makes without a file: from fstab, from devices, by itself.
const WITHOUT_FILE: [&str; 6] = [".device", ".mount", ".automount", ".swap", ".slice", ".scope"];

pub(super) fn check(overlay: &CheckedOverlay, target: &TargetSystem<'_>, found: &mut Vec<Trouble>) {
    if !target.has_units() {
        return;
    }
    let mut known = target.units_named();
    known.extend(overlay.units().map(|(name, _)| name));
    for (_, settings) in overlay.settings() {
        let aliases = settings.iter().filter(|setting| setting.directive() == "Install.Alias");
        known.extend(aliases.flat_map(|setting| setting.value.split_ascii_whitespace()));
    }
    let mut missing: BTreeMap<String, (BTreeSet<&str>, Vec<TroublePlace>)> = BTreeMap::new();
    for (path, settings) in overlay.settings() {
        for setting in settings {
            let key = setting.key.as_str();
            if !NEEDED.contains(&key) && !USED.contains(&key) {
                continue;
            }
            for name in setting.value.split_ascii_whitespace() {
                if !is_missing(name, &known, target) {
                    continue;
                }
                let (keys, places) = missing.entry(name.to_owned()).or_default();
                keys.insert(key);
                let place = overlay.place_of(path, setting);
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        drop_in_without_unit(path, overlay, &known, found);
    }
    for (name, (keys, mut places)) in missing {
        places.sort();
        let needed: Vec<&str> = NEEDED.into_iter().filter(|key| keys.contains(key)).collect();
        let severity = if needed.is_empty() { Severity::Note } else { Severity::Warning };
        let result = match needed.as_slice() {
            [] if keys.contains("Wants") || keys.contains("PartOf") => {
                "systemd ignores it here".to_owned()
            }
            [] => "the order has no effect".to_owned(),
            [key, ..] if ["WantedBy", "RequiredBy"].contains(key) => {
                format!("nothing starts what has `{key}={name}`")
            }
            [key, ..] => format!("what has `{key}={name}` cannot start"),
        };
        let message = format!("neither the overlay nor the target has the unit `{name}`: {result}");
        // The endings, which are long and always alike, would make all names similar.
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        let stems = known.iter().filter_map(|known| known.strip_suffix(ending)?.strip_suffix('.'));
        let meant = closest(stem, stems).map(|stem| format!("{stem}.{ending}"));
        let help = match meant {
            Some(meant) => {
                format!("use `{meant}` if that is the unit, or install what has `{name}`")
            }
            None => format!(
                "install what has `{name}`, or name the unit that does its work on the target"
            ),
        };
        let mut places = places.into_iter();
        if let Some(first) = places.next() {
            let mut trouble = Trouble::new(severity, "reference", message, first).help(help);
            trouble.also.extend(places);
            found.push(trouble);
        }
    }
}

fn is_missing(name: &str, known: &BTreeSet<&str>, target: &TargetSystem<'_>) -> bool {
    // With a specifier, only the name of a template is certain.
    let file = file_name_of(name);
    let file = file.as_str();
    if file.contains('%') || !is_unit_file_name(file) {
        return false;
    }
    !known.contains(name)
        && !known.contains(file)
        && !WITHOUT_FILE.iter().any(|ending| name.ends_with(ending))
        && !name.strip_suffix(".service").is_some_and(|stem| target.init_scripts.contains(stem))
}

/// Reports a drop-in that changes nothing, because its unit is missing.
fn drop_in_without_unit(
    path: &str,
    overlay: &CheckedOverlay,
    known: &BTreeSet<&str>,
    found: &mut Vec<Trouble>,
) {
    let folder = path.rsplit_once('/').and_then(|(folder, _)| folder.rsplit('/').next());
    let Some(unit) = folder.and_then(|folder| folder.strip_suffix(".d")) else { return };
    let is_known = known.contains(unit) || known.contains(file_name_of(unit).as_str());
    if is_known || !is_unit_file_name(unit) || unit.contains("-.") {
        return;
    }
    let message = format!(
        "neither the overlay nor the target has the unit `{unit}`, so this drop-in has no effect"
    );
    let trouble = Trouble::new(Severity::Note, "reference", message, overlay.place(path, 0));
    found.push(trouble.help(format!("install what has `{unit}`, or add the settings to the unit that does its work on the target")));
}
