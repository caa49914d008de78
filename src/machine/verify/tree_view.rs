//! Paths of a system that is not the running one: symbolic links lead to places below its root.
//!
//! The resolver of `cli/input/root.rs` is for reading, and takes what cannot be looked at for a name;
//! that of `cli/command/install/within.rs` is for writing, and refuses a link out of the root, which
//! this one and the kernel (`RESOLVE_IN_ROOT`) keep below it; this one is for trees that are only
//! described, as in tests and in an overlay laid over a system, and has to tell what is missing from
//! what is unknown.

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemEntry {
    /// Nothing.
    Missing,
    /// A regular file, or a device, socket or pipe.
    File {
        /// Whether it may be executed.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link, with its target as it is written.
    Link(String),
    /// It cannot be looked at.
    Unknown,
}

/// A tree of files.
pub trait TreeView {
    /// What is at a path relative to the root, such as `usr/bin/env`; the root itself is the empty
    /// path. No part of the path before the last is a link.
    fn entry(&self, path: &str) -> SystemEntry;
}

/// The most links that are followed, as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Follows a path below `root`, which is a path without links, and never leads out of it. Returns
/// the place, relative to the root of the tree, and what is there; never a link.
pub fn resolve(tree: &dyn TreeView, root: &str, path: &str) -> (String, SystemEntry) {
    let mut todo: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
    let mut reached: Vec<String> = Vec::new();
    let mut links = 0;
    let place = |reached: &[String]| {
        let parts = Some(root).filter(|root| !root.is_empty()).into_iter();
        parts.chain(reached.iter().map(String::as_str)).collect::<Vec<_>>().join("/")
    };
    let mut entry = tree.entry(root);
    while let Some(part) = todo.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                reached.pop();
                entry = SystemEntry::Directory;
                continue;
            }
            _ => {}
        }
        if entry != SystemEntry::Directory {
            let found = if entry == SystemEntry::Unknown { entry } else { SystemEntry::Missing };
            return (place(&reached), found);
        }
        reached.push(part);
        entry = tree.entry(&place(&reached));
        if let SystemEntry::Link(target) = &entry {
            links += 1;
            if links > MOST_LINKS {
                return (place(&reached), SystemEntry::Missing);
            }
            if target.starts_with('/') {
                reached.clear();
            } else {
                reached.pop();
            }
            todo.extend(target.split('/').rev().map(str::to_owned));
            entry = SystemEntry::Directory;
        }
    }
    (place(&reached), entry)
}
