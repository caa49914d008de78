//! Tests of obstacles, and of failures in the middle of a run.

use std::fs;
use std::fs::File;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

use super::{
    FORCE, KEEP, NONE, PRUNE, SCRIPT, UNIT, ours, outputs, put, refused, root, tree, written,
};
use crate::cli::overlay::staging::STAGING;
use crate::cli::overlay::{Origins, Writing, compare, write};
use crate::systemd::layout::Output;

#[test]
fn nothing_is_written_through_a_link() {
    let root = root();
    let elsewhere = tempfile::tempdir().unwrap();
    for link in ["etc", "etc/systemd"] {
        let below = root.path().join(link.replace('/', "-"));
        fs::create_dir_all(below.join(link).parent().unwrap()).unwrap();
        symlink(elsewhere.path(), below.join(link)).unwrap();
        let message = refused(&below, &outputs(&[(UNIT, "x")]), FORCE);
        assert!(
            message.contains(&format!(
                "{link}` is a symbolic link, and nothing is written through one"
            )),
            "{message}"
        );
        assert!(tree(elsewhere.path()).is_empty());
        // The search for stale files does not follow links either.
        assert!(compare(&below, &[], &NONE).unwrap().is_empty());
    }
}

#[test]
fn a_file_takes_no_directory_and_a_directory_no_file() {
    let root = root();
    fs::create_dir_all(root.path().join(UNIT)).unwrap();
    let message = refused(root.path(), &outputs(&[(UNIT, "x")]), FORCE);
    assert!(
        message.ends_with("a.service` is a directory, and a file has to go there"),
        "{message}"
    );
    put(root.path(), "usr", "a file");
    let message = refused(root.path(), &outputs(&[(SCRIPT, "x")]), FORCE);
    assert!(
        message.ends_with("usr` is not a directory, and files have to go below it"),
        "{message}"
    );
}

#[test]
fn the_root_has_to_be_a_directory() {
    let root = root();
    put(root.path(), "file", "x");
    symlink("nowhere", root.path().join("dangling")).unwrap();
    let refused_at = |path: &str| {
        assert!(compare(&root.path().join(path), &[], &NONE).is_err());
        refused(&root.path().join(path), &outputs(&[(UNIT, "x")]), FORCE)
    };
    assert!(refused_at("file").ends_with("file` is not a directory, and `-o` takes one"));
    assert!(refused_at("file/below").contains("cannot write to `"));
    assert!(refused_at("dangling").contains("cannot write to `"));
    // The user may name a link to a directory as the root.
    fs::create_dir(root.path().join("nowhere")).unwrap();
    written(&root.path().join("dangling"), &[(UNIT, "x")], KEEP);
    assert!(root.path().join("nowhere").join(UNIT).exists());
}

#[test]
fn a_name_that_is_too_long_changes_nothing() {
    let root = root();
    let below = root.path().join("made/on/demand");
    let long = format!("etc/{}", "x".repeat(300));
    let message = refused(&below, &outputs(&[(UNIT, "x"), (&long, "y")]), KEEP);
    assert!(
        message.contains("cannot write `")
            && message.contains("and nothing was changed: File name too long"),
        "{message}"
    );
    assert!(tree(root.path()).is_empty());
}

/// Calls `run` once all files are staged and this many moves have been made.
fn sabotage<'a>(
    moves: usize,
    files: usize,
    run: impl Fn() + Sync + 'a,
) -> impl Fn(usize, usize) + Sync + 'a {
    move |done, _| {
        // The list of files is staged with them, and moved first.
        if done == files + moves + 2 {
            run();
        }
    }
}

/// Replaces a file, or fills the place for one, with a directory that is not empty.
fn obstruct(root: &Path, path: &str) {
    let at = root.join(path);
    if fs::symlink_metadata(&at).is_ok() {
        fs::remove_file(&at).unwrap();
    }
    fs::create_dir_all(at.join("obstacle")).unwrap();
}

