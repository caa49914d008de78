//! Tests of writing a tree over another.

mod killed;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::manifest::MANIFEST;
use super::{ChangeKind, FileChange, Origins, Writing, compare, diff, write};
use crate::convert::FileOrigin;
use crate::systemd::layout::Output;
use crate::text::bytes::carry;

/// All jobs could be read.
static NONE: BTreeSet<String> = BTreeSet::new();

const UNIT: &str = "etc/systemd/system/a.service";

const SCRIPT: &str = "usr/local/lib/upstart2systemd/a/pre-start";

const KEEP: Writing<'_> = Writing { force: false, prune: false, unread: &NONE };

const FORCE: Writing<'_> = Writing { force: true, prune: false, unread: &NONE };

const PRUNE: Writing<'_> = Writing { force: false, prune: true, unread: &NONE };

/// A text with the header of this program.
fn ours(text: &str) -> String {
    format!("# Converted from a.conf by upstart2systemd.\n{text}\n")
}

fn outputs(files: &[(&str, &str)]) -> Vec<Output> {
    files.iter().map(|(path, text)| Output { path: (*path).to_owned(), text: ours(text) }).collect()
}

fn root() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn put(root: &Path, path: &str, text: &str) {
    fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
    fs::write(root.join(path), text).unwrap();
}

/// Writes, and asserts that it succeeds.
fn written(root: &Path, files: &[(&str, &str)], how: Writing<'_>) {
    write(root, (&outputs(files), &Origins::new()), how, &|_, _| {}).unwrap();
}

/// Writes, and asserts that it fails and changes nothing. Returns the message.
#[track_caller]
fn refused(root: &Path, outputs: &[Output], how: Writing<'_>) -> String {
    let before = tree(root);
    let error = write(root, (outputs, &Origins::new()), how, &|_, _| {}).unwrap_err();
    assert_eq!(tree(root), before);
    format!("{error:#}")
}

/// Everything below a directory: the texts of files, the targets of links, and the directories.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            let text = if kind.is_dir() {
                left.push(path.clone());
                b"a directory".to_vec()
            } else if kind.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else {
                fs::read(&path).unwrap()
            };
            tree.insert(path, text);
        }
    }
    tree
}

/// The paths and the kinds of the changes.
fn kinds(changes: &[FileChange<'_>]) -> Vec<String> {
    let name = |kind: &ChangeKind<'_>| match kind {
        ChangeKind::New { .. } => "new",
        ChangeKind::Same => "same",
        ChangeKind::Changed { .. } => "changed",
        ChangeKind::Foreign { before: Some(_), .. } => "foreign",
        ChangeKind::Foreign { before: None, .. } => "no file",
        ChangeKind::Edited { .. } => "edited",
        ChangeKind::Stale { .. } => "stale",
    };
    changes.iter().map(|change| format!("{} {}", name(&change.kind), change.path)).collect()
}

#[test]
fn each_file_is_compared_with_what_is_there() {
    let root = root();
    let system = |name: &str| format!("etc/systemd/system/{name}.service");
    let gone = "usr/local/lib/upstart2systemd/gone.main";
    let (old, edited, alike) = (system("changed"), system("edited"), system("alike"));
    let names = [old.as_str(), &edited, &system("both"), "etc/tmpfiles.d/gone.conf", gone];
    written(root.path(), &names.map(|name| (name, "old")), KEEP);
    put(root.path(), &edited, &ours("by hand"));
    put(root.path(), &system("both"), &ours("x"));
    put(root.path(), &alike, &ours("x"));
    // What only looks like a file of this program.
    put(root.path(), &system("unlisted"), &ours("old"));
    put(root.path(), &system("foreign"), "[Unit]\n");
    put(root.path(), &system("same"), "x");
    put(root.path(), &system("other"), "[Unit]\n");
    put(root.path(), "usr/share/doc/elsewhere", &ours("old"));
    put(root.path(), "home/elsewhere", &ours("old"));
    symlink("same.service", root.path().join("etc/systemd/system/link.service")).unwrap();
    symlink("/nowhere", root.path().join("etc/systemd/system/unrelated.service")).unwrap();
    let names = ["new", "changed", "edited", "both", "unlisted", "foreign", "alike", "link"];
    let mut wanted: Vec<Output> = outputs(&names.map(|_| (UNIT, "x")));
    for (output, name) in wanted.iter_mut().zip(names) {
        output.path = format!("etc/systemd/system/{name}.service");
    }
    wanted
        .push(Output { path: "etc/systemd/system/same.service".to_owned(), text: "x".to_owned() });
    let before = tree(root.path());
    let changes = compare(root.path(), &wanted, &NONE).unwrap();
    let expected = [
        "same etc/systemd/system/alike.service",
        "same etc/systemd/system/both.service",
        "changed etc/systemd/system/changed.service",
        "edited etc/systemd/system/edited.service",
        "foreign etc/systemd/system/foreign.service",
        "no file etc/systemd/system/link.service",
        "new etc/systemd/system/new.service",
        "same etc/systemd/system/same.service",
        "foreign etc/systemd/system/unlisted.service",
        "stale etc/tmpfiles.d/gone.conf",
        "stale usr/local/lib/upstart2systemd/gone.main",
    ];
    assert_eq!(kinds(&changes), expected);
    assert_eq!(tree(root.path()), before);
}

