//! Tests that GitLab and readers of `JUnit` accept the reports, for any input.

use std::sync::{Arc, LazyLock};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;

use crate::convert::{Conversion, Converted};
use crate::report::tests::{any_diagnostic, any_sources, any_text, converted};
use crate::report::{gitlab, junit};

static CODE_QUALITY: LazyLock<Validator> = LazyLock::new(|| {
    let schema =
        serde_json::from_str(include_str!("../../../tests/schemas/gitlab-code-quality.json"))
            .unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// The reasons why GitLab would reject the report or show less than all of it.
fn complaints(report: &Value) -> Vec<String> {
    let mut complaints: Vec<String> = CODE_QUALITY
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    let violations = report.as_array().unwrap();
    let mut prints: Vec<&str> =
        violations.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    prints.sort_unstable();
    prints.dedup();
    if prints.len() < violations.len() {
        complaints.push("two violations have the same fingerprint".to_owned());
    }
    complaints
}

fn quality(files: &[Converted]) -> Value {
    serde_json::from_str(&gitlab(files).unwrap()).unwrap()
}

#[test]
fn the_schema_of_code_quality_sees_what_is_wrong() {
    let sound = quality(&[converted(), converted()].concat());
    assert_eq!(complaints(&sound), Vec::<String>::new());
    for (at, wrong) in [
        ("/0/severity", Value::from("warning")),
        ("/0/location/lines/begin", 0.into()),
        ("/0/location/path", "./a.conf".into()),
        ("/0/description", "".into()),
        ("/1/fingerprint", sound[0]["fingerprint"].clone()),
    ] {
        let mut damaged = sound.clone();
        *damaged.pointer_mut(at).unwrap() = wrong;
        assert_ne!(complaints(&damaged), Vec::<String>::new(), "{at}");
    }
}

#[test]
fn a_fingerprint_survives_new_lines_above() {
    use crate::diagnostic::{Rule, Severity};
    use crate::text::source::{Origin, Source, Sources, Span};
    static RULE: Rule = Rule::sample("U141", "no-stop-on", Severity::Warning);
    let of = |text: &str| {
        let at = text.find("start").unwrap();
        let diagnostics = vec![RULE.at(Span::new(Origin::Conf, at..at + 5), "found")];
        let conf = Source::new("./init/a.conf", text.into());
        let conversion = Conversion {
            path: "a.conf".to_owned(),
            job: "a".to_owned(),
            outputs: Vec::new(),
            stanzas: Vec::new(),
            diagnostics,
        };
        let sources = Arc::new(Sources { conf, overriding: None });
        quality(&[Converted { sources, conversion }])
    };
    let (before, after) = (of("start on a\n"), of("# new\n\nstart on a\n"));
    assert_eq!(before[0]["fingerprint"], after[0]["fingerprint"]);
    assert_eq!(before[0]["location"]["lines"]["begin"], 1);
    assert_eq!(after[0]["location"]["lines"]["begin"], 3);
    assert_eq!(after[0]["location"]["path"], "init/a.conf");
}

/// For each test of a document, its name and whether it failed, after checks of the counts.
fn tests(document: &str) -> Vec<(String, bool)> {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let root = parsed.root_element();
    let mut tests = Vec::new();
    for suite in root.children().filter(roxmltree::Node::is_element) {
        let cases: Vec<(String, bool)> = suite
            .children()
            .filter(roxmltree::Node::is_element)
            .map(|case| {
                let failed = case.children().any(|child| child.has_tag_name("failure"));
                (case.attribute("name").unwrap().to_owned(), failed)
            })
            .collect();
        assert_counts(suite, &cases);
        tests.extend(cases);
    }
    assert_counts(root, &tests);
    tests
}

fn assert_counts(node: roxmltree::Node<'_, '_>, cases: &[(String, bool)]) {
    let failed = cases.iter().filter(|(_, failed)| *failed).count();
    assert_eq!(node.attribute("tests"), Some(cases.len().to_string().as_str()));
    assert_eq!(node.attribute("failures"), Some(failed.to_string().as_str()));
}

#[test]
fn a_job_without_findings_is_a_test_that_passed() {
    let mut files = converted();
    files[0].conversion.diagnostics.clear();
    let found = tests(&junit(&files));
    assert_eq!(found[0], ("no findings".to_owned(), false));
    assert!(found[1].0.starts_with('U') && found[1].1, "{found:?}");
}

#[test]
fn what_xml_forbids_is_replaced() {
    let mut files = converted();
    files[0].conversion.path = "a\u{0}\u{b}\u{1b}\u{fffe}\u{ffff}<>&\"'\n\r\t]]>.conf".to_owned();
    let document = junit(&files);
    let parsed = roxmltree::Document::parse(&document).unwrap();
    let suite = parsed.root_element().first_element_child().unwrap();
    let name = suite.attribute("name").unwrap();
    assert!(name.contains("<>&\"'") && name.ends_with("]]>.conf"), "{name:?}");
    assert!(!name.contains(['\u{0}', '\u{b}', '\u{1b}', '\u{fffe}', '\u{ffff}']), "{name:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn anything_can_be_in_a_report_of_a_service(sources in any_sources(), diagnostics in proptest::collection::vec(any_diagnostic(), 0..3), job in any_text()) {
        let conversion =
            Conversion { path: sources.conf.path().to_owned(), job, outputs: Vec::new(), stanzas: Vec::new(), diagnostics };
        let files = [Converted { sources: Arc::new(sources), conversion }];
        prop_assert_eq!(complaints(&quality(&files)), Vec::<String>::new());
        let document = junit(&files);
        prop_assert!(!tests(&document).is_empty());
        prop_assert_eq!(document.chars().find(|&character| character.is_control() && !matches!(character, '\n' | '\t')), None);
    }
}
