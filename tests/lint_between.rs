//! The rules about what is between jobs: each has a directory that it finds something in, with what is said beside it as `bad.snap`,
//! and one in which it finds nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::PROGRAM;
use upstart2systemd::diagnostic::registry::RULES;

fn fixtures() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint-between"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

fn name(directory: &Path) -> &str {
    directory.file_name().unwrap().to_str().unwrap()
}

/// What is said of a directory.
fn check(directory: &Path, of: &str) -> String {
    let output = Command::new(PROGRAM)
        .current_dir(directory)
        .env_remove("CLICOLOR_FORCE")
        .args(["lint", "--shellcheck", "never", of])
        .output()
        .unwrap();
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

/// The rules that only a directory can show, and no conversion of one.
#[test]
fn every_rule_has_a_fixture() {
    let rules = ["circular-start", "declared-event-not-emitted", "emitted-event-not-declared", "never-started-job", "unstarted-instance"];
    assert_eq!(fixtures().iter().map(|directory| name(directory)).collect::<BTreeSet<_>>(), BTreeSet::from(rules));
}

#[test]
fn what_is_wrong_between_jobs_is_found_and_nothing_else() {
    for directory in fixtures() {
        let code = RULES.iter().find(|rule| rule.name == name(&directory)).unwrap().code;
        let (bad, good) = (check(&directory, "bad"), check(&directory, "good"));
        assert!(bad.contains(code), "{}: {bad}", directory.display());
        assert!(!good.contains(code), "{}: {good}", directory.display());
        insta::with_settings!({
            snapshot_path => &directory, prepend_module_to_snapshot => false, omit_expression => true
        }, { insta::assert_snapshot!("bad", bad) });
    }
}
