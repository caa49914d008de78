//! `convert`: translates jobs to units.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::records;
use crate::cli::arguments::{ConvertArguments, ScriptsIn};
use crate::cli::input::{Input, STDIN};
use crate::cli::lint::configuration::Configuration;
use crate::cli::overlay::{ChangeKind, FileChange, Origins, Writing};
use crate::cli::reporting::{
    ReportTo, print_json_lines, report_findings, without_unusable_outputs,
};
use crate::cli::status::status_of;
use crate::cli::{Status, Streams, input, overlay, panic};
use crate::convert::{Conversion, Converted, file_origins};
use crate::jobset::Outside;
use crate::lower::options::Options;
use crate::report::assessment::explanation;
use crate::report::format::Format;
use crate::systemd::layout::Output;
use crate::text::source::Sources;
use crate::text::visible::visible;
use crate::upstart::job::JobName;

/// The conversion of the library, or a replacement for tests.
pub(super) type Translate<'a> = &'a dyn Fn(&Sources, JobName, &Options, &Outside) -> Conversion;

pub(in crate::cli) fn run(
    arguments: &ConvertArguments,
    streams: &mut Streams<'_>,
    translate: Translate<'_>,
) -> Status {
    if let Err(message) = check(arguments) {
        return streams.usage(&message);
    }
    let first = arguments.files.first().map_or(Path::new("."), |path| path.as_path());
    let settings = match Configuration::of_migration(first) {
        Ok(settings) => settings,
        Err(message) => return streams.usage(&message),
    };
    let style = settings.style(arguments.translation.style);
    let is_streamed = arguments.reporting.format == Format::JsonLines;
    // A line of JSON has all files that a unit needs.
    let companions = arguments.output.is_some() || arguments.stdin_records || is_streamed;
    let options = arguments.translation.options(companions, (style, settings.target));
    if arguments.stdin_records {
        return records::run(arguments, (&options, &settings.outside), streams);
    }
    let how = How { options: &options, outside: &settings.outside, translate };
    if is_streamed && !arguments.explain && arguments.output.is_none() && arguments.report.is_none()
    {
        return one_by_one(arguments, &how, streams);
    }
    let mut status = Status::Done;
    let mut files = Vec::new();
    for path in &arguments.files {
        match read_and_convert(path, arguments, &how, streams) {
            Ok(file) => files.push(file),
            Err(bug) => status = bug,
        }
    }
    status = status.max(
        files
            .iter()
            .map(|file| {
                status_of(
                    &file.conversion,
                    arguments.reporting.fail_on(),
                    arguments.reporting.strict,
                )
            })
            .max()
            .unwrap_or(Status::Done),
    );
    if arguments.explain {
        return status.max(explain(arguments, &files, streams));
    }
    status = status.max(deliver(arguments, &files, streams));
    let to = ReportTo::of(arguments.report.as_deref());
    status.max(report_findings(&arguments.reporting, &files, style, to, streams))
}

/// How jobs are converted.
struct How<'a> {
    options: &'a Options,
    outside: &'a Outside,
    translate: Translate<'a>,
}

/// Converts a file. `Err` is the status of a bug, which has been reported.
fn read_and_convert(
    path: &Path,
    arguments: &ConvertArguments,
    how: &How<'_>,
    streams: &mut Streams<'_>,
) -> Result<Converted, Status> {
    if let Some(refused) = input::refuse_override(path) {
        return Ok(*refused);
    }
    let input = if path.as_os_str() == STDIN {
        input::read_stdin(streams.stdin, arguments.name.as_deref().unwrap_or_default())
    } else {
        let with_override = !arguments.translation.no_override;
        input::read(path, arguments.name.as_deref(), with_override, how.options.dialect)
    };
    let Input { path, name, sources } = match input {
        Ok(input) => input,
        Err(unreadable) => return Ok(*unreadable),
    };
    match panic::caught(|| (how.translate)(&sources, name, how.options, how.outside)) {
        Ok(conversion) => Ok(Converted {
            conversion: without_unusable_outputs(Conversion { path, ..conversion }),
            sources: Arc::new(sources),
        }),
        Err(bug) => {
            streams.report(&format!("{}: ", visible(&path)));
            Err(streams.bug(&bug))
        }
    }
}

/// Prints the result of each file before the next one is read, so that memory does not grow with
/// their number.
fn one_by_one(arguments: &ConvertArguments, how: &How<'_>, streams: &mut Streams<'_>) -> Status {
    let mut status = Status::Done;
    let reporting = &arguments.reporting;
    for path in &arguments.files {
        let file = match read_and_convert(path, arguments, how, streams) {
            Ok(file) => file,
            Err(bug) => {
                status = status.max(bug);
                continue;
            }
        };
        status = status.max(status_of(&file.conversion, reporting.fail_on(), reporting.strict));
        let line = std::iter::once((None, Cow::Owned(file)));
        status = status.max(print_json_lines(line, ReportTo::StandardError, streams));
    }
    status
}

