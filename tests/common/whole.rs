//! Properties of every job, whatever it contains. Tests and fuzz targets share them.

use std::sync::Arc;

use upstart2systemd::convert::Conversion;
use upstart2systemd::convert::Converted;
use upstart2systemd::convert::convert;
use upstart2systemd::convert::read::read;
use upstart2systemd::diagnostic::fix::{AllFixed, Ending, fix_all};
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{Diagnostic, Rule, Severity};
use upstart2systemd::lint;
use upstart2systemd::lint::Subject;
use upstart2systemd::lint::allow;
use upstart2systemd::lower::options::Options;
use upstart2systemd::report;
use upstart2systemd::report::Paint;
use upstart2systemd::report::parsed_job::parsed_job;
use upstart2systemd::text::source::{Origin, Source, Sources, Span};
use upstart2systemd::upstart::ast;
use upstart2systemd::upstart::ast::{Process, Stanza};
use upstart2systemd::upstart::job::{Job, JobName};

#[path = "places.rs"]
mod places;

pub(crate) fn name() -> JobName {
    JobName("job".to_owned())
}

/// Sources with the usual names of the files of a job.
pub(crate) fn sources(conf: Vec<u8>, overriding: Option<Vec<u8>>) -> Sources {
    Sources {
        conf: Source::new("job.conf", conf),
        overriding: overriding.map(|bytes| Source::new("job.override", bytes)),
    }
}

/// Reads, converts, lints and fixes a job, and checks all properties. Returns the conversion.
pub(crate) fn check(sources: &Sources, options: &Options) -> Conversion {
    let conversion = converted(sources, options);
    let found = linted(sources, options);
    told(sources, &conversion);
    if conversion.diagnostics.iter().chain(&found).any(|diagnostic| !diagnostic.edits.is_empty()) {
        mended(sources, options);
    }
    conversion
}

/// Asserts that a second conversion gives the same result.
fn converted(sources: &Sources, options: &Options) -> Conversion {
    let conversion = convert(sources, name(), options);
    let again = convert(sources, name(), options);
    assert_eq!(conversion.outputs, again.outputs, "another unit the second time");
    assert_eq!(conversion.stanzas, again.stanzas, "another account of the stanzas the second time");
    assert_eq!(
        texts(sources, &conversion.diagnostics),
        texts(sources, &again.diagnostics),
        "other words the second time"
    );
    accounted(sources, &name(), options, &conversion);
    conversion
}

/// Asserts that every stanza has an outcome, and that an error explains a missing unit.
pub(crate) fn accounted(
    sources: &Sources,
    name: &JobName,
    options: &Options,
    conversion: &Conversion,
) {
    sound(sources, &conversion.diagnostics);
    match read(sources, name.clone(), options.dialect) {
        Ok(read) => {
            sound(sources, &read.diagnostics);
            for span in read.mangled() {
                within(sources, span);
            }
            let stanzas: Vec<(&str, Span)> =
                read.job.stanzas.iter().map(|stanza| (stanza.keyword, stanza.span)).collect();
            let outcomes: Vec<(&str, Span)> =
                conversion.stanzas.iter().map(|outcome| (outcome.stanza, outcome.span)).collect();
            assert_eq!(stanzas, outcomes, "not every stanza is accounted for");
        }
        Err(refusal) => {
            assert_eq!(
                conversion.diagnostics.len(),
                1,
                "more than one thing to say of a job that is refused"
            );
            assert_eq!(conversion.diagnostics[0].span, refusal.diagnostic.span);
            assert!(
                conversion.outputs.is_empty() && conversion.stanzas.is_empty(),
                "something came of a job that is refused"
            );
        }
    }
    let has_error =
        conversion.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert!(has_error || !conversion.outputs.is_empty(), "no unit, and nobody says why");
    for output in &conversion.outputs {
        let parts: Vec<&str> = output.path.split('/').collect();
        assert!(
            parts.len() > 2 && !parts.iter().any(|part| ["", ".", ".."].contains(part)),
            "a file at {}",
            output.path
        );
        assert!(!output.text.contains('\0'), "a NUL in {}", output.path);
    }
}

/// The findings of the linter that the file does not allow.
fn linted(sources: &Sources, options: &Options) -> Vec<Diagnostic> {
    let Ok(read) = read(sources, name(), options.dialect) else { return Vec::new() };
    for (file, origin) in read.files.iter().zip([Origin::Conf, Origin::Override]) {
        written(sources.get(origin), file, origin);
    }
    let subject = Subject::new(sources, &read.files, &read.job, &read.scripts);
    for (text, reading) in subject.scripts.iter().map(|script| (script.text(), script.reading)) {
        for range in reading.commands.iter().map(|command| &command.range).chain(&reading.comments)
        {
            assert!(text.get(range.clone()).is_some(), "{range:?} in {text:?}");
        }
    }
    let found = lint::lint(&subject);
    let again = lint::lint(&Subject::new(sources, &read.files, &read.job, &read.scripts));
    assert_eq!(texts(sources, &found), texts(sources, &again), "other findings the second time");
    sound(sources, &found);
    for (file, origin) in read.files.iter().zip([Origin::Conf, Origin::Override]) {
        sound(
            sources,
            &allow::apply(
                sources.get(origin),
                Some((file, &read.scripts)),
                origin,
                found.clone(),
                RULES,
                |_| true,
            ),
        );
    }
    found
}

