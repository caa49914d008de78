//! `migrate`: converts a whole configuration directory. All of it is planned before a byte is
//! written.

mod changes;
pub(super) mod next_steps;
pub(super) mod packages;
mod what_matters;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::MigrateArguments;
use super::input::directory::Directory;
use super::input::{Input, directory, shown};
use super::lint::configuration::{Configuration, MigrationSettings};
use super::overlay::{FileChange, Writing};
use super::progress::Progress;
use super::reporting::{ReportTo, report_findings};
use super::status::status_of;
use super::{Status, Streams, overlay, panic};
use crate::migrate;
use crate::migrate::{FoundJob, Migration, PackageJob, Selection};
use crate::text::bytes::encode;
use crate::text::visible::visible;
use next_steps::operator_guide;

pub(super) fn run(arguments: &MigrateArguments, streams: &mut Streams<'_>) -> Status {
    let dialect = arguments.translation.dialect.into();
    let directories: Vec<PathBuf> = match &arguments.root {
        Some(root) => vec![directory::of_system(root, dialect)],
        None => arguments.directories.clone(),
    };
    let first = directories.first().map_or(Path::new("."), |path| path.as_path());
    let settings = match Configuration::of_migration(first) {
        Ok(settings) => settings,
        Err(message) => return streams.usage(&message),
    };
    let style = settings.style(arguments.translation.style);
    let options = arguments.translation.options(true, (style, settings.target));
    let progress = Progress::new();
    let read = |directories: &[PathBuf]| {
        directory::read(
            directories,
            !arguments.translation.no_override,
            dialect,
            arguments.root.as_deref(),
        )
    };
    let found = read(&directories).and_then(|found| {
        let Some(meant) = meant_directory(&directories, &found) else { return Ok(found) };
        if !arguments.reporting.format.is_object() {
            streams.report(&format!(
                "note: all jobs are in {0}, so that is read as the configuration directory\n",
                visible(&shown(&meant))
            ));
        }
        read(&[meant])
    });
    let Directory { inputs, strays } = match found {
        Ok(directory) => directory,
        Err(error) => {
            streams.error(&visible(&format!("{error:#}")));
            return Status::Refused;
        }
    };
    progress.begin("planning", inputs.len());
    let found: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    let packages = match packages::of(arguments, &found, streams) {
        Ok(packages) => packages,
        Err(error) => return cannot_write(&error, streams),
    };
    let selection = selection(arguments, &settings, packages);
    let planned = panic::caught(|| {
        migrate::plan_selected(found, &options, &selection, settings.outside.clone())
    });
    let mut plan = match planned {
        Ok(plan) => plan,
        Err(bug) => return streams.bug(&bug),
    };
    progress.end();
    if plan.jobs.is_empty() && plan.left_jobs.is_empty() && plan.not_chosen > 0 {
        streams.error("no job is left to convert: none matches `--only`, or `--exclude` takes all");
        return Status::Refused;
    }
    let mut status = plan
        .jobs
        .iter()
        .chain(&strays)
        .map(|file| {
            status_of(&file.conversion, arguments.reporting.fail_on(), arguments.reporting.strict)
        })
        .max()
        .unwrap_or(Status::Done);
    let mut told = std::mem::take(&mut plan.jobs);
    let jobs = told.len();
    told.extend(strays);
    let to = ReportTo::of(arguments.report.as_deref());
    status = status.max(report_findings(&arguments.reporting, &told, style, to, streams));
    let unread = changes::unread(&told);
    told.truncate(jobs);
    plan.jobs = told;
    status.max(deliver(arguments, (&plan, &unread), &progress, streams))
}

/// The configuration directory below the one that was given, if that has all jobs. The names of jobs
/// are paths below the configuration directory (`init/conf.c`, `conf_reload_path`), so from a
/// directory above it no job would know another one.
pub(super) fn meant_directory(given: &[PathBuf], found: &Directory) -> Option<PathBuf> {
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
fn selection(
    arguments: &MigrateArguments,
    settings: &MigrationSettings,
    packages: Option<BTreeMap<String, PackageJob>>,
) -> Selection {
    let patterns = |given: &[String], configured: &[String]| {
        if given.is_empty() { configured.to_vec() } else { given.to_vec() }
    };
    let target = arguments.translation.target.or(settings.target);
    Selection {
        all: arguments.all,
        only: patterns(&arguments.only, &settings.only),
        exclude: patterns(&arguments.exclude, &settings.exclude),
        packages,
        family: target.map_or_else(Default::default, |release| release.family),
    }
}

/// Writes the files, or reports the changes that writing would make.
fn deliver(
    arguments: &MigrateArguments,
    (plan, unread): (&Migration, &BTreeSet<String>),
    progress: &Progress,
    streams: &mut Streams<'_>,
) -> Status {
    let Some(root) = &arguments.output else {
        let list: String =
            plan.files.iter().map(|file| format!("new        {}\n", visible(&file.path))).collect();
        return streams.print(list.as_bytes()).max(print_next_steps(
            arguments,
            plan,
            Path::new("OUT"),
            streams,
        ));
    };
    if arguments.dry_run || arguments.diff || arguments.check {
        return match overlay::compare(root, &plan.files, unread) {
            Ok(changes) => report_changes(arguments, plan, &changes, streams),
            Err(error) => cannot_write(&error, streams),
        };
    }
    let how = Writing { force: arguments.force, prune: arguments.prune, unread };
    let written =
        overlay::write(root, (&plan.files, &changes::origins(plan)), how, &|done, total| {
            progress.step("writing", done, total);
        });
    progress.end();
    match written {
        Ok(changes) => {
            let status = changes::report_kept(arguments, &changes, streams);
            status.max(print_next_steps(arguments, plan, root, streams))
        }
        Err(error) => cannot_write(&error, streams),
    }
}

fn cannot_write(error: &anyhow::Error, streams: &mut Streams<'_>) -> Status {
    streams.error(&visible(&format!("{error:#}")));
    Status::Refused
}

fn report_changes(
    arguments: &MigrateArguments,
    plan: &Migration,
    changes: &[FileChange<'_>],
    streams: &mut Streams<'_>,
) -> Status {
    let differs = changes.iter().any(|change| change.kind.is_difference(arguments.prune));
    let mut status = if arguments.check && differs { Status::Findings } else { Status::Done };
    if arguments.diff {
        status = status.max(streams.print_text(&overlay::diff(changes, arguments.prune)));
    } else {
        let list: String =
            changes.iter().filter_map(|change| changes::listed(change, arguments)).collect();
        status = status.max(streams.print(list.as_bytes()));
    }
    if arguments.dry_run {
        let root = arguments.output.as_deref().unwrap_or(Path::new("OUT"));
        status = status.max(print_next_steps(arguments, plan, root, streams));
    }
    status
}

fn print_next_steps(
    arguments: &MigrateArguments,
    plan: &Migration,
    root: &Path,
    streams: &mut Streams<'_>,
) -> Status {
    let mut text = what_matters::summary(plan);
    text.push_str(&next_steps::next_steps(plan, &shown(root)));
    if arguments.explain_jobs {
        text.push('\n');
        text.push_str(&operator_guide(plan));
    }
    streams.print(&encode(&text))
}
