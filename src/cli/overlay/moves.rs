//! Moves staged files into place, and moves everything back if a step fails.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use super::staging::Staging;
use crate::cli::open_directory::{OpenDirectory, set_mode};

/// A step from the old tree to the new one. Paths are relative to the root.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Moves a staged file or directory, with everything staged in it, to a place where nothing
    /// exists.
    Create(PathBuf),
    /// Replaces a file with a staged file.
    Replace(PathBuf),
    /// Removes a file.
    Remove(PathBuf),
}

/// Makes all moves, or none.
pub(super) fn make_all(
    root: (&Path, &OpenDirectory),
    staging: Staging<'_>,
    moves: &[Move],
    made: &dyn Fn(),
) -> Result<()> {
    for (number, step) in moves.iter().enumerate() {
        if let Err(error) = make(root.1, &staging, number, step) {
            let (Move::Create(path) | Move::Replace(path) | Move::Remove(path)) = step;
            let failed = format!("cannot change `{}`: {error}", root.0.join(path).display());
            return Err(match undo_all(root, &staging, moves.get(..number).unwrap_or_default()) {
                Ok(()) => anyhow!("{failed}; all other files are again as they were"),
                Err((path, second)) => anyhow!(
                    "{failed}; and `{}`, which had been changed already, cannot be changed back: {second}; what was there before is in `{}`",
                    path.display(),
                    staging.keep_old().display()
                ),
            });
        }
        made();
    }
    Ok(())
}

fn make(root: &OpenDirectory, staging: &Staging<'_>, number: usize, step: &Move) -> io::Result<()> {
    let (new, old) = (staging.new_files(), staging.old_files());
    let kept = number.to_string();
    let kept = (old, Path::new(&kept));
    match step {
        Move::Create(path) => new.rename_to_nothing(path, (root, path)),
        Move::Replace(path) => {
            // Some file systems have no hard links. The copy is used only if a later move fails.
            root.link(path, kept).or_else(|_| copy(root, path, kept))?;
            new.rename(path, (root, path))
        }
        Move::Remove(path) => root.rename(path, kept),
    }
}

fn copy(root: &OpenDirectory, from: &Path, (old, to): (&OpenDirectory, &Path)) -> io::Result<()> {
    if let Some(target) = root.read_link(from)? {
        return old.create_link(&target, to);
    }
    let (mut from, mut to) = (root.open_file(from)?, old.create_file(to)?);
    io::copy(&mut from, &mut to)?;
    set_mode(&to, from.metadata()?.permissions().mode() & 0o7777)
}

/// Reverts moves, the last one first. Returns the first failure.
fn undo_all(
    (root, directory): (&Path, &OpenDirectory),
    staging: &Staging<'_>,
    moves: &[Move],
) -> Result<(), (PathBuf, io::Error)> {
    let mut outcome = Ok(());
    for (number, step) in moves.iter().enumerate().rev() {
        let kept = number.to_string();
        let (path, undone) = match step {
            Move::Create(path) => (path, directory.rename(path, (staging.new_files(), path))),
            Move::Replace(path) | Move::Remove(path) => {
                let kept = Path::new(&kept);
                (path, staging.old_files().rename(kept, (directory, path)))
            }
        };
        outcome = outcome.and(undone.map_err(|error| (root.join(path), error)));
    }
    outcome
}