#[test]
fn what_is_written_is_there_afterwards() {
    let (root, unit) = (root(), ours("x"));
    let odd = carry(b"etc/caf\xe9");
    let below = root.path().join("made/on/demand");
    let wanted = [
        Output { path: UNIT.to_owned(), text: unit.clone() },
        Output { path: SCRIPT.to_owned(), text: carry(b"caf\xe9") },
        Output { path: odd, text: "x".to_owned() },
    ];
    let changes = write(&below, (&wanted, &Origins::new()), KEEP, &|_, _| {}).unwrap();
    assert_eq!(kinds(&changes).len(), 3);
    assert_eq!(fs::read_to_string(below.join(UNIT)).unwrap(), unit);
    assert_eq!(fs::read(below.join(SCRIPT)).unwrap(), b"caf\xe9");
    assert!(
        tree(&below).contains_key(
            &below
                .join("etc")
                .join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"caf\xe9"))
        )
    );
    let mode = |path: &str| fs::metadata(below.join(path)).unwrap().permissions().mode() & 0o7777;
    for (path, expected) in [
        (UNIT, 0o644),
        (SCRIPT, 0o644),
        ("etc", 0o755),
        ("etc/systemd/system", 0o755),
        ("usr/local/lib", 0o755),
    ] {
        assert_eq!(mode(path), expected, "{path}");
    }
    // The staging directory is gone.
    assert_eq!(fs::read_dir(&below).unwrap().count(), 3);
    assert!(
        compare(&below, &wanted, &NONE)
            .unwrap()
            .iter()
            .all(|change| change.kind == ChangeKind::Same)
    );
}

#[test]
fn programs_are_executable() {
    let root = root();
    let text = "#!/bin/sh -e\n# Made for a.conf by upstart2systemd.\n".to_owned();
    let wanted = [Output { path: SCRIPT.to_owned(), text }];
    write(root.path(), (&wanted, &Origins::new()), KEEP, &|_, _| {}).unwrap();
    let file = root.path().join(SCRIPT);
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(), 0o755);
    // The text is the same, but systemd could not run it.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let changes = compare(root.path(), &wanted, &NONE).unwrap();
    assert!(matches!(changes[..], [FileChange { kind: ChangeKind::Changed { .. }, .. }]));
    assert_eq!(
        diff(&changes, false),
        format!("File a/{SCRIPT} is not executable, and b/{SCRIPT} is\n")
    );
    write(root.path(), (&wanted, &Origins::new()), KEEP, &|_, _| {}).unwrap();
    assert_eq!(mode(), 0o755);
    assert!(
        compare(root.path(), &wanted, &NONE)
            .unwrap()
            .iter()
            .all(|change| change.kind == ChangeKind::Same)
    );
}

#[test]
fn new_files_go_beside_old_ones() {
    let root = root();
    put(root.path(), "etc/systemd/system/mine.service", "mine");
    written(
        root.path(),
        &[(UNIT, "x"), ("etc/systemd/system/b.service.d/x.conf", "y"), (SCRIPT, "z")],
        KEEP,
    );
    let texts: Vec<String> =
        ["etc/systemd/system/mine.service", UNIT, "etc/systemd/system/b.service.d/x.conf", SCRIPT]
            .map(|path| fs::read_to_string(root.path().join(path)).unwrap())
            .to_vec();
    assert_eq!(texts, ["mine".to_owned(), ours("x"), ours("y"), ours("z")]);
}

#[test]
fn unchanged_files_are_not_touched() {
    let root = root();
    written(root.path(), &[(UNIT, "x"), (SCRIPT, "y")], KEEP);
    let identity = |path: &str| {
        fs::metadata(root.path().join(path))
            .map(|file| (file.ino(), file.mtime(), file.mtime_nsec(), file.ctime()))
            .unwrap()
    };
    let before = (identity(UNIT), identity(SCRIPT));
    written(root.path(), &[(UNIT, "x"), (SCRIPT, "y2")], KEEP);
    assert_eq!(identity(UNIT), before.0);
    assert_ne!(identity(SCRIPT), before.1);
    assert_eq!(fs::read_to_string(root.path().join(SCRIPT)).unwrap(), ours("y2"));
}

