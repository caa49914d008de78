//! `lint`: what is wrong in jobs, whether or not anybody converts them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::arguments::Lint;
use super::directory::{self, Directory};
use super::input::{self, Input, STDIN};
use super::telling::{judge, tell};
use super::{Status, Streams};
use crate::ast;
use crate::conversion::{Conversion, Converted, Options};
use crate::convert;
use crate::diagnostic::Diagnostic;
use crate::job::Job;
use crate::lint::between::{self, Neighbours};
use crate::lint::{self, Subject};
use crate::plan::{self, Found};
use crate::report::visible;
use crate::survey::{Known, survey};

pub(super) fn run(arguments: &Lint, streams: &mut Streams<'_>) -> Status {
    if let Err(message) = check(arguments) {
        return streams.usage(&message);
    }
    let mut status = Status::Done;
    let mut files = Vec::new();
    for path in &arguments.paths {
        if path.is_dir() {
            match directory(arguments, path) {
                Ok(found) => files.extend(found),
                Err(error) => {
                    streams.complain(&visible(&format!("{error:#}")));
                    status = status.max(Status::Refused);
                }
            }
        } else {
            files.push(file(arguments, path, streams));
        }
    }
    status = status.max(files.iter().map(|file| judge(&file.conversion, &arguments.reporting)).max().unwrap_or(Status::Done));
    status.max(tell(&arguments.reporting, &files, false, streams))
}

/// What clap cannot see.
fn check(arguments: &Lint) -> Result<(), String> {
    let stdin = arguments.paths.iter().any(|path| path.as_os_str() == STDIN);
    if stdin && arguments.name.is_none() {
        return Err("a job on standard input has no name: give it one with `--name NAME`".to_owned());
    }
    if arguments.name.is_some() && !stdin {
        return Err("`--name` is for a job on standard input".to_owned());
    }
    Ok(())
}

/// A job by itself.
fn file(arguments: &Lint, path: &Path, streams: &mut Streams<'_>) -> Converted {
    if let Some(refused) = input::refuse_override(path) {
        return *refused;
    }
    let input = if path.as_os_str() == STDIN {
        input::read_stdin(streams.stdin, arguments.name.as_deref().unwrap_or_default())
    } else {
        input::read(path, None, !arguments.no_override)
    };
    let Input { name, sources, .. } = match input {
        Ok(input) => input,
        Err(unreadable) => return *unreadable,
    };
    let options = options(arguments);
    let conversion = convert::convert(&sources, name.clone(), &options);
    let mut converted = Converted { sources: Arc::new(sources), conversion };
    if let Ok((job, written)) = convert::read_written(&converted.sources, name) {
        converted.conversion.diagnostics.extend(within(&converted, &job, &written));
    }
    finished(arguments, converted)
}

/// The jobs of a directory, with what is between them.
fn directory(arguments: &Lint, path: &PathBuf) -> anyhow::Result<Vec<Converted>> {
    let Directory { inputs, strays } = directory::read(std::slice::from_ref(path), !arguments.no_override)?;
    let found: Vec<Found> = inputs.into_iter().map(|Input { name, sources, .. }| Found { name, sources: Arc::new(sources) }).collect();
    let read: Vec<Option<(Job, Vec<ast::File>)>> =
        found.par_iter().map(|found| convert::read_written(&found.sources, found.name.clone()).ok()).collect();
    let mut converted = plan::plan(found, &options(arguments)).jobs;
    let within: Vec<Vec<Diagnostic>> = converted
        .par_iter()
        .zip(&read)
        .map(|(converted, read)| read.as_ref().map_or_else(Vec::new, |(job, written)| within(converted, job, written)))
        .collect();
    let indexed: Vec<(usize, Known<'_>)> = converted
        .iter()
        .zip(&read)
        .enumerate()
        .filter_map(|(index, (converted, read))| Some((index, Known { sources: &converted.sources, job: &read.as_ref()?.0 })))
        .collect();
    let jobs: Vec<Known<'_>> = indexed.iter().map(|(_, known)| *known).collect();
    let world = survey(jobs.iter().copied(), std::collections::BTreeMap::new());
    let between = between::lint(&Neighbours { jobs: &jobs, world: &world, outside_events: &[] });
    let between: Vec<(usize, Diagnostic)> =
        between.into_iter().filter_map(|(at, diagnostic)| Some((indexed.get(at)?.0, diagnostic))).collect();
    for (converted, within) in converted.iter_mut().zip(within) {
        converted.conversion.diagnostics.extend(within);
    }
    for (index, diagnostic) in between {
        if let Some(converted) = converted.get_mut(index) {
            converted.conversion.diagnostics.push(diagnostic);
        }
    }
    Ok(converted.into_iter().chain(strays).map(|converted| finished(arguments, converted)).collect())
}

fn options(arguments: &Lint) -> Options {
    Options { systemd_version: arguments.systemd_version, companions: true, ..Options::default() }
}

fn within(converted: &Converted, job: &Job, written: &[ast::File]) -> Vec<Diagnostic> {
    lint::lint(&Subject::new(&converted.sources, written.iter().collect(), job))
}

/// What a linter says: without the outlook on a migration, unless it is asked for, and in the order of the text.
fn finished(arguments: &Lint, mut converted: Converted) -> Converted {
    let Conversion { diagnostics, outputs, stanzas, .. } = &mut converted.conversion;
    diagnostics.retain(|diagnostic| arguments.migration || !is_about_migration(diagnostic));
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code));
    // A linter writes no units, and has nothing to say of what would become of stanzas.
    outputs.clear();
    if !arguments.migration {
        stanzas.clear();
    }
    converted
}

/// Rules that are about the unit, not about the job.
fn is_about_migration(diagnostic: &Diagnostic) -> bool {
    diagnostic.rule.code.starts_with("U2") || ["U305", "U307", "U308"].contains(&diagnostic.rule.code)
}
