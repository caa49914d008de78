//! Collects the jobs that the arguments name, each of them once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::configuration::Configuration;
use super::settings::Settings;
use super::shell_check::Checker;
use crate::cli::arguments::LintArguments;
use crate::cli::input::directory::Directory;
use crate::cli::input::tree::{JobDirectory, Search, Tree, find};
use crate::cli::input::{Input, STDIN, shown};
use crate::cli::{Streams, input};
use crate::convert::Converted;
use crate::diagnostic::Rule;

/// All that is checked in a run.
#[derive(Default)]
pub(super) struct Collection {
    pub(super) batches: Vec<Batch>,
    /// Files that end in `.conf` and are not jobs.
    pub(super) skipped: Vec<PathBuf>,
    /// The directories of the command line without a job.
    pub(super) without_jobs: Vec<PathBuf>,
    /// Why directories of the command line cannot be searched.
    pub(super) errors: Vec<String>,
}

/// Jobs that are checked together, with the settings for them.
pub(super) struct Batch {
    pub(super) settings: Arc<Settings>,
    pub(super) jobs: Jobs,
}

pub(super) enum Jobs {
    /// A file or standard input. `Err` if it cannot be read.
    Single(Result<Input, Box<Converted>>),
    /// The jobs of one configuration directory.
    Neighbours {
        directory: Directory,
        /// The jobs that are links to other jobs of the run, whose findings would be the same.
        aliases: BTreeSet<String>,
    },
}

impl Batch {
    pub(super) fn inputs(&self) -> &[Input] {
        match &self.jobs {
            Jobs::Single(Ok(input)) => std::slice::from_ref(input),
            Jobs::Single(Err(_)) => &[],
            Jobs::Neighbours { directory, aliases: _ } => &directory.inputs,
        }
    }

    fn count(&self) -> usize {
        match &self.jobs {
            Jobs::Single(_) => self.inputs().len(),
            Jobs::Neighbours { directory, aliases } => {
                directory.inputs.iter().filter(|input| !aliases.contains(&input.path)).count()
            }
        }
    }
}

impl Collection {
    /// The number of jobs.
    pub(super) fn count(&self) -> usize {
        self.batches.iter().map(Batch::count).sum()
    }
}

/// The settings of a run, each configuration file read once.
pub(super) struct AllSettings<'a> {
    arguments: &'a LintArguments,
    known: &'a [&'static Rule],
    /// By the configuration and that of `ShellCheck`.
    by_files: BTreeMap<(Option<PathBuf>, Option<PathBuf>), Arc<Settings>>,
}