#[test]
fn nothing_to_do_creates_nothing() {
    let root = root();
    let below = root.path().join("a/b");
    assert!(
        write(&below, (&[], &Origins::new()), PRUNE, &|_, _| panic!("there is no step"))
            .unwrap()
            .is_empty()
    );
    assert!(tree(root.path()).is_empty());
}

#[test]
fn foreign_files_stay_unless_forced() {
    let root = root();
    put(root.path(), UNIT, "mine\n");
    let wanted = outputs(&[(UNIT, "x"), (SCRIPT, "y")]);
    let message = refused(root.path(), &wanted, PRUNE);
    assert!(
        message.contains(&format!("nothing was changed: `{UNIT}`; `--force` replaces")),
        "{message}"
    );
    write(root.path(), (&wanted, &Origins::new()), FORCE, &|_, _| {}).unwrap();
    assert_eq!(fs::read_to_string(root.path().join(UNIT)).unwrap(), ours("x"));
}

#[test]
fn of_many_foreign_files_some_are_named() {
    let root = root();
    let wanted: Vec<Output> =
        (10..25).map(|number| Output { path: format!("etc/{number}"), text: ours("x") }).collect();
    for output in &wanted {
        put(root.path(), &output.path, "mine");
    }
    let message = refused(root.path(), &wanted, KEEP);
    assert!(message.contains("`etc/19` and 5 more; "), "{message}");
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let root = root();
    put(root.path(), "elsewhere", &ours("mine"));
    fs::create_dir_all(root.path().join("etc/systemd/system")).unwrap();
    symlink(root.path().join("elsewhere"), root.path().join(UNIT)).unwrap();
    let wanted = outputs(&[(UNIT, "x")]);
    assert!(refused(root.path(), &wanted, KEEP).contains(UNIT));
    write(root.path(), (&wanted, &Origins::new()), FORCE, &|_, _| {}).unwrap();
    assert_eq!(fs::read_to_string(root.path().join("elsewhere")).unwrap(), ours("mine"));
    assert!(fs::symlink_metadata(root.path().join(UNIT)).unwrap().is_file());
}

#[test]
fn stale_files_go_only_when_asked() {
    let root = root();
    written(root.path(), &[(UNIT, "x"), (SCRIPT, "y")], KEEP);
    put(root.path(), "etc/systemd/system/mine.service", "mine");
    let wanted = outputs(&[(UNIT, "x")]);
    let changes = write(root.path(), (&wanted, &Origins::new()), KEEP, &|_, _| {}).unwrap();
    assert_eq!(kinds(&changes), [format!("same {UNIT}"), format!("stale {SCRIPT}")]);
    assert!(root.path().join(SCRIPT).exists());
    write(root.path(), (&wanted, &Origins::new()), PRUNE, &|_, _| {}).unwrap();
    assert!(!root.path().join(SCRIPT).exists());
    assert!(
        root.path().join(UNIT).exists()
            && root.path().join("etc/systemd/system/mine.service").exists()
    );
}

#[test]
fn steps_are_counted() {
    let root = root();
    written(root.path(), &[(UNIT, "old")], KEEP);
    let steps = std::sync::Mutex::new(Vec::new());
    write(
        root.path(),
        (&outputs(&[(UNIT, "x"), (SCRIPT, "y")]), &Origins::new()),
        KEEP,
        &|done, total| {
            steps.lock().unwrap().push((done, total));
        },
    )
    .unwrap();
    let mut steps = steps.into_inner().unwrap();
    steps.sort_unstable();
    assert_eq!(steps, [(1, 6), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]);
}

#[test]
fn scripts_come_before_units() {
    let root = root();
    fs::create_dir_all(root.path().join("etc/systemd/system")).unwrap();
    fs::create_dir_all(root.path().join("usr/local/lib/upstart2systemd")).unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let look = |done, _| {
        // After three files, the list among them, have been staged and the list is in place.
        if done > 4 {
            seen.lock()
                .unwrap()
                .push((root.path().join(SCRIPT).exists(), root.path().join(UNIT).exists()));
        }
    };
    write(root.path(), (&outputs(&[(UNIT, "x"), (SCRIPT, "y")]), &Origins::new()), KEEP, &look)
        .unwrap();
    assert_eq!(*seen.lock().unwrap(), [(true, false), (true, true)]);
}

