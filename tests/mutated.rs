//! Every job in fixtures/convert and fixtures/dialect with one line gone, twice, cut, or without an end: whatever comes of it, it is whole.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{dialects, jobs};
use upstart2systemd::conversion::{Conversion, Options};
use upstart2systemd::convert::{Reading, convert, read};
use upstart2systemd::diagnostic::{Diagnostic, Severity};
use upstart2systemd::job::JobName;
use upstart2systemd::report::{self, Converted, Style};
use upstart2systemd::source::{Source, Sources, Span};

/// The texts that differ from `text` in one line.
fn mutations(text: &[u8]) -> Vec<Vec<u8>> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let mut mutated = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (before, after) = (lines[..at].concat(), lines[at + 1..].concat());
        let half = &line[..line.len() / 2];
        for instead in [&b""[..], &[*line, line].concat(), half, &[half, b"\n"].concat(), line.trim_ascii_end()] {
            mutated.push([&before, instead, &after].concat());
        }
        mutated.push([&before, half].concat());
    }
    mutated
}

fn name() -> JobName {
    JobName("job".to_owned())
}

fn check(sources: &Sources, options: &Options) {
    let text = sources.conf.text();
    let conversion = convert(sources, name(), options);
    let again = convert(sources, name(), options);
    assert_eq!(conversion.outputs, again.outputs, "{text}");
    let told = |conversion: &Conversion| -> Vec<String> {
        conversion.diagnostics.iter().map(|diagnostic| report::text(sources, diagnostic, Style::Plain)).collect()
    };
    assert_eq!(told(&conversion), told(&again), "{text}");

    let within = |span: Span| assert!(sources.get(span.origin).text().get(span.range()).is_some(), "{span:?} in {text}");
    for Diagnostic { rule, severity, span, message, related, help, edits, .. } in &conversion.diagnostics {
        within(*span);
        for &(span, _) in related {
            within(span);
        }
        for edit in edits {
            within(edit.span);
        }
        assert!(!message.is_empty(), "{text}");
        assert!(help.is_some() || *severity < Severity::Error, "{} says nothing of what to do: {text}", rule.code);
    }
    match read(sources, name(), options.dialect) {
        Ok(Reading { job, .. }) => {
            let stanzas: Vec<(&str, Span)> = job.stanzas.iter().map(|stanza| (stanza.keyword, stanza.span)).collect();
            let outcomes: Vec<(&str, Span)> = conversion.stanzas.iter().map(|outcome| (outcome.stanza, outcome.span)).collect();
            assert_eq!(stanzas, outcomes, "{text}");
        }
        Err(refusal) => {
            assert_eq!(conversion.diagnostics.len(), 1, "{text}");
            assert_eq!(conversion.diagnostics[0].span, refusal.diagnostic.span, "{text}");
            assert!(conversion.outputs.is_empty() && conversion.stanzas.is_empty(), "{text}");
        }
    }
    if conversion.outputs.is_empty() {
        assert!(conversion.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error), "{text}");
    }
    report::json(&[Converted { sources: sources.clone().into(), conversion }]).unwrap();
}

#[test]
fn a_line_more_or_less_does_no_harm() {
    let mut count = 0;
    let usual = jobs("fixtures/convert").into_iter().map(|path| (path, Options::default()));
    let old = |path: &PathBuf| path.parent().is_some_and(|directory| directory.ends_with("event.d"));
    for (path, options) in usual.chain(dialects()) {
        let overriding = fs::read(path.with_extension("override")).ok().map(|bytes| Source::new("job.override", bytes));
        for bytes in mutations(&fs::read(&path).unwrap()) {
            let conf = Source::new(if old(&path) { "event.d/job" } else { "job.conf" }, bytes);
            check(&Sources { conf, overriding: overriding.clone() }, &Options { companions: count % 2 == 0, ..options });
            count += 1;
        }
    }
    assert!(count > 1000, "{count}");
}
