//! `lint`: finds mistakes in jobs, whether or not they are to be converted.

mod apply_fixes;
mod baseline;
mod collect;
pub(super) mod configuration;
mod file_patterns;
mod findings;
mod patch;
mod print_outcome;
mod print_report;
mod selection;
mod settings;
pub(super) mod shell_check;

use super::arguments::{FailOn, LintArguments};
use super::input::STDIN;
use super::status::status_of;
use super::{Status, Streams};
use crate::convert::Converted;
use crate::diagnostic::registry;
use crate::report::format::Format;
use crate::text::visible::visible;
use baseline::Baseline;
use collect::{AllSettings, Batch, Collection, Jobs, collect};
use print_report::print_report;

pub(super) fn run(arguments: &LintArguments, streams: &mut Streams<'_>) -> Status {
    if let Err(message) = check(arguments) {
        return streams.usage(&message);
    }
    let mut settings = AllSettings::new(arguments, registry::RULES);
    let mut collection = match collect(arguments, &mut settings, streams) {
        Ok(collection) => collection,
        Err(message) => return streams.usage(&message),
    };
    let mut status = Status::Done;
    if arguments.fix || arguments.diff {
        status = apply_fixes::fix(arguments, &collection.batches, streams);
        if arguments.diff || is_stdin(arguments) {
            return status.max(without_findings(arguments, collection, streams));
        }
        collection = match collect(arguments, &mut settings, streams) {
            Ok(collection) => collection,
            Err(message) => return streams.usage(&message),
        };
    }
    let jobs = collection.count();
    status = status.max(print_outcome::print_collected(arguments, &collection, streams));
    let mut files: Vec<Converted> = Vec::new();
    let mut fail_on: Vec<FailOn> = Vec::new();
    for (settings, found) in findings::lint(collection.batches) {
        fail_on.extend(found.iter().map(|_| settings.fail_on));
        files.extend(found);
    }
    let mut hidden = 0;
    match baseline(arguments, &mut files) {
        // Findings that were just written to the baseline are not an error.
        Ok(KnownFindings::Written) => {}
        Ok(KnownFindings::Hidden(count)) => {
            hidden = count;
            let statuses = files
                .iter()
                .zip(fail_on)
                .map(|(file, fail_on)| status_of(&file.conversion, fail_on, false));
            status = status.max(statuses.max().unwrap_or(Status::Done));
        }
        Err(error) => {
            streams.error(&visible(&format!("{error:#}")));
            return Status::Refused;
        }
    }
    if jobs > 0 || !files.is_empty() || arguments.reporting.format.is_object() {
        status = status.max(print_report(arguments, &files, hidden, streams));
    }
    print_outcome::print_hidden(arguments, &files, status, streams);
    status
}

fn is_stdin(arguments: &LintArguments) -> bool {
    arguments.paths.iter().any(|path| path.as_os_str() == STDIN)
}

/// Reports what could not be read, where findings are not reported.
fn without_findings(
    arguments: &LintArguments,
    collection: Collection,
    streams: &mut Streams<'_>,
) -> Status {
    let status = print_outcome::print_collected(arguments, &collection, streams);
    let unreadable = |Batch { jobs, settings: _ }| match jobs {
        Jobs::Single(Err(unreadable)) => Some(*unreadable),
        Jobs::Single(Ok(_)) | Jobs::Neighbours { .. } => None,
    };
    let files: Vec<Converted> = collection.batches.into_iter().filter_map(unreadable).collect();
    if files.is_empty() {
        return status;
    }
    print_report(arguments, &files, 0, streams).max(Status::Refused)
}

/// Rejects combinations of arguments that clap accepts.
fn check(arguments: &LintArguments) -> Result<(), String> {
    let stdin = is_stdin(arguments);
    if stdin && arguments.name.is_none() && arguments.stdin_filename.is_none() {
        return Err(
            "a job on standard input has no name: add `--name NAME` or `--stdin-filename FILE`"
                .to_owned(),
        );
    }
    for (option, is_given) in [
        ("--name", arguments.name.is_some()),
        ("--stdin-filename", arguments.stdin_filename.is_some()),
    ] {
        if is_given && !stdin {
            return Err(format!("`{option}` is for a job on standard input: add `-`"));
        }
    }
    if stdin && arguments.paths.len() > 1 {
        return Err("`-` cannot be checked together with other files".to_owned());
    }
    if arguments.statistics && arguments.reporting.format != Format::Text {
        return Err(
            "`--statistics` prints a table, which is a text: use it without `--format`".to_owned()
        );
    }
    if arguments.r#unsafe && !arguments.fix && !arguments.diff {
        return Err("`--unsafe` is about fixes: add `--fix` or `--diff`".to_owned());
    }
    if let Some(path) = &arguments.write_baseline {
        Baseline::check_place(path).map_err(|error| visible(&format!("{error:#}")))?;
    }
    Ok(())
}

/// What became of the findings that are known.
enum KnownFindings {
    /// All findings are in the baseline now.
    Written,
    /// So many that are in the baseline were removed.
    Hidden(usize),
}

/// Removes known findings, or writes all findings to the baseline.
fn baseline(arguments: &LintArguments, files: &mut [Converted]) -> anyhow::Result<KnownFindings> {
    if let Some(path) = &arguments.write_baseline {
        Baseline::of(files).write(path)?;
        return Ok(KnownFindings::Written);
    }
    if let Some(path) = &arguments.baseline {
        return Ok(KnownFindings::Hidden(Baseline::read(path)?.filter(files)));
    }
    Ok(KnownFindings::Hidden(0))
}
