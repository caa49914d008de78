//! A temporary directory that only the user can look into.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use anyhow::{Context, Result};

/// Removed on drop.
pub(super) struct PrivateDirectory(PathBuf);

/// How many names are tried: each that is taken is left over from a run that was killed.
const TRIES: u32 = 1000;

impl PrivateDirectory {
    pub(super) fn create() -> Result<Self> {
        // Thousands of small files are faster in memory.
        if env::var_os("TMPDIR").is_none()
            && let Ok(created) = Self::create_below(Path::new("/dev/shm"))
        {
            return Ok(created);
        }
        let parent = env::temp_dir();
        // A list of directories cannot have a colon in a name.
        let usable = parent.is_absolute() && !parent.to_string_lossy().contains(':');
        Self::create_below(if usable { &parent } else { Path::new("/tmp") })
    }

    fn create_below(parent: &Path) -> Result<Self> {
        let path =
            |number: u32| parent.join(format!("upstart2systemd-verify-{}-{number}", process::id()));
        let mut number = 0;
        loop {
            let path = path(number);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < TRIES => {
                    number += 1;
                }
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("cannot create `{}`", path.display()));
                }
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // What cannot be removed is in a directory for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
