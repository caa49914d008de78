//! Reads the jobs of a migration and plans it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::found_jobs::{self, FoundJobs, JobPlaces};
use crate::cli::arguments::{SelectedJobs, Translation};
use crate::cli::input::{directory, shown};
use crate::cli::lint::configuration::{Configuration, MigrationSettings};
use crate::cli::progress::Progress;
use crate::cli::{Status, Streams, panic};
use crate::convert::Converted;
use crate::lower::options::Style;
use crate::migrate;
use crate::migrate::{Migration, PackageJob, Read, Selection};
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

impl Planned {
    /// Reports the jobs that have no unit.
    pub(in crate::cli) fn report_refused(&self, streams: &mut Streams<'_>) -> Status {
        let mut status = Status::Done;
        let of_strays = self.strays.iter().filter(|stray| {
            stray.conversion.diagnostics.first().is_some_and(|found| found.rule.is_of_refusal())
        });
        let without_unit = self.plan.jobs.iter().filter(|job| job.conversion.outputs.is_empty());
        for job in without_unit.chain(of_strays) {
            if let Some(found) = job.conversion.diagnostics.first() {
                let path = visible(&job.conversion.path);
                streams.error(&format!("{path}: {}", visible(&found.message)));
                status = Status::Refused;
            }
        }
        status
    }

    /// Whether there are jobs. If there are none, that is reported.
    pub(in crate::cli) fn has_jobs(&self, streams: &mut Streams<'_>) -> bool {
        let has_jobs = !self.read.is_empty();
        if !has_jobs {
            streams.error("no jobs found; name the directory that has them, such as /etc/init");
        }
        has_jobs
    }
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
    let places = JobPlaces {
        directories: &directories,
        root: jobs.root.as_deref(),
        dpkg_status: jobs.dpkg_status.as_deref(),
    };
    let found = found_jobs::find(places, !translation.no_override, dialect).map_err(|error| {
        streams.error(&visible(&format!("{error:#}")));
        Status::Refused
    })?;
    let FoundJobs { jobs: found, strays, meant, packages } = found;
    if let Some(meant) = meant.filter(|_| notes) {
        streams.report(&format!(
            "note: all jobs are in {0}, so that is read as the configuration directory\n",
            visible(&shown(&meant))
        ));
    }
    if let Some(why) = packages.trouble.filter(|_| notes) {
        streams.report(&format!("note: {}\n", visible(&why)));
    }
    progress.begin("planning", found.len());
    let selection = selection(jobs, translation, &settings, packages.jobs);
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
