//! Reads the system on which the overlay will be installed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::open_directory::OpenDirectory;
use crate::machine::verify::{
    Accounts, CheckedOverlay, SystemEntry, TargetFile, TargetSystem, TreeView, UNIT_DIRECTORIES,
    is_unit_file_name, resolve, unit_list,
};
use crate::text::bytes::{carry, encode};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// The files below a directory that is the root of a system.
pub(super) struct RootTree {
    path: PathBuf,
    directory: OpenDirectory,
}

impl RootTree {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let directory = OpenDirectory::open(path)
            .with_context(|| format!("cannot open the root `{}` of the target", path.display()))?;
        Ok(Self { path: path.to_owned(), directory })
    }

    fn on_disk(&self, path: &str) -> PathBuf {
        self.path.join(relative(path))
    }

    /// The text of a regular file; links lead to places below the root.
    fn text(&self, path: &str) -> Option<String> {
        let (place, entry) = resolve(self, "", path);
        if !matches!(entry, SystemEntry::File { .. }) {
            return None;
        }
        let mut bytes = Vec::new();
        let file = self.directory.open_file(&relative(&place)).ok()?;
        file.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(carry(&bytes))
    }

    /// The real path of a directory with the names in it.
    fn list(&self, path: &str) -> Option<(String, Vec<String>)> {
        let (place, entry) = resolve(self, "", path);
        if entry != SystemEntry::Directory {
            return None;
        }
        let entries = fs::read_dir(self.on_disk(&place)).ok()?;
        let mut names: Vec<String> =
            entries.filter_map(|entry| Some(carry(entry.ok()?.file_name().as_bytes()))).collect();
        names.sort();
        Some((place, names))
    }

    /// The texts of all files of directories whose names have this ending.
    fn texts(&self, directories: &[&str]) -> Vec<String> {
        let mut texts = Vec::new();
        for directory in directories {
            let Some((place, names)) = self.list(directory) else { continue };
            for name in names
                .iter()
                .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "conf"))
            {
                texts.extend(self.text(&format!("{place}/{name}")));
            }
        }
        texts
    }
}

fn relative(path: &str) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(&encode(path)))
}

impl TreeView for RootTree {
    fn entry(&self, path: &str) -> SystemEntry {
        let path = self.on_disk(path);
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return SystemEntry::Unknown;
            }
            Err(_) => return SystemEntry::Missing,
        };
        if metadata.is_symlink() {
            return match fs::read_link(&path) {
                Ok(target) => SystemEntry::Link(carry(target.as_os_str().as_bytes())),
                Err(_) => SystemEntry::Unknown,
            };
        }
        // The root itself may be a link.
        if metadata.is_dir() {
            SystemEntry::Directory
        } else {
            SystemEntry::File { executable: metadata.permissions().mode() & 0o111 != 0 }
        }
    }
}

/// Reads what the checks ask.
pub(super) fn read<'a>(
    tree: &'a RootTree,
    overlay: &CheckedOverlay,
    target: &mut TargetSystem<'a>,
    left_out: &mut Vec<String>,
) {
    target.units = units(tree);
    if target.units.is_empty() {
        left_out.push(format!(
            "the names of units: there are none below `{}`",
            tree.path.join("usr/lib/systemd/system").display()
        ));
    }
    target.tree = Some(tree);
    target.accounts = accounts(tree, overlay);
    if target.accounts.is_none() {
        left_out.push(format!(
            "users and groups: `{}` cannot be read",
            tree.path.join("etc/passwd").display()
        ));
    }
    target.init_scripts =
        tree.list("etc/init.d").map(|(_, names)| names.into_iter().collect()).unwrap_or_default();
    target.tmpfiles = tree.texts(&["etc/tmpfiles.d", "usr/lib/tmpfiles.d"]).concat();
}

fn accounts(tree: &RootTree, overlay: &CheckedOverlay) -> Option<Accounts> {
    let mut accounts = Accounts::default();
    accounts.add_passwd(&tree.text("etc/passwd")?);
    accounts.add_group(&tree.text("etc/group").unwrap_or_default());
    accounts.add_nsswitch(&tree.text("etc/nsswitch.conf").unwrap_or_default());
    for text in tree.texts(&["etc/sysusers.d", "usr/lib/sysusers.d"]) {
        accounts.add_sysusers(&text);
    }
    overlay.sysusers().for_each(|text| accounts.add_sysusers(text));
    Some(accounts)
}

/// All files in the directories of units.
fn units(tree: &RootTree) -> BTreeMap<String, TargetFile> {
    let mut found = BTreeMap::new();
    // The real path of each directory, with its usual one: /lib may be a link to /usr/lib.
    let mut places: BTreeMap<String, &str> = BTreeMap::new();
    let mut listed = Vec::new();
    for directory in UNIT_DIRECTORIES {
        if let Some((place, names)) = tree.list(directory)
            && !places.contains_key(&place)
        {
            places.insert(place.clone(), directory);
            listed.push((directory, place, names));
        }
    }
    for (directory, place, names) in listed {
        for name in names {
            let there = format!("{place}/{name}");
            if is_unit_file_name(&name) {
                let file = unit(tree, &there, &name, &places);
                found.extend(file.map(|file| (format!("{directory}/{name}"), file)));
            } else if [".d", ".wants", ".requires", ".upholds"]
                .iter()
                .any(|ending| name.ends_with(ending))
                && let Some((folder, inner)) = tree.list(&there)
            {
                for inner in inner {
                    let file = unit(tree, &format!("{folder}/{inner}"), &inner, &places);
                    found.extend(file.map(|file| (format!("{directory}/{name}/{inner}"), file)));
                }
            }
        }
    }
    found
}

/// A file in a directory of units.
fn unit(
    tree: &RootTree,
    there: &str,
    name: &str,
    places: &BTreeMap<String, &str>,
) -> Option<TargetFile> {
    if let SystemEntry::Link(target) = tree.entry(there) {
        if target == "/dev/null" {
            return Some(TargetFile::Masked);
        }
        let (place, entry) = resolve(tree, "", there);
        let (folder, other) = place.rsplit_once('/').unwrap_or(("", &place));
        match entry {
            SystemEntry::File { .. } if other != name || there.contains(".wants/") => {
                if let Some(directory) = places.get(folder) {
                    return Some(TargetFile::Alias(format!("{directory}/{other}")));
                }
            }
            // What the link named is gone, or made while the system runs.
            SystemEntry::Missing => {
                let other = target.rsplit('/').next().filter(|other| is_unit_file_name(other))?;
                return Some(TargetFile::Alias(format!("{}/{other}", UNIT_DIRECTORIES[0])))
                    .filter(|_| other != name);
            }
            _ => {}
        }
    }
    let text = tree.text(there)?;
    Some(if text.is_empty() { TargetFile::Masked } else { TargetFile::Text(text) })
}

/// Reads a list of units.
pub(super) fn read_list(path: &Path) -> Result<BTreeMap<String, String>> {
    let shown = path.display();
    let metadata = fs::metadata(path).with_context(|| format!("cannot read `{shown}`"))?;
    if metadata.is_dir() || metadata.len() > LARGEST {
        bail!("`{shown}` is not a list of units");
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read `{shown}`"))?;
    unit_list(&carry(&bytes)).with_context(|| {
        format!("`{shown}` is not a list of units; write it on the target with `systemctl list-unit-files --no-legend > {shown}`")
    })
}
