//! Runs that are killed.
//!
//! The tests run themselves in a child process, which writes and is killed; nothing of it is cleaned up.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio, exit};
use std::thread::sleep;
use std::time::Instant;

use super::{Output, Writing, ours, root, tree, write};
use crate::cli::overlay::staging::STAGING;

const ROOT: &str = "OVERLAY_TEST_ROOT";
const STEP: &str = "OVERLAY_TEST_STEP";
const FILES: usize = 40;
const ALL: Writing = Writing { force: false, prune: true };

/// Units that are there before and after, and scripts that come and go.
fn wanted(word: &str) -> Vec<Output> {
    let text = text(word);
    let unit = |number| Output { path: format!("etc/systemd/system/{number}.service"), text: text.clone() };
    let script = |number| Output { path: format!("usr/local/lib/upstart2systemd/{number}.{word}"), text: text.clone() };
    (0..FILES).map(unit).chain((0..FILES).map(script)).collect()
}

fn text(word: &str) -> String {
    ours(&word.repeat(5_000))
}

/// What the child does: it writes, and ends suddenly after as many steps as it is told. Does nothing in the parent.
#[test]
fn child() {
    let Some(root) = env::var_os(ROOT) else { return };
    let last: Option<usize> = env::var(STEP).ok().and_then(|step| step.parse().ok());
    let _ = write(Path::new(&root), &wanted("new"), ALL, &|done, _| {
        if Some(done) == last {
            exit(0);
        }
    });
}

fn start(root: &Path, step: Option<usize>) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "cli::overlay::tests::killed::child"]).env(ROOT, root).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(step) = step {
        command.env(STEP, step.to_string());
    }
    command.spawn().unwrap()
}

/// Each file is the old or the new one, and the next run brings all of it about and leaves nothing else.
fn check(root: &Path) {
    let texts = [text("old"), text("new")];
    for (path, text) in tree(root) {
        if path.is_file() && !path.starts_with(root.join(STAGING)) {
            assert!(texts.iter().any(|known| known.as_bytes() == text), "{} is neither old nor new", path.display());
        }
    }
    for number in 0..FILES {
        assert!(root.join(format!("etc/systemd/system/{number}.service")).is_file(), "{number}.service is not there");
    }
    write(root, &wanted("new"), ALL, &|_, _| {}).unwrap();
    let expected = root.join("expected");
    write(&expected, &wanted("new"), ALL, &|_, _| {}).unwrap();
    let relative =
        |root: &Path| tree(root).into_iter().map(|(path, text)| (path.strip_prefix(root).unwrap().to_owned(), text)).collect::<Vec<_>>();
    let wanted = relative(&expected);
    fs::remove_dir_all(&expected).unwrap();
    assert!(relative(root) == wanted, "more or less than the new files is there");
}

fn old_tree() -> tempfile::TempDir {
    let root = root();
    write(root.path(), &wanted("old"), ALL, &|_, _| {}).unwrap();
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
    // First files are staged; then scripts come, units change, and scripts go.
    let (staged, created, changed, removed) = (2 * FILES, 3 * FILES, 4 * FILES, 5 * FILES);
    for step in [1, staged / 2, staged, staged + 1, created - 1, created, created + 1, changed, changed + 1, removed] {
        let root = old_tree();
        start(root.path(), Some(step)).wait().unwrap();
        assert!(root.path().join(STAGING).exists(), "the run was over before step {step}");
        check(root.path());
    }
}