/// Rejects combinations of arguments that clap accepts.
fn check(arguments: &ConvertArguments) -> Result<(), String> {
    let ConvertArguments {
        files,
        output,
        name,
        explain,
        columns: _,
        stdin_records: _,
        translation,
        reporting,
        report: _,
    } = arguments;
    let is_streamed = reporting.format == Format::JsonLines;
    let stdin = files.iter().any(|file| file.as_os_str() == STDIN);
    if stdin && files.len() > 1 {
        return Err("`-` cannot be converted together with other files".to_owned());
    }
    if stdin && name.is_none() {
        return Err("a job on standard input has no name: add `--name NAME`".to_owned());
    }
    if files.len() > 1 && name.is_some() {
        return Err("`--name` is for one job, and there are several files".to_owned());
    }
    if files.len() > 1 && output.is_none() && !explain && !is_streamed {
        return Err("several units do not fit on standard output: give a directory to write them to with `-o DIR`".to_owned());
    }
    if translation.scripts == ScriptsIn::Files
        && output.is_none()
        && !is_streamed
        && !arguments.stdin_records
    {
        return Err("`--scripts files` writes files beside the unit: give a directory to write them to with `-o DIR`".to_owned());
    }
    match name {
        Some(name) if !input::is_job_name(name.as_bytes()) => {
            Err(format!("`{}` cannot be the name of a job", visible(&name.to_string_lossy())))
        }
        _ => Ok(()),
    }
}

/// The columns of an explanation that does not go to a terminal.
const COLUMNS: usize = 100;

/// Prints jobs beside what they became.
fn explain(arguments: &ConvertArguments, files: &[Converted], streams: &mut Streams<'_>) -> Status {
    let of_terminal = || {
        let size = streams.on_terminal.then(|| rustix::termios::tcgetwinsize(std::io::stdout()));
        size.and_then(Result::ok)
            .map(|size| usize::from(size.ws_col))
            .filter(|&columns| columns > 0)
    };
    let columns = arguments.columns.or_else(of_terminal).unwrap_or(COLUMNS);
    let texts: Vec<String> = files.iter().map(|file| explanation(file, columns)).collect();
    streams.print(texts.join("\n").as_bytes())
}

/// Writes the units to standard output or to the output directory.
fn deliver(arguments: &ConvertArguments, files: &[Converted], streams: &mut Streams<'_>) -> Status {
    match (&arguments.output, files) {
        (Some(root), _) => write_all(root, arguments, files, streams),
        // Its line has the unit.
        (None, _) if arguments.reporting.format == Format::JsonLines => Status::Done,
        (None, [Converted { conversion, .. }]) => match conversion.outputs.as_slice() {
            [] => Status::Done,
            [unit, companions @ ..] => {
                let status = streams.print(&crate::text::bytes::encode(&unit.text));
                if !companions.is_empty() && !arguments.reporting.format.is_object() {
                    let paths: Vec<String> =
                        companions.iter().map(|output| visible(&output.path)).collect();
                    streams.report(&format!(
                        "note: the unit needs more files, which `-o DIR` writes: {}\n",
                        paths.join(", ")
                    ));
                }
                status
            }
        },
        (None, _) => Status::Done,
    }
}

fn write_all(
    root: &Path,
    arguments: &ConvertArguments,
    files: &[Converted],
    streams: &mut Streams<'_>,
) -> Status {
    let mut status = Status::Done;
    let mut outputs: BTreeMap<&str, &Output> = BTreeMap::new();
    for Converted { conversion, .. } in files {
        // Jobs that need the same additional file share it, because its text is the same.
        let is_taken = |output: &&Output| {
            outputs.get(output.path.as_str()).is_some_and(|taken| taken.text != output.text)
        };
        if let Some(taken) = conversion.outputs.iter().find(is_taken) {
            let (job, path) = (visible(&conversion.path), visible(&taken.path));
            streams.error(&format!(
                "`{job}` is not written: `{path}` is already the output of a file before it"
            ));
            status = status.max(Status::Usage);
            continue;
        }
        outputs.extend(conversion.outputs.iter().map(|output| (output.path.as_str(), output)));
    }
    if outputs.is_empty() {
        return status;
    }
    let outputs: Vec<Output> = outputs.into_values().cloned().collect();
    // Naming a file is a request to convert it anew, so its old unit is replaced.
    let origins: Origins = files
        .iter()
        .flat_map(file_origins)
        .map(|(path, origin)| (path.to_owned(), origin))
        .collect();
    let how = Writing { force: true, prune: false, unread: &BTreeSet::new() };
    match overlay::write(root, (&outputs, &origins), how, &|_, _| {}) {
        Ok(changes) => {
            if !arguments.reporting.format.is_object() {
                report_replaced(&changes, streams);
            }
            if arguments.reporting.format == Format::Text && !arguments.reporting.quiet {
                for output in &outputs {
                    streams.report(&format!(
                        "wrote {}\n",
                        visible(&root.join(&output.path).to_string_lossy())
                    ));
                }
            }
        }
        Err(error) => status = status.max(cannot_write(&error, streams)),
    }
    status
}

/// Names the files that a person had edited.
fn report_replaced(changes: &[FileChange<'_>], streams: &mut Streams<'_>) {
    for change in changes.iter().filter(|change| matches!(change.kind, ChangeKind::Edited { .. })) {
        streams.report(&format!(
            "warning: {} had been edited since it was written, and is written anew: put local changes into a drop-in\n",
            visible(&change.path)
        ));
    }
}

fn cannot_write(error: &anyhow::Error, streams: &mut Streams<'_>) -> Status {
    streams.error(&visible(&format!("{error:#}")));
    streams.report("  = help: give a directory that can be written to with `-o DIR`\n\n");
    Status::Refused
}
