//! Finds the jobs in a tree that need not be a configuration directory, such as a repository.
//!
//! Jobs lie in directories `init`, `event.d` and `upstart`, in `debian`, or anywhere else. Only those
//! of one configuration directory are jobs of one system.

mod job_directory;
mod job_place;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::fs::FileType;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ignore::{DirEntry, WalkBuilder};
use rayon::prelude::*;

use super::directory::{Called, FoundFile, Walk, What, called, is_ignored};
use super::{LONGEST, UnreadableJob, is_old, read_file};
use crate::upstart::dialect::Dialect;
use crate::upstart::parse::looks_like_job;
use job_place::{EVENT_D, INIT, JobPlace, is_repository};

pub(in crate::cli) use job_directory::JobDirectory;

/// The ending of jobs in the source of a package.
const UPSTART: &[u8] = b".upstart";

/// The directory with what is special to Debian in the source of a package.
const DEBIAN: &str = "debian";

/// The jobs of a tree.
pub(in crate::cli) struct Tree {
    /// In the order of their paths.
    pub(crate) directories: Vec<JobDirectory>,
    /// Files that end like jobs, in places where other files end like this as well, and are none.
    pub(crate) skipped: Vec<PathBuf>,
}

/// How a tree is searched.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Search {
    pub(crate) with_override: bool,
    pub(crate) dialect: Option<Dialect>,
}

/// A file, a link or another entry that is not a directory.
struct ListedFile {
    path: PathBuf,
    kind: FileType,
}

/// Lists a directory and all below it, without what `.gitignore` or `is_excluded` leave out.
/// `is_excluded` gets a path and whether it is a directory. Links to directories are not followed.
/// Fails if the directory itself cannot be listed.
pub(in crate::cli) fn find(
    named: &Path,
    search: Search,
    is_excluded: impl Fn(&Path, bool) -> bool + Send + Sync + 'static,
) -> Result<Tree> {
    let cannot_list = || format!("cannot list the directory `{}`", named.display());
    fs::read_dir(named).with_context(cannot_list)?;
    let top = JobPlace::of_named(named);
    let mut places = BTreeMap::from([(named.to_owned(), top)]);
    let mut entries: BTreeMap<PathBuf, Vec<ListedFile>> = BTreeMap::new();
    let mut unlisted = Vec::new();
    for entry in walker(named, is_excluded).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unlisted.extend(unlisted_directory(&error));
                continue;
            }
        };
        let Some(kind) = entry.file_type().filter(|_| entry.depth() > 0) else { continue };
        let path = entry.into_path();
        let directory = path.parent().unwrap_or(named);
        let Some(place) = places.get(directory) else { continue };
        if kind.is_dir() {
            let place = place.of_entry(&path);
            places.insert(path, place);
        } else if place.is_configuration() || may_be_job(&path) {
            entries.entry(directory.to_owned()).or_default().push(ListedFile { path, kind });
        }
    }
    join_below_jobs(named, &mut places, &entries);
    let mut groups: BTreeMap<PathBuf, (JobPlace, Walk)> = BTreeMap::new();
    for (directory, entries) in entries {
        let Some(place) = places.get(&directory) else { continue };
        let (_, walk) = match groups.entry(place.root().to_owned()) {
            std::collections::btree_map::Entry::Occupied(group) => group.into_mut(),
            std::collections::btree_map::Entry::Vacant(group) => {
                let root = place.root();
                let is_old = place.is(EVENT_D) || is_old(root, search.dialect);
                let walk =
                    Walk::at(root, search.with_override, is_old).with_context(cannot_list)?;
                group.insert((place.clone(), walk))
            }
        };
        for entry in entries {
            look(place, walk, entry);
        }
    }
    for (path, message) in unlisted {
        let root =
            places.get(path.parent().unwrap_or(named)).map_or(named, JobPlace::root).to_owned();
        let help = "run this as a user who may list the directory, or leave it out with `exclude`";
        let trouble = What::Unreadable(UnreadableJob::new(&message, help));
        let name = path.as_os_str().as_bytes().to_vec();
        if let Some((_, walk)) = groups.get_mut(&root) {
            walk.add(path, name, trouble);
        } else {
            let mut walk =
                Walk::at(&root, search.with_override, false).with_context(cannot_list)?;
            walk.add(path, name, trouble);
            groups.insert(root, (JobPlace::Elsewhere { root: named.to_owned() }, walk));
        }
    }
    Ok(recognized(groups))
}

fn walker(
    named: &Path,
    is_excluded: impl Fn(&Path, bool) -> bool + Send + Sync + 'static,
) -> WalkBuilder {
    let in_repository =
        fs::canonicalize(named).is_ok_and(|canonical| canonical.ancestors().any(is_repository));
    let mut builder = WalkBuilder::new(named);
    builder
        .hidden(false)
        // What only this user or this program leaves out would give other results elsewhere.
        .git_global(false)
        .ignore(false)
        // An unpacked archive of a repository has the files as well, but those above it are not
        // about it.
        .require_git(false)
        .parents(in_repository)
        .sort_by_file_name(OsStr::cmp)
        .filter_entry(move |entry: &DirEntry| {
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.depth() == 0
                || !(is_directory && is_ignored(entry.file_name().as_bytes())
                    || is_excluded(entry.path(), is_directory))
        });
    builder
}

