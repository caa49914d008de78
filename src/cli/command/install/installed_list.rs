//! The list of what is installed below a root, and of what was there before. `uninstall` brings
//! that back.
//!
//! Each line of the file is a JSON object. The list is written before the files: after a run that
//! was killed each file is as before or as installed, and the list has both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::former::{Former, path_of};
use super::within::{Within, resolve};
use crate::cli::input::shown;
use crate::cli::open_directory::OpenDirectory;
use crate::cli::overlay::path::relative;

/// The directory of the list, relative to the root.
pub(super) const STATE: &str = "var/lib/upstart2systemd";

/// The name of the list.
pub(super) const LIST: &str = "installed";

/// The directory beside the list with the files that were replaced, by numbers.
pub(super) const KEPT: &str = "kept";

/// What is installed below a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InstalledList {
    /// By their paths without links, relative to the root.
    pub(super) files: BTreeMap<PathBuf, Installed>,
    /// The directories that were made for the files and for the list.
    pub(super) made: BTreeSet<PathBuf>,
}

/// A file that is installed, or about to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Installed {
    pub(super) path: String,
    pub(super) sha256: String,
    /// The signature of what is replaced by this file, if that is not what was there at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replaces: Option<String>,
    /// What was there before the first installation.
    pub(super) before: Former,
}

/// The first line of the list.
#[derive(Serialize, Deserialize)]
struct FirstLine {
    /// The version of the format.
    upstart2systemd_installed: u32,
    made: Vec<String>,
}

impl Installed {
    pub(super) fn new(path: &Path, sha256: &str, before: Former) -> Self {
        Self { path: shown(path), sha256: sha256.to_owned(), replaces: None, before }
    }

    /// Whether a run has put this there.
    pub(super) fn is_of(&self, found: &Former) -> bool {
        let signature = found.signature();
        self.sha256 == signature || self.replaces.as_ref() == Some(&signature)
    }
}

impl InstalledList {
    /// The list with this text. Its paths are resolved anew, because a directory may have become a
    /// link since.
    pub(super) fn parse(text: &str, root: &OpenDirectory) -> Result<Self> {
        let mut lines = text.split('\n').filter(|line| !line.is_empty());
        let first: FirstLine = serde_json::from_str(lines.next().unwrap_or_default())?;
        if first.upstart2systemd_installed != 1 {
            bail!("its format is {}", first.upstart2systemd_installed);
        }
        let mut list = Self::default();
        for line in lines {
            let mut entry: Installed = serde_json::from_str(line)?;
            if let Former::File(file) = &entry.before {
                let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
                ensure!(is_number(&file.kept), "`{}` is not the name of a copy", file.kept);
            }
            let place = place(root, &entry.path)?;
            entry.path = shown(&place);
            list.files.insert(place, entry);
        }
        for directory in first.made {
            list.made.insert(place(root, &directory)?);
        }
        Ok(list)
    }

    pub(super) fn text(&self) -> Result<String> {
        let made = self.made.iter().map(|directory| shown(directory)).collect();
        let mut text = serde_json::to_string(&FirstLine { upstart2systemd_installed: 1, made })?;
        for entry in self.files.values() {
            text.push('\n');
            text.push_str(&serde_json::to_string(entry)?);
        }
        text.push('\n');
        Ok(text)
    }

    /// The names of the copies that the list mentions.
    pub(super) fn kept(&self) -> BTreeSet<&str> {
        let kept = self.files.values().filter_map(|entry| match &entry.before {
            Former::File(file) => Some(file.kept.as_str()),
            Former::Nothing | Former::Link { .. } | Former::Other(_) => None,
        });
        kept.collect()
    }
}

fn place(root: &OpenDirectory, path: &str) -> Result<PathBuf> {
    relative(path).with_context(|| format!("it lists `{path}`"))?;
    match resolve(root, &path_of(path))? {
        Within::At(place) => Ok(place),
        Within::Blocked(at, why) => bail!("it lists `{path}`, and `{}` {why}", at.display()),
    }
}
