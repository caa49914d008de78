//! Tests of runs that are killed.
//!
//! The tests start themselves as a child process, which writes and is killed, so that nothing is
//! cleaned up.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::thread::sleep;
use std::time::Instant;

use super::{MANIFEST, NONE, ours, root, tree};
use crate::cli::overlay::staging::STAGING;
use crate::cli::overlay::{Origins, Writing, write};
use crate::systemd::layout::Output;

const ROOT: &str = "OVERLAY_TEST_ROOT";

const STEP: &str = "OVERLAY_TEST_STEP";

const FILES: usize = 15;

const ALL: Writing<'_> = Writing { force: false, prune: true, unread: &NONE };

/// Units that exist before and after the run, and scripts that the run adds or removes.
fn wanted(word: &str) -> Vec<Output> {
    let text = text(word);
    let script = |number| format!("usr/local/lib/upstart2systemd/{number}.{word}");
    let paths = (0..FILES)
        .map(unit)
        .map(|path| path.to_str().unwrap().to_owned())
        .chain((0..FILES).map(script));
    paths.map(|path| Output { path, text: text.clone() }).collect()
}

fn unit(number: usize) -> PathBuf {
    format!("etc/systemd/system/{number}.service").into()
}

fn text(word: &str) -> String {
    ours(&word.repeat(5_000))
}

/// Runs in the child: it writes, and exits after the given number of steps. Does nothing in the
/// parent.
#[test]
fn child() {
    let Some(root) = env::var_os(ROOT) else { return };
    let last: Option<usize> = env::var(STEP).ok().and_then(|step| step.parse().ok());
    let _ = write(Path::new(&root), (&wanted("new"), &Origins::new()), ALL, &|done, _| {
        if Some(done) == last {
            exit(0);
        }
    });
}

fn start(root: &Path, step: Option<usize>) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "cli::overlay::tests::killed::child"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(step) = step {
        command.env(STEP, step.to_string());
    }
    command.spawn().unwrap()
}

/// Asserts that each file is the old or the new one, and that the next run completes the update and
/// leaves nothing else.
fn check(root: &Path) {
    let texts = [text("old"), text("new")];
    let there = files(root);
    for (path, text) in &there {
        assert!(
            path.starts_with(STAGING) || texts.contains(text),
            "{} is neither old nor new",
            path.display()
        );
    }
    for number in 0..FILES {
        assert!(there.contains_key(&unit(number)), "{number}.service is not there");
    }
    write(root, (&wanted("new"), &Origins::new()), ALL, &|_, _| {}).unwrap();
    let expected =
        wanted("new").into_iter().map(|output| (output.path.into(), output.text)).collect();
    assert!(files(root) == expected, "more or less than the new files is there");
}

fn files(root: &Path) -> BTreeMap<PathBuf, String> {
    let files =
        tree(root).into_iter().filter(|(path, _)| path.is_file() && !path.ends_with(MANIFEST));
    files
        .map(|(path, text)| {
            (path.strip_prefix(root).unwrap().to_owned(), String::from_utf8(text).unwrap())
        })
        .collect()
}

fn old_tree() -> tempfile::TempDir {
    let root = root();
    write(root.path(), (&wanted("old"), &Origins::new()), ALL, &|_, _| {}).unwrap();
    root
}

#[test]
fn files_are_whole_whenever_a_run_is_killed() {
    let root = old_tree();
    let begun = Instant::now();
    start(root.path(), None).wait().unwrap();
    let whole = begun.elapsed();
    check(root.path());
    for moment in 1..=20 {
        let root = old_tree();
        let mut child = start(root.path(), None);
        sleep(whole * moment / 20);
        child.kill().unwrap();
        child.wait().unwrap();
        check(root.path());
    }
}

#[test]
fn files_are_whole_at_whatever_step_a_run_ends() {
    // The order of steps: stage files, replace the list of files, add scripts, change units, remove scripts.
    let (staged, created, changed, removed) =
        (2 * FILES + 1, 3 * FILES + 2, 4 * FILES + 2, 5 * FILES + 2);
    for step in [
        1,
        staged / 2,
        staged,
        staged + 1,
        created - 1,
        created,
        created + 1,
        changed,
        changed + 1,
        removed,
    ] {
        let root = old_tree();
        start(root.path(), Some(step)).wait().unwrap();
        assert!(root.path().join(STAGING).exists(), "the run was over before step {step}");
        check(root.path());
    }
}
