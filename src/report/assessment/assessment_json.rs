//! An assessment as one JSON object, described by `schemas/report.schema.json`: the results of the
//! conversion, as [`json`](fn@crate::report::json) has them, and what they mean for people.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::assess::assessed_job::AssessedJob;
use crate::assess::assessment::Assessment;
use crate::assess::minutes::TaskKind;
use crate::assess::operator::OperatorCommands;
use crate::assess::risk::Risk;
use crate::assess::statistics::{RuleCount, StanzaCount};
use crate::assess::task::Task;
use crate::convert::Converted;
use crate::report::assessment::page::PageContent;
use crate::report::escape::json_of;
use crate::report::json::{JsonReport, object};
use crate::text::bytes::lossy;

/// The JSON Schema (draft 2020-12) of the output of [`assessment_json`].
pub const REPORT_SCHEMA: &str = include_str!("../schemas/report.schema.json");

#[derive(Serialize)]
struct JsonAssessment<'a> {
    #[serde(flatten)]
    results: JsonReport<'a>,
    headline: String,
    jobs: Vec<JsonJob<'a>>,
    tasks: Vec<JsonTask<'a>>,
    waves: Vec<JsonWave<'a>>,
    risks: Vec<JsonRisk<'a>>,
    minutes: BTreeMap<&'static str, JsonMinutes>,
    statistics: JsonStatistics,
    written: Vec<JsonWritten<'a>>,
    /// For reports about several hosts.
    hosts: [(); 0],
}

#[derive(Serialize)]
struct JsonJob<'a> {
    name: Cow<'a, str>,
    class: &'static str,
    origin: &'static str,
    owner: Option<Cow<'a, str>>,
    minutes: u64,
    test_minutes: u64,
    starts_on: Cow<'a, str>,
    unit: Option<Cow<'a, str>>,
    operators: Option<JsonOperators<'a>>,
    enabled: bool,
    component: Option<usize>,
    files: Vec<Cow<'a, str>>,
}

#[derive(Serialize)]
struct JsonOperators<'a> {
    before: Cow<'a, str>,
    now: Cow<'a, str>,
    log: Cow<'a, str>,
    reload: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct JsonTask<'a> {
    job: Cow<'a, str>,
    kind: &'static str,
    minutes: u32,
    path: Option<Cow<'a, str>>,
    line: Option<usize>,
    code: Option<&'static str>,
    name: Option<&'static str>,
    what: Cow<'a, str>,
    why: Vec<Cow<'a, str>>,
    how: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct JsonWave<'a> {
    kind: &'static str,
    groups: Vec<Vec<Cow<'a, str>>>,
}

#[derive(Serialize)]
struct JsonRisk<'a> {
    kind: &'static str,
    job: Cow<'a, str>,
    code: &'static str,
    name: &'static str,
    text: Cow<'a, str>,
}

#[derive(Serialize)]
struct JsonMinutes {
    each: u32,
    count: usize,
    total: u64,
}

#[derive(Serialize)]
struct JsonStatistics {
    stanzas: Vec<JsonStanzaCount>,
    rules: Vec<JsonRuleCount>,
}

#[derive(Serialize)]
struct JsonStanzaCount {
    stanza: &'static str,
    exact: usize,
    approximate: usize,
    dropped: usize,
    manual: usize,
}

#[derive(Serialize)]
struct JsonRuleCount {
    code: &'static str,
    name: &'static str,
    findings: usize,
    jobs: usize,
}

#[derive(Serialize)]
struct JsonWritten<'a> {
    path: Cow<'a, str>,
    sha256: &'a str,
}

