//! Nothing is left without a fixture: every stanza, and every rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use upstart2systemd::ast::KEYWORDS;
use upstart2systemd::conversion::{Conversion, Options};
use upstart2systemd::convert::{convert, rules};
use upstart2systemd::diagnostic::Disposition;
use upstart2systemd::job::JobName;
use upstart2systemd::source::{Source, Sources};

fn conversions() -> Vec<(PathBuf, Conversion)> {
    let mut found = Vec::new();
    for (directory, version) in [("convert", 249), ("reject", 249), ("old-systemd", 229)] {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(directory);
        for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_none_or(|extension| extension != "conf") {
                continue;
            }
            let read = |path: &Path| fs::read(path).ok().map(|bytes| Source::new(path.display().to_string(), bytes));
            let sources = Sources { conf: read(&path).unwrap(), overriding: read(&path.with_extension("override")) };
            let name = JobName(path.file_stem().unwrap().to_str().unwrap().to_owned());
            let options = Options { systemd_version: version, ..Options::default() };
            found.push((path, convert(&sources, name, &options)));
        }
    }
    found
}

#[test]
fn every_stanza_has_a_fixture() {
    let seen: BTreeSet<&str> =
        conversions().iter().flat_map(|(_, conversion)| conversion.stanzas.iter().map(|outcome| outcome.stanza)).collect();
    let missing: Vec<_> = KEYWORDS.iter().filter(|keyword| !seen.contains(**keyword)).collect();
    assert!(missing.is_empty(), "no fixture has the stanzas {missing:?}");
    let unknown: Vec<_> = seen.iter().filter(|keyword| !KEYWORDS.contains(*keyword)).collect();
    assert!(unknown.is_empty(), "these are missing from the list of keywords: {unknown:?}");
}

#[test]
fn every_rule_has_a_fixture() {
    // What no file can hold: its own name, and what cannot be read.
    let elsewhere = ["U018", "U208"];
    let seen: BTreeSet<&str> =
        conversions().iter().flat_map(|(_, conversion)| conversion.diagnostics.iter().map(|diagnostic| diagnostic.rule.code)).collect();
    let missing: Vec<_> = rules()
        .into_iter()
        .filter(|rule| !seen.contains(rule.code) && !elsewhere.contains(&rule.code))
        .map(|rule| (rule.code, rule.name))
        .collect();
    assert!(missing.is_empty(), "no fixture shows the rules {missing:?}");
}

#[test]
fn codes_and_names_are_unique() {
    let rules = rules();
    let codes: BTreeSet<_> = rules.iter().map(|rule| rule.code).collect();
    let names: BTreeSet<_> = rules.iter().map(|rule| rule.name).collect();
    assert_eq!(codes.len(), rules.len());
    assert_eq!(names.len(), rules.len());
}

#[test]
fn whatever_is_not_exact_says_why() {
    for (path, conversion) in conversions() {
        for outcome in &conversion.stanzas {
            let explained = outcome.disposition == Disposition::Exact || outcome.code.is_some();
            assert!(explained, "{}: `{}` is {} without a reason", path.display(), outcome.stanza, outcome.disposition.name());
        }
    }
}
