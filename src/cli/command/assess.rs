//! `report`: what a migration would be, for those who decide it and do it. Writes no overlay.

use crate::cli::arguments::{ReportArguments, ReportFormat};
use crate::cli::migrate::assessed::Assessed;
use crate::cli::migrate::planned::planned;
use crate::cli::progress::Progress;
use crate::cli::reporting::cannot_serialize;
use crate::cli::{Status, Streams};
use crate::text::bytes::encode;

pub(in crate::cli) fn run(arguments: &ReportArguments, streams: &mut Streams<'_>) -> Status {
    let progress = Progress::new();
    let planned = planned(&arguments.jobs, &arguments.translation, (true, &progress), streams);
    let planned = match planned {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    if !planned.has_jobs(streams) {
        return Status::Refused;
    }
    let assessed = Assessed::of(&planned, &arguments.jobs);
    let status = planned.report_refused(streams);
    let mut files = planned.plan.jobs;
    files.extend(planned.strays);
    match assessed.text(format(arguments), &files) {
        Ok(text) => status.max(streams.print(&encode(&text))),
        Err(error) => cannot_serialize(&error, streams),
    }
}

/// The form that is asked for, else that of the name of the file, else a page.
fn format(arguments: &ReportArguments) -> ReportFormat {
    let of_file = || arguments.output.as_deref().and_then(ReportFormat::of_file);
    arguments.format.or_else(of_file).unwrap_or(ReportFormat::Html)
}