/// The path of a directory that could not be listed, and the error. `None` for errors in a
/// `.gitignore`, which Git ignores, too.
fn unlisted_directory(error: &ignore::Error) -> Option<(PathBuf, String)> {
    match error {
        ignore::Error::WithDepth { err, .. } => unlisted_directory(err),
        ignore::Error::WithPath { path, err } => {
            let error = err.io_error()?;
            // The text of the error of the walk repeats the path.
            let error = error
                .raw_os_error()
                .map_or_else(|| error.kind().into(), std::io::Error::from_raw_os_error);
            Some((path.clone(), format!("cannot be listed: {error}")))
        }
        _ => None,
    }
}

/// Whether a file outside of configuration directories has a name that concerns jobs.
fn may_be_job(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    name.ends_with(UPSTART) || name == b"upstart" || called(name) != Called::Other
}

/// If the directory that is named has jobs itself, it is a configuration directory under another
/// name, and its sub-directories belong to it.
fn join_below_jobs(
    named: &Path,
    places: &mut BTreeMap<PathBuf, JobPlace>,
    entries: &BTreeMap<PathBuf, Vec<ListedFile>>,
) {
    let is_elsewhere = |place: &JobPlace| matches!(place, JobPlace::Elsewhere { .. });
    if !places.get(named).is_some_and(is_elsewhere) || is_repository(named) {
        return;
    }
    let is_job = |entry: &ListedFile| {
        matches!(called(entry.path.file_name().unwrap_or_default().as_bytes()), Called::Conf(_))
            && read_file(&entry.path).is_ok_and(|source| looks_like_job(source.text()))
    };
    if entries.get(named).into_iter().flatten().any(is_job) {
        let joined = |(path, place): &(&PathBuf, &mut JobPlace)| {
            is_elsewhere(place) && (!path.ends_with(DEBIAN) || path.as_path() == named)
        };
        for (_, place) in places.iter_mut().filter(joined) {
            *place = JobPlace::Below { root: named.to_owned() };
        }
    }
}

/// Adds an entry to what was found in its group, unless it does not concern jobs.
fn look(place: &JobPlace, walk: &mut Walk, ListedFile { path, kind }: ListedFile) {
    let whole = place.name_of(&path);
    let file_name = path.file_name().unwrap_or_default().as_bytes().to_vec();
    let is_debian = walk.is_of_package() && whole == file_name;
    // The tree `.` gives `./etc/init/lamp.conf`.
    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
    if file_name.ends_with(UPSTART) && file_name.len() > UPSTART.len() && !is_debian {
        if fs::metadata(&path).is_ok_and(|target| target.is_file()) {
            let name = whole.strip_suffix(UPSTART).unwrap_or(&whole).to_vec();
            walk.add(path, name, What::Conf);
        }
        return;
    }
    // Outside of configuration directories a link to a directory is none of init's.
    if matches!(place, JobPlace::Elsewhere { .. })
        && kind.is_symlink()
        && !fs::metadata(&path).is_ok_and(|target| target.is_file())
    {
        return;
    }
    let below = whole.len() - file_name.len();
    let below = whole.get(..below).unwrap_or_default().to_vec();
    walk.look(path, &below, &file_name, whole, kind);
}

/// Whether what was found concerns jobs; for a file outside of configuration directories, its text
/// decides.
enum Relevance {
    Kept,
    Dropped,
    NotJob,
}

fn relevance(place: &JobPlace, FoundFile { path, name: _, what }: &FoundFile) -> Relevance {
    let is_elsewhere = match place {
        JobPlace::Configuration { .. } => return Relevance::Kept,
        JobPlace::Below { .. } => false,
        JobPlace::Elsewhere { .. } => true,
    };
    let file_name = path.file_name().unwrap_or_default().as_bytes();
    match what {
        What::Conf if file_name.ends_with(UPSTART) || file_name == b"upstart" => Relevance::Kept,
        What::Conf if fs::metadata(path).is_ok_and(|metadata| metadata.len() > LONGEST) => {
            Relevance::NotJob
        }
        What::Conf => match read_file(path) {
            Ok(source) if !looks_like_job(source.text()) => Relevance::NotJob,
            // What cannot be read may be a job, and is reported.
            Ok(_) | Err(_) => Relevance::Kept,
        },
        What::NotRead(_) if is_elsewhere => Relevance::Dropped,
        What::Override | What::Unreadable(_) | What::NotRead(_) => Relevance::Kept,
    }
}

fn recognized(groups: BTreeMap<PathBuf, (JobPlace, Walk)>) -> Tree {
    let found: Vec<(PathBuf, JobPlace, FoundFile)> = groups
        .into_iter()
        .flat_map(|(root, (place, walk))| {
            let found = walk.into_found().into_iter();
            found.map(move |found| (root.clone(), place.clone(), found))
        })
        .collect();
    let relevances: Vec<Relevance> =
        found.par_iter().map(|(_, place, found)| relevance(place, found)).collect();
    let (mut kept, mut skipped) =
        (BTreeMap::<PathBuf, (JobPlace, Vec<FoundFile>)>::new(), Vec::new());
    for ((root, place, mut file), relevance) in found.into_iter().zip(relevances) {
        match relevance {
            Relevance::Kept => {
                if !place.is(INIT) && file.is_conf() {
                    // `NAME.upstart.conf` is installed as `NAME.conf`.
                    if file.path.as_os_str().as_bytes().ends_with(b".upstart.conf")
                        && let Some(stem) = file.name.strip_suffix(UPSTART)
                    {
                        file.name = stem.to_vec();
                    }
                }
                kept.entry(root).or_insert((place, Vec::new())).1.push(file);
            }
            Relevance::Dropped => {}
            Relevance::NotJob => skipped.push(file.path),
        }
    }
    skipped.sort();
    let directories = kept
        .into_iter()
        .flat_map(|(root, (place, found))| JobDirectory::split(&root, &place, found))
        .collect();
    Tree { directories, skipped }
}
