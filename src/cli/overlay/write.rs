//! Writes the overlay.

use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::compare::{Comparison, survey};
use super::moves::{Move, make_all};
use super::places::Places;
use super::staging::{Root, Staging};
use super::{ChangeKind, FileChange, path, staging};
use crate::systemd::layout::{Output, is_program};
use crate::text::bytes::encode;
use crate::text::list;

/// What may be done to existing files.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::cli) struct Writing {
    /// Replace files that this program did not write.
    pub(in crate::cli) force: bool,
    /// Remove files that this program wrote and that are no longer among the outputs.
    pub(in crate::cli) prune: bool,
}

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
    outputs: &'a [Output],
    how: Writing,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<FileChange<'a>>> {
    let locked = Root::open(root)?;
    let Comparison { changes, places } = survey(root, outputs)?;
    refuse_foreign(&changes, how)?;
    let plan = WritePlan::of(&changes, &places, how)?;
    if !plan.moves.is_empty() {
        let staging = locked.stage()?;
        let (done, total) = (AtomicUsize::new(0), plan.files.len() + plan.moves.len());
        let step = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        write_all(root, &staging, &plan, &step)?;
        make_all(root, staging, &plan.moves, &step)?;
        locked.keep();
    }
    Ok(changes)
}

fn refuse_foreign(changes: &[FileChange<'_>], how: Writing) -> Result<()> {
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
    files: Vec<(PathBuf, &'a str)>,
    moves: Vec<Move>,
}

impl<'a> WritePlan<'a> {
    fn of(changes: &[FileChange<'a>], places: &Places<'_>, how: Writing) -> Result<Self> {
        let (mut files, mut created, mut replaced, mut removed) =
            (Vec::new(), BTreeSet::new(), Vec::new(), Vec::new());
        for FileChange { path, kind } in changes {
            let file = path::relative(path)?;
            match kind {
                ChangeKind::New { after } => {
                    // A new directory is moved as a whole, in one step.
                    created.insert(places.outermost_missing(&file).unwrap_or(&file).to_owned());
                    files.push((file, *after));
                }
                ChangeKind::Changed { before: _, after }
                | ChangeKind::Foreign { before: _, after } => {
                    replaced.push(file.clone());
                    files.push((file, *after));
                }
                ChangeKind::Stale { before: _ } if how.prune => removed.push(file),
                ChangeKind::Same | ChangeKind::Stale { before: _ } => {}
            }
        }
        let mut moves: Vec<(PathBuf, Move)> =
            created.into_iter().map(|path| (path.clone(), Move::Create(path))).collect();
        moves.extend(replaced.into_iter().map(|path| (path.clone(), Move::Replace(path))));
        // From `usr` to `etc`, so that a program exists before the unit that runs it. Files are
        // removed in the opposite order.
        moves.sort_by(|(a, _), (b, _)| b.cmp(a));
        let moves = moves
            .into_iter()
            .map(|(_, step)| step)
            .chain(removed.into_iter().map(Move::Remove))
            .collect();
        Ok(Self { files, moves })
    }
}

/// Writes all files to the staging directory.
fn write_all(
    root: &Path,
    staging: &Staging,
    plan: &WritePlan<'_>,
    step: &(dyn Fn() + Sync),
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
        staging::create(&staging.new_file(directory), 0o755).with_context(|| failed(directory))?;
    }
    plan.files.par_iter().try_for_each(|(file, text)| {
        let mode = if is_program(text) { 0o755 } else { 0o644 };
        let mut opened = File::options()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(staging.new_file(file))
            .with_context(|| failed(file))?;
        opened.write_all(&encode(text)).with_context(|| failed(file))?;
        // Overrides the umask, because `systemctl cat` cannot show a unit that only root can read.
        opened.set_permissions(Permissions::from_mode(mode)).with_context(|| failed(file))?;
        step();
        Ok(())
    })
}
