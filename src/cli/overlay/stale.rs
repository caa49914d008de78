//! Files that an earlier run wrote and this run does not write.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::manifest::{Entry, Manifest};
use super::places::Places;
use super::{ChangeKind, FileChange, path};
use crate::lower::own_files::COMMANDS;
use crate::systemd::layout::Output;

/// Finds files of the list that are no longer among the outputs. Files that were edited are left
/// out, and so are those of jobs that could not be read this time: whether they are to go is not
/// known. Nor is it for files that several jobs share, if any job could not be read. Upstart's
/// commands are written by a run of their own, so they are not left over from any other run, nor
/// the other way round.
pub(super) fn find(
    root: &Path,
    places: &mut Places<'_>,
    (wanted, manifest): (&BTreeMap<PathBuf, &Output>, &Manifest),
    unread: &BTreeSet<String>,
) -> Vec<(PathBuf, FileChange<'static>)> {
    let is_undecided = |entry: &Entry| match &entry.origin {
        Some(origin) => unread.contains(&origin.job),
        None => !unread.is_empty(),
    };
    let are_commands = wanted.keys().any(|file| file.starts_with(COMMANDS));
    let mut left = Vec::new();
    for (path, entry) in &manifest.files {
        let Ok(file) = path::relative(path) else { continue };
        let around = file.parent().unwrap_or(Path::new(""));
        let is_reachable = !wanted.contains_key(&file)
            && file.starts_with(COMMANDS) == are_commands
            && !is_undecided(entry)
            && places.has(around).is_ok_and(|has| has);
        if is_reachable {
            left.push((file, entry));
        }
    }
    let stale = left.into_par_iter().filter_map(|(file, entry)| {
        let at = root.join(&file);
        fs::symlink_metadata(&at).ok().filter(fs::Metadata::is_file)?;
        let before = fs::read(&at).ok().filter(|before| entry.is_of(before))?;
        let change =
            FileChange { path: Cow::Owned(path::text(&file)), kind: ChangeKind::Stale { before } };
        Some((file, change))
    });
    stale.collect()
}
