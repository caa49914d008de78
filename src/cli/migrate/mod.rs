//! `migrate`: converts a whole configuration directory. All of it is planned before a byte is
//! written.

pub(super) mod assessed;
mod changes;
mod found_jobs;
mod hosts;
pub(super) mod next_steps;
mod packages;
pub(super) mod planned;
mod what_matters;

use std::collections::BTreeSet;
use std::path::Path;

use super::arguments::MigrateArguments;
use super::input::shown;
use super::overlay::{FileChange, Writing};
use super::progress::Progress;
use super::reporting::{ReportTo, report_findings};
use super::status::status_of;
use super::{Status, Streams, overlay};
use crate::migrate::Migration;
use crate::report::format::Format;
use crate::text::bytes::encode;
use crate::text::visible::{visible, visible_lines};
use assessed::{Assessed, ReportFile};
use next_steps::operator_guide;
use planned::{Planned, planned};

pub(super) fn run(arguments: &MigrateArguments, streams: &mut Streams<'_>) -> Status {
    if arguments.diff && arguments.reporting.format == Format::JsonLines {
        return streams.usage(
            "`--diff` and `--format json-lines` both print to standard output: use one of them",
        );
    }
    if arguments.jobs.hosts.is_empty() {
        one_host(arguments, streams)
    } else {
        hosts::run(arguments, streams)
    }
}

fn one_host(arguments: &MigrateArguments, streams: &mut Streams<'_>) -> Status {
    let progress = Progress::new();
    let notes = !arguments.reporting.format.is_object();
    let planned = planned(&arguments.jobs, &arguments.translation, (notes, &progress), streams);
    let planned = match planned {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    let report = match ReportFile::of(arguments) {
        Ok(report) => report.map(|to| (to, Assessed::of(&planned, &arguments.jobs))),
        Err(message) => return streams.usage(&message),
    };
    let Planned { mut plan, strays, style, .. } = planned;
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
    status = status.max(if let Some((to, assessed)) = report {
        to.write(&assessed, &told, streams)
    } else {
        let to = ReportTo::of(arguments.report.as_deref());
        report_findings(&arguments.reporting, &told, style, to, streams)
    });
    let unread = changes::unread(&told);
    told.truncate(jobs);
    plan.jobs = told;
    status.max(deliver(arguments, (&plan, &unread), &progress, streams))
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
        return to_results(arguments.reporting.format, &list, streams).max(print_next_steps(
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
        status = status.max(to_results(arguments.reporting.format, &list, streams));
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
    to_results(arguments.reporting.format, &text, streams)
}

/// Prints a text for people: to standard output, or to standard error if that has lines for
/// programs.
fn to_results(format: Format, text: &str, streams: &mut Streams<'_>) -> Status {
    if format == Format::JsonLines {
        streams.report(&visible_lines(text));
        Status::Done
    } else {
        streams.print(&encode(text))
    }
}
