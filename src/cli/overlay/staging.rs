//! The directory in which files are written before they are moved into place.

use std::fs::{DirBuilder, File, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail, ensure};

use super::places::root_exists;

/// The name of the staging directory in the root, where renaming never crosses a file system.
pub(super) const STAGING: &str = ".upstart2systemd-staging";

/// How the name begins of the directory that holds what was replaced and could not be put back.
const KEPT: &str = ".upstart2systemd-replaced";

/// In the staging directory: what is to come.
const NEW: &str = "new";

/// In the staging directory: what was replaced.
const OLD: &str = "old";

/// The output directory, which nobody else writes to while this is there. Where it had to be
/// created it goes away again unless it is kept.
pub(super) struct Root<'a> {
    path: &'a Path,
    created: Vec<&'a Path>,
    locked: File,
}

impl<'a> Root<'a> {
    /// Creates the directory if need be, and removes what a run left behind in it that was killed.
    pub(super) fn open(path: &'a Path) -> Result<Self> {
        let is_missing = |directory: &&Path| {
            !directory.as_os_str().is_empty() && fs::symlink_metadata(directory).is_err()
        };
        let created = if root_exists(path)? {
            Vec::new()
        } else {
            path.ancestors().take_while(is_missing).collect()
        };
        // The outermost first.
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

    /// Leaves the directory where it is.
    pub(super) fn keep(mut self) {
        self.created.clear();
    }

    /// An empty staging directory.
    pub(super) fn stage(&self) -> Result<Staging> {
        let path = self.path.join(STAGING);
        create(&path, 0o700)
            .and_then(|()| create(&path.join(NEW), 0o755))
            .and_then(|()| create(&path.join(OLD), 0o700))
            .map_err(|error| {
                // The first error is the one to tell.
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
        // Closing does not do if another thread is starting a program, which has the descriptor
        // until it runs.
        let _ = self.locked.unlock();
    }
}

/// Goes away with all that is left in it.
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

    /// Puts what was replaced where no run removes it, and answers where.
    pub(super) fn keep_old(self) -> PathBuf {
        let (old, kept) = (
            self.path.join(OLD),
            self.path.with_file_name(format!("{KEPT}-{}", std::process::id())),
        );
        if fs::rename(&old, &kept).is_ok() {
            return kept;
        }
        // Better a staging directory that stays than files that are lost.
        std::mem::forget(self);
        old
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left here harms nobody, and the next run removes it.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Creates a directory with this mode, whatever the umask: what is copied onto `/` with its mode
/// must not close `/etc`.
pub(super) fn create(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Another run may create it at the same time; and `a/..` is there as soon as `a` is.
fn create_missing(path: &Path) -> io::Result<()> {
    match create(path, 0o755) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        created => created,
    }
}

/// The directory itself is locked, so that no lock is ever left behind, and none has to be removed
/// while another waits for it.
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
        // Some network file systems cannot lock directories. Two runs at once are unlikely, and
        // their files are whole even then.
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

/// Removes directories that are empty, the innermost first. Others are in use.
fn remove_empty(directories: &[&Path]) {
    for directory in directories {
        let _ = fs::remove_dir(directory);
    }
}
