//! Finds the configuration file for a path.

use std::fs;
use std::path::{Path, PathBuf, absolute};

/// The name of the file.
pub(super) const NAME: &str = "upstart2systemd.toml";

/// The file in the nearest directory at or above `path`. The search ends at a directory that
/// contains `.git`.
pub(super) fn nearest(path: &Path) -> Option<PathBuf> {
    nearest_of(path, &[NAME]).map(shortened)
}

/// The same for any file with one of these names, of which the first is preferred.
pub(in crate::cli::lint) fn nearest_of(path: &Path, names: &[&str]) -> Option<PathBuf> {
    let directory = directory_of(path)?;
    for directory in directory.ancestors() {
        // Also stops at a file that cannot be read, because using another one would surprise its
        // owner.
        let mut files = names.iter().map(|name| directory.join(name));
        if let Some(file) = files.find(|file| fs::symlink_metadata(file).is_ok()) {
            return Some(file);
        }
        // In a linked working tree `.git` is a file.
        if fs::symlink_metadata(directory.join(".git")).is_ok() {
            return None;
        }
    }
    None
}

/// The canonical path of the directory that contains the file, or of the directory itself, so that
/// its parents are the real ones. A link to a file is not resolved, because init reads the job at
/// the place of the link.
fn directory_of(path: &Path) -> Option<PathBuf> {
    let directory = if path.is_dir() { path } else { path.parent()? };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    fs::canonicalize(directory).or_else(|_| absolute(directory)).ok()
}

/// The path relative to the working directory, if the file is below it.
fn shortened(file: PathBuf) -> PathBuf {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    here.ok().and_then(|here| file.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(file)
}

/// The contents of a file, or the reason why it cannot be read.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    // Reading a pipe may block forever.
    if !fs::metadata(file).map_err(cannot)?.is_file() {
        return Err("this is not a regular file".to_owned());
    }
    fs::read(file).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_is_found_up_to_the_top_of_a_working_tree() {
        let root = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(root.path()).unwrap();
        fs::create_dir_all(top.join("a/b/c")).unwrap();
        fs::write(top.join(NAME), "").unwrap();
        fs::write(top.join("a/b/c/job.conf"), "").unwrap();
        assert_eq!(nearest(&top.join("a/b/c/job.conf")), Some(top.join(NAME)));
        fs::write(top.join("a/b").join(NAME), "").unwrap();
        assert_eq!(nearest(&top.join("a/b/c")), Some(top.join("a/b").join(NAME)));
        assert_eq!(nearest(&top.join("a")), Some(top.join(NAME)));
        assert_eq!(nearest(&top.join("a/b/c/../../job.conf")), Some(top.join(NAME)));

        fs::create_dir(top.join("a/.git")).unwrap();
        assert_eq!(nearest(&top.join("a")), None);
        assert_eq!(nearest(&top.join("a/b/c/absent.conf")), Some(top.join("a/b").join(NAME)));
    }

    #[test]
    fn links_to_directories_are_followed_and_those_to_jobs_are_not() {
        let root = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(root.path()).unwrap();
        for name in ["here", "there/jobs"] {
            fs::create_dir_all(top.join(name)).unwrap();
        }
        fs::create_dir(top.join("there/.git")).unwrap();
        fs::write(top.join("here").join(NAME), "").unwrap();
        fs::write(top.join("there/jobs/job.conf"), "").unwrap();
        std::os::unix::fs::symlink(top.join("there/jobs/job.conf"), top.join("here/job.conf"))
            .unwrap();
        std::os::unix::fs::symlink(top.join("there/jobs"), top.join("here/jobs")).unwrap();
        assert_eq!(nearest(&top.join("here/job.conf")), Some(top.join("here").join(NAME)));
        assert_eq!(nearest(&top.join("here/jobs")), None);
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(read(root.path()).unwrap_err(), "this is not a regular file");
        assert!(read(&root.path().join("absent")).unwrap_err().starts_with("cannot be read: "));
    }
}
