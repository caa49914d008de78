//! Runs `callers` and `compare` on what no fixture can have: trees with links, pipes and devices,
//! files that are too long, names that act on terminals, arguments that are wrong.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use program::program;
use program::test_directory::TestDirectory;
use rustix::fs::{CWD, FileType, Mode, mknodat};

/// The longest that a search of a small tree may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A directory with a job `app` in `init`, and an empty directory `tree`.
fn machine() -> TestDirectory {
    let directory = TestDirectory::new();
    for name in ["init", "tree"] {
        fs::create_dir(directory.path().join(name)).unwrap();
    }
    fs::write(directory.path().join("init/app.conf"), "exec app\n").unwrap();
    directory
}

/// The status, standard output and standard error.
fn ran(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let since = Instant::now();
    let Output { status, stdout, stderr } =
        program().current_dir(directory).args(arguments).output().unwrap();
    assert!(since.elapsed() < LIMIT, "{arguments:?}");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn search(directory: &Path) -> (i32, String, String) {
    ran(directory, &["callers", "tree", "--init", "init"])
}

#[test]
fn nothing_is_opened_that_could_block() {
    let directory = machine();
    let tree = directory.path().join("tree");
    mknodat(CWD, tree.join("pipe.sh"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(tree.join("socket")).unwrap();
    fs::create_dir(tree.join("loop")).unwrap();
    symlink("../loop", tree.join("loop/again")).unwrap();
    symlink("self", tree.join("self")).unwrap();
    symlink("/dev/zero", tree.join("zero.sh")).unwrap();
    symlink("/proc/kmsg", tree.join("kmsg.sh")).unwrap();
    symlink("nowhere", tree.join("dangling.sh")).unwrap();
    let outside = directory.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.sh"), "start app\n").unwrap();
    symlink("../outside", tree.join("out")).unwrap();
    symlink("../outside/x.sh", tree.join("out.sh")).unwrap();
    fs::write(tree.join("loop/a.sh"), "start app\n").unwrap();
    let (status, stdout, stderr) = search(directory.path());
    assert_eq!(stdout, "tree/loop/a.sh:1:1: start app -> systemctl start app.service\n");
    assert_eq!(stderr, "1 file read, 1 place calls Upstart; skipped 2 not regular\n");
    assert_eq!(status, 1);
}

#[test]
fn what_is_not_text_or_too_long_is_skipped_and_counted() {
    let directory = machine();
    let tree = directory.path().join("tree");
    fs::write(tree.join("binary.sh"), b"#!/bin/sh\nstart app\n\0").unwrap();
    fs::write(tree.join("late.sh"), [vec![b'\n'; 20_000], b"start app\0".to_vec()].concat())
        .unwrap();
    let long = "start app\n".repeat(200_000);
    fs::write(tree.join("long.sh"), &long).unwrap();
    fs::write(tree.join("long.dat"), &long).unwrap();
    fs::write(tree.join("empty.sh"), "").unwrap();
    let (status, stdout, stderr) = search(directory.path());
    assert_eq!((status, stdout.as_str()), (0, ""));
    assert_eq!(
        stderr,
        "note: tree/long.sh: not read, because it has more than 1 MiB\n\
         1 file read, 0 places call Upstart; skipped 2 not text and 2 of more than 1 MiB\n"
    );
}

#[test]
fn names_do_not_act_on_a_terminal() {
    let directory = machine();
    let name = OsStr::from_bytes(b"a\x1b[31m\n\xff\xe2\x80\xae.sh");
    fs::write(directory.path().join("tree").join(name), b"start app \x1b[2J \xff\n").unwrap();
    for format in ["text", "concise", "json"] {
        let arguments = ["callers", "tree", "--init", "init", "--format", format];
        let (status, stdout, stderr) = ran(directory.path(), &arguments);
        assert_eq!(status, 1);
        let shown = stdout + &stderr;
        let acts = |character: char| {
            (character.is_control() && character != '\n') || character == '\u{202e}'
        };
        assert!(!shown.contains(acts), "{shown:?}");
    }
}

#[test]
fn the_directory_with_the_jobs_is_not_searched() {
    let directory = machine();
    let tree = directory.path().join("tree");
    fs::create_dir_all(tree.join("etc/init")).unwrap();
    fs::write(tree.join("etc/init/other.conf"), "exec /sbin/start app\n").unwrap();
    fs::write(directory.path().join("init/b.conf"), "exec /sbin/start app\n").unwrap();
    fs::create_dir(tree.join(".git")).unwrap();
    fs::write(tree.join(".git/x.sh"), "start app\n").unwrap();
    let (status, stdout, _) = ran(directory.path(), &["callers", ".", "tree", "--init", "init"]);
    assert_eq!((status, stdout.as_str()), (0, ""));
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_searched() {
    let directory = machine();
    fs::write(directory.path().join("tree/a.sh"), "stop app\n").unwrap();
    let arguments = ["callers", "absent", "tree", "--init", "init"];
    let (status, stdout, stderr) = ran(directory.path(), &arguments);
    assert_eq!(stdout, "tree/a.sh:1:1: stop app -> systemctl stop app.service\n");
    assert!(stderr.starts_with("error: absent: cannot be read: "), "{stderr}");
    assert!(stderr.ends_with("skipped 1 that cannot be read\n"), "{stderr}");
    assert_eq!(status, 3);
    // A file may be given in the place of a directory.
    let (status, stdout, _) = ran(directory.path(), &["callers", "tree/a.sh", "--init", "init"]);
    assert_eq!((status, stdout.lines().count()), (1, 1));
    // A tree that is given twice is searched once.
    let (_, stdout, _) = ran(directory.path(), &["callers", "tree", "./tree", "--init", "init"]);
    assert_eq!(stdout.lines().count(), 1);
    fs::create_dir(directory.path().join("none")).unwrap();
    for (init, says) in [("absent", "cannot list"), ("none", "no jobs found")] {
        let (status, stdout, stderr) = ran(directory.path(), &["callers", "tree", "--init", init]);
        assert_eq!((status, stdout.as_str()), (3, ""), "{init}");
        assert!(stderr.contains(says), "{stderr}");
    }
}

#[test]
fn wrong_usage_has_status_2() {
    let directory = machine();
    for arguments in [
        &["callers"][..],
        &["callers", "tree"],
        &["callers", "--init", "init"],
        &["callers", "tree", "--init", "init", "--format", "sarif"],
        &["compare"],
        &["compare", "--init", "init"],
        &["compare", "--before", "x", "y"],
        &["compare", "--before", "x", "--dialect", "auto"],
    ] {
        let (status, stdout, _) = ran(directory.path(), arguments);
        assert_eq!((status, stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn a_list_or_a_systemctl_that_is_not_there_has_status_3() {
    let directory = machine();
    fs::write(directory.path().join("list"), "app start/running, process 1\n").unwrap();
    let empty = directory.path().join("bin");
    fs::create_dir(&empty).unwrap();
    let compare = |before: &str| {
        let mut program = program();
        program.current_dir(directory.path()).args(["compare", "--before", before]);
        let output = program.env("PATH", &empty).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for (before, says) in [
        ("absent", "absent: cannot be read: "),
        ("bin", "bin: cannot be read: "),
        ("list", "`systemctl` not found in PATH"),
    ] {
        let (status, stderr) = compare(before);
        assert_eq!(status, 3, "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
    }
    // A systemctl that prints nonsense.
    let systemctl = empty.join("systemctl");
    fs::write(&systemctl, "#!/bin/sh\necho nonsense; echo No such bus >&2\n").unwrap();
    fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755)).unwrap();
    let (status, stderr) = compare("list");
    assert_eq!((status, stderr.as_str()), (3, "error: `systemctl show`: No such bus\n"));
}
