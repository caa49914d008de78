//! Mistakes that become visible only when the jobs of a directory are compared.

mod circular_start;
mod emits;
mod reach;
mod unstarted_instance;

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::{UNEMITTED_EVENT, UNKNOWN_JOB};
use crate::jobset::survey::KnownJob;
use crate::jobset::{JobSet, of_machine};
use crate::text::source::{Place, Span};
use reach::Reach;

/// The jobs of a directory, in the order of their names, and what each knows of the others.
pub struct Neighbours<'a> {
    /// In ascending order of their names, because jobs are looked up by binary search.
    pub jobs: &'a [KnownJob<'a>],
    /// The jobs and events that each job may refer to.
    pub job_set: &'a JobSet,
}

impl Neighbours<'_> {
    /// Whether what the directory lacks may come from elsewhere, because the jobs are not those of a
    /// whole machine.
    fn may_lack(&self) -> bool {
        !of_machine(self.jobs.iter().map(|known| known.job.name.0.as_str()))
    }

    fn place(&self, index: usize, span: Span) -> Option<Place> {
        Some(Place { sources: self.jobs.get(index)?.sources.clone(), span })
    }

    fn index(&self, job: &str) -> Option<usize> {
        self.jobs.binary_search_by(|known| known.job.name.0.as_str().cmp(job)).ok()
    }
}

/// Findings, each with the index of the job that it is reported for.
type Findings = Vec<(usize, Diagnostic)>;

/// Runs the rules that compare jobs. The time is linear in the number of jobs and of names in them.
pub fn lint(neighbours: &Neighbours<'_>) -> Findings {
    let mut found = Findings::new();
    let reach = Reach::of(neighbours);
    circular_start::check(neighbours, &reach, &mut found);
    unstarted_instance::check(neighbours, &reach, &mut found);
    emits::check(neighbours, &mut found);
    found.sort_by_key(|(index, diagnostic)| {
        (*index, diagnostic.span.origin, diagnostic.span.start, diagnostic.rule.code)
    });
    found
}

/// Keeps the first of several findings that one name is unknown: the cause is one, however many jobs
/// wait for it.
pub fn once<'a>(jobs: impl Iterator<Item = &'a mut Vec<Diagnostic>>) {
    let mut seen: BTreeSet<(&str, String)> = BTreeSet::new();
    for diagnostics in jobs {
        diagnostics.retain(|diagnostic| {
            let rule = diagnostic.rule;
            ![UNKNOWN_JOB.code, UNEMITTED_EVENT.code].contains(&rule.code)
                || seen.insert((rule.code, diagnostic.message.clone()))
        });
    }
}
