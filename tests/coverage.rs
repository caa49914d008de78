//! Checks that every stanza and every rule has a fixture.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{converted, dialects, found, init_of, jobs, trees};
use upstart2systemd::convert::Conversion;
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{Category, Disposition, Rule};
use upstart2systemd::lint::rule::LINTS;
use upstart2systemd::lower::options::{Logs, Options, Style};
use upstart2systemd::migrate::plan;
use upstart2systemd::text::source::{Origin, Source};
use upstart2systemd::upstart::dialect::Dialect;
use upstart2systemd::upstart::parse::parse_as;
use upstart2systemd::upstart::stanza_table;
use upstart2systemd::upstart::stanza_table::{Availability, STANZAS, StanzaRow};

fn conversions() -> Vec<(PathBuf, Conversion)> {
    let usual = Options::default();
    let exact = Options { style: Style::Exact, ..usual };
    let directories = [
        ("fixtures/convert", usual),
        ("fixtures/convert", exact),
        ("fixtures/exact", exact),
        ("fixtures/reject", usual),
        ("fixtures/old-systemd", Options { systemd_version: 229, ..usual }),
        ("fixtures/old-systemd", Options { systemd_version: 229, companions: true, ..usual }),
        ("fixtures/log-files", Options { logs: Logs::File, ..usual }),
    ];
    let all = directories.into_iter().flat_map(|(directory, options)| {
        jobs(directory).into_iter().map(move |path| (path, options))
    });
    all.chain(dialects())
        .map(|(path, options)| {
            let conversion = converted(&path, &options).1;
            (path, conversion)
        })
        .chain(trees().into_iter().flat_map(|tree| {
            let planned = plan(found(&init_of(&tree)), &usual);
            planned.jobs.into_iter().map(move |job| (tree.clone(), job.conversion))
        }))
        .collect()
}

#[test]
fn every_stanza_has_a_fixture() {
    let seen: BTreeSet<&str> = conversions()
        .iter()
        .flat_map(|(_, conversion)| conversion.stanzas.iter().map(|outcome| outcome.stanza))
        .collect();
    let known: BTreeSet<&str> = STANZAS.iter().map(|row| row.keyword).collect();
    let missing: Vec<_> = known.iter().filter(|keyword| !seen.contains(**keyword)).collect();
    assert!(missing.is_empty(), "no fixture has the stanzas {missing:?}");
    let unknown: Vec<_> = seen.iter().filter(|keyword| !known.contains(*keyword)).collect();
    assert!(unknown.is_empty(), "these are missing from the table of stanzas: {unknown:?}");
}

/// The first words of stanzas in the grammar.
fn grammar_keywords(rules: &[&str]) -> BTreeSet<String> {
    let grammar = include_str!("../grammar/upstart.pest");
    let definition = |rule: &str| {
        let start = grammar
            .find(&format!("\n{rule} "))
            .unwrap_or_else(|| panic!("the grammar has no rule {rule}"));
        grammar[start..].split("keyword_end").next().unwrap()
    };
    rules
        .iter()
        .flat_map(|rule| {
            definition(rule).split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

const BOTH: &str = "left: src/upstart/stanza_table.rs; right: grammar/upstart.pest";

#[test]
fn the_table_of_stanzas_is_that_of_the_grammar() {
    let first_words = |origin: fn(&Availability) -> bool| {
        STANZAS
            .iter()
            .filter(|row| origin(&row.origin))
            .map(|row| row.first_word().to_owned())
            .collect::<BTreeSet<String>>()
    };
    let stock = first_words(|origin| matches!(origin, Availability::Since(_)));
    assert_eq!(
        stock,
        grammar_keywords(&[
            "value_keyword",
            "conditional_keyword",
            "phase_keyword",
            "flag_keyword",
            "exec",
            "script"
        ]),
        "{BOTH}"
    );
    assert_eq!(
        first_words(|origin| *origin == Availability::ChromeOs),
        grammar_keywords(&["chromeos_keyword"]),
        "{BOTH}"
    );
    // Keywords that 1.13 has as well are in its rules of the grammar.
    let before = first_words(|origin| *origin == Availability::EventD);
    assert_eq!(
        before.difference(&stock).cloned().collect::<BTreeSet<String>>(),
        grammar_keywords(&["event_d_keyword"]),
        "{BOTH}"
    );
}

#[test]
fn the_reader_knows_every_stanza() {
    for row in STANZAS {
        let text = format!("{} x\n", row.keyword);
        for dialect in Dialect::ALL.into_iter().filter(|dialect| row.is_of(*dialect)) {
            let source = Source::new("job.conf", text.clone().into_bytes());
            // Most of them take another word than `x`; those refusals are about the word.
            if let Err(refusal) = parse_as(&source, Origin::Conf, dialect) {
                assert_ne!(
                    refusal.diagnostic.message,
                    "unknown stanza",
                    "the grammar matches `{}` in {}, but src/upstart/parse/stanza.rs does not read it",
                    row.keyword,
                    dialect.name()
                );
            }
        }
    }
}

#[test]
fn a_stanza_has_one_row() {
    let all = || STANZAS.iter().chain([&stanza_table::OOM_SCORE]);
    let keywords: BTreeSet<&str> = all().map(|row: &StanzaRow| row.keyword).collect();
    assert_eq!(keywords.len(), all().count());
    for row in all() {
        assert!(row.form.starts_with(row.keyword), "{}", row.form);
    }
}

#[test]
fn every_rule_has_a_fixture() {
    // No fixture file can have its own name or mode, or be unreadable.
    let elsewhere = ["U018", "U208", "U270"];
    let between =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint-between")).unwrap();
    let fixtures: BTreeSet<String> =
        between.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let seen: BTreeSet<&str> = conversions()
        .iter()
        .flat_map(|(_, conversion)| {
            conversion.diagnostics.iter().map(|diagnostic| diagnostic.rule.code)
        })
        .collect();
    // The linter, the shells, and the code that reads files and directories report these rules.
    // They have separate tests.
    let of_conversions = |rule: &&&Rule| {
        let of_the_linter =
            LINTS.iter().any(|lint| lint.rule == **rule) || fixtures.contains(rule.name);
        let of_files = ["U000", "U271", "U301", "U306", "U309"].contains(&rule.code);
        !of_the_linter && !of_files && !matches!(rule.category, Category::Allow | Category::Script)
    };
    let missing: Vec<_> = RULES
        .iter()
        .filter(of_conversions)
        .filter(|rule| !seen.contains(rule.code) && !elsewhere.contains(&rule.code))
        .map(|rule| (rule.code, rule.name))
        .collect();
    assert!(missing.is_empty(), "no fixture shows the rules {missing:?}");
}

#[test]
fn every_rule_between_jobs_has_a_fixture() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint-between");
    let there: BTreeSet<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // The rules that no conversion of the directory reports, and those that `lint` judges by the
    // other jobs.
    let rules = [
        "unemitted-event",
        "unknown-job",
        "circular-start",
        "declared-event-not-emitted",
        "emitted-event-not-declared",
        "never-started-job",
        "unstarted-instance",
    ];
    assert_eq!(there, BTreeSet::from(rules.map(str::to_owned)));
}

#[test]
fn whatever_is_not_exact_says_why() {
    for (path, conversion) in conversions() {
        for outcome in &conversion.stanzas {
            let explained = outcome.disposition == Disposition::Exact || outcome.code.is_some();
            assert!(
                explained,
                "{}: `{}` is {} without a reason",
                path.display(),
                outcome.stanza,
                outcome.disposition.name()
            );
        }
    }
}
