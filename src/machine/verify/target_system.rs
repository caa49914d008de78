//! What is known of the system on which an overlay will be installed.

use std::collections::{BTreeMap, BTreeSet};

use super::checked_overlay::CheckedOverlay;
use super::tree_view::{SystemEntry, TreeView, resolve};
use crate::systemd::UnitName;

/// A file in a directory of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetFile {
    /// A unit or a drop-in.
    Text(String),
    /// A link to another unit, with the path of what it leads to, or the name if nothing is there.
    Alias(String),
    /// A link to /dev/null, or an empty file.
    Masked,
}

/// The users and groups of a system.
#[derive(Debug, Default)]
pub struct Accounts {
    /// The names of users, also of those that systemd-sysusers creates.
    pub users: BTreeSet<String>,
    /// The names of groups, likewise.
    pub groups: BTreeSet<String>,
    /// There may be more, from a directory service.
    pub elsewhere: bool,
}

/// The system on which an overlay will be installed.
#[derive(Default)]
pub struct TargetSystem<'a> {
    /// The files in the directories of units, by path relative to the root.
    pub units: BTreeMap<String, TargetFile>,
    /// The states of units from a list.
    pub listed: BTreeMap<String, String>,
    /// The files; `None` if only a list of units is known.
    pub tree: Option<&'a dyn TreeView>,
    /// `None` if they are not known.
    pub accounts: Option<Accounts>,
    /// The names of scripts in /etc/init.d, from which systemd makes units.
    pub init_scripts: BTreeSet<String>,
    /// The texts that say which directories are created at boot (tmpfiles.d(5)).
    pub tmpfiles: String,
}

impl TargetSystem<'_> {
    /// Whether the names of its units are known.
    pub fn has_units(&self) -> bool {
        !self.units.is_empty() || !self.listed.is_empty()
    }

    /// The path of a unit in the directories of units, by name.
    pub(super) fn units_named(&self) -> BTreeSet<&str> {
        let names = self.units.keys().filter_map(|path| {
            let (directory, name) = path.rsplit_once('/')?;
            super::UNIT_DIRECTORIES.contains(&directory).then_some(name)
        });
        names.chain(self.listed.keys().map(String::as_str)).collect()
    }
}

/// The files of a target with an overlay on top.
pub(super) struct OverlaidTree<'a> {
    pub(super) overlay: &'a CheckedOverlay,
    pub(super) tree: &'a dyn TreeView,
}

impl TreeView for OverlaidTree<'_> {
    fn entry(&self, path: &str) -> SystemEntry {
        match (self.overlay.entry(path), self.tree.entry(path)) {
            // `cp` installs the files of a directory below the directory that a link leads to.
            (SystemEntry::Missing, below) => below,
            (SystemEntry::Directory, link @ SystemEntry::Link(_)) => link,
            (above, _) => above,
        }
    }
}

impl OverlaidTree<'_> {
    /// What is at a path, below a root that is `/` or what `RootDirectory=` says.
    pub(super) fn at(&self, root: &str, path: &str) -> SystemEntry {
        let (root, entry) = resolve(self, "", root);
        match entry {
            SystemEntry::Directory => resolve(self, &root, path).1,
            other => other,
        }
    }
}

/// The name of the file of a unit: that of the template for an instance.
pub(super) fn file_name_of(unit: &str) -> UnitName {
    UnitName::known(unit).of_instance()
}

impl Accounts {
    /// Adds the users of a passwd file (passwd(5)).
    pub fn add_passwd(&mut self, text: &str) {
        self.users.extend(first_fields(text));
    }

    /// Adds the groups of a group file (group(5)).
    pub fn add_group(&mut self, text: &str) {
        self.groups.extend(first_fields(text));
    }

    /// Adds what systemd-sysusers creates at boot (sysusers.d(5)).
    pub fn add_sysusers(&mut self, text: &str) {
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            let (Some(kind), Some(name)) = (words.next(), words.next()) else { continue };
            let name = name.trim_matches('"').to_owned();
            match kind.trim_end_matches(['!', '-']) {
                "u" => {
                    self.users.insert(name.clone());
                    self.groups.insert(name);
                }
                "g" => {
                    self.groups.insert(name);
                }
                "m" => {
                    self.users.insert(name);
                    self.groups.extend(words.next().map(str::to_owned));
                }
                _ => {}
            }
        }
    }

    /// Notes whether there are accounts that no file has (nsswitch.conf(5)).
    pub fn add_nsswitch(&mut self, text: &str) {
        const LOCAL: [&str; 4] = ["files", "compat", "systemd", "altfiles"];
        let services = text.lines().filter_map(|line| {
            line.trim_start().strip_prefix("passwd:").or(line.trim_start().strip_prefix("group:"))
        });
        self.elsewhere |= services
            .flat_map(|services| {
                services.split('#').next().unwrap_or_default().split_ascii_whitespace()
            })
            .any(|service| !service.starts_with('[') && !LOCAL.contains(&service));
    }
}

fn first_fields(text: &str) -> impl Iterator<Item = String> {
    let names = text.lines().filter_map(|line| line.split(':').next());
    names.filter(|name| !name.is_empty() && !name.starts_with(['+', '-', '#'])).map(str::to_owned)
}
