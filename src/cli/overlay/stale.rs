//! Files that an earlier run wrote and this run does not write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rayon::prelude::*;

use super::ours::{BEGINNING, is_ours};
use super::places::Places;
use super::{ChangeKind, FileChange, path};
use crate::lower::own_files::{COMMANDS, WRITTEN_TO};
use crate::systemd::layout::Output;

/// Finds files of this program that are no longer among the outputs. Files that cannot be listed or
/// read are left out, because it is unknown which program wrote them. Upstart's commands are written
/// by a run of their own, so they are not left over from any other run, nor the other way round.
pub(super) fn find(
    root: &Path,
    places: &mut Places<'_>,
    wanted: &BTreeMap<PathBuf, &Output>,
) -> Vec<(PathBuf, FileChange<'static>)> {
    let mut files = Vec::new();
    for directory in WRITTEN_TO.map(Path::new) {
        if places.has(directory).is_ok_and(|has| has) {
            list(root, directory, &mut files);
        }
    }
    let are_commands = wanted.keys().any(|file| file.starts_with(COMMANDS));
    files.retain(|file| !wanted.contains_key(file) && file.starts_with(COMMANDS) == are_commands);
    let stale = files.into_par_iter().filter_map(|file| {
        let before = read_ours(&root.join(&file)).ok().flatten()?;
        let change =
            FileChange { path: Cow::Owned(path::text(&file)), kind: ChangeKind::Stale { before } };
        Some((file, change))
    });
    stale.collect()
}

/// The regular files below a directory. Links are not followed.
fn list(root: &Path, directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(root.join(directory)) else { return };
    for entry in entries.flatten() {
        let below = directory.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => list(root, &below, files),
            Ok(kind) if kind.is_file() => files.push(below),
            _ => {}
        }
    }
}

/// The text of a file if this program wrote it. Only the beginning of other files is read.
fn read_ours(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let mut text = Vec::new();
    file.by_ref().take(BEGINNING).read_to_end(&mut text)?;
    if !is_ours(&text) {
        return Ok(None);
    }
    file.read_to_end(&mut text)?;
    Ok(Some(text))
}
