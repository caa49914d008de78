//! A directory for a test. Neither it nor its parents contain files of this machine that the
//! program takes into account.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use tempfile::TempDir;

/// Removed on drop.
pub(crate) struct TestDirectory {
    path: PathBuf,
    _parent: TempDir,
}

impl TestDirectory {
    pub(crate) fn new() -> Self {
        // The program reports jobs that not all users can read, and the files of a test are
        // ordinary ones.
        rustix::process::umask(Mode::from_raw_mode(0o022));
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        // The search for upstart2systemd.toml ends at this file.
        fs::write(parent.path().join(".git"), "").unwrap();
        let path = parent.path().join("test");
        fs::create_dir(&path).unwrap();
        Self { path, _parent: parent }
    }

    /// A copy of another directory. Only texts are copied, because the modes of a checkout vary.
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
