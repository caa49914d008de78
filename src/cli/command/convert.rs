//! `convert`: translates jobs to units.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use crate::cli::arguments::{ConvertArguments, ScriptsIn};
use crate::cli::input::{Input, STDIN};
use crate::cli::lint::configuration::Configuration;
use crate::cli::overlay::{ChangeKind, FileChange, Origins, Writing};
use crate::cli::reporting::{ReportTo, report_findings, without_unusable_outputs};
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
    let options =
        arguments.translation.options(arguments.output.is_some(), (style, settings.target));
    let mut status = Status::Done;
    let mut files = Vec::new();
    for path in &arguments.files {
        if let Some(refused) = input::refuse_override(path) {
            files.push(*refused);
            continue;
        }
        let input = if path.as_os_str() == STDIN {
            input::read_stdin(streams.stdin, arguments.name.as_deref().unwrap_or_default())
        } else {
            input::read(
                path,
                arguments.name.as_deref(),
                !arguments.translation.no_override,
                options.dialect,
            )
        };
        match input {
            Err(unreadable) => files.push(*unreadable),
            Ok(Input { path, name, sources }) => {
                match panic::caught(|| translate(&sources, name, &options, &settings.outside)) {
                    Ok(conversion) => {
                        files.push(Converted {
                            conversion: without_unusable_outputs(Conversion { path, ..conversion }),
                            sources: Arc::new(sources),
                        });
                    }
                    Err(bug) => {
                        streams.report(&format!("{}: ", visible(&path)));
                        status = streams.bug(&bug);
                    }
                }
            }
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

/// Rejects combinations of arguments that clap accepts.
fn check(arguments: &ConvertArguments) -> Result<(), String> {
    let ConvertArguments {
        files,
        output,
        name,
        explain,
        columns: _,
        translation,
        reporting: _,
        report: _,
    } = arguments;
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
    if files.len() > 1 && output.is_none() && !explain {
        return Err("several units do not fit on standard output: give a directory to write them to with `-o DIR`".to_owned());
    }
    if translation.scripts == ScriptsIn::Files && output.is_none() {
        return Err("`--scripts files` writes files beside the unit: give a directory to write them to with `-o DIR`".to_owned());
    }
    match name {
        Some(name) if !is_job_name(name) => {
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

/// Whether a name is a path below the configuration directory, as the names of jobs are.
fn is_job_name(name: &OsStr) -> bool {
    name.as_bytes()
        .split(|&byte| byte == b'/')
        .all(|part| !matches!(part, b"" | b"." | b"..") && !part.contains(&0))
}

/// Writes the units to standard output or to the output directory.
fn deliver(arguments: &ConvertArguments, files: &[Converted], streams: &mut Streams<'_>) -> Status {
    match (&arguments.output, files) {
        (Some(root), _) => write_all(root, arguments, files, streams),
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
