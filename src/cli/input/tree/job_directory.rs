//! The jobs of one configuration directory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Search;
use super::job_place::JobPlace;
use crate::cli::input::directory::{Directory, FoundFile, What, read_listed};

/// The files of jobs that are neighbours.
pub(in crate::cli) struct JobDirectory {
    /// The directory at which the names of the jobs begin; empty for the working directory.
    root: PathBuf,
    found: Vec<FoundFile>,
}

impl JobDirectory {
    /// Makes directories of what was found at a place. Outside of a configuration directory two files
    /// may be the same job, for instance for two releases; each then is in a directory of its own.
    pub(super) fn split(root: &Path, place: &JobPlace, found: Vec<FoundFile>) -> Vec<Self> {
        let mut names = BTreeSet::new();
        let (mut first, mut others) = (Vec::new(), Vec::new());
        for file in found {
            if file.is_conf() && !names.insert(file.name.clone()) {
                others.push(vec![file]);
            } else {
                first.push(file);
            }
        }
        // An override without jobs around it is not one of Upstart's, perhaps.
        let is_about_jobs = place.is_configuration() || first.iter().any(FoundFile::is_conf);
        if !is_about_jobs {
            first.retain(|file| !matches!(file.what, What::Override));
        }
        let all = std::iter::once(first).chain(others).filter(|found| !found.is_empty());
        let root = root.strip_prefix(".").unwrap_or(root);
        all.map(|found| Self { root: root.to_owned(), found }).collect()
    }

    /// The directory at which the names of the jobs begin.
    pub(crate) fn root(&self) -> &Path {
        if self.root.as_os_str().is_empty() { Path::new(".") } else { &self.root }
    }

    /// The paths of the jobs.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Path> {
        self.found.iter().filter(|file| file.is_conf()).map(|file| file.path.as_path())
    }

    /// Leaves out the jobs whose paths are not kept.
    pub(crate) fn retain_jobs(&mut self, mut is_kept: impl FnMut(&Path) -> bool) {
        self.found.retain(|file| !file.is_conf() || is_kept(&file.path));
    }

    /// Whether there is nothing to read or to report.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Reads the jobs and their overrides.
    pub(crate) fn read(self, search: Search) -> Directory {
        read_listed(&[&self.root], vec![self.found], search.with_override, search.dialect)
    }
}
