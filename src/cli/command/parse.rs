//! `parse`: prints each job as init reads it, as one JSON object a line.

use std::io;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::cli::arguments::ParseArguments;
use crate::cli::input::Input;
use crate::cli::{Status, Streams, input};
use crate::convert::read::read_job;
use crate::diagnostic::Diagnostic;
use crate::report::parsed_job::parsed_job;
use crate::report::write_json;
use crate::text::bytes::lossy;
use crate::text::source::{Origin, Sources};
use crate::text::visible::visible;
use crate::upstart::job::Job;
use crate::upstart::parse::{ErrorKind, Refusal};

/// The number of bytes that are collected before they are written.
const CHUNK: usize = 1 << 16;

/// Writes a line for every file, in order, including those that init would refuse.
pub(in crate::cli) fn run(arguments: &ParseArguments, streams: &mut Streams<'_>) -> Status {
    let mut status = Status::Done;
    let mut lines = Vec::with_capacity(CHUNK);
    for path in &arguments.files {
        let answer = parse_file(path, arguments);
        if answer.is_err() {
            status = Status::Refused;
        }
        if let Err(error) = write_line(&mut lines, path, &answer) {
            streams.error(&format!(
                "{}: cannot write JSON: {error}",
                visible(&path.to_string_lossy())
            ));
            return Status::Bug;
        }
        if lines.len() >= CHUNK {
            status = status.max(streams.print(&lines));
            lines.clear();
        }
    }
    status.max(streams.print(&lines))
}

/// Why there is no job.
#[derive(Serialize)]
struct Failure {
    kind: &'static str,
    message: String,
    /// Absent if there is no text that the position could refer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

fn write_line(line: &mut Vec<u8>, path: &Path, answer: &Result<Job, Failure>) -> io::Result<()> {
    line.extend_from_slice(b"{\"file\":");
    write_json(line, &path.to_string_lossy())?;
    match answer {
        Ok(job) => {
            line.extend_from_slice(b",\"ok\":true,\"job\":");
            write_json(line, &parsed_job(job))?;
        }
        Err(failure) => {
            line.extend_from_slice(b",\"ok\":false,\"error\":");
            write_json(line, failure)?;
        }
    }
    line.write_all(b"}\n")
}

fn parse_file(path: &Path, arguments: &ParseArguments) -> Result<Job, Failure> {
    let dialect = arguments.dialect.into();
    let Input { name, sources, .. } = input::read(path, None, !arguments.no_override, dialect)
        .map_err(|unreadable| Failure {
            kind: ErrorKind::Unreadable.name(),
            message: unreadable
                .conversion
                .diagnostics
                .iter()
                .map(|diagnostic| message(&unreadable.sources, diagnostic))
                .collect(),
            line: None,
        })?;
    let job = read_job(&sources, name, dialect).map_err(|refusal| {
        let Refusal { kind, diagnostic } = refusal;
        Failure {
            kind: kind.name(),
            line: Some(sources.get(diagnostic.span.origin).position(diagnostic.span.start).line),
            message: message(&sources, &diagnostic),
        }
    })?;
    Ok(job)
}

/// The message, preceded by the path of the file that it refers to if that is not the named file.
fn message(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let message = lossy(&diagnostic.message);
    match diagnostic.span.origin {
        Origin::Conf => message.into_owned(),
        Origin::Override => format!("{}: {message}", lossy(sources.get(Origin::Override).path())),
    }
}
