//! The directory in which files are written before they are moved into place.

use std::fs::{DirBuilder, File, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail, ensure};

use super::places::root_exists;

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
            Ok(locked) => {
                let root = Self { path, created, locked };
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

    /// Creates an empty staging directory.
    pub(super) fn stage(&self) -> Result<Staging> {
        let path = self.path.join(STAGING);
        create(&path, 0o700)
            .and_then(|()| create(&path.join(NEW), 0o755))
            .and_then(|()| create(&path.join(OLD), 0o700))
            .map_err(|error| {
                // Report the first error, not that of the cleanup.
                let _ = fs::remove_dir_all(&path);
                anyhow::Error::new(error).context(format!(
                    "cannot write to `{}`, where nothing was changed",
                    self.path.display()
                ))
            })?;
        Ok(Staging { path })
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
pub(super) struct Staging {
    path: PathBuf,
}

impl Staging {
    pub(super) fn new_file(&self, relative: &Path) -> PathBuf {
        [self.path.as_path(), Path::new(NEW), relative].iter().collect()
    }

    pub(super) fn old_file(&self, number: usize) -> PathBuf {
        self.path.join(OLD).join(number.to_string())
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

impl Drop for Staging {
    fn drop(&mut self) {
        // Files that are left here do no harm, and the next run removes them.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Creates a directory with this mode, whatever the umask is: its mode may be copied onto `/`, and
/// must not make `/etc` inaccessible.
pub(super) fn create(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
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
fn lock(path: &Path) -> Result<File> {
    let directory =
        File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    match directory.try_lock() {
        Err(TryLockError::WouldBlock) => {
            bail!(
                "another run is writing to `{}`, and nothing was changed: wait until it is done",
                path.display()
            )
        }
        // Some network file systems cannot lock directories. Concurrent runs are unlikely, and even
        // then no file is written in part.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(directory),
    }
}

fn remove_leftover(path: &Path) -> Result<()> {
    let shown = path.display();
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot look at `{shown}`")),
        Ok(metadata) => ensure!(
            metadata.is_dir(),
            "`{shown}` is not the directory that a run leaves behind when it is killed: remove it"
        ),
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot list `{shown}`"))?;
    for entry in entries {
        let name = entry.with_context(|| format!("cannot list `{shown}`"))?.file_name();
        ensure!(
            name == NEW || name == OLD,
            "`{shown}` holds files that no run leaves behind: remove it"
        );
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
