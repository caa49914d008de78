//! The overlay that is checked.

use std::collections::{BTreeMap, BTreeSet};

use super::blame::Blame;
use super::private_root::{UNIT_DIRECTORIES, is_unit_file_name};
use super::read_unit::{UnitSetting, read_unit};
use super::tree_view::SystemEntry;
use super::trouble::{Trouble, TroublePlace};
use crate::convert::FileOrigin;
use crate::diagnostic::Severity;
use crate::systemd::UnitName;

/// A file of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckedFile {
    /// A regular file.
    Text {
        /// The text, or only its first line where the rest is not needed.
        text: String,
        /// Whether it may be executed.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link, with its target as it is written.
    Link(String),
    /// What is not read, with the reason: `it is a named pipe`.
    Unusable(String),
}

/// The files of an overlay, by path relative to the root: `etc/systemd/system/app.service`.
#[derive(Debug, Default)]
pub struct CheckedOverlay {
    pub(super) files: BTreeMap<String, CheckedFile>,
    settings: BTreeMap<String, Vec<UnitSetting>>,
    /// The names of units with their paths; of several with one name, systemd reads the first.
    units: BTreeMap<String, String>,
    /// The paths of the drop-ins for each unit.
    drop_ins: BTreeMap<String, Vec<String>>,
    blame: Blame,
}

impl CheckedOverlay {
    /// Reads the units among the files. `origins` has the jobs of the files, if that is known.
    pub fn new(
        files: BTreeMap<String, CheckedFile>,
        origins: BTreeMap<String, FileOrigin>,
    ) -> Self {
        let mut settings = BTreeMap::new();
        let mut units = BTreeMap::new();
        let mut drop_ins: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for directory in UNIT_DIRECTORIES {
            for (path, file) in below(&files, directory) {
                let name = &path[directory.len() + 1..];
                let is_unit = !name.contains('/') && is_unit_file_name(name);
                let drop_in_of = name.split_once('/').and_then(|(folder, file)| {
                    let unit = folder.strip_suffix(".d")?;
                    let (_, ending) = file.rsplit_once('.')?;
                    (!file.contains('/') && ending == "conf").then_some(unit)
                });
                if is_unit && !matches!(file, CheckedFile::Directory) {
                    units.entry(name.to_owned()).or_insert_with(|| path.clone());
                }
                if let CheckedFile::Text { text, .. } = file
                    && (is_unit || drop_in_of.is_some())
                {
                    settings.insert(path.clone(), read_unit(text));
                    if let Some(unit) = drop_in_of {
                        drop_ins.entry(unit.to_owned()).or_default().push(path.clone());
                    }
                }
            }
        }
        Self { blame: Blame::new(origins), files, settings, units, drop_ins }
    }

    /// The number of unit files and drop-ins.
    pub fn count(&self) -> usize {
        self.settings.len()
    }

    /// The path of a unit, or of the template of an instance.
    pub(super) fn path_of_unit(&self, name: &str) -> Option<&str> {
        let template = UnitName::known(name).of_instance();
        self.units.get(name).or_else(|| self.units.get(template.as_str())).map(String::as_str)
    }

    /// Whether a path is that of a unit.
    pub(super) fn is_unit(&self, path: &str) -> bool {
        path.rsplit('/')
            .next()
            .and_then(|name| self.units.get(name))
            .is_some_and(|unit| unit == path)
    }

    /// Each unit with its path.
    pub(super) fn units(&self) -> impl Iterator<Item = (&str, &str)> {
        self.units.iter().map(|(name, path)| (name.as_str(), path.as_str()))
    }

    /// Every unit file and drop-in with its settings.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&str, &[UnitSetting])> {
        self.settings.iter().map(|(path, settings)| (path.as_str(), settings.as_slice()))
    }

    /// Whether systemd reads the file as a unit or a drop-in.
    pub(super) fn has_settings(&self, path: &str) -> bool {
        self.settings.contains_key(path)
    }

    pub(super) fn settings_of(&self, path: &str) -> &[UnitSetting] {
        self.settings.get(path).map_or(&[], Vec::as_slice)
    }

    /// The drop-ins for a unit.
    pub(super) fn drop_ins(&self, unit: &str) -> &[String] {
        self.drop_ins.get(unit).map_or(&[], Vec::as_slice)
    }

    /// The names of all units that the overlay has a file for: units, and those with drop-ins.
    pub(super) fn concerned(&self) -> BTreeSet<&str> {
        let with_drop_ins = self.drop_ins.keys().map(String::as_str);
        let units = self.units.keys().map(String::as_str);
        units.chain(with_drop_ins).filter(|name| is_unit_file_name(name)).collect()
    }

    /// The place of a line.
    pub(super) fn place(&self, path: &str, line: usize) -> TroublePlace {
        self.blame.place(path, self.settings_of(path), line)
    }

    pub(super) fn place_of(&self, path: &str, setting: &UnitSetting) -> TroublePlace {
        self.place(path, setting.first_line)
    }

    /// What is in the overlay at a path.
    pub(super) fn entry(&self, path: &str) -> SystemEntry {
        match self.files.get(path) {
            Some(CheckedFile::Text { executable, .. }) => {
                SystemEntry::File { executable: *executable }
            }
            Some(CheckedFile::Directory) => SystemEntry::Directory,
            Some(CheckedFile::Link(target)) => SystemEntry::Link(target.clone()),
            Some(CheckedFile::Unusable(_)) => SystemEntry::Unknown,
            None => SystemEntry::Missing,
        }
    }

    /// Whether a text of the overlay names a path, so that it may be what creates it.
    pub(super) fn mentions_in(&self, directory: &str, path: &str) -> bool {
        below(&self.files, directory)
            .any(|(_, file)| matches!(file, CheckedFile::Text { text, .. } if text.contains(path)))
    }

    /// The texts of the overlay that say which users are created at boot (sysusers.d(5)).
    pub fn sysusers(&self) -> impl Iterator<Item = &str> {
        ["etc/sysusers.d", "usr/lib/sysusers.d"].into_iter().flat_map(|directory| {
            below(&self.files, directory).filter_map(|(_, file)| match file {
                CheckedFile::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
        })
    }

    /// Files of the overlay that do nothing, or that were not read.
    pub(super) fn unusable_files(&self) -> Vec<Trouble> {
        let mut found = Vec::new();
        for (path, file) in &self.files {
            if let CheckedFile::Unusable(reason) = file {
                let message = format!("this file of the overlay is not checked: {reason}");
                let place = self.place(path, 0);
                found.push(Trouble::new(Severity::Warning, "overlay", message, place));
            }
        }
        for directory in UNIT_DIRECTORIES {
            for (path, file) in below(&self.files, directory) {
                let name = &path[directory.len() + 1..];
                if matches!(file, CheckedFile::Text { .. })
                    && !name.contains('/')
                    && !is_unit_file_name(name)
                {
                    let message = "systemd ignores this file: its name is not the name of a unit";
                    let place = self.place(path, 0);
                    let trouble =
                        Trouble::new(Severity::Warning, "overlay", message.to_owned(), place);
                    found.push(trouble.help("rename it, with an ending such as `.service`"));
                }
            }
        }
        found
    }
}

/// The files below a directory.
fn below<'a>(
    files: &'a BTreeMap<String, CheckedFile>,
    directory: &str,
) -> impl Iterator<Item = (&'a String, &'a CheckedFile)> {
    // `0` is the character after `/`.
    files.range(format!("{directory}/")..format!("{directory}0"))
}
