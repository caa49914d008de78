//! `--fix`: applies fixes to the job files.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::findings::{beside, check_job, read};
use super::print_report::print_report;
use super::settings::Settings;
use crate::cli::arguments::LintArguments;
use crate::cli::input::directory::Directory;
use crate::cli::input::{Input, STDIN, directory};
use crate::cli::write_file::replace;
use crate::cli::{Status, Streams};
use crate::diagnostic::fix::{AllFixed, Ending, fix_all};
use crate::jobset::Outside;
use crate::text::bytes::encode;
use crate::text::source::Source;
use crate::text::visible::visible;

/// Fixes the jobs at a path, or shows the changes with `--diff`. A fixed job from standard input is
/// written to standard output.
pub(super) fn fix(
    arguments: &LintArguments,
    settings: &Settings,
    path: &Path,
    streams: &mut Streams<'_>,
) -> Status {
    let inputs = if path.is_dir() {
        match directory::read(
            &[PathBuf::from(path)],
            !arguments.no_override,
            settings.options.dialect,
            None,
        ) {
            Ok(Directory { inputs, .. }) => inputs,
            // The check that follows reports the error.
            Err(_) => return Status::Done,
        }
    } else {
        match read(arguments, settings, path, streams) {
            Ok(input) => vec![input],
            Err(unreadable) if path.as_os_str() == STDIN || arguments.diff => {
                return print_report(arguments, &[*unreadable], 0, streams).max(Status::Refused);
            }
            Err(_) => return Status::Done,
        }
    };
    let mut status = Status::Done;
    let outside = beside(settings, &inputs);
    for input in inputs {
        status = status.max(fix_one(arguments, (settings, &outside), input, path, streams));
    }
    status
}

fn fix_one(
    arguments: &LintArguments,
    (settings, outside): (&Settings, &Outside),
    input: Input,
    path: &Path,
    streams: &mut Streams<'_>,
) -> Status {
    let Input { name, sources, .. } = input;
    let AllFixed { sources: fixed, applied, left: _, ending } =
        fix_all(sources.clone(), arguments.r#unsafe, |sources| {
            check_job(settings, outside, sources, &name)
        });
    if let Ending::TakenBack = ending {
        streams.error(&format!(
            "{}: the last edits would have made a job that init refuses, and were taken back",
            visible(sources.conf.path())
        ));
    }
    if path.as_os_str() == STDIN && !arguments.diff {
        return streams.print_text(fixed.conf.text());
    }
    let pairs = std::iter::once((&sources.conf, &fixed.conf))
        .chain(sources.overriding.iter().zip(fixed.overriding.iter()));
    let mut status = Status::Done;
    for (before, after) in pairs.filter(|(before, after)| before.text() != after.text()) {
        if arguments.diff {
            status = status.max(Status::Findings).max(streams.print_text(&diff(before, after)));
        } else if let Err(error) =
            replace(Path::new(OsStr::from_bytes(&encode(before.path()))), &encode(after.text()))
        {
            streams.error(&format!("cannot write `{}`: {error:#}", visible(before.path())));
            status = status.max(Status::Refused);
        }
    }
    if !applied.is_empty()
        && !arguments.diff
        && !arguments.reporting.quiet
        && !arguments.reporting.format.is_object()
    {
        let mut codes: Vec<&str> = applied.iter().map(|rule| rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        streams.report(&format!(
            "fixed {} in {}: {}\n",
            applied.len(),
            visible(sources.conf.path()),
            codes.join(", ")
        ));
    }
    status
}

fn diff(before: &Source, after: &Source) -> String {
    let lines = |source: &Source| {
        source.text().split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>()
    };
    let (old, new) = (lines(before), lines(after));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let path = visible(before.path());
    let path = path.trim_start_matches('/');
    TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&old, &new)
        .unified_diff()
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}
