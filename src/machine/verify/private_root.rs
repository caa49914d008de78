//! The directories of units in which systemd-analyze looks at an overlay: the units of the target
//! with those of the overlay on top, and links that enable the units of the overlay.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{lexical, unit_behind};
use super::checked_overlay::{CheckedFile, CheckedOverlay};
use super::target_system::{TargetFile, TargetSystem, file_name_of};

/// The directories of units, relative to the root; what is in the first hides what is in the others
/// (systemd.unit(5), "Unit File Load Path").
pub const UNIT_DIRECTORIES: [&str; 6] = [
    "etc/systemd/system",
    "run/systemd/generator",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
    "run/systemd/generator.late",
];

/// The endings of unit files.
const ENDINGS: [&str; 11] = [
    "service",
    "socket",
    "target",
    "path",
    "timer",
    "mount",
    "automount",
    "swap",
    "slice",
    "scope",
    "device",
];

/// The directory of the links that enable the units of the overlay. Only the start of the system
/// needs them; elsewhere systemd would load all units for each.
const ENABLED: &str = "enabled";

/// The directory of units that are known only by name. It is searched last.
const KNOWN_BY_NAME: &str = "known-by-name";

/// The units of Debian 12, for a target whose own unit files are not there.
const RECORDED: &str = include_str!("../../systemd/ordering/recorded/debian-12");

/// What is started together at boot.
const BOOT: [&str; 2] = ["multi-user.target", "graphical.target"];

/// A file in the private root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivateFile {
    /// A regular file.
    Text(String),
    /// A link to another path in the private root.
    Link(String),
    /// A link to /dev/null.
    Mask,
}

