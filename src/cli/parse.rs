//! `parse`: what init believes of each file, one JSON object a line.

use std::fs;
use std::io::{self, ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::job::{Job, JobName};
use crate::parse::{ErrorKind, Refusal, parse};
use crate::report::believed::believed;
use crate::resolve::resolve;
use crate::source::{Origin, Source};

/// Writes a line for every file, in order. Says whether init would load all of them.
///
/// `apply_override` applies the override that lies beside a file. An `out` that nobody reads any more
/// ends the work without an error.
pub fn run(files: &[PathBuf], apply_override: bool, out: &mut impl Write) -> anyhow::Result<bool> {
    let mut all_good = true;
    let mut buffer = Vec::new();
    let written = files.iter().try_for_each(|path| {
        let answer = believe(path, apply_override);
        all_good &= answer.is_ok();
        buffer.clear();
        write_line(&mut buffer, path, &answer)?;
        out.write_all(&buffer)
    });
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != IoErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(all_good),
    }
}

/// Why there is no job.
#[derive(Serialize)]
struct Failure {
    kind: &'static str,
    message: String,
    /// Absent where there is no text to point into.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

fn write_line(line: &mut Vec<u8>, path: &Path, answer: &Result<Job, Failure>) -> io::Result<()> {
    line.extend_from_slice(b"{\"file\":");
    serde_json::to_writer(&mut *line, &path.to_string_lossy())?;
    match answer {
        Ok(job) => {
            line.extend_from_slice(b",\"ok\":true,\"job\":");
            serde_json::to_writer(&mut *line, &believed(job))?;
        }
        Err(failure) => {
            line.extend_from_slice(b",\"ok\":false,\"error\":");
            serde_json::to_writer(&mut *line, failure)?;
        }
    }
    line.extend_from_slice(b"}\n");
    Ok(())
}

fn believe(path: &Path, apply_override: bool) -> Result<Job, Failure> {
    let name = job_name(path);
    let conf = read(path, Origin::Conf)?;
    let beside = path.with_file_name(format!("{}.override", name.0));
    // init does not follow a symbolic link to an override.
    let overriding = if apply_override && fs::symlink_metadata(&beside).is_ok_and(|metadata| metadata.is_file()) {
        Some(read(&beside, Origin::Override)?)
    } else {
        None
    };
    Ok(resolve(name, conf, overriding))
}

fn read(path: &Path, origin: Origin) -> Result<crate::ast::File, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure {
        kind: ErrorKind::Unreadable.name(),
        message: format!("cannot read {}: {error}", path.display()),
        line: None,
    })?;
    let source = Source::new(path.to_string_lossy(), bytes);
    parse(&source, origin).map_err(|Refusal { kind, diagnostic }| Failure {
        kind: kind.name(),
        line: Some(source.position(diagnostic.span.start).line),
        message: diagnostic.message,
    })
}

/// A file by itself is the job of its name.
fn job_name(path: &Path) -> JobName {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".conf").or_else(|| name.strip_suffix(".upstart")).unwrap_or(&name);
    JobName(stem.to_owned())
}
