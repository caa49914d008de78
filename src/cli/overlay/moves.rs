//! Moving what was staged into place, and back again if not all of it can be moved.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Result, anyhow};

use super::staging::Staging;

/// A step on the way from the old tree to the new one. Paths are relative to the root.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// A staged file, or a directory with all that was staged in it, goes where nothing was.
    Create(PathBuf),
    /// A staged file takes the place of what is there.
    Replace(PathBuf),
    /// What is there goes away.
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
            // Not all file systems have hard links. A copy will do: it is needed only if a later
            // move fails.
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

/// Takes moves back, the last one first, and answers the first failure.
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
