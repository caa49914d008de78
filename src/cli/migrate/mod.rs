//! `migrate`: converts a whole configuration directory. All of it is planned before a byte is
//! written.

pub(super) mod next_steps;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::MigrateArguments;
use super::input::directory::Directory;
use super::input::{Input, directory, shown};
use super::lint::configuration::Configuration;
use super::overlay::{ChangeKind, FileChange, Writing};
use super::progress::Progress;
use super::reporting::report_findings;
use super::status::status_of;
use super::{Status, Streams, overlay, panic};
use crate::migrate;
use crate::migrate::{FoundJob, Migration};
use crate::text::list;
use crate::text::visible::visible;
use next_steps::operator_guide;

pub(super) fn run(arguments: &MigrateArguments, streams: &mut Streams<'_>) -> Status {
    let dialect = arguments.translation.dialect.into();
    let directories: Vec<PathBuf> = match &arguments.root {
        Some(root) => vec![directory::of_system(root, dialect)],
        None => arguments.directories.clone(),
    };
    let first = directories.first().map_or(Path::new("."), |path| path.as_path());
    let style = match Configuration::style(arguments.translation.style, first) {
        Ok(style) => style,
        Err(message) => return streams.usage(&message),
    };
    let options = arguments.translation.options(true, style);
    let progress = Progress::new();
    let Directory { inputs, strays } =
        match directory::read(&directories, !arguments.translation.no_override, dialect) {
            Ok(directory) => directory,
            Err(error) => {
                streams.error(&visible(&format!("{error:#}")));
                return Status::Refused;
            }
        };
    progress.begin("planning", inputs.len());
    let found = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    let mut plan = match panic::caught(|| migrate::plan(found, &options)) {
        Ok(plan) => plan,
        Err(bug) => return streams.bug(&bug),
    };
    progress.end();
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
    status = status.max(report_findings(&arguments.reporting, &told, Some(style), streams));
    told.truncate(jobs);
    plan.jobs = told;
    status.max(deliver(arguments, &plan, &progress, streams))
}

/// Writes the files, or reports the changes that writing would make.
fn deliver(
    arguments: &MigrateArguments,
    plan: &Migration,
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
        return match overlay::compare(root, &plan.files) {
            Ok(changes) => report_changes(arguments, plan, &changes, streams),
            Err(error) => cannot_write(&error, streams),
        };
    }
    let how = Writing { force: arguments.force, prune: arguments.prune };
    let written = overlay::write(root, &plan.files, how, &|done, total| {
        progress.step("writing", done, total);
    });
    progress.end();
    match written {
        Ok(changes) => {
            report_stale(arguments, &changes, streams);
            print_next_steps(arguments, plan, root, streams)
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
        let list: String = changes.iter().filter_map(|change| listed(change, arguments)).collect();
        status = status.max(streams.print(list.as_bytes()));
    }
    if arguments.dry_run {
        let root = arguments.output.as_deref().unwrap_or(Path::new("OUT"));
        status = status.max(print_next_steps(arguments, plan, root, streams));
    }
    status
}

/// The line for a change of a file, or `None` if it is not listed.
fn listed(change: &FileChange<'_>, arguments: &MigrateArguments) -> Option<String> {
    let what = match change.kind {
        ChangeKind::New { .. } => "new",
        ChangeKind::Changed { .. } => "changed",
        ChangeKind::Foreign { .. } if arguments.force => "replaced",
        ChangeKind::Foreign { .. } => "in the way",
        ChangeKind::Stale { .. } if arguments.prune => "removed",
        ChangeKind::Stale { .. } => "left over",
        // A dry run lists unchanged files as well; a list of differences does not.
        ChangeKind::Same if arguments.dry_run => "same",
        ChangeKind::Same => return None,
    };
    Some(format!("{what:<10} {}\n", visible(&change.path)))
}

fn report_stale(
    arguments: &MigrateArguments,
    changes: &[FileChange<'_>],
    streams: &mut Streams<'_>,
) {
    let stale: Vec<String> = changes
        .iter()
        .filter(|change| matches!(change.kind, ChangeKind::Stale { .. }))
        .map(|change| visible(&change.path))
        .collect();
    if stale.is_empty()
        || arguments.prune
        || arguments.reporting.quiet
        || arguments.reporting.format.is_object()
    {
        return;
    }
    streams.report(&format!(
        "note: no job comes to these files any more, which an earlier run wrote; `--prune` removes them: {}\n",
        list::first(&stale, 5)
    ));
}

fn print_next_steps(
    arguments: &MigrateArguments,
    plan: &Migration,
    root: &Path,
    streams: &mut Streams<'_>,
) -> Status {
    let mut text = next_steps::next_steps(plan, &shown(root));
    if arguments.explain_jobs {
        text.push('\n');
        text.push_str(&operator_guide(plan));
    }
    streams.print(&crate::text::bytes::encode(&text))
}
