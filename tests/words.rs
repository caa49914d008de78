//! Holds the words of messages to the few patterns that a test can hold: no German idiom in English
//! words, and a help that begins with what to do.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

/// Directories with jobs that show all rules about a job.
const FIXTURES: &[&str] = &[
    "convert",
    "dialect",
    "exact",
    "lint",
    "lint-between",
    "lint-passes",
    "log-files",
    "migrate",
    "old-systemd",
];

/// Words that are right in German and odd in English. `there is no X` is English.
const ODD: &str = r"(?xi)
    \b(?:this|that|it|which|name|path|program|`[^`]*`)\ (?:is|are)\ no\ [a-z]
    | \btells?\b | \btold\b | \bstands?\b | \bbehind\b | \bmend | \bsomebody\b | \bthat\ one\b
    | does\ not\ count | ,\ too\b | \bsays\b | is\ meant | \bhangs?\ on\b";

/// The verbs that a help begins with, perhaps after a clause with `if`, `to`, `where` or `for`.
const VERBS: &[&str] = &[
    "add", "begin", "call", "change", "check", "close", "convert", "copy", "delete", "did", "do",
    "fix", "give", "install", "keep", "leave", "let", "lower", "make", "move", "name", "order",
    "put", "read", "remove", "rename", "run", "set", "simplify", "start", "stop", "tie", "use",
    "wait", "watch", "write",
];

/// The commands with a help of their own; the empty one is that of the whole program.
const COMMANDS: &[&str] = &[
    "",
    "callers",
    "compare",
    "compat",
    "convert",
    "explain",
    "graph",
    "install",
    "lint",
    "migrate",
    "parse",
    "report",
    "uninstall",
    "verify",
];

fn findings() -> Vec<Value> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let output = Command::new(env!("CARGO_BIN_EXE_upstart2systemd"))
        .args(["lint", "--migration", "--shellcheck", "never", "--format", "json"])
        .args(["--fail-on", "never"])
        .args(FIXTURES.iter().map(|name| fixtures.join(name)))
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["diagnostics"].as_array().unwrap().clone()
}

/// The texts of the parser keep the words of init, and are not checked.
fn is_checked(finding: &Value) -> bool {
    !finding["code"].as_str().unwrap().starts_with("U0")
}

#[test]
fn messages_are_in_plain_english() {
    let odd = Regex::new(ODD).unwrap();
    let code = Regex::new("`[^`]*`").unwrap();
    let found = findings();
    assert!(found.len() > 500, "{}", found.len());
    for finding in found.iter().filter(|finding| is_checked(finding)) {
        let notes = finding["notes"].as_array().unwrap().iter();
        let texts = [&finding["message"], &finding["help"]].into_iter().chain(notes);
        for text in texts.filter_map(Value::as_str) {
            let words = code.replace_all(text, "`x`");
            assert!(!odd.is_match(&words), "{}: {text}", finding["code"]);
        }
    }
}

#[test]
fn a_help_begins_with_what_to_do() {
    let clause = Regex::new(r"^(?:if|to|where|for) [^,]*, ").unwrap();
    for finding in findings().iter().filter(|finding| is_checked(finding)) {
        let Some(help) = finding["help"].as_str() else { continue };
        let begin = clause.replace(help, "");
        let word = begin.split([' ', ',', ':']).next().unwrap();
        assert!(VERBS.contains(&word), "{}: {help}", finding["code"]);
    }
}

#[test]
fn options_are_explained_in_plain_english() {
    let odd = Regex::new(ODD).unwrap();
    let code = Regex::new("`[^`]*`").unwrap();
    for command in COMMANDS {
        let output = Command::new(env!("CARGO_BIN_EXE_upstart2systemd"))
            .args(Some(command).filter(|command| !command.is_empty()))
            .arg("--help")
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}");
        let help = String::from_utf8(output.stdout).unwrap();
        // The words are wrapped.
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = code.replace_all(&words, "`x`");
        assert_eq!(odd.find(&words).map(|found| found.as_str()), None, "{command} --help");
    }
}
