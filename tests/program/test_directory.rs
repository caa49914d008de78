//! A directory for a test, with nothing of this machine in it or above it that the program takes
//! into account.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use tempfile::TempDir;

/// Gone when it is dropped.
pub(crate) struct TestDirectory {
    path: PathBuf,
    _parent: TempDir,
}

impl TestDirectory {
    pub(crate) fn new() -> Self {
        // A job that is not for everybody to read is reported, and what is in a directory of a test
        // is an ordinary file.
        rustix::process::umask(Mode::from_raw_mode(0o022));
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        // The search for upstart2systemd.toml ends there.
        fs::write(parent.path().join(".git"), "").unwrap();
        let path = parent.path().join("test");
        fs::create_dir(&path).unwrap();
        Self { path, _parent: parent }
    }

    /// With a copy of what is in another directory: the texts, and not the modes, which are those
    /// of a checkout.
    pub(crate) fn copy_of(original: &Path) -> Self {
        let copy = Self::new();
        copy_texts(original, &copy.path);
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn copy_texts(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&to).unwrap();
            copy_texts(&entry.path(), &to);
        } else {
            fs::write(&to, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}