impl<'a> AllSettings<'a> {
    pub(super) fn new(arguments: &'a LintArguments, known: &'a [&'static Rule]) -> Self {
        Self { arguments, known, by_files: BTreeMap::new() }
    }

    /// The settings for the jobs at a path. `Err` is a mistake in a configuration.
    pub(super) fn of(&mut self, path: &Path) -> Result<Arc<Settings>, String> {
        let file = match &self.arguments.config {
            Some(file) => Some(file.clone()),
            None => Configuration::file_of(path),
        };
        let files = (file, Checker::rc_of(path));
        if let Some(settings) = self.by_files.get(&files) {
            return Ok(Arc::clone(settings));
        }
        let (file, rc) = (files.0.as_deref(), files.1.as_deref());
        let settings = Arc::new(Settings::new(self.arguments, (file, rc), self.known)?);
        self.by_files.insert(files, Arc::clone(&settings));
        Ok(settings)
    }
}

/// Reads all jobs. `Err` is a mistake in a configuration.
pub(super) fn collect(
    arguments: &LintArguments,
    settings: &mut AllSettings<'_>,
    streams: &mut Streams<'_>,
) -> Result<Collection, String> {
    let mut collection = Collection::default();
    let mut seen = Seen::default();
    // A file that is also in a directory is checked with its neighbours.
    let mut directories = BTreeMap::new();
    for path in arguments.paths.iter().filter(|path| path.is_dir()) {
        let settings_of_path = settings.of(path)?;
        let excluded = settings_of_path.exclusion(path);
        let search = search(arguments, &settings_of_path);
        match find(path, search, excluded) {
            Ok(tree) => {
                let Tree { directories: mut of_tree, skipped } = tree;
                collection.skipped.extend(skipped);
                for directory in &mut of_tree {
                    // A configuration within the tree is that of the jobs below it.
                    let settings = settings.of(directory.root())?;
                    directory.retain_jobs(|path| !settings.is_excluded(path));
                }
                if of_tree.iter().all(|directory| directory.jobs().next().is_none()) {
                    collection.without_jobs.push(path.clone());
                }
                of_tree.retain_mut(|directory| seen.keep_new(directory));
                directories.entry(path.clone()).or_insert(of_tree);
            }
            Err(error) => collection.errors.push(format!("{error:#}")),
        }
    }
    for path in &arguments.paths {
        if path.is_dir() {
            for directory in directories.remove(path).into_iter().flatten() {
                let settings = settings.of(directory.root())?;
                let search = search(arguments, &settings);
                let aliases = seen.aliases(&directory);
                let directory = directory.read(search);
                collection
                    .batches
                    .push(Batch { settings, jobs: Jobs::Neighbours { directory, aliases } });
            }
        } else if path.as_os_str() == STDIN || seen.is_new(path) {
            let settings = settings.of(of_single(arguments, path))?;
            let input = read_single(arguments, &settings, path, streams);
            collection.batches.push(Batch { settings, jobs: Jobs::Single(input) });
        }
    }
    collection.skipped.sort();
    collection.skipped.dedup();
    Ok(collection)
}

fn search(arguments: &LintArguments, settings: &Settings) -> Search {
    Search { with_override: !arguments.no_override, dialect: settings.options.dialect }
}

/// The path whose configuration applies to a file. For standard input, it is that of the working
/// directory.
fn of_single<'a>(arguments: &'a LintArguments, path: &'a Path) -> &'a Path {
    if path.as_os_str() == STDIN {
        arguments.stdin_filename.as_deref().unwrap_or(Path::new("."))
    } else {
        path
    }
}

fn read_single(
    arguments: &LintArguments,
    settings: &Settings,
    path: &Path,
    streams: &mut Streams<'_>,
) -> Result<Input, Box<Converted>> {
    if path.as_os_str() == STDIN {
        let Some(path) = &arguments.stdin_filename else {
            let name = arguments.name.as_deref().unwrap_or_else(|| OsStr::new(""));
            return input::read_stdin(streams.stdin, name);
        };
        let (with_override, dialect) = (!arguments.no_override, settings.options.dialect);
        return input::read_stdin_as(streams.stdin, path, with_override, dialect);
    }
    if let Some(refused) = input::refuse_override(path) {
        return Err(refused);
    }
    input::read(path, None, !arguments.no_override, settings.options.dialect)
}

/// The files that were collected.
#[derive(Default)]
struct Seen {
    /// The canonical paths.
    jobs: BTreeSet<PathBuf>,
    /// The jobs that are links to jobs of the same directory.
    linked: BTreeSet<PathBuf>,
}

impl Seen {
    /// Leaves out the jobs that another directory has. Whether anything is left.
    fn keep_new(&mut self, directory: &mut JobDirectory) -> bool {
        let is_link =
            |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        let mut own: BTreeSet<PathBuf> =
            directory.jobs().filter(|path| !is_link(path)).map(resolved).collect();
        own.retain(|job| !self.jobs.contains(job));
        directory.retain_jobs(|path| {
            let job = resolved(path);
            if is_link(path) && own.contains(&job) {
                // It is another job to init, and one that others may wait for.
                self.linked.insert(path.to_owned());
                return true;
            }
            own.insert(job.clone());
            self.jobs.insert(job)
        });
        !directory.is_empty()
    }

    fn is_new(&mut self, path: &Path) -> bool {
        self.jobs.insert(resolved(path))
    }

    /// The paths of the jobs of a directory that are links to others, as they are shown.
    fn aliases(&self, directory: &JobDirectory) -> BTreeSet<String> {
        directory.jobs().filter(|path| self.linked.contains(*path)).map(shown).collect()
    }
}

fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
