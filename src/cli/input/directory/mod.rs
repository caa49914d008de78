//! Reads configuration directories as init does: with their sub-directories, each job from the
//! first directory that has it, and with the override that applies to it.

mod file_name;
mod stray;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::Input;
use crate::cli::input;
use crate::cli::input::root::resolve_below;
use crate::convert::Converted;
use crate::diagnostic::Rule;
use crate::diagnostic::registry::{FILE_NOT_READ, OVERRIDE_WITHOUT_CONF, SHADOWED_JOB};
use crate::text::bytes::carry;
use crate::upstart::dialect::Dialect;
use crate::upstart::job::JobName;
use file_name::OVERRIDE;
use stray::Stray;
use walk::Remark;

pub(super) use file_name::{Called, called, is_ignored};
pub(super) use walk::{FoundFile, Walk, What};

/// The content of configuration directories.
pub(in crate::cli) struct Directory {
    /// The jobs, in the order of the bytes of their names.
    pub(crate) inputs: Vec<Input>,
    /// Files that are not jobs or cannot be read, as conversions without a unit; in the same order.
    pub(crate) strays: Vec<Converted>,
}

/// The configuration directory of a system.
pub(in crate::cli) fn of_system(root: &Path, dialect: Option<Dialect>) -> PathBuf {
    let below =
        |path: &str| resolve_below(root, Path::new(path)).unwrap_or_else(|_| root.join(path));
    let (old, new) = (below("etc/event.d"), below("etc/init"));
    match dialect {
        Some(Dialect::Upstart03) => old,
        None if !new.is_dir() && old.is_dir() => old,
        Some(Dialect::Upstart113 | Dialect::Upstart06 | Dialect::ChromeOs) | None => new,
    }
}

/// Reads directories in order of descending priority. Fails if one of them cannot be listed; files
/// and sub-directories that cannot be read are strays.
pub(in crate::cli) fn read(
    directories: &[PathBuf],
    with_override: bool,
    dialect: Option<Dialect>,
    root: Option<&Path>,
) -> Result<Directory> {
    let directories = distinct(directories)?;
    let mut listed = Vec::with_capacity(directories.len());
    for directory in &directories {
        let found = walk::walk((directory, root), with_override, input::is_old(directory, dialect))
            .with_context(|| cannot_list(directory))?;
        listed.push(found);
    }
    Ok(read_listed(&directories, listed, with_override, dialect))
}

/// Reads what was found in each of these directories.
pub(in crate::cli::input) fn read_listed(
    directories: &[&Path],
    listed: Vec<Vec<FoundFile>>,
    with_override: bool,
    dialect: Option<Dialect>,
) -> Directory {
    let (mut jobs, mut overrides, mut strays) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (rank, found) in listed.into_iter().enumerate() {
        for FoundFile { path, name, what } in found {
            match what {
                What::Conf => keep_first(&mut jobs, name, RankedFile { rank, path }),
                What::Override => overrides.push((name, RankedFile { rank, path })),
                What::NotRead(remark) => {
                    strays.push(Stray::remark(name, path, &FILE_NOT_READ, remark));
                }
                What::Unreadable(trouble) => strays.push(Stray::unreadable(name, path, trouble)),
            }
        }
    }
    strays.extend(jobs.iter().flat_map(|(name, JobFiles { first, hidden })| {
        hidden.iter().map(|place| {
            Stray::remark(
                name.clone(),
                place.path.clone(),
                &SHADOWED_JOB,
                stray::shadowed_job(&first.path),
            )
        })
    }));
    strays.extend(overrides.into_iter().filter_map(|(name, place)| {
        let (rule, remark) = idle(directories, &name, &place, &jobs)?;
        Some(Stray::remark(name, place.path, rule, remark))
    }));
    let read: Vec<Result<Input, Stray>> = jobs
        .into_par_iter()
        .map(|(name, JobFiles { first: RankedFile { rank, path }, hidden: _ })| {
            let has_override = with_override && !input::is_old(&path, dialect);
            let overriding =
                if has_override { applied_override(&directories[..=rank], &name) } else { None };
            input::read_found(&path, JobName(carry(&name)), overriding.as_deref())
                .map_err(|unreadable| Stray { name, path, converted: unreadable })
        })
        .collect();
    let mut inputs = Vec::with_capacity(read.len());
    for read in read {
        match read {
            Ok(input) => inputs.push(input),
            Err(stray) => strays.push(stray),
        }
    }
    strays.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Directory { inputs, strays: strays.into_iter().map(|stray| *stray.converted).collect() }
}

/// A file, and the index of its directory.
struct RankedFile {
    rank: usize,
    path: PathBuf,
}

/// The confs of one job: the one that init reads, and those in later directories.
struct JobFiles {
    first: RankedFile,
    hidden: Vec<RankedFile>,
}

fn keep_first(jobs: &mut BTreeMap<Vec<u8>, JobFiles>, name: Vec<u8>, place: RankedFile) {
    match jobs.entry(name) {
        Entry::Vacant(vacant) => drop(vacant.insert(JobFiles { first: place, hidden: Vec::new() })),
        Entry::Occupied(mut job) => job.get_mut().hidden.push(place),
    }
}

/// The override that init applies to a job whose conf is in the last of these directories. init
/// looks for a regular file by its path, so it finds one even in a sub-directory that it skips for
/// jobs (`init/conf.c`, `conf_get_best_override`).
fn applied_override(directories: &[&Path], name: &[u8]) -> Option<PathBuf> {
    let below = [name, OVERRIDE.as_bytes()].concat();
    let mut paths = directories.iter().map(|directory| directory.join(OsStr::from_bytes(&below)));
    paths.find(|path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()))
}

/// The reason why an override is not applied, or `None` if it is.
fn idle(
    directories: &[&Path],
    name: &[u8],
    place: &RankedFile,
    jobs: &BTreeMap<Vec<u8>, JobFiles>,
) -> Option<(&'static Rule, Remark)> {
    let Some(JobFiles { first, hidden: _ }) = jobs.get(name) else {
        let meant = name.strip_suffix(b".conf").filter(|stem| jobs.contains_key(*stem));
        return Some((&OVERRIDE_WITHOUT_CONF, stray::without_conf(name, meant)));
    };
    if first.rank < place.rank {
        return Some((&OVERRIDE_WITHOUT_CONF, stray::beyond_conf(&first.path)));
    }
    // Search the directories up to this one. It has the override, so any other result comes
    // earlier.
    let applied = applied_override(&directories[..=place.rank], name)?;
    (applied != place.path).then(|| (&SHADOWED_JOB, stray::shadowed_override(&applied)))
}

/// The directories without repetitions, whose jobs would all be reported as hidden.
fn distinct(directories: &[PathBuf]) -> Result<Vec<&Path>> {
    let (mut seen, mut distinct) = (Vec::new(), Vec::new());
    for directory in directories {
        let metadata = fs::metadata(directory).with_context(|| cannot_list(directory))?;
        if !metadata.is_dir() {
            bail!(
                "`{}` is not a directory: jobs are converted one by one with `upstart2systemd convert FILE`",
                directory.display()
            );
        }
        let identity = (metadata.dev(), metadata.ino());
        if !seen.contains(&identity) {
            seen.push(identity);
            distinct.push(directory.as_path());
        }
    }
    Ok(distinct)
}

fn cannot_list(directory: &Path) -> String {
    format!("cannot list the configuration directory `{}`", directory.display())
}
