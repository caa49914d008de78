//! The directories that files are written to.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::fs::FileType;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The directories below a root, each read only once. Paths are relative to the root.
pub(super) struct Places<'a> {
    root: &'a Path,
    exist: BTreeMap<PathBuf, bool>,
    listed: BTreeMap<PathBuf, HashMap<OsString, FileType>>,
}

impl<'a> Places<'a> {
    /// Fails if the root exists and is not a directory.
    pub(super) fn new(root: &'a Path) -> Result<Self> {
        let exist = BTreeMap::from([(PathBuf::new(), root_exists(root)?)]);
        Ok(Self { root, exist, listed: BTreeMap::new() })
    }

    /// Whether a directory exists. Fails if it, or a parent, is something else: nothing is ever
    /// written through a symbolic link, which could lead anywhere.
    pub(super) fn has(&mut self, directory: &Path) -> Result<bool> {
        if let Some(&exists) = self.exist.get(directory) {
            return Ok(exists);
        }
        let around = directory.parent().unwrap_or(Path::new(""));
        let exists = self.has(around)?
            && {
                let path = self.root.join(directory);
                match fs::symlink_metadata(&path) {
                    Ok(metadata) if metadata.is_dir() => true,
                    Ok(metadata) if metadata.is_symlink() => {
                        bail!(
                            "`{}` is a symbolic link, and nothing is written through one: remove it, or give another directory",
                            path.display()
                        )
                    }
                    Ok(_) => bail!(
                        "`{}` is not a directory, and files have to go below it",
                        path.display()
                    ),
                    Err(error) if error.kind() == ErrorKind::NotFound => false,
                    Err(error) => {
                        return Err(error)
                            .with_context(|| format!("cannot look at `{}`", path.display()));
                    }
                }
            };
        self.exist.insert(directory.to_owned(), exists);
        Ok(exists)
    }

    /// Lists the directory of a file, if the directory exists.
    pub(super) fn list_around(&mut self, file: &Path) -> Result<()> {
        let directory = file.parent().unwrap_or(Path::new(""));
        if !self.has(directory)? || self.listed.contains_key(directory) {
            return Ok(());
        }
        let path = self.root.join(directory);
        let listing = fs::read_dir(&path)
            .and_then(|entries| {
                entries
                    .map(|entry| {
                        entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)))
                    })
                    .collect()
            })
            .with_context(|| format!("cannot list `{}`", path.display()))?;
        self.listed.insert(directory.to_owned(), listing);
        Ok(())
    }

    /// The type of an existing file. Its directory must have been listed if it exists.
    pub(super) fn kind_of(&self, file: &Path) -> Option<FileType> {
        let directory = file.parent().unwrap_or(Path::new(""));
        self.listed.get(directory)?.get(file.file_name()?).copied()
    }

    /// The outermost parent directory of a file that does not exist yet.
    pub(super) fn outermost_missing<'b>(&self, file: &'b Path) -> Option<&'b Path> {
        let around = file.ancestors().skip(1);
        around
            .take_while(|directory| self.exist.get(*directory).is_some_and(|&exists| !exists))
            .last()
    }
}

/// Whether the root exists. Fails if it is neither a directory nor a link to one.
pub(super) fn root_exists(root: &Path) -> Result<bool> {
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(_) => bail!("`{}` is not a directory, and `-o` takes one", root.display()),
        Err(error)
            if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(root).is_err() =>
        {
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("cannot write to `{}`", root.display())),
    }
}