#[test]
fn a_failed_move_is_undone() {
    let unit = |name: &str| format!("etc/systemd/system/{name}.service");
    // In the order of the moves: a new directory, a new file, and three files that are replaced.
    let moved = ["usr".to_owned(), unit("e"), unit("d"), unit("c"), unit("b")];
    for obstructed in &moved {
        let root = root();
        put(root.path(), &unit("d"), &ours("old"));
        put(root.path(), &unit("c"), "mine");
        symlink("/nowhere", root.path().join(unit("b"))).unwrap();
        put(root.path(), "etc/z", &ours("stale"));
        let wanted = outputs(
            &[SCRIPT, &moved[1], &moved[2], &moved[3], &moved[4]].map(|path| (path, "new")),
        );
        // All files but the obstructed one, which cannot be restored.
        let others = || {
            tree(root.path())
                .into_iter()
                .filter(|(path, _)| !path.starts_with(root.path().join(obstructed)))
                .collect::<Vec<_>>()
        };
        let before = others();
        let interfere = sabotage(0, wanted.len(), || obstruct(root.path(), obstructed));
        let error = write(
            root.path(),
            (&wanted, &Origins::new()),
            Writing { force: true, prune: true, unread: &NONE },
            &interfere,
        )
        .unwrap_err();
        let message = format!("{error:#}");
        assert!(
            message.contains(obstructed)
                && message.ends_with("; all other files are again as they were"),
            "{message}"
        );
        assert_eq!(others(), before, "{obstructed}");
    }
}

#[test]
fn a_failed_removal_is_undone() {
    let root = root();
    written(root.path(), &[(UNIT, "old"), ("etc/a", "stale"), ("etc/b", "stale")], KEEP);
    let before = tree(root.path());
    let vanish = sabotage(2, 1, || fs::remove_file(root.path().join("etc/b")).unwrap());
    let error = write(root.path(), (&outputs(&[(UNIT, "new")]), &Origins::new()), PRUNE, &vanish)
        .unwrap_err();
    assert!(format!("{error:#}").contains("etc/b`: No such file"), "{error:#}");
    let mut after = tree(root.path());
    after.insert(root.path().join("etc/b"), ours("stale").into_bytes());
    assert_eq!(after, before);
}

#[test]
fn what_cannot_be_undone_is_said() {
    let root = root();
    written(root.path(), &[("etc/a", "old"), ("etc/b", "old")], KEEP);
    // `b` is moved first; then neither old nor new files can be put into place.
    let interfere = sabotage(1, 2, || {
        obstruct(root.path(), "etc/a");
        obstruct(root.path(), "etc/b");
    });
    let error = write(
        root.path(),
        (&outputs(&[("etc/a", "new"), ("etc/b", "new")]), &Origins::new()),
        KEEP,
        &interfere,
    )
    .unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.contains("etc/b`, which had been changed already, cannot be changed back"),
        "{message}"
    );
    let (_, kept) = message.trim_end_matches('`').rsplit_once('`').unwrap();
    let kept: Vec<Vec<u8>> = tree(Path::new(kept)).into_values().collect();
    assert!(kept.contains(&ours("old").into_bytes()));
}

#[test]
fn a_directory_that_was_made_goes_away_again() {
    let root = root();
    let below = root.path().join("made/on/demand");
    let interfere = sabotage(1, 2, || obstruct(&below, "etc"));
    assert!(
        write(&below, (&outputs(&[(UNIT, "x"), (SCRIPT, "y")]), &Origins::new()), KEEP, &interfere)
            .is_err()
    );
    fs::remove_dir_all(below.join("etc")).unwrap();
    assert_eq!(fs::read_dir(&below).unwrap().count(), 0);
}

#[test]
fn a_second_run_is_refused() {
    let root = root();
    let wanted = outputs(&[(UNIT, "x")]);
    let message = Mutex::new(String::new());
    write(root.path(), (&wanted, &Origins::new()), KEEP, &|done, _| {
        if done == 1 {
            let error =
                write(root.path(), (&wanted, &Origins::new()), KEEP, &|_, _| {}).unwrap_err();
            *message.lock().unwrap() = format!("{error:#}");
        }
    })
    .unwrap();
    let message = message.into_inner().unwrap();
    assert!(
        message.starts_with("another run is writing to `")
            && message.contains("nothing was changed"),
        "{message}"
    );
    assert!(root.path().join(UNIT).exists());
    // The lock ended with the run that held it.
    written(root.path(), &[(UNIT, "y")], KEEP);
}

