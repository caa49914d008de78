//! Compares the existing files with the outputs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;

use super::manifest::{MANIFEST, Manifest};
use super::places::Places;
use super::{ChangeKind, FileChange, path, stale};
use crate::systemd::layout::{Output, is_program};
use crate::text::bytes::encode;

/// Compares the files below a root with the outputs. Returns a change for each output, and for each
/// file of this program that is no longer an output, in the order of the bytes of the paths. Fails
/// if an output would be written outside of the root, through a symbolic link, or in place of a
/// directory.
pub(in crate::cli) fn compare<'a>(
    root: &Path,
    outputs: &'a [Output],
    unread: &BTreeSet<String>,
) -> Result<Vec<FileChange<'a>>> {
    Ok(survey(root, outputs, unread)?.changes)
}

/// The changes, and the state of the directories.
pub(super) struct Comparison<'r, 'a> {
    pub(super) changes: Vec<FileChange<'a>>,
    pub(super) places: Places<'r>,
    /// What this program has written so far.
    pub(super) manifest: Manifest,
}

/// The changes. Files of the jobs that could not be read this time are not stale.
pub(super) fn survey<'r, 'a>(
    root: &'r Path,
    outputs: &'a [Output],
    unread: &BTreeSet<String>,
) -> Result<Comparison<'r, 'a>> {
    let wanted = by_path(outputs)?;
    let manifest = Manifest::read(root)?;
    let mut places = Places::new(root)?;
    places.list_around(Path::new(MANIFEST))?;
    for file in wanted.keys() {
        places.list_around(file)?;
    }
    let mut found: Vec<(PathBuf, FileChange<'_>)> = wanted
        .par_iter()
        .map(|(file, output)| {
            let change = FileChange {
                path: Cow::Borrowed(&output.path),
                kind: kind(root, (&places, &manifest), file, output)?,
            };
            Ok((file.clone(), change))
        })
        // Keep all results, so that the first failure in order is reported, not the first in time.
        .collect::<Vec<Result<_>>>()
        .into_iter()
        .collect::<Result<_>>()?;
    found.extend(stale::find(root, &mut places, (&wanted, &manifest), unread));
    found.sort_by(|(a, _), (b, _)| a.as_os_str().cmp(b.as_os_str()));
    let changes = found.into_iter().map(|(_, change)| change).collect();
    Ok(Comparison { changes, places, manifest })
}

/// The outputs by their paths. No two paths are equal, and none is a directory of another.
fn by_path(outputs: &[Output]) -> Result<BTreeMap<PathBuf, &Output>> {
    let mut wanted: BTreeMap<PathBuf, &Output> = BTreeMap::new();
    for output in outputs {
        if wanted.insert(path::relative(&output.path)?, output).is_some() {
            bail!("two files are to be written to `{}`", output.path);
        }
    }
    for (file, output) in &wanted {
        if let Some(other) = file.ancestors().skip(1).find_map(|around| wanted.get(around)) {
            bail!("`{}` is to be a file, and `{}` is to be below it", other.path, output.path);
        }
    }
    Ok(wanted)
}

fn kind<'a>(
    root: &Path,
    (places, manifest): (&Places<'_>, &Manifest),
    file: &Path,
    output: &'a Output,
) -> Result<ChangeKind<'a>> {
    let after = output.text.as_str();
    let Some(kind) = places.kind_of(file) else { return Ok(ChangeKind::New { after }) };
    let at = root.join(file);
    ensure!(!kind.is_dir(), "`{}` is a directory, and a file has to go there", at.display());
    if !kind.is_file() {
        return Ok(ChangeKind::Foreign { before: None, after });
    }
    let before = fs::read(&at)
        .with_context(|| format!("cannot read `{}`, which is to be replaced", at.display()))?;
    let encoded = encode(after);
    if before == encoded.as_ref() && (!is_program(after) || is_executable(&at)?) {
        return Ok(ChangeKind::Same);
    }
    Ok(match manifest.files.get(&output.path) {
        Some(entry) if entry.is_of(&before) || before == encoded.as_ref() => {
            ChangeKind::Changed { before, after }
        }
        Some(entry) => ChangeKind::Edited { is_current: entry.is_of(&encoded), before, after },
        None => ChangeKind::Foreign { before: Some(before), after },
    })
}

fn is_executable(path: &Path) -> Result<bool> {
    let metadata =
        fs::metadata(path).with_context(|| format!("cannot look at `{}`", path.display()))?;
    Ok(metadata.permissions().mode() & 0o111 == 0o111)
}