/// What systemd-analyze looks at.
#[derive(Debug, PartialEq, Eq)]
pub struct PrivateRoot {
    /// By relative path.
    pub files: BTreeMap<String, PrivateFile>,
    /// The directories to search, in order.
    pub search: Vec<&'static str>,
    /// The names of the units to verify.
    pub units: Vec<String>,
    /// The targets that start all enabled units together.
    pub boot: [&'static str; 2],
    /// The directory that is searched first for these targets.
    pub enabled: &'static str,
}

/// Whether systemd takes a file of this name for a unit.
pub fn is_unit_file_name(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
    name.len() <= 255
        && name.bytes().all(is_of_name)
        && name.rsplit_once('.').is_some_and(|(stem, ending)| {
            !stem.is_empty() && !stem.starts_with('@') && ENDINGS.contains(&ending)
        })
}

/// The files that show systemd-analyze the overlay as it will be installed.
pub fn private_root(overlay: &CheckedOverlay, target: &TargetSystem<'_>) -> PrivateRoot {
    let mut files = BTreeMap::new();
    for (path, file) in &target.units {
        let file = match file {
            TargetFile::Text(text) => PrivateFile::Text(text.clone()),
            TargetFile::Alias(to) => PrivateFile::Link(to.clone()),
            TargetFile::Masked => PrivateFile::Mask,
        };
        files.insert(path.clone(), file);
    }
    let is_of_units = |path: &str| {
        UNIT_DIRECTORIES
            .iter()
            .any(|directory| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/')))
    };
    for (path, file) in overlay.files.iter().filter(|(path, _)| is_of_units(path)) {
        match file {
            CheckedFile::Text { text, .. } => {
                files.insert(path.clone(), PrivateFile::Text(text.clone()));
            }
            CheckedFile::Link(to) if to == "/dev/null" => {
                files.insert(path.clone(), PrivateFile::Mask);
            }
            CheckedFile::Link(to) => {
                // Of a link that enables a unit only the name matters.
                let enables = !overlay.is_unit(path);
                let unit = unit_behind(path, to, overlay, target);
                let to = unit.or_else(|| lexical(path, to).filter(|_| enables));
                match to {
                    Some(to) => files.insert(path.clone(), PrivateFile::Link(to)),
                    None => files.remove(path),
                };
            }
            CheckedFile::Directory | CheckedFile::Unusable(_) => {}
        }
    }
    enable(overlay, &mut files);
    let known = target.units_named();
    if !target.units.keys().any(|path| path.ends_with("/sysinit.target")) {
        files.extend(known_by_name(target));
    }
    let has_file = |name: &&str| {
        let template = file_name_of(name);
        overlay.path_of_unit(name).is_some_and(|path| files.contains_key(path))
            || known.contains(*name)
            || known.contains(template.as_str())
    };
    let units = overlay.concerned().into_iter().filter(has_file).map(str::to_owned).collect();
    let search = UNIT_DIRECTORIES.into_iter().chain([KNOWN_BY_NAME]).collect();
    PrivateRoot { files, search, units, boot: BOOT, enabled: ENABLED }
}

/// The links that `systemctl enable` creates.
fn enable(overlay: &CheckedOverlay, files: &mut BTreeMap<String, PrivateFile>) {
    for (unit, path) in overlay.units().filter(|(unit, _)| !unit.contains("@.")) {
        let install =
            overlay.settings_of(path).iter().filter(|setting| setting.section == "Install");
        for setting in install {
            let folder = match setting.key.as_str() {
                "WantedBy" => "wants",
                "RequiredBy" => "requires",
                _ => continue,
            };
            for by in setting.value.split_ascii_whitespace().filter(|by| is_unit_file_name(by)) {
                let link = format!("{ENABLED}/{by}.{folder}/{unit}");
                files.entry(link).or_insert_with(|| PrivateFile::Link(path.to_owned()));
            }
        }
    }
}

/// Units that are known by name only: those of a list, and those that every system has.
fn known_by_name(target: &TargetSystem<'_>) -> BTreeMap<String, PrivateFile> {
    let mut found = BTreeMap::new();
    let mut wants: Vec<(String, String)> = Vec::new();
    let recorded = || RECORDED.lines().filter(|line| !line.starts_with('#'));
    let names: BTreeSet<&str> = recorded()
        .filter_map(|line| line.split_once(':').map(|(name, _)| name))
        .chain(target.listed.keys().map(String::as_str))
        .filter(|name| is_unit_file_name(name))
        .collect();
    let facts: BTreeMap<&str, &str> = recorded().filter_map(|line| line.split_once(':')).collect();
    for &name in &names {
        if target.listed.get(name).is_some_and(|state| state.starts_with("masked")) {
            found.insert(format!("{KNOWN_BY_NAME}/{name}"), PrivateFile::Mask);
            continue;
        }
        let mut text = "[Unit]\n".to_owned();
        let mut directive = "";
        for word in facts.get(name).copied().unwrap_or_default().split_ascii_whitespace() {
            let value = word.split_once('=').map_or(word, |(key, value)| {
                directive = key;
                value
            });
            if directive == "WantedBy" {
                wants.push((value.to_owned(), name.to_owned()));
            } else if directive == "DefaultDependencies" || names.contains(value) {
                text.push_str(&format!("{directive}={value}\n"));
            }
        }
        text.push_str(match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("service") => "[Service]\nType=oneshot\nExecStart=/bin/true\n",
            Some("socket") => "[Socket]\nListenStream=/run/known-by-name\n",
            Some("path") => "[Path]\nPathExists=/run/known-by-name\n",
            Some("timer") => "[Timer]\nOnBootSec=1h\n",
            // A unit of another kind needs what only its file has.
            Some("target" | "slice") => "",
            _ => continue,
        });
        found.insert(format!("{KNOWN_BY_NAME}/{name}"), PrivateFile::Text(text));
    }
    for (by, name) in wants.into_iter().filter(|(_, name)| !name.contains("@.")) {
        let link = PrivateFile::Link(format!("{KNOWN_BY_NAME}/{name}"));
        found.insert(format!("{KNOWN_BY_NAME}/{by}.wants/{name}"), link);
    }
    found
}
