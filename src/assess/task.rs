//! What a migration leaves to people, one task for one cause.

use std::collections::BTreeMap;

use super::effort::Effort;
use super::minutes::TaskKind;
use crate::convert::Converted;
use crate::diagnostic::registry::{
    COMPANION_NEEDED, EMIT_WITH_VARIABLES, EVENT_VARIABLE, RETRIED_PRE_START, RULES,
    UNEMITTED_EVENT, UNKNOWN_EVENT, UNMATCHED_VARIABLE, UNTRANSLATABLE_EVENT,
};
use crate::diagnostic::{Diagnostic, Disposition, Rule, Severity};
use crate::text::source::Span;

/// Something that a person has to do for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The name of the job.
    pub job: String,
    /// The kind of work, which decides how long it takes.
    pub kind: TaskKind,
    /// The file and the line that the task is about.
    pub place: Option<(String, usize)>,
    /// The rule whose page explains the task.
    pub rule: Option<&'static Rule>,
    /// What is to be looked at or done.
    pub what: String,
    /// Why.
    pub why: Vec<String>,
    /// What to type or to write.
    pub how: Option<String>,
}

/// The rules about events that come from outside of the jobs.
const OF_EVENTS: [&Rule; 7] = [
    &COMPANION_NEEDED,
    &EMIT_WITH_VARIABLES,
    &EVENT_VARIABLE,
    &UNEMITTED_EVENT,
    &UNKNOWN_EVENT,
    &UNMATCHED_VARIABLE,
    &UNTRANSLATABLE_EVENT,
];

/// The tasks for a job that was converted, the worst first.
pub fn of_findings(job: &Converted) -> Vec<Task> {
    let conversion = &job.conversion;
    let is_refused = Effort::of(job) == Effort::Refused;
    let mut tasks = Vec::new();
    let mut small: Vec<&Diagnostic> = Vec::new();
    for found in &conversion.diagnostics {
        let disposition = disposition(job, found);
        let is_work = found.severity >= Severity::Warning
            || matches!(disposition, Some((_, Disposition::Manual)));
        if is_work {
            tasks.push(task(job, found, kind(found, disposition, is_refused)));
        } else if disposition.is_some_and(|(_, disposition)| disposition > Disposition::Exact) {
            small.push(found);
        }
    }
    // A stanza whose finding is at another place.
    for outcome in &conversion.stanzas {
        let is_covered = outcome.code.is_some_and(|code| {
            tasks.iter().any(|task| task.rule.is_some_and(|rule| rule.code == code))
        });
        if outcome.disposition == Disposition::Manual && !is_covered {
            tasks.push(Task {
                job: conversion.job.clone(),
                kind: TaskKind::Hand,
                place: Some(place(job, outcome.span)),
                rule: outcome.code.and_then(by_code),
                what: format!("the unit does not have what `{}` asks for", outcome.stanza),
                why: Vec::new(),
                how: None,
            });
        }
    }
    tasks.extend(of_small_differences(job, &small));
    tasks.sort_by_key(|task| match task.kind {
        TaskKind::Hand => 0,
        TaskKind::Event => 1,
        _ => 2,
    });
    tasks
}

/// One task for all differences of a job that hardly matter.
fn of_small_differences(job: &Converted, found: &[&Diagnostic]) -> Option<Task> {
    let mut by_rule: BTreeMap<&str, &Diagnostic> = BTreeMap::new();
    for found in found {
        by_rule.entry(found.rule.code).or_insert(found);
    }
    let mut rules = by_rule.into_values();
    let mut task = task(job, rules.next()?, TaskKind::Look);
    task.why.extend(rules.map(|found| format!("also: {} ({})", found.message, found.rule.code)));
    Some(task)
}

fn by_code(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

fn task(job: &Converted, found: &Diagnostic, kind: TaskKind) -> Task {
    Task {
        job: job.conversion.job.clone(),
        kind,
        place: Some(place(job, found.span)),
        rule: Some(found.rule),
        what: found.message.clone(),
        why: found.notes.clone(),
        how: found.help.clone(),
    }
}

fn place(job: &Converted, span: Span) -> (String, usize) {
    let source = job.sources.get(span.origin);
    (source.path().to_owned(), source.position(span.start).line)
}

/// The stanza that a finding is about and that its rule explains, with what became of it.
fn disposition(job: &Converted, found: &Diagnostic) -> Option<(&'static str, Disposition)> {
    let within = |span: Span| {
        span.origin == found.span.origin
            && found.span.start >= span.start
            && found.span.start < span.end.max(span.start + 1)
    };
    let mut stanzas = job.conversion.stanzas.iter().filter(|outcome| within(outcome.span));
    let explained = stanzas.clone().find(|outcome| outcome.code == Some(found.rule.code));
    explained
        .map(|outcome| (outcome.stanza, outcome.disposition))
        .or_else(|| stanzas.next().map(|outcome| (outcome.stanza, Disposition::Exact)))
}

fn kind(
    found: &Diagnostic,
    disposition: Option<(&'static str, Disposition)>,
    is_refused: bool,
) -> TaskKind {
    if is_refused || found.severity == Severity::Error {
        TaskKind::Hand
    } else if OF_EVENTS.iter().any(|rule| rule.code == found.rule.code) {
        TaskKind::Event
    } else {
        match disposition {
            Some((_, Disposition::Manual)) => TaskKind::Hand,
            Some(("pre-start", _)) => TaskKind::PreStart,
            _ if found.rule.code == RETRIED_PRE_START.code => TaskKind::PreStart,
            _ => TaskKind::Look,
        }
    }
}