/// Asserts that stanzas are in order and do not overlap, and that their parts are in order and
/// within them.
fn written(source: &Source, file: &ast::File, origin: Origin) {
    let text = source.text();
    let mut end = 0;
    for stanza in &file.stanzas {
        let span = stanza.span;
        assert_eq!(span.origin, origin);
        assert!(end <= span.start && text.get(span.range()).is_some(), "{span:?} behind {end}");
        let mut inner = span.start;
        for place in places::places(&stanza.value) {
            assert!(place.origin == origin && text.get(place.range()).is_some(), "{place:?}");
            assert!(
                inner <= place.start && place.end <= span.end,
                "{place:?} in {span:?} behind {inner}"
            );
            inner = place.start;
        }
        if let Stanza::Process(_, process) = &stanza.value {
            characters(text, process);
        }
        end = span.end;
    }
}

/// Asserts that each character of a short command or script has the span of that character in the
/// source. A line end in quotes is read as a blank.
fn characters(text: &str, process: &Process) {
    let value = &process.text().value;
    for (at, character) in value.char_indices().take(500) {
        let place = process.place(&(at..at + character.len_utf8()));
        let there = text.get(place.range());
        let is_there = |there: &str| {
            there.starts_with(character) || (character == ' ' && there.starts_with('\n'))
        };
        assert!(
            there.is_some_and(|there| is_there(there) || place == process.text().span),
            "{at} is at {place:?}: {there:?}"
        );
    }
}

/// Asserts that every format can show the diagnostics of a conversion.
fn told(sources: &Sources, conversion: &Conversion) {
    for diagnostic in &conversion.diagnostics {
        assert!(
            !report::concise(sources, diagnostic).contains('\n'),
            "a concise line is more than one"
        );
        assert!(
            !report::github(sources, diagnostic).trim_end().contains('\n'),
            "an annotation is more than one line"
        );
        report::text(sources, diagnostic, Paint::Coloured);
    }
    // Including all rules in the SARIF log would take longer than everything else.
    let rules: Vec<&Rule> =
        conversion.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    let files = [Converted { sources: Arc::new(sources.clone()), conversion: conversion.clone() }];
    assert!(report::json(&files).is_ok() && report::sarif(&files, &rules).is_ok());
}

/// Asserts that safe fixes keep the job, and that no fix makes a job that init refuses.
fn mended(sources: &Sources, options: &Options) {
    let everything = |sources: &Sources| {
        let mut all = convert(sources, name(), options).diagnostics;
        if let Ok(read) = read(sources, name(), options.dialect) {
            all.extend(lint::lint(&Subject::new(sources, &read.files, &read.job, &read.scripts)));
        }
        all
    };
    let before = read(sources, name(), options.dialect).ok().map(|reading| reading.job);
    for unsafe_too in [false, true] {
        let AllFixed { sources: after, ending, left, applied: _ } =
            fix_all(sources.clone(), unsafe_too, everything);
        assert_ne!(ending, Ending::TakenBack, "edits make a job that init refuses");
        sound(&after, &left);
        let (Some(before), false) = (&before, unsafe_too) else { continue };
        let after = read(&after, name(), options.dialect).ok().map(|reading| reading.job);
        assert_eq!(
            Some(json(before)),
            after.as_ref().map(json),
            "edits that are said to be safe change the job"
        );
    }
}

/// The job as JSON, which has no spans.
pub(crate) fn json(job: &Job) -> String {
    serde_json::to_string(&parsed_job(job)).unwrap_or_default()
}

/// Diagnostics in the text format.
pub(crate) fn texts(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|diagnostic| report::text(sources, diagnostic, Paint::Plain)).collect()
}

/// Asserts that diagnostics have texts, and spans within the source.
fn sound(sources: &Sources, diagnostics: &[Diagnostic]) {
    for Diagnostic {
        rule,
        severity,
        span,
        message,
        label: _,
        related,
        elsewhere,
        notes: _,
        help,
        edits,
        without_unit: _,
    } in diagnostics
    {
        within(sources, *span);
        for (span, _) in related {
            within(sources, *span);
        }
        for (place, _) in elsewhere {
            within(&place.sources, place.span);
        }
        for edit in edits {
            within(sources, edit.span);
        }
        assert!(!message.is_empty(), "{} says nothing", rule.code);
        assert!(
            help.is_some() || *severity < Severity::Error,
            "{} says nothing of what to do",
            rule.code
        );
    }
}

/// Asserts that a span lies within the source, on character boundaries, and has a position.
fn within(sources: &Sources, span: Span) {
    let source = match span.origin {
        Origin::Conf => Some(&sources.conf),
        Origin::Override => sources.overriding.as_ref(),
    };
    assert!(
        source.is_some_and(|source| source.text().get(span.range()).is_some()),
        "{span:?} is not in the text"
    );
    let (start, end) = (
        sources.get(span.origin).position(span.start),
        sources.get(span.origin).position(span.end),
    );
    assert!((start.line, start.offset) <= (end.line, end.offset), "{span:?}");
}
