//! Runs the checks on single jobs and on directories of jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::collect::{Batch, Jobs};
use super::settings::Settings;
use crate::cli::input::Input;
use crate::cli::input::directory::Directory;
use crate::convert::read::ReadJob;
use crate::convert::{Conversion, Converted, read};
use crate::diagnostic::registry::{
    ENDLESS_WAIT, GROUP_IN_SETUID, UNBOOTED_RUNLEVEL, UNLIMITED_WAIT, UNREACHED_RUNLEVEL,
    UNUSABLE_USER_NAME,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::jobset::survey::{KnownJob, emitted_events, survey};
use crate::jobset::{NamesByDirectory, Outside};
use crate::lint::between::Neighbours;
use crate::lint::{Subject, allow, between};
use crate::migrate::{FoundJob, Read};
use crate::text::source::{Origin, Sources, Span};
use crate::upstart::job::JobName;
use crate::{convert, migrate};

/// The findings for all jobs, batch by batch.
pub(super) fn lint(batches: Vec<Batch>) -> Vec<(Arc<Settings>, Vec<Converted>)> {
    let read: Vec<(Arc<Settings>, ReadBatch)> = batches
        .into_par_iter()
        .map(|Batch { settings, jobs }| {
            let read = ReadBatch::of(&settings, jobs);
            (settings, read)
        })
        .collect();
    let (mut jobs, mut events) = (NamesByDirectory::default(), NamesByDirectory::default());
    for (number, (_, batch)) in read.iter().enumerate() {
        for found in batch.neighbours() {
            jobs.insert(found.name.clone(), number);
            for event in found.job.iter().flat_map(|read| emitted_events(&read.job, &read.scripts))
            {
                events.insert(event, number);
            }
        }
    }
    let names = Names { jobs: Arc::new(jobs), events: Arc::new(events) };
    let numbered: Vec<_> = read.into_iter().enumerate().collect();
    numbered
        .into_par_iter()
        .map(|(number, (settings, batch))| {
            let converted = match batch {
                ReadBatch::Single(Ok(input)) => {
                    vec![file(&settings, input.sources, &input.name)]
                }
                ReadBatch::Single(Err(unreadable)) => vec![*unreadable],
                ReadBatch::Neighbours { found, strays, aliases } => {
                    let outside = names.outside(&settings, number);
                    let converted = neighbours(&settings, found, &outside, &aliases);
                    let of_strays = strays.into_iter().map(|mut stray| {
                        settings.select(&stray.sources, &mut stray.conversion.diagnostics);
                        stray
                    });
                    converted.into_iter().chain(of_strays).collect()
                }
            };
            (settings, converted)
        })
        .collect()
}

/// A batch whose jobs were parsed.
enum ReadBatch {
    Single(Result<Input, Box<Converted>>),
    Neighbours { found: Vec<Read>, strays: Vec<Converted>, aliases: BTreeSet<String> },
}

impl ReadBatch {
    fn of(settings: &Settings, jobs: Jobs) -> Self {
        match jobs {
            Jobs::Single(input) => Self::Single(input),
            Jobs::Neighbours { directory: Directory { inputs, strays }, aliases } => {
                let found = inputs
                    .into_par_iter()
                    .map(|Input { name, sources, .. }| {
                        let found = FoundJob { name, sources: Arc::new(sources) };
                        found.read(settings.options.dialect)
                    })
                    .collect();
                Self::Neighbours { found, strays, aliases }
            }
        }
    }

    fn neighbours(&self) -> &[Read] {
        match self {
            Self::Single(_) => &[],
            Self::Neighbours { found, .. } => found,
        }
    }
}

/// Checks a single job.
fn file(settings: &Settings, sources: Sources, name: &JobName) -> Converted {
    let diagnostics = check_job(settings, &settings.outside, &sources, name);
    let conversion = Conversion { diagnostics, ..convert::nothing(&sources, name.0.clone()) };
    Converted { sources: Arc::new(sources), conversion }
}

/// What the jobs of a run bring about for each other, for checks of one of them alone: a fix is no
/// better than what it knows.
pub(super) struct KnownInRun(Names);

impl KnownInRun {
    pub(super) fn of(batches: &[Batch]) -> Self {
        let mut names = (NamesByDirectory::default(), NamesByDirectory::default());
        for (number, batch) in batches.iter().enumerate() {
            let dialect = batch.settings.options.dialect;
            for Input { name, sources, .. } in batch.inputs() {
                names.0.insert(name.0.clone(), number);
                if let Ok(read) = read::read(sources, name.clone(), dialect) {
                    for event in emitted_events(&read.job, &read.scripts) {
                        names.1.insert(event, number);
                    }
                }
            }
        }
        Self(Names { jobs: Arc::new(names.0), events: Arc::new(names.1) })
    }

    pub(super) fn outside(&self, settings: &Settings) -> Outside {
        // To no directory, all jobs are those of others.
        self.0.outside(settings, usize::MAX)
    }
}

/// The names of the jobs of a run and of their events, by the number of the batch.
struct Names {
    jobs: Arc<NamesByDirectory>,
    events: Arc<NamesByDirectory>,
}

impl Names {
    /// What exists outside of a batch.
    fn outside(&self, settings: &Settings, number: usize) -> Outside {
        let own = &settings.outside;
        Outside {
            jobs: own.jobs.clone().with_elsewhere(&self.jobs, number),
            events: own.events.clone().with_elsewhere(&self.events, number),
            ..own.clone()
        }
    }
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

/// Checks the jobs of a directory, including the relations between them. `aliases` are the jobs
/// without findings of their own.
fn neighbours(
    settings: &Settings,
    found: Vec<Read>,
    outside: &Outside,
    aliases: &BTreeSet<String>,
) -> Vec<Converted> {
    let read: Vec<Option<Arc<ReadJob>>> =
        found.iter().map(|found| found.job.as_ref().ok().cloned()).collect();
    let mut converted = migrate::plan_in(found, &settings.options, outside).jobs;
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
    let job_set = survey(jobs.iter().copied(), BTreeMap::new(), outside);
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
    converted.retain(|file| !aliases.contains(file.sources.conf.path()));
    between::once(converted.iter_mut().map(|converted| &mut converted.conversion.diagnostics));
    converted
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
    let ignored = settings.ignored_in(sources.conf.path());
    let is_ignored = |rule: &'static Rule| ignored.iter().any(|selector| selector.matches(rule));
    if let Some(read) = read {
        for (file, origin) in read.files.iter().zip([Origin::Conf, Origin::Override]) {
            let written = Some((file, &read.scripts));
            diagnostics = allow::apply(
                sources.get(origin),
                written,
                origin,
                diagnostics,
                &settings.known,
                |rule| !is_ignored(rule) && settings.looks_for(rule, between),
            );
        }
    }
    settings.select(sources, &mut diagnostics);
    drop_repeats(&mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| {
        (diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
    });
    diagnostics
}
