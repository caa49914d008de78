//! All results of a run as one JSON object, described by `schemas/result.schema.json`. A version of the format may
//! gain fields but never loses or changes any.

use std::borrow::Cow;

use serde::Serialize;

use super::Summary;
use super::escape::json_of;
use crate::convert::pairing::{PairedLines, pairs};
use crate::convert::{Conversion, Converted};
use crate::diagnostic::{Diagnostic, Edit, Outcome};
use crate::systemd::layout::Output;
use crate::text::bytes::lossy;
use crate::text::source::{Position, Sources, Span};

/// The JSON Schema (draft 2020-12) of the output of [`json`].
pub const SCHEMA: &str = include_str!("schemas/result.schema.json");

/// The JSON Schema (draft 2020-12) of a line of [`json_line`].
pub const LINE_SCHEMA: &str = include_str!("schemas/result-line.schema.json");

const VERSION: u32 = 1;

/// The object.
#[derive(Serialize)]
pub(super) struct JsonReport<'a> {
    version: u32,
    tool: JsonTool,
    files: Vec<JsonFile<'a>>,
    diagnostics: Vec<JsonFinding<'a>>,
    summary: Summary,
}

/// One job with its findings.
#[derive(Serialize)]
struct JsonLine<'a> {
    version: u32,
    host: Option<Cow<'a, str>>,
    #[serde(flatten)]
    file: JsonFile<'a>,
    diagnostics: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    path: Cow<'a, str>,
    job: Cow<'a, str>,
    outputs: Vec<JsonOutput<'a>>,
    stanzas: Vec<Fate<'a>>,
}

#[derive(Serialize)]
struct JsonOutput<'a> {
    path: Cow<'a, str>,
    content: Cow<'a, str>,
}

#[derive(Serialize)]
struct Fate<'a> {
    stanza: &'static str,
    path: Cow<'a, str>,
    span: Range,
    disposition: &'static str,
    directives: &'a [String],
    lines: Vec<JsonLines>,
    code: Option<&'static str>,
}

/// Lines of an output that a stanza became.
#[derive(Serialize)]
struct JsonLines {
    /// The index of the output.
    output: usize,
    first: usize,
    last: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: Cow<'a, str>,
    path: Cow<'a, str>,
    span: Range,
    label: Option<Cow<'a, str>>,
    related: Vec<Related<'a>>,
    notes: Vec<Cow<'a, str>>,
    help: Option<Cow<'a, str>>,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    path: Cow<'a, str>,
    span: Range,
    label: Cow<'a, str>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    path: Cow<'a, str>,
    start: Position,
    end: Position,
    text: Cow<'a, str>,
    safe: bool,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// The results for these files as one JSON object on one line, without a newline.
pub fn json(files: &[Converted]) -> serde_json::Result<String> {
    json_of(&object(files))
}

/// The results for these files, for an object that has more.
pub(super) fn object(files: &[Converted]) -> JsonReport<'_> {
    JsonReport {
        version: VERSION,
        tool: JsonTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        files: files
            .iter()
            .map(|Converted { sources, conversion }| file(sources, conversion))
            .collect(),
        diagnostics: files
            .iter()
            .flat_map(|Converted { sources, conversion }| {
                conversion.diagnostics.iter().map(|diagnostic| finding(sources, diagnostic))
            })
            .collect(),
        summary: Summary::of(files),
    }
}

/// The result for one job as a JSON object on one line, without a newline. `host` is the name of the
/// host that has the job, if there are several.
pub fn json_line(host: Option<&str>, job: &Converted) -> serde_json::Result<String> {
    let Converted { sources, conversion } = job;
    json_of(&JsonLine {
        version: VERSION,
        host: host.map(lossy),
        file: file(sources, conversion),
        diagnostics: conversion.diagnostics.iter().map(|found| finding(sources, found)).collect(),
    })
}

fn file<'a>(sources: &'a Sources, conversion: &'a Conversion) -> JsonFile<'a> {
    let Conversion { path, job, outputs, stanzas, diagnostics: _ } = conversion;
    JsonFile {
        path: lossy(path),
        job: lossy(job),
        outputs: outputs
            .iter()
            .map(|Output { path, text }| JsonOutput { path: lossy(path), content: lossy(text) })
            .collect(),
        stanzas: stanzas
            .iter()
            .zip(lines_of_stanzas(conversion))
            .map(|(outcome, lines)| stanza(sources, outcome, lines))
            .collect(),
    }
}

/// For each stanza, the lines that it became.
fn lines_of_stanzas(conversion: &Conversion) -> Vec<Vec<JsonLines>> {
    let mut lines: Vec<Vec<JsonLines>> = conversion.stanzas.iter().map(|_| Vec::new()).collect();
    for PairedLines { stanza, output, lines: range } in pairs(conversion) {
        if let Some(lines) = lines.get_mut(stanza) {
            lines.push(JsonLines { output, first: *range.start(), last: *range.end() });
        }
    }
    lines
}

fn stanza<'a>(sources: &'a Sources, outcome: &'a Outcome, lines: Vec<JsonLines>) -> Fate<'a> {
    let Outcome { stanza, span, disposition, directives, values: _, code } = outcome;
    Fate {
        stanza,
        path: path(sources, *span),
        span: range(sources, *span),
        disposition: disposition.name(),
        directives,
        lines,
        code: *code,
    }
}

fn finding<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> JsonFinding<'a> {
    let Diagnostic {
        rule,
        severity,
        span,
        message,
        label,
        related,
        elsewhere,
        notes,
        help,
        edits,
        without_unit: _,
    } = diagnostic;
    JsonFinding {
        code: rule.code,
        name: rule.name,
        severity: severity.name(),
        message: lossy(message),
        path: path(sources, *span),
        span: range(sources, *span),
        label: label.as_deref().map(lossy),
        related: related
            .iter()
            .map(|(span, label)| (sources, span, label))
            .chain(
                elsewhere.iter().map(|(place, label)| (place.sources.as_ref(), &place.span, label)),
            )
            .map(|(sources, span, label)| Related {
                path: path(sources, *span),
                span: range(sources, *span),
                label: lossy(label),
            })
            .collect(),
        notes: notes.iter().map(|note| lossy(note)).collect(),
        help: help.as_deref().map(lossy),
        edits: edits.iter().map(|edit| change(sources, edit)).collect(),
    }
}

fn change<'a>(sources: &'a Sources, edit: &'a Edit) -> JsonEdit<'a> {
    let Edit { span, text, safe } = edit;
    let Range { start, end } = range(sources, *span);
    JsonEdit { path: path(sources, *span), start, end, text: lossy(text), safe: *safe }
}

fn path(sources: &Sources, span: Span) -> Cow<'_, str> {
    lossy(sources.get(span.origin).path())
}

fn range(sources: &Sources, span: Span) -> Range {
    let (start, end) = sources.get(span.origin).ends(span);
    Range { start, end }
}
