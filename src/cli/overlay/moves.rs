//! Moves staged files into place, and moves everything back if a step fails.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Result, anyhow};

use super::staging::Staging;

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
    root: &Path,
    staging: Staging,
    moves: &[Move],
    made: &dyn Fn(),
) -> Result<()> {
    for (number, step) in moves.iter().enumerate() {
        if let Err(error) = make(root, &staging, number, step) {
            let (Move::Create(path) | Move::Replace(path) | Move::Remove(path)) = step;
            let failed = format!("cannot change `{}`: {error}", root.join(path).display());
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

fn make(root: &Path, staging: &Staging, number: usize, step: &Move) -> io::Result<()> {
    match step {
        Move::Create(path) => fs::rename(staging.new_file(path), root.join(path)),
        Move::Replace(path) => {
            let (at, old) = (root.join(path), staging.old_file(number));
            // Some file systems have no hard links. The copy is used only if a later move fails.
            fs::hard_link(&at, &old).or_else(|_| copy(&at, &old))?;
            fs::rename(staging.new_file(path), at)
        }
        Move::Remove(path) => fs::rename(root.join(path), staging.old_file(number)),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::read_link(from) {
        Ok(target) => symlink(target, to),
        Err(_) => fs::copy(from, to).map(drop),
    }
}

/// Reverts moves, the last one first. Returns the first failure.
fn undo_all(root: &Path, staging: &Staging, moves: &[Move]) -> Result<(), (PathBuf, io::Error)> {
    let mut outcome = Ok(());
    for (number, step) in moves.iter().enumerate().rev() {
        let (path, undone) = match step {
            Move::Create(path) => (path, fs::rename(root.join(path), staging.new_file(path))),
            Move::Replace(path) | Move::Remove(path) => {
                (path, fs::rename(staging.old_file(number), root.join(path)))
            }
        };
        outcome = outcome.and(undone.map_err(|error| (root.join(path), error)));
    }
    outcome
}