#[test]
fn a_leftover_is_removed_and_nothing_else() {
    let root = root();
    put(root.path(), &format!("{STAGING}/new/etc/x"), "half");
    put(root.path(), &format!("{STAGING}/old/0"), "old");
    written(root.path(), &[(UNIT, "x")], KEEP);
    assert!(!root.path().join(STAGING).exists());
    // This also happens in a run that has nothing to write.
    put(root.path(), &format!("{STAGING}/new/etc/x"), "half");
    written(root.path(), &[(UNIT, "x")], KEEP);
    assert!(!root.path().join(STAGING).exists());

    put(root.path(), &format!("{STAGING}/precious"), "mine");
    assert!(
        refused(root.path(), &outputs(&[(UNIT, "y")]), FORCE)
            .contains("holds files that no run leaves")
    );
    fs::remove_dir_all(root.path().join(STAGING)).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    put(elsewhere.path(), "new/x", "mine");
    symlink(elsewhere.path(), root.path().join(STAGING)).unwrap();
    assert!(
        refused(root.path(), &outputs(&[(UNIT, "y")]), FORCE)
            .contains("is not the directory that a killed run leaves")
    );
    assert!(elsewhere.path().join("new/x").exists());
}

/// A separate file system that is unmounted on drop.
struct Mounted(tempfile::TempDir);

impl Mounted {
    fn new(options: &str) -> Option<Self> {
        let at = root();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at.path())
            .output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(at));
        }
        crate::cli::tests::skipped::skipped(
            "file systems cannot be mounted here, so none can be full",
        );
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_changes_nothing() {
    let Some(mounted) = Mounted::new("size=256k") else { return };
    let root = mounted.0.path();
    written(root, &[(UNIT, "old")], KEEP);
    let wanted: Vec<Output> = (0..200)
        .map(|number| Output { path: format!("etc/{number}"), text: ours(&"x".repeat(4000)) })
        .collect();
    let message = refused(root, &[wanted, outputs(&[(UNIT, "new")])].concat(), KEEP);
    assert!(message.contains("and nothing was changed: No space left on device"), "{message}");
    let message =
        refused(&root.join("made/on/demand"), &outputs(&[(UNIT, &"x".repeat(300_000))]), KEEP);
    assert!(message.contains("No space left on device"), "{message}");
    assert!(!root.join("made").exists());
    // A child process that another test is starting may keep the removed files open for a moment.
    let again =
        || write(root, (&outputs(&[(UNIT, "new")]), &Origins::new()), KEEP, &|_, _| {}).is_ok();
    assert!((0..200).any(|_| again() || (sleep(Duration::from_millis(10)), false).1));
}

#[test]
fn a_read_only_disk_is_told() {
    let Some(mounted) = Mounted::new("size=256k,ro") else { return };
    let message = refused(mounted.0.path(), &outputs(&[(UNIT, "x")]), KEEP);
    assert!(message.contains("where nothing was changed: Read-only file system"), "{message}");
    let message = refused(&mounted.0.path().join("below"), &outputs(&[(UNIT, "x")]), KEEP);
    assert!(message.contains("cannot create the directory"), "{message}");
}

#[test]
fn what_cannot_be_read_is_not_overwritten() {
    let root = root();
    fs::create_dir_all(root.path().join("etc/systemd/system")).unwrap();
    assert!(Command::new("mkfifo").arg(root.path().join(UNIT)).status().unwrap().success());
    let error = write(root.path(), (&outputs(&[(UNIT, "x")]), &Origins::new()), KEEP, &|_, _| {})
        .unwrap_err();
    assert!(format!("{error:#}").contains("--force"));
    write(root.path(), (&outputs(&[(UNIT, "x")]), &Origins::new()), FORCE, &|_, _| {}).unwrap();
    assert!(File::open(root.path().join(UNIT)).unwrap().metadata().unwrap().is_file());
}
