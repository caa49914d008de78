//! The directory in which files are written before they are moved into place.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail, ensure};

use super::places::root_exists;
use crate::cli::open_directory::{OpenDirectory, set_mode};

/// The name of the staging directory. It is in the root, so renaming never crosses file systems.
pub(super) const STAGING: &str = ".upstart2systemd-staging";

/// The prefix of the directory that keeps replaced files that could not be restored.
const KEPT: &str = ".upstart2systemd-replaced";

/// The subdirectory of the staging directory for new files.
const NEW: &str = "new";

/// The subdirectory of the staging directory for replaced files.
const OLD: &str = "old";

/// The output directory, locked against other runs while this value exists. If it was created for
/// this run, it is removed on drop unless [`Self::keep`] was called.
pub(super) struct Root<'a> {
    path: &'a Path,
    created: Vec<&'a Path>,
    locked: File,
    directory: OpenDirectory,
}

impl<'a> Root<'a> {
    /// Creates the directory if necessary, and removes the staging directory of a run that was
    /// killed.
    pub(super) fn open(path: &'a Path) -> Result<Self> {
        let is_missing = |directory: &&Path| {
            !directory.as_os_str().is_empty() && fs::symlink_metadata(directory).is_err()
        };
        let created = if root_exists(path)? {
            Vec::new()
        } else {
            path.ancestors().take_while(is_missing).collect()
        };
        // Creates the outermost directory first.
        let made = created.iter().rev().try_for_each(|directory| create_missing(directory));
        let made =
            made.with_context(|| format!("cannot create the directory `{}`", path.display()));
        match made.and_then(|()| lock(path)) {
            Ok((directory, locked)) => {
                let root = Self { path, created, locked, directory };
                root.directory.can_open_more().with_context(|| root.unwritable())?;
                remove_leftover(&path.join(STAGING))?;
                Ok(root)
            }
            Err(error) => {
                remove_empty(&created);
                Err(error)
            }
        }
    }

    /// Prevents the removal of the directory.
    pub(super) fn keep(mut self) {
        self.created.clear();
    }

    /// The open directory.
    pub(super) fn directory(&self) -> &OpenDirectory {
        &self.directory
    }

    /// Creates an empty staging directory.
    pub(super) fn stage(&self) -> Result<Staging<'_>> {
        let path = self.path.join(STAGING);
        match self.make_staging() {
            Ok((new, old)) => Ok(Staging { root: &self.directory, path, new, old }),
            Err(error) => {
                // Report the first error, not that of the cleanup.
                let _ = self.directory.remove_tree(Path::new(STAGING), "");
                Err(anyhow::Error::new(error).context(self.unwritable()))
            }
        }
    }

    fn unwritable(&self) -> String {
        format!("cannot write to `{}`, where nothing was changed", self.path.display())
    }

    /// Creates the directories for new and for replaced files.
    fn make_staging(&self) -> io::Result<(OpenDirectory, OpenDirectory)> {
        self.directory.create_directory(Path::new(STAGING), 0o700)?;
        let staging = self.directory.below(Path::new(STAGING))?;
        staging.create_directory(Path::new(NEW), 0o755)?;
        staging.create_directory(Path::new(OLD), 0o700)?;
        Ok((staging.below(Path::new(NEW))?, staging.below(Path::new(OLD))?))
    }
}

impl Drop for Root<'_> {
    fn drop(&mut self) {
        remove_empty(&self.created);
        // Unlocks explicitly, because a child process that another thread is starting keeps the
        // file descriptor open until it calls exec.
        let _ = self.locked.unlock();
    }
}

/// Removed on drop, with all files that are left in it.
pub(super) struct Staging<'r> {
    root: &'r OpenDirectory,
    path: PathBuf,
    new: OpenDirectory,
    old: OpenDirectory,
}

impl Staging<'_> {
    /// The directory of the new files.
    pub(super) fn new_files(&self) -> &OpenDirectory {
        &self.new
    }

    /// The directory of the replaced files.
    pub(super) fn old_files(&self) -> &OpenDirectory {
        &self.old
    }

    /// Moves the replaced files to a directory that no run removes, and returns its path.
    pub(super) fn keep_old(self) -> PathBuf {
        let (old, kept) = (
            self.path.join(OLD),
            self.path.with_file_name(format!("{KEPT}-{}", std::process::id())),
        );
        if fs::rename(&old, &kept).is_ok() {
            return kept;
        }
        // If the move fails, the staging directory stays, because its files would be lost.
        std::mem::forget(self);
        old
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // Files that are left here do no harm, and the next run removes them.
        let _ = self.root.remove_tree(Path::new(STAGING), "");
    }
}

/// Creates a directory with this mode, whatever the umask is: its mode may be copied onto `/`, and
/// must not make `/etc` inaccessible.
fn create(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    set_mode(&File::open(path)?, mode)
}

/// Succeeds if the directory exists: another run may create it, and `a/..` exists once `a` does.
fn create_missing(path: &Path) -> io::Result<()> {
    match create(path, 0o755) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        created => created,
    }
}

/// Locks the directory itself. A lock file would remain after a crash, and could not be removed
/// safely while another run waits for it.
fn lock(path: &Path) -> Result<(OpenDirectory, File)> {
    let cannot_open = || format!("cannot open `{}`", path.display());
    let directory = OpenDirectory::open(path).with_context(cannot_open)?;
    let locked = directory.below(Path::new("")).with_context(cannot_open)?.into_file();
    match locked.try_lock() {
        Err(TryLockError::WouldBlock) => {
            bail!(
                "another run is writing to `{}`, and nothing was changed: wait until it is done",
                path.display()
            )
        }
        // Some network file systems cannot lock directories. Concurrent runs are unlikely, and even
        // then no file is written in part.
        Ok(()) | Err(TryLockError::Error(_)) => Ok((directory, locked)),
    }
}

fn remove_leftover(path: &Path) -> Result<()> {
    let shown = path.display();
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot look at `{shown}`")),
        Ok(metadata) => ensure!(
            metadata.is_dir(),
            "`{shown}` is not the directory that a killed run leaves: remove it"
        ),
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot list `{shown}`"))?;
    for entry in entries {
        let name = entry.with_context(|| format!("cannot list `{shown}`"))?.file_name();
        ensure!(name == NEW || name == OLD, "`{shown}` holds files that no run leaves: remove it");
    }
    fs::remove_dir_all(path)
        .with_context(|| format!("cannot remove `{shown}`, which is left of a run that was killed"))
}

/// Removes empty directories, the innermost first. Others are in use and stay.
fn remove_empty(directories: &[&Path]) {
    for directory in directories {
        let _ = fs::remove_dir(directory);
    }
}
