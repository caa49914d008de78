//! Tests that other programs accept the reports, for any input.

use std::sync::{Arc, LazyLock};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;

use crate::convert::{Conversion, Converted};
use crate::diagnostic::Rule;
use crate::report::tests::{any_diagnostic, any_sources, any_text, converted};
use crate::report::{github, sarif};

/// The schema of SARIF, which checks the formats of texts as well.
static SARIF: LazyLock<Validator> = LazyLock::new(|| {
    let schema =
        serde_json::from_str(include_str!("../../../../tests/schemas/sarif-2.1.0.json")).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

fn log(files: &[Converted]) -> Value {
    log_of(files, crate::diagnostic::registry::RULES)
}

fn log_of(files: &[Converted], rules: &[&Rule]) -> Value {
    serde_json::from_str(&sarif(files, rules).unwrap()).unwrap()
}

/// The reasons why a log would be rejected: by the schema, or by GitHub, which requires more.
fn complaints(log: &Value) -> Vec<String> {
    let mut complaints: Vec<String> =
        SARIF.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    empty_texts(log, "", &mut complaints);
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let start = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
        if start.as_u64().is_none()
            || result["partialFingerprints"].as_object().is_none_or(serde_json::Map::is_empty)
        {
            complaints.push(format!("incomplete: {result}"));
        }
        if let Some(index) = result.get("ruleIndex")
            && run["tool"]["driver"]["rules"]
                [index.as_u64().and_then(|index| usize::try_from(index).ok()).unwrap()]["id"]
                != result["ruleId"]
        {
            complaints.push(format!("the wrong rule: {result}"));
        }
    }
    complaints
}

fn empty_texts(value: &Value, at: &str, complaints: &mut Vec<String>) {
    match value {
        Value::String(text) if text.is_empty() => complaints.push(format!("{at} is empty")),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| empty_texts(value, &format!("{at}/{name}"), complaints)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| empty_texts(value, &format!("{at}/{index}"), complaints)),
        _ => {}
    }
}

#[test]
fn the_log() {
    let mut log = log(&converted());
    assert_eq!(complaints(&log), Vec::<String>::new());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    assert_eq!(rules.as_array().unwrap().len(), crate::diagnostic::registry::RULES.len());
    log["runs"][0]["tool"]["driver"]["rules"] =
        rules.as_array().unwrap().iter().filter(|rule| rule["id"] == "U003").cloned().collect();
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&log).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION")
    );
}

#[test]
fn the_schema_sees_what_is_wrong() {
    let sound = log(&converted());
    let result = "/runs/0/results/2";
    for (at, wrong) in [
        (format!("{result}/fixes/0/artifactChanges"), Value::Array(Vec::new())),
        (format!("{result}/level"), "notice".into()),
        (format!("{result}/message/text"), "".into()),
        (format!("{result}/locations/0/physicalLocation/region/startColumn"), 0.into()),
        (format!("{result}/locations/0/physicalLocation/artifactLocation/uri"), "a b".into()),
        ("/runs/0/tool/driver/rules/0/shortDescription".to_owned(), "text".into()),
        (format!("{result}/ruleIndex"), 1.into()),
    ] {
        let mut damaged = sound.clone();
        *damaged.pointer_mut(&at).unwrap_or_else(|| panic!("{at}")) = wrong;
        assert_ne!(complaints(&damaged), Vec::<String>::new(), "{at}");
    }
}

#[test]
fn findings_that_look_alike_are_counted() {
    let files = [converted(), converted()].concat();
    let log = log(&files);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let prints: Vec<&str> = results
        .iter()
        .map(|result| result["partialFingerprints"]["upstart2systemd/v1"].as_str().unwrap())
        .collect();
    let (first, second) = prints.split_at(prints.len() / 2);
    for (first, second) in first.iter().zip(second) {
        assert_eq!(first.strip_suffix(":1").unwrap(), second.strip_suffix(":2").unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn anything_can_be_said_in_sarif(sources in any_sources(), diagnostics in proptest::collection::vec(any_diagnostic(), 1..3), job in any_text()) {
        let conversion =
            Conversion { path: sources.conf.path().to_owned(), job, outputs: Vec::new(), stanzas: Vec::new(), diagnostics };
        let changes = conversion.diagnostics.iter().map(|diagnostic| !diagnostic.edits.is_empty()).collect::<Vec<_>>();
        // The list of rules is long and does not depend on the input.
        let log = log_of(&[Converted { sources: Arc::new(sources), conversion }], &crate::diagnostic::registry::RULES[..3]);
        prop_assert_eq!(complaints(&log), Vec::<String>::new());
        let fixes = log["runs"][0]["results"].as_array().unwrap().iter().map(|result| result.get("fixes").is_some());
        prop_assert_eq!(fixes.collect::<Vec<_>>(), changes);
    }

    #[test]
    fn anything_can_be_said_in_an_annotation(sources in any_sources(), diagnostic in any_diagnostic()) {
        let said = github(&sources, &diagnostic);
        prop_assert_eq!(said.chars().find(|character| character.is_control()), None);
        prop_assert_eq!(&crate::text::visible::line(&said), &said);
        let (properties, message) = said.strip_prefix("::").unwrap().split_once("::").unwrap();
        prop_assert!(!message.is_empty());
        let (command, properties) = properties.split_once(' ').unwrap();
        prop_assert!(["error", "warning", "notice"].contains(&command));
        let names: Vec<&str> = properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
        if names.len() == 4 {
            prop_assert_eq!(names, ["title", "file", "line", "endLine"]);
        } else {
            prop_assert_eq!(names, ["title", "file", "line", "endLine", "col", "endColumn"]);
        }
    }
}
