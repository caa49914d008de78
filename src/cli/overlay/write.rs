//! Writes the overlay.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::compare::{Comparison, survey};
use super::manifest::{Entry, MANIFEST, Manifest, sha256};
use super::moves::{Move, make_all};
use super::places::Places;
use super::staging::{Root, Staging};
use super::{ChangeKind, FileChange, path};
use crate::cli::open_directory::{OpenDirectory, set_mode};
use crate::cli::signals::Signals;
use crate::convert::FileOrigin;
use crate::systemd::layout::{Output, is_program};
use crate::text::bytes::encode;
use crate::text::list;

/// What may be done to existing files.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Writing<'a> {
    /// Replace files that this program did not write, and those that were edited.
    pub(in crate::cli) force: bool,
    /// Remove files that this program wrote and that are no longer among the outputs.
    pub(in crate::cli) prune: bool,
    /// The jobs that could not be read this time, whose files are not removed.
    pub(in crate::cli) unread: &'a BTreeSet<String>,
}

/// For each file that was written for one job, by its path, where it comes from.
pub(in crate::cli) type Origins = BTreeMap<String, FileOrigin>;

/// The maximal number of files that a message names.
const NAMED: usize = 10;

/// Writes outputs below a root. Returns the changes that [`compare`](fn@super::compare) finds.
/// Either all changes are made, or none and the error has the reason. `progress` is called from any
/// thread with the number of finished steps and of all steps.
///
/// A run that is killed leaves each file complete, old or new, because files are written elsewhere
/// and then renamed. They are not synchronized one by one: that would take longer than everything
/// else together, and would help only if the machine crashes. That case is left to the file system.
pub(in crate::cli) fn write<'a>(
    root: &Path,
    (outputs, origins): (&'a [Output], &Origins),
    how: Writing<'_>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<FileChange<'a>>> {
    let signals = Signals::hold()?;
    let locked = Root::open(root)?;
    let Comparison { changes, places, manifest: before } = survey(root, outputs, how.unread)?;
    refuse_foreign(&changes, how)?;
    let manifest = manifest_after(&changes, (outputs, origins), &before, how);
    let plan = WritePlan::of(&changes, &places, (&manifest, &before), how)?;
    if !plan.moves.is_empty() {
        let staging = locked.stage()?;
        let (done, total) = (AtomicUsize::new(0), plan.files.len() + plan.moves.len());
        let step = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        let written = write_all(root, &staging, &plan, &|| {
            step();
            signals.check()
        });
        written.and_then(|()| signals.check())?;
        // From here on signals wait until all files are in place.
        make_all((root, locked.directory()), staging, &plan.moves, &step)?;
        remove_empty(locked.directory(), &plan.moves);
        locked.keep();
    }
    Ok(changes)
}

/// The list of files when all changes have been made. Files that are removed stay in it until a
/// later run, because this run may be killed before it removes them.
fn manifest_after(
    changes: &[FileChange<'_>],
    (outputs, origins): (&[Output], &Origins),
    before: &Manifest,
    how: Writing<'_>,
) -> Manifest {
    let mut manifest = Manifest::default();
    let texts: BTreeMap<&str, &Output> =
        outputs.iter().map(|output| (output.path.as_str(), output)).collect();
    let mut found: BTreeMap<&str, &ChangeKind<'_>> = BTreeMap::new();
    for FileChange { path, kind } in changes {
        found.insert(path, kind);
        let Some(output) = texts.get(path.as_ref()) else { continue };
        let old = match kind {
            ChangeKind::Edited { .. } if !how.force => {
                // The edited file stays foreign, whatever the next run wants to write.
                manifest.files.extend(before.files.get_key_value(path.as_ref()).map(own));
                continue;
            }
            ChangeKind::Changed { before, .. }
            | ChangeKind::Edited { before, .. }
            | ChangeKind::Foreign { before: Some(before), .. } => Some(before.as_slice()),
            ChangeKind::Foreign { before: None, .. }
            | ChangeKind::New { .. }
            | ChangeKind::Same
            | ChangeKind::Stale { .. } => None,
        };
        let listed = before.files.get(path.as_ref()).map(|entry| entry.sha256.clone());
        let old = old.map(sha256).or(listed);
        let origin = origins.get(path.as_ref()).cloned();
        manifest.add(path, &encode(&output.text), old, origin);
    }
    for (path, entry) in &before.files {
        let is_stale = matches!(found.get(path.as_str()), Some(ChangeKind::Stale { .. }));
        if !manifest.files.contains_key(path) && (is_stale || !texts.contains_key(path.as_str())) {
            manifest.files.insert(path.clone(), entry.clone());
        }
    }
    manifest
}

fn own((path, entry): (&String, &Entry)) -> (String, Entry) {
    (path.clone(), entry.clone())
}

/// Removes the directories that are empty since files were removed from them.
fn remove_empty(root: &OpenDirectory, moves: &[Move]) {
    let removed = moves.iter().filter_map(|step| match step {
        Move::Remove(path) => Some(path),
        Move::Create(_) | Move::Replace(_) => None,
    });
    for path in removed {
        let around = path.ancestors().skip(1).filter(|around| !around.as_os_str().is_empty());
        for directory in around {
            if root.remove_directory(directory).is_err() {
                break;
            }
        }
    }
}

fn refuse_foreign(changes: &[FileChange<'_>], how: Writing<'_>) -> Result<()> {
    let foreign = changes.iter().filter(|change| matches!(change.kind, ChangeKind::Foreign { .. }));
    let foreign: Vec<String> = foreign.map(|change| format!("`{}`", change.path)).collect();
    if how.force || foreign.is_empty() {
        return Ok(());
    }
    bail!(
        "files are in the way that this program did not write, and nothing was changed: {}; `--force` replaces them",
        list::first(&foreign, NAMED)
    )
}

/// The files to write and the moves to make. Paths are relative to the root.
struct WritePlan<'a> {
    files: Vec<(PathBuf, Cow<'a, str>)>,
    moves: Vec<Move>,
}

impl<'a> WritePlan<'a> {
    fn of(
        changes: &[FileChange<'a>],
        places: &Places<'_>,
        (manifest, before): (&Manifest, &Manifest),
        how: Writing<'_>,
    ) -> Result<Self> {
        let (mut files, mut created, mut replaced, mut removed) =
            (Vec::new(), BTreeSet::new(), Vec::new(), Vec::new());
        for FileChange { path, kind } in changes {
            let file = path::relative(path)?;
            match kind {
                ChangeKind::New { after } => {
                    // A new directory is moved as a whole, in one step.
                    created.insert(places.outermost_missing(&file).unwrap_or(&file).to_owned());
                    files.push((file, Cow::Borrowed(*after)));
                }
                ChangeKind::Changed { before: _, after }
                | ChangeKind::Foreign { before: _, after } => {
                    replaced.push(file.clone());
                    files.push((file, Cow::Borrowed(*after)));
                }
                ChangeKind::Edited { before: _, after, is_current: _ } if how.force => {
                    replaced.push(file.clone());
                    files.push((file, Cow::Borrowed(*after)));
                }
                ChangeKind::Stale { before: _ } if how.prune => removed.push(file),
                ChangeKind::Edited { before: _, after: _, is_current: _ }
                | ChangeKind::Same
                | ChangeKind::Stale { before: _ } => {}
            }
        }
        let is_moved = !created.is_empty() || !replaced.is_empty() || !removed.is_empty();
        let lists = |path: &String, entry: &Entry| {
            before.files.get(path).is_some_and(|listed| listed.is_same(entry))
        };
        let is_listed = manifest.files.iter().all(|(path, entry)| lists(path, entry));
        // The list comes first: whatever is written after it is known to the next run.
        let list = (is_moved || !is_listed).then(|| {
            let path = PathBuf::from(MANIFEST);
            match places.kind_of(&path) {
                None => Move::Create(path),
                Some(_) => Move::Replace(path),
            }
        });
        if list.is_some() {
            files.push((PathBuf::from(MANIFEST), Cow::Owned(manifest.text()?)));
        }
        let mut moves: Vec<(PathBuf, Move)> =
            created.into_iter().map(|path| (path.clone(), Move::Create(path))).collect();
        moves.extend(replaced.into_iter().map(|path| (path.clone(), Move::Replace(path))));
        // From `usr` to `etc`, so that a program exists before the unit that runs it. Files are
        // removed in the opposite order.
        moves.sort_by(|(a, _), (b, _)| b.cmp(a));
        let moves = list
            .into_iter()
            .chain(moves.into_iter().map(|(_, step)| step))
            .chain(removed.into_iter().map(Move::Remove))
            .collect();
        Ok(Self { files, moves })
    }
}

/// Writes all files to the staging directory.
fn write_all(
    root: &Path,
    staging: &Staging<'_>,
    plan: &WritePlan<'_>,
    step: &(dyn Fn() -> Result<()> + Sync),
) -> Result<()> {
    let failed = |file: &Path| {
        format!("cannot write `{}`, and nothing was changed", root.join(file).display())
    };
    let around = |file: &Path| {
        file.ancestors()
            .skip(1)
            .filter(|around| !around.as_os_str().is_empty())
            .map(Path::to_owned)
            .collect::<Vec<_>>()
    };
    // Sorted, so that each directory comes before its subdirectories.
    let directories: BTreeSet<PathBuf> =
        plan.files.iter().flat_map(|(file, _)| around(file)).collect();
    for directory in &directories {
        staging
            .new_files()
            .create_directory(directory, 0o755)
            .with_context(|| failed(directory))?;
    }
    plan.files.par_iter().try_for_each(|(file, text)| {
        let mode = if is_program(text) { 0o755 } else { 0o644 };
        let write = || {
            let mut opened = staging.new_files().create_file(file)?;
            opened.write_all(&encode(text))?;
            // Overrides the umask, because `systemctl cat` cannot show a unit that only root can
            // read.
            set_mode(&opened, mode)
        };
        write().with_context(|| failed(file))?;
        step()
    })
}
