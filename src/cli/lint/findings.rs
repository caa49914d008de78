//! Runs the checks on single jobs and on directories of jobs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::settings::Settings;
use crate::cli::arguments::LintArguments;
use crate::cli::input::directory::Directory;
use crate::cli::input::{Input, STDIN, directory};
use crate::cli::{Streams, input};
use crate::convert::read::ReadJob;
use crate::convert::{Conversion, Converted, read};
use crate::diagnostic::registry::{
    ENDLESS_WAIT, GROUP_IN_SETUID, UNBOOTED_RUNLEVEL, UNLIMITED_WAIT, UNREACHED_RUNLEVEL,
    UNUSABLE_USER_NAME,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::jobset::Outside;
use crate::jobset::survey::{KnownJob, emitted_events, survey};
use crate::lint::between::Neighbours;
use crate::lint::{Subject, allow, between};
use crate::migrate::{FoundJob, Read};
use crate::text::source::{Origin, Sources, Span};
use crate::upstart::job::JobName;
use crate::{convert, migrate};

/// The findings for a file, a directory or standard input.
pub(super) fn lint(
    arguments: &LintArguments,
    settings: &Settings,
    path: &Path,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Vec<Converted>> {
    if path.is_dir() {
        return directory(arguments, settings, path);
    }
    Ok(vec![match read(arguments, settings, path, streams) {
        Ok(Input { name, sources, .. }) => file(settings, sources, &name),
        Err(unreadable) => *unreadable,
    }])
}

pub(super) fn read(
    arguments: &LintArguments,
    settings: &Settings,
    path: &Path,
    streams: &mut Streams<'_>,
) -> Result<Input, Box<Converted>> {
    if let Some(refused) = input::refuse_override(path) {
        return Err(refused);
    }
    if path.as_os_str() == STDIN {
        input::read_stdin(streams.stdin, arguments.name.as_deref().unwrap_or_default())
    } else {
        input::read(path, None, !arguments.no_override, settings.options.dialect)
    }
}

/// Checks a single job.
fn file(settings: &Settings, sources: Sources, name: &JobName) -> Converted {
    let diagnostics = check_job(settings, &settings.outside, &sources, name);
    let conversion = Conversion { diagnostics, ..convert::nothing(&sources, name.0.clone()) };
    Converted { sources: Arc::new(sources), conversion }
}

/// What the jobs of a directory bring about for each other, for a check of one of them alone: a fix is
/// no better than what it knows.
pub(super) fn beside(settings: &Settings, inputs: &[Input]) -> Outside {
    let mut outside = settings.outside.clone();
    for Input { name, sources, .. } in inputs {
        outside.jobs.insert(name.0.clone());
        outside.jobs.extend(name.0.rsplit_once('/').map(|(_, last)| last.to_owned()));
        let Ok(read) = read::read(sources, name.clone(), settings.options.dialect) else {
            continue;
        };
        outside.events.extend(emitted_events(&read.job, &read.scripts));
    }
    outside
}

/// All findings for a single job. `outside` is what is known to exist besides it.
pub(super) fn check_job(
    settings: &Settings,
    outside: &Outside,
    sources: &Sources,
    name: &JobName,
) -> Vec<Diagnostic> {
    match read::read(sources, name.clone(), settings.options.dialect) {
        Ok(read) => {
            let mut diagnostics =
                convert::convert_read(sources, &read, &settings.options, outside).diagnostics;
            diagnostics.extend(check_text(settings, sources, &read));
            filtered(settings, sources, Some(&read), diagnostics, false)
        }
        Err(refusal) => {
            let diagnostics =
                convert::refused(sources, name.0.clone(), *refusal.diagnostic).diagnostics;
            filtered(settings, sources, None, diagnostics, false)
        }
    }
}

/// Checks the jobs of a directory, including the relations between them.
fn directory(
    arguments: &LintArguments,
    settings: &Settings,
    path: &Path,
) -> anyhow::Result<Vec<Converted>> {
    let Directory { inputs, strays } = directory::read(
        &[PathBuf::from(path)],
        !arguments.no_override,
        settings.options.dialect,
        None,
    )?;
    let found: Vec<FoundJob> = inputs
        .into_iter()
        .map(|Input { name, sources, .. }| FoundJob { name, sources: Arc::new(sources) })
        .collect();
    let outside = above_the_configuration(&settings.outside, &found);
    let found: Vec<Read> =
        found.into_par_iter().map(|found| found.read(settings.options.dialect)).collect();
    let read: Vec<Option<Arc<ReadJob>>> =
        found.iter().map(|found| found.job.as_ref().ok().cloned()).collect();
    let mut converted = migrate::plan_in(found, &settings.options, &outside).jobs;
    let mut more: Vec<Vec<Diagnostic>> = converted
        .par_iter()
        .zip(&read)
        .map(|(converted, read)| {
            read.as_ref()
                .map_or_else(Vec::new, |read| check_text(settings, &converted.sources, read))
        })
        .collect();
    let indexed: Vec<(usize, KnownJob<'_>)> = converted
        .iter()
        .zip(&read)
        .enumerate()
        .filter_map(|(index, (converted, read))| {
            let read = read.as_ref()?;
            Some((
                index,
                KnownJob { sources: &converted.sources, job: &read.job, scripts: &read.scripts },
            ))
        })
        .collect();
    let jobs: Vec<KnownJob<'_>> = indexed.iter().map(|(_, known)| *known).collect();
    let job_set = survey(jobs.iter().copied(), std::collections::BTreeMap::new(), &outside);
    for (at, diagnostic) in between::lint(&Neighbours { jobs: &jobs, job_set: &job_set }) {
        if let Some(more) = indexed.get(at).and_then(|(index, _)| more.get_mut(*index)) {
            more.push(diagnostic);
        }
    }
    converted.par_iter_mut().zip(more).zip(&read).for_each(
        |((Converted { sources, conversion }, more), read)| {
            let mut diagnostics = std::mem::take(&mut conversion.diagnostics);
            diagnostics.extend(more);
            conversion.diagnostics =
                filtered(settings, sources, read.as_deref(), diagnostics, true);
            // A linter writes no units and reports no outcomes of stanzas.
            conversion.outputs.clear();
            conversion.stanzas.clear();
        },
    );
    between::once(converted.iter_mut().map(|converted| &mut converted.conversion.diagnostics));
    let strays = strays.into_iter().map(|mut stray| {
        settings.select(&mut stray.conversion.diagnostics);
        stray
    });
    Ok(converted.into_iter().chain(strays).collect())
}

/// `lint` may be given the root of a project, with the jobs in a sub-directory, so the last part of
/// a job's name identifies it as well. `migrate` requires the configuration directory itself.
fn above_the_configuration(outside: &Outside, found: &[FoundJob]) -> Outside {
    let below = found
        .iter()
        .filter_map(|found| found.name.0.rsplit_once('/'))
        .map(|(_, name)| name.to_owned());
    Outside { jobs: outside.jobs.iter().cloned().chain(below).collect(), ..outside.clone() }
}

/// The findings of the lint rules and of the shells for a job.
fn check_text(settings: &Settings, sources: &Sources, read: &ReadJob) -> Vec<Diagnostic> {
    let subject = Subject::new(sources, &read.files, &read.job, &read.scripts);
    let mut found = crate::lint::lint(&subject);
    found.extend(settings.checker.check(&subject));
    found
}

/// Pairs of rules for one cause: what it does to the job, and what it does to the unit.
static SAME_CAUSE: [(&Rule, &Rule); 3] = [
    (&GROUP_IN_SETUID, &UNUSABLE_USER_NAME),
    (&UNLIMITED_WAIT, &ENDLESS_WAIT),
    (&UNREACHED_RUNLEVEL, &UNBOOTED_RUNLEVEL),
];

/// Drops findings about a job where the one about its unit is reported as well.
fn drop_repeats(diagnostics: &mut Vec<Diagnostic>) {
    let of_units: Vec<(&Rule, Span)> = diagnostics
        .iter()
        .filter(|found| SAME_CAUSE.iter().any(|(_, of_unit)| found.rule == *of_unit))
        .map(|found| (found.rule, found.span))
        .collect();
    diagnostics.retain(|found| {
        let of_unit = SAME_CAUSE.iter().find(|(of_job, _)| found.rule == *of_job);
        !of_unit.is_some_and(|(_, rule)| {
            of_units.iter().any(|(other, span)| {
                other == rule && (span.origin, span.start) == (found.span.origin, found.span.start)
            })
        })
    });
}

/// The findings that neither the job nor the settings suppress, in the order of the text.
fn filtered(
    settings: &Settings,
    sources: &Sources,
    read: Option<&ReadJob>,
    mut diagnostics: Vec<Diagnostic>,
    between: bool,
) -> Vec<Diagnostic> {
    if let Some(read) = read {
        for (file, origin) in read.files.iter().zip([Origin::Conf, Origin::Override]) {
            let written = Some((file, &read.scripts));
            diagnostics = allow::apply(
                sources.get(origin),
                written,
                origin,
                diagnostics,
                &settings.known,
                |rule| settings.looks_for(rule, between),
            );
        }
    }
    settings.select(&mut diagnostics);
    drop_repeats(&mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| {
        (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
    });
    diagnostics
}
