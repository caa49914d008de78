//! Every tree in fixtures/migrate, migrated by the program: what it writes and says is beside the tree as `overlay.snap`,
//! and the systemd of this machine has nothing to say against it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

mod common;
mod program;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use common::trees;
use program::skipped::skipped;
use program::{PROGRAM, analyze};

/// Migrates a tree, with options if it has some.
fn migrate(tree: &Path, overlay: &Path) -> Output {
    let options = fs::read_to_string(tree.join("options")).unwrap_or_default();
    Command::new(PROGRAM)
        .current_dir(tree)
        .env_remove("CLICOLOR_FORCE")
        .args(["migrate", "init", "-o"])
        .arg(overlay)
        .args(options.split_whitespace())
        .output()
        .unwrap()
}

/// All files below a directory, and where links lead.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
            if path.is_symlink() {
                found.insert(name, format!("-> {}\n", fs::read_link(&path).unwrap().display()));
            } else if path.is_dir() {
                open.push(path);
            } else {
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// `None` where the program is not installed.
fn run(program: &str, arguments: &[&str], directory: &Path) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(directory).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skipped(&format!("there is no {program} on this machine"));
            None
        }
        other => Some(other.unwrap()),
    }
}

/// The links that `systemctl preset` makes by the preset file of the overlay.
fn enabled(overlay: &Path) -> Option<String> {
    let names = analyze::units(&overlay.join("etc/systemd/system"));
    let root = format!("--root={}", overlay.display());
    let mut arguments = vec![root.as_str(), "preset", "--preset-mode=enable-only"];
    arguments.extend(names.iter().map(String::as_str));
    let before = files(overlay);
    let output = run("systemctl", &arguments, overlay)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut links = String::new();
    for (path, target) in files(overlay).into_iter().filter(|(path, _)| !before.contains_key(path)) {
        write!(links, "{path} {target}").unwrap();
    }
    Some(links)
}

/// What the program writes and says.
fn check(tree: &Path, overlay: &Path) -> String {
    let output = migrate(tree, overlay);
    let overlay_name = overlay.to_str().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(overlay_name, "OUT");
    let mut out = String::new();
    for (path, text) in files(overlay) {
        writeln!(out, "==> {path}\n{text}").unwrap();
    }
    writeln!(out, "==> standard output, status {}\n{}", output.status.code().unwrap(), text(&output.stdout)).unwrap();
    write!(out, "==> standard error\n{}", text(&output.stderr)).unwrap();
    out
}

#[test]
fn trees_become_these_overlays() {
    for tree in trees() {
        let directory = tempfile::tempdir().unwrap();
        let shown = check(&tree, &directory.path().join("out"));
        insta::with_settings!({
            snapshot_path => &tree, prepend_module_to_snapshot => false, omit_expression => true
        }, { insta::assert_snapshot!("overlay", shown) });
    }
}

#[test]
fn systemd_accepts_every_overlay() {
    for tree in trees() {
        let directory = tempfile::tempdir().unwrap();
        let overlay = directory.path().join("out");
        migrate(&tree, &overlay);
        let Some(said) = analyze::of_all(&overlay.join("etc/systemd/system")) else { return };
        assert!(said.is_empty(), "{}:\n{}", tree.display(), said.join("\n"));
    }
}

/// Links of `systemctl preset` are those of the golden file beside the tree.
#[test]
fn presets_enable_what_starts_by_itself() {
    for tree in trees() {
        let directory = tempfile::tempdir().unwrap();
        let overlay = directory.path().join("out");
        migrate(&tree, &overlay);
        let Some(links) = enabled(&overlay) else { return };
        insta::with_settings!({
            snapshot_path => &tree, prepend_module_to_snapshot => false, omit_expression => true
        }, { insta::assert_snapshot!("enabled", links) });
    }
}
