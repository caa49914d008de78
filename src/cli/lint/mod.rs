//! `lint`: finds mistakes in jobs, whether or not they are to be converted.

mod apply_fixes;
mod baseline;
pub(super) mod configuration;
mod findings;
mod print_report;
mod selection;
mod settings;
pub(super) mod shell_check;

use std::path::Path;

use super::arguments::LintArguments;
use super::input::STDIN;
use super::status::status_of;
use super::{Status, Streams};
use crate::convert::Converted;
use crate::diagnostic::registry;
use crate::report::format::Format;
use crate::text::visible::visible;
use baseline::Baseline;
use settings::Settings;

pub(super) fn run(arguments: &LintArguments, streams: &mut Streams<'_>) -> Status {
    if let Err(message) = check(arguments) {
        return streams.usage(&message);
    }
    let known = registry::RULES;
    let mut status = Status::Done;
    let mut files: Vec<Converted> = Vec::new();
    for path in &arguments.paths {
        let settings = match Settings::new(arguments, path, known) {
            Ok(settings) => settings,
            Err(message) => return streams.usage(&message),
        };
        if arguments.fix {
            status = status.max(apply_fixes::fix(arguments, &settings, path, streams));
            if arguments.diff || path.as_os_str() == STDIN {
                continue;
            }
        }
        match findings::lint(arguments, &settings, path, streams) {
            Ok(found) => {
                status = status.max(
                    found
                        .iter()
                        .map(|file| status_of(&file.conversion, settings.fail_on, false))
                        .max()
                        .unwrap_or(Status::Done),
                );
                files.extend(found);
            }
            Err(error) => {
                streams.error(&visible(&format!("{error:#}")));
                status = status.max(Status::Refused);
            }
        }
    }
    let mut hidden = 0;
    match baseline(arguments, known, &mut files) {
        Ok(None) => {}
        Ok(Some((new, count))) => (status, hidden) = (new, count),
        Err(error) => {
            streams.error(&visible(&format!("{error:#}")));
            return Status::Refused;
        }
    }
    if arguments.fix && files.is_empty() {
        return status;
    }
    status.max(print_report::print_report(arguments, &files, hidden, streams))
}

/// Rejects combinations of arguments that clap accepts.
fn check(arguments: &LintArguments) -> Result<(), String> {
    let stdin = arguments.paths.iter().any(|path| path.as_os_str() == STDIN);
    if stdin && arguments.name.is_none() {
        return Err(
            "a job on standard input has no name: give it one with `--name NAME`".to_owned()
        );
    }
    if arguments.name.is_some() && !stdin {
        return Err("`--name` is for a job on standard input".to_owned());
    }
    if stdin && arguments.paths.len() > 1 {
        return Err("`-` cannot be checked together with other files".to_owned());
    }
    if arguments.statistics && arguments.reporting.format != Format::Text {
        return Err(
            "`--statistics` prints a table, which is a text: use it without `--format`".to_owned()
        );
    }
    Ok(())
}

/// Removes known findings, or writes all findings to the baseline. Returns the status of the
/// remaining ones and the number of those that were removed.
fn baseline(
    arguments: &LintArguments,
    known: &[&'static crate::diagnostic::Rule],
    files: &mut [Converted],
) -> anyhow::Result<Option<(Status, usize)>> {
    if let Some(path) = &arguments.write_baseline {
        Baseline::of(files).write(path)?;
        // Findings that were just written to the baseline are not an error.
        return Ok(Some((Status::Done, 0)));
    }
    let Some(path) = &arguments.baseline else { return Ok(None) };
    let hidden = Baseline::read(path)?.filter(files);
    let mut status = Status::Done;
    for file in files.iter() {
        let place = crate::text::bytes::encode(file.sources.conf.path()).into_owned();
        let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&place);
        let fail_on =
            Settings::new(arguments, Path::new(path), known).map_err(anyhow::Error::msg)?.fail_on;
        status = status.max(status_of(&file.conversion, fail_on, false));
    }
    Ok(Some((status, hidden)))
}
