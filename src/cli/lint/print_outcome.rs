//! What a run reports besides its findings: what it did not read, and what it does not show.

use std::path::{Path, PathBuf};

use super::collect::Collection;
use crate::cli::arguments::LintArguments;
use crate::cli::input::shown;
use crate::cli::{Status, Streams};
use crate::convert::Converted;
use crate::diagnostic::Severity;
use crate::report::counted;
use crate::report::format::Format;
use crate::text::visible::visible;

/// The number of skipped files that are named.
const NAMED: usize = 3;

/// Reports directories that cannot be searched or have no jobs, and the files that are not jobs.
pub(super) fn print_collected(
    arguments: &LintArguments,
    collection: &Collection,
    streams: &mut Streams<'_>,
) -> Status {
    let mut status = Status::Done;
    for error in &collection.errors {
        streams.error(&visible(error));
        status = Status::Refused;
    }
    if !collection.skipped.is_empty() && !arguments.reporting.quiet {
        streams.report(&format!("{}\n", skipped(&collection.skipped)));
    }
    let is_empty = collection.count() == 0;
    for path in &collection.without_jobs {
        let message = without_jobs(path);
        if is_empty {
            streams.error(&message);
            status = Status::Refused;
        } else if !arguments.reporting.quiet {
            streams.report(&format!("note: {message}\n"));
        }
    }
    status
}

fn skipped(paths: &[PathBuf]) -> String {
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| visible(&shown(path))).collect();
    let more = match paths.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("skipped {} (not a job): {}{more}", counted(paths.len(), "file"), named.join(", "))
}

fn without_jobs(path: &Path) -> String {
    format!(
        "no jobs found in `{}`: looked for *.conf, *.upstart and the files of `event.d`, except what .gitignore or `exclude` leaves out",
        visible(&shown(path))
    )
}

/// Reports that notes are not shown but are the reason of the exit status, where no last line has
/// their number.
pub(super) fn print_hidden(
    arguments: &LintArguments,
    files: &[Converted],
    status: Status,
    streams: &mut Streams<'_>,
) {
    let has_count = match arguments.reporting.format {
        Format::Text | Format::JsonLines => true,
        format => format.is_object(),
    };
    let diagnostics = || files.iter().flat_map(|file| &file.conversion.diagnostics);
    if arguments.reporting.quiet
        && !has_count
        && status == Status::Findings
        && diagnostics().all(|diagnostic| diagnostic.severity == Severity::Note)
    {
        let notes = counted(diagnostics().count(), "note");
        streams.error(&format!("{notes} at or above `--fail-on`, hidden by --quiet"));
    }
}
