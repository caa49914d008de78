//! Patterns of files in the configuration, which are those of a `.gitignore` beside it.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns, and the directory that they are relative to.
#[derive(Clone)]
pub(super) struct FilePatterns {
    /// The canonical path. `None` if there are no patterns.
    base: Option<PathBuf>,
    patterns: Gitignore,
}

impl FilePatterns {
    /// The patterns of a configuration file. Patterns that are wrong were reported when it was read.
    pub(super) fn of<'a>(file: Option<&Path>, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let mut is_empty = true;
        for pattern in patterns {
            is_empty &= builder.add_line(None, pattern).is_err();
        }
        let base = file.filter(|_| !is_empty).and_then(|file| {
            let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
            fs::canonicalize(directory.unwrap_or(Path::new("."))).ok()
        });
        Self { base, patterns: builder.build().unwrap_or_else(|_| Gitignore::empty()) }
    }

    /// Why a pattern is wrong.
    pub(super) fn check(pattern: &str) -> Result<(), String> {
        if pattern.trim().is_empty() {
            return Err("a pattern of files is not empty".to_owned());
        }
        match GitignoreBuilder::new("").add_line(None, pattern) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("this is not a pattern of files: {error}")),
        }
    }

    /// Whether a path matches, or a directory that it is in.
    pub(super) fn matches(&self, path: &Path, is_directory: bool) -> bool {
        self.base.is_some() && self.matches_canonical(&canonical(path), is_directory)
    }

    /// The same for a path without links to directories.
    pub(super) fn matches_canonical(&self, path: &Path, is_directory: bool) -> bool {
        let Some(below) = self.base.as_ref().and_then(|base| path.strip_prefix(base).ok()) else {
            return false;
        };
        self.patterns.matched_path_or_any_parents(below, is_directory).is_ignore()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.base.is_none()
    }
}

/// The path with its directory resolved. A link to a job stays, because it is what init reads.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let Some(name) = path.file_name() else {
        return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    fs::canonicalize(directory.unwrap_or(Path::new(".")))
        .map_or_else(|_| path.to_owned(), |directory| directory.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_relative_to_the_configuration() {
        let root = tempfile::tempdir().unwrap();
        let top = root.path();
        fs::create_dir_all(top.join("vendor/deep")).unwrap();
        let file = top.join("upstart2systemd.toml");
        let matches = |pattern: &str, path: &str| {
            FilePatterns::of(Some(&file), [pattern]).matches(&top.join(path), false)
        };
        for (pattern, path, expected) in [
            ("vendor/*", "vendor/a.conf", true),
            ("vendor", "vendor/deep/a.conf", true),
            ("vendor/", "vendor/deep/a.conf", true),
            ("vendor/*.conf", "vendor/deep/a.conf", false),
            ("vendor/**/*.conf", "vendor/deep/a.conf", true),
            ("a.conf", "vendor/deep/a.conf", true),
            ("/a.conf", "vendor/a.conf", false),
            ("other", "vendor/a.conf", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
        let elsewhere = FilePatterns::of(Some(&file), ["*.conf"]);
        assert!(!elsewhere.matches(Path::new("/etc/init/a.conf"), false));
        assert!(FilePatterns::of(None, ["*"]).is_empty());
        assert!(FilePatterns::check("{a").is_err() && FilePatterns::check(" ").is_err());
        let kept = FilePatterns::of(Some(&file), ["*.conf", "!keep.conf"]);
        assert!(!kept.matches(&top.join("keep.conf"), false));
    }
}
