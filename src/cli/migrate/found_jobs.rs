//! Finds the jobs of a machine, and which of them packages brought.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::packages::{self, JobsOfPackages};
use crate::cli::input::directory::Directory;
use crate::cli::input::{Input, directory};
use crate::convert::Converted;
use crate::migrate::FoundJob;
use crate::text::bytes::encode;
use crate::upstart::dialect::Dialect;

/// Where the jobs of a machine are.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct JobPlaces<'a> {
    /// The configuration directories.
    pub(in crate::cli) directories: &'a [PathBuf],
    /// The root that they are below, if it is not `/`.
    pub(in crate::cli) root: Option<&'a Path>,
    /// The database of dpkg, if it is not that of the root.
    pub(in crate::cli) dpkg_status: Option<&'a Path>,
}

/// The jobs of a machine.
pub(in crate::cli) struct FoundJobs {
    /// The jobs.
    pub(in crate::cli) jobs: Vec<FoundJob>,
    /// The files that are not jobs of the directory, each with the finding that explains why.
    pub(in crate::cli) strays: Vec<Converted>,
    /// The directory below the given one that has all jobs, if that is read in its place.
    pub(in crate::cli) meant: Option<PathBuf>,
    /// The jobs that packages brought.
    pub(in crate::cli) packages: JobsOfPackages,
}

/// Finds the jobs. `with_override` is whether overrides are read.
pub(in crate::cli) fn find(
    places: JobPlaces<'_>,
    with_override: bool,
    dialect: Option<Dialect>,
) -> Result<FoundJobs> {
    let JobPlaces { directories, root, dpkg_status } = places;
    let read = |directories: &[PathBuf]| directory::read(directories, with_override, dialect, root);
    let mut found = read(directories)?;
    let meant = meant_directory(directories, &found);
    if let Some(meant) = &meant {
        found = read(std::slice::from_ref(meant))?;
    }
    let Directory { inputs, strays } = found;
    let jobs: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    let packages = packages::known(dpkg_status, root, &jobs)?;
    Ok(FoundJobs { jobs, strays, meant, packages })
}

/// The configuration directory below the one that was given, if that has all jobs. The names of jobs
/// are paths below the configuration directory (`init/conf.c`, `conf_reload_path`), so from a
/// directory above it no job would know another one.
fn meant_directory(given: &[PathBuf], found: &Directory) -> Option<PathBuf> {
    let [given] = given else { return None };
    let mut names = found.inputs.iter().map(|input| input.name.0.as_str());
    let first = names.next()?;
    let end = ["init/", "event.d/"].into_iter().find_map(|directory| {
        let at = format!("/{first}").find(&format!("/{directory}"))?;
        Some(at + directory.len())
    })?;
    let below = first.get(..end)?;
    let is_alone = names.all(|name| name.starts_with(below));
    is_alone.then(|| given.join(OsStr::from_bytes(&encode(below.trim_end_matches('/')))))
}
