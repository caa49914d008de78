//! Reads the jobs of a migration and plans it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::packages;
use crate::cli::arguments::{SelectedJobs, Translation};
use crate::cli::input::directory::Directory;
use crate::cli::input::{Input, directory, shown};
use crate::cli::lint::configuration::{Configuration, MigrationSettings};
use crate::cli::progress::Progress;
use crate::cli::{Status, Streams, panic};
use crate::convert::Converted;
use crate::lower::options::Style;
use crate::migrate;
use crate::migrate::{FoundJob, Migration, PackageJob, Read, Selection};
use crate::text::bytes::encode;
use crate::text::visible::visible;

/// A migration that has been planned.
pub(in crate::cli) struct Planned {
    /// The jobs that were read, those that are not converted included.
    pub(in crate::cli) read: Vec<Read>,
    /// The migration.
    pub(in crate::cli) plan: Migration,
    /// The files that are not jobs of the directory, each with the finding that explains why.
    pub(in crate::cli) strays: Vec<Converted>,
    /// The style of the units.
    pub(in crate::cli) style: Style,
    /// What the configuration says.
    pub(in crate::cli) settings: MigrationSettings,
}

/// Plans the migration of the jobs. An error has been reported, and is the status to exit with.
/// `notes` is whether notes may be written beside the result.
pub(in crate::cli) fn planned(
    jobs: &SelectedJobs,
    translation: &Translation,
    (notes, progress): (bool, &Progress),
    streams: &mut Streams<'_>,
) -> Result<Planned, Status> {
    if !jobs.hosts.is_empty() {
        let message = "`--hosts` is for `upstart2systemd migrate`: give one host with `--root`";
        return Err(streams.usage(message));
    }
    let dialect = translation.dialect.into();
    let directories: Vec<PathBuf> = match &jobs.root {
        Some(root) => vec![directory::of_system(root, dialect)],
        None => jobs.directories.clone(),
    };
    let first = directories.first().map_or(Path::new("."), PathBuf::as_path);
    let settings = Configuration::of_migration(first).map_err(|message| streams.usage(&message))?;
    let style = settings.style(translation.style);
    let options = translation.options(true, (style, settings.target));
    let read = |directories: &[PathBuf]| {
        directory::read(directories, !translation.no_override, dialect, jobs.root.as_deref())
    };
    let found = read(&directories).and_then(|found| {
        let Some(meant) = meant_directory(&directories, &found) else { return Ok(found) };
        if notes {
            streams.report(&format!(
                "note: all jobs are in {0}, so that is read as the configuration directory\n",
                visible(&shown(&meant))
            ));
        }
        read(&[meant])
    });
    let Directory { inputs, strays } = found.map_err(|error| refused(&error, streams))?;
    progress.begin("planning", inputs.len());
    let found: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    let known = packages::known(jobs.dpkg_status.as_deref(), jobs.root.as_deref(), &found)
        .map_err(|error| refused(&error, streams))?;
    if let Some(why) = known.trouble.filter(|_| notes) {
        streams.report(&format!("note: {}\n", visible(&why)));
    }
    let selection = selection(jobs, translation, &settings, known.jobs);
    let outside = settings.outside.clone();
    let planned = panic::caught(|| {
        let read = migrate::read_all(found, options.dialect);
        let plan = migrate::plan_read(read.clone(), &options, &selection, outside);
        (read, plan)
    });
    let (read, plan) = planned.map_err(|bug| streams.bug(&bug))?;
    progress.end();
    if plan.jobs.is_empty() && plan.left_jobs.is_empty() && plan.not_chosen > 0 {
        streams.error("no job is left to convert: none matches `--only`, or `--exclude` takes all");
        return Err(Status::Refused);
    }
    Ok(Planned { read, plan, strays, style, settings })
}

fn refused(error: &anyhow::Error, streams: &mut Streams<'_>) -> Status {
    streams.error(&visible(&format!("{error:#}")));
    Status::Refused
}

/// The configuration directory below the one that was given, if that has all jobs. The names of jobs
/// are paths below the configuration directory (`init/conf.c`, `conf_reload_path`), so from a
/// directory above it no job would know another one.
pub(in crate::cli) fn meant_directory(given: &[PathBuf], found: &Directory) -> Option<PathBuf> {
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

/// Which jobs are converted, by the command line and the configuration.
pub(super) fn selection(
    jobs: &SelectedJobs,
    translation: &Translation,
    settings: &MigrationSettings,
    packages: Option<BTreeMap<String, PackageJob>>,
) -> Selection {
    let patterns = |given: &[String], configured: &[String]| {
        if given.is_empty() { configured.to_vec() } else { given.to_vec() }
    };
    let target = translation.target.or(settings.target);
    Selection {
        all: jobs.all,
        only: patterns(&jobs.only, &settings.only),
        exclude: patterns(&jobs.exclude, &settings.exclude),
        packages,
        family: target.map_or_else(Default::default, |release| release.family),
    }
}
