//! `report`: what a migration would be, for those who decide it and do it. Writes no overlay.

use crate::cli::arguments::{ReportArguments, ReportFormat};
use crate::cli::migrate::assessed::Assessed;
use crate::cli::migrate::planned::planned;
use crate::cli::progress::Progress;
use crate::cli::reporting::cannot_serialize;
use crate::cli::{Status, Streams};
use crate::convert::Converted;
use crate::text::bytes::encode;
use crate::text::visible::visible;

pub(in crate::cli) fn run(arguments: &ReportArguments, streams: &mut Streams<'_>) -> Status {
    let progress = Progress::new();
    let planned = planned(&arguments.jobs, &arguments.translation, (true, &progress), streams);
    let planned = match planned {
        Ok(planned) => planned,
        Err(status) => return status,
    };
    if planned.plan.jobs.is_empty() && planned.plan.left_jobs.is_empty() {
        streams.error("no jobs found; name the directory that has them, such as /etc/init");
        return Status::Refused;
    }
    let assessed = Assessed::of(&planned, &arguments.jobs);
    let status = report_refused(&planned.plan.jobs, &planned.strays, streams);
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

/// Reports the jobs that are not converted. They are in the report as well.
fn report_refused(jobs: &[Converted], strays: &[Converted], streams: &mut Streams<'_>) -> Status {
    let mut status = Status::Done;
    let of_strays = strays.iter().filter(|stray| {
        stray.conversion.diagnostics.first().is_some_and(|found| found.rule.is_of_refusal())
    });
    for job in jobs.iter().filter(|job| job.conversion.outputs.is_empty()).chain(of_strays) {
        if let Some(found) = job.conversion.diagnostics.first() {
            let path = visible(&job.conversion.path);
            streams.error(&format!("{path}: {}", visible(&found.message)));
            status = Status::Refused;
        }
    }
    status
}