#[test]
fn differences_are_shown() {
    let root = root();
    written(root.path(), &[(UNIT, "[Unit]\nA=1\rB\nC=3"), ("etc/gone", "x")], KEEP);
    put(root.path(), "etc/foreign", "no newline");
    let mut wanted =
        outputs(&[(UNIT, "[Unit]\nA=1\rC\nC=3"), ("etc/new\n\x1b", "y"), ("etc/foreign", "z")]);
    wanted[1].text = "y".to_owned();
    let changes = compare(root.path(), &wanted, &NONE).unwrap();
    let header = "# Converted from a.conf by upstart2systemd.";
    let expected = format!(
        "--- a/etc/foreign\n+++ b/etc/foreign\n@@ -1 +1,2 @@\n-no newline\n\\ No newline at end of file\n+{header}\n+z\n\
         --- /dev/null\n+++ b/etc/new␊␛\n@@ -0,0 +1 @@\n+y\n\\ No newline at end of file\n\
         --- a/{UNIT}\n+++ b/{UNIT}\n@@ -1,4 +1,4 @@\n {header}\n [Unit]\n-A=1\rB\n+A=1\rC\n C=3\n"
    );
    assert_eq!(diff(&changes, false), expected);
    assert!(
        diff(&changes, true).contains("--- a/etc/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n"),
        "{}",
        diff(&changes, true)
    );
    let same = compare(root.path(), &[], &NONE).unwrap();
    assert_eq!(diff(&same, false), "");
}

#[test]
fn two_outputs_do_not_meet() {
    let root = root();
    let message = |files: &[(&str, &str)]| {
        format!("{:#}", compare(root.path(), &outputs(files), &NONE).unwrap_err())
    };
    assert_eq!(
        message(&[("etc/a", "x"), ("etc/a", "y")]),
        "two files are to be written to `etc/a`"
    );
    assert_eq!(
        message(&[("etc/a", "x"), ("etc/a-b", "x"), ("etc/a/b/c", "y")]),
        "`etc/a` is to be a file, and `etc/a/b/c` is to be below it"
    );
}

#[test]
fn paths_stay_below_the_root() {
    let root = root();
    let below = root.path().join("below");
    for path in [
        "../a",
        "/a",
        "",
        "a/../../b",
        "a/./b",
        "a//b",
        "a/",
        "a/..",
        ".upstart2systemd-staging/new/a",
        "a\0b",
    ] {
        let wanted = [Output { path: path.to_owned(), text: "x".to_owned() }];
        assert!(
            refused(&below, &wanted, FORCE).ends_with("is not a path below the output directory"),
            "{path}"
        );
        assert!(compare(&below, &wanted, &NONE).is_err(), "{path}");
    }
    assert!(tree(root.path()).is_empty());
}

#[test]
fn edited_files_are_kept() {
    let root = root();
    let read = || fs::read_to_string(root.path().join(UNIT)).unwrap();
    written(root.path(), &[(UNIT, "x"), (SCRIPT, "y")], KEEP);
    put(root.path(), UNIT, "by hand");
    for text in ["x", "x2"] {
        let wanted = outputs(&[(UNIT, text), (SCRIPT, text)]);
        let changes = write(root.path(), (&wanted, &Origins::new()), PRUNE, &|_, _| {}).unwrap();
        let is_edited = |kind: &ChangeKind<'_>| match kind {
            ChangeKind::Edited { is_current, .. } => Some(*is_current),
            _ => None,
        };
        let edited = changes.iter().find_map(|change| is_edited(&change.kind));
        // The other file is written all the same.
        assert_eq!((edited, read().as_str()), (Some(text == "x"), "by hand"));
        assert_eq!(fs::read_to_string(root.path().join(SCRIPT)).unwrap(), ours(text));
        let shown = diff(&changes, false);
        assert!(shown.contains("# edited, and kept without `--force`: etc/"), "{shown}");
    }
    // It is not removed either.
    write(root.path(), (&[], &Origins::new()), PRUNE, &|_, _| {}).unwrap();
    assert_eq!(read(), "by hand");
    assert!(!root.path().join("usr").exists(), "empty directories are removed");
    written(root.path(), &[(UNIT, "x2")], FORCE);
    assert_eq!(read(), ours("x2"));
    written(root.path(), &[(UNIT, "x3")], KEEP);
    assert_eq!(read(), ours("x3"));
}

#[test]
fn files_of_jobs_that_were_not_read_are_kept() {
    let root = root();
    let wanted = outputs(&[(UNIT, "x"), (SCRIPT, "y"), ("etc/shared", "z")]);
    let origin = |job: &str| FileOrigin { job: job.to_owned(), ..FileOrigin::default() };
    let origins = Origins::from([(UNIT.to_owned(), origin("a")), (SCRIPT.to_owned(), origin("b"))]);
    write(root.path(), (&wanted, &origins), KEEP, &|_, _| {}).unwrap();
    let unread = BTreeSet::from(["a".to_owned()]);
    let how = Writing { force: false, prune: true, unread: &unread };
    write(root.path(), (&[], &Origins::new()), how, &|_, _| {}).unwrap();
    let is_there = |path: &str| root.path().join(path).exists();
    assert_eq!([UNIT, SCRIPT, "etc/shared"].map(is_there), [true, false, true]);
}