/// The assessment and the results for all files, those that are not jobs as well, as one JSON object
/// on one line, without a newline.
pub fn assessment_json(
    content: PageContent<'_>,
    results: &[Converted],
) -> serde_json::Result<String> {
    let PageContent { subject, assessment, converted: _, statistics, files, style: _, graph: _ } =
        content;
    let name = |index: &usize| assessment.jobs.get(*index).map(|job| lossy(&job.name));
    json_of(&JsonAssessment {
        results: object(results),
        headline: lossy(&assessment.headline(subject)).into_owned(),
        jobs: assessment.jobs.iter().map(|found| job(assessment, found)).collect(),
        tasks: assessment.tasks().into_iter().map(|found| task(assessment, found)).collect(),
        waves: assessment
            .waves
            .iter()
            .map(|wave| JsonWave {
                kind: wave.kind.key(),
                groups: wave
                    .groups
                    .iter()
                    .map(|group| group.iter().filter_map(name).collect())
                    .collect(),
            })
            .collect(),
        risks: assessment.risks.iter().map(risk).collect(),
        minutes: minutes(assessment),
        statistics: JsonStatistics {
            stanzas: statistics.stanzas.iter().map(stanza_count).collect(),
            rules: statistics.rules.iter().map(rule_count).collect(),
        },
        written: files
            .iter()
            .map(|file| JsonWritten { path: lossy(&file.path), sha256: &file.sha256 })
            .collect(),
        hosts: [],
    })
}

fn job<'a>(assessment: &Assessment, job: &'a AssessedJob) -> JsonJob<'a> {
    let AssessedJob {
        name,
        origin,
        effort,
        tasks: _,
        starts_on,
        becomes,
        unit,
        operator,
        enabled,
        group,
        converted: _,
        left: _,
    } = job;
    JsonJob {
        name: lossy(name),
        class: effort.name(),
        origin: origin.name(),
        owner: origin.owner().map(lossy),
        minutes: job.minutes(&assessment.minutes),
        test_minutes: job.test_minutes(&assessment.minutes),
        starts_on: lossy(starts_on),
        unit: unit.as_deref().map(lossy),
        operators: operator.as_ref().map(|commands| {
            let OperatorCommands { start_before, start, log, reload } = commands;
            JsonOperators {
                before: lossy(start_before),
                now: lossy(start),
                log: lossy(log),
                reload: reload.as_deref().map(lossy),
            }
        }),
        enabled: *enabled,
        component: group.map(|index| index + 1),
        files: becomes.iter().map(|path| lossy(path)).collect(),
    }
}

fn task<'a>(assessment: &Assessment, task: &'a Task) -> JsonTask<'a> {
    let Task { job, kind, place, rule, what, why, how } = task;
    JsonTask {
        job: lossy(job),
        kind: kind.key(),
        minutes: assessment.minutes.of(*kind),
        path: place.as_ref().map(|(path, _)| lossy(path)),
        line: place.as_ref().map(|(_, line)| *line),
        code: rule.map(|rule| rule.code),
        name: rule.map(|rule| rule.name),
        what: lossy(what),
        why: why.iter().map(|why| lossy(why)).collect(),
        how: how.as_deref().map(lossy),
    }
}

fn risk(risk: &Risk) -> JsonRisk<'_> {
    let Risk { kind, job, rule, text } = risk;
    JsonRisk {
        kind: kind.key(),
        job: lossy(job),
        code: rule.code,
        name: rule.name,
        text: lossy(text),
    }
}

/// All kinds of work, those without a task as well.
fn minutes(assessment: &Assessment) -> BTreeMap<&'static str, JsonMinutes> {
    let work = assessment.work();
    let row = |kind: TaskKind| {
        let found = work.iter().find(|(known, ..)| *known == kind);
        let (count, total) = found.map_or((0, 0), |(_, count, total)| (*count, *total));
        (kind.key(), JsonMinutes { each: assessment.minutes.of(kind), count, total })
    };
    TaskKind::ALL.into_iter().map(row).collect()
}

fn stanza_count(count: &StanzaCount) -> JsonStanzaCount {
    let StanzaCount { stanza, exact, approximate, dropped, manual } = *count;
    JsonStanzaCount { stanza, exact, approximate, dropped, manual }
}

fn rule_count(count: &RuleCount) -> JsonRuleCount {
    let RuleCount { rule, findings, jobs } = *count;
    JsonRuleCount { code: rule.code, name: rule.name, findings, jobs }
}
