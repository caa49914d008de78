//! Mistakes that shipped jobs are known to have, each in a job of our own. Upstart accepts all but
//! those of the rules U0xx without a word.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::process::{Command, Stdio};

/// The first lines of a job that has no mistake yet.
const SERVICE: &str = "description \"lamp\"\nexec /usr/bin/lamp\n";

/// What follows [`SERVICE`], and the beginning of the line that reports it.
const MISTAKES: &[(&str, &str)] = &[
    ("start on start on runlevel [2345]\n", "3:10: warning[U120]"),
    ("start on runlevel [2345]\nstop on start on runlevel [!2345]\n", "4:9: warning[U120]"),
    ("start on runlevel [2345]\nstop on [!12345]\n", "4:9: warning[U120]"),
    ("start on runlevel[2345]\n", "3:10: warning[U120]"),
    ("start on local-filesystem\n", "3:10: warning[U121]"),
    ("start on net-device-iup\n", "3:10: warning[U162]"),
    ("start on filesytem\n", "3:10: warning[U121]"),
    ("start on runelvel [2345]\n", "3:10: warning[U121]"),
    ("start on stopped rc2\n", "3:18: warning[U161]"),
    ("start on runlevel [2345]\nstart on started cron\n", "3:1: warning[U114]"),
    ("exec /usr/bin/lantern\n", "2:1: warning[U114]"),
    ("respawn limit 5 10\n", "3:15: warning[U103]"),
    ("respawn\ntask\n", "3:1: note[U168]"),
    ("decription \"lamp\"\n", "3:1: error[U003]"),
    ("console out\n", "3:9: error[U003]"),
];

/// The findings about a job, a line each.
fn found(job: &str) -> String {
    let mut lint = Command::new(env!("CARGO_BIN_EXE_upstart2systemd"))
        .args(["lint", "-", "--name", "lamp", "--shellcheck", "never", "--format", "concise"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    lint.stdin.take().unwrap().write_all(job.as_bytes()).unwrap();
    String::from_utf8(lint.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn known_mistakes_are_found() {
    for (mistake, expected) in MISTAKES {
        let job = format!("{SERVICE}{mistake}");
        let said = found(&job);
        let expected = format!("<stdin>:{expected}");
        assert!(said.lines().any(|line| line.starts_with(&expected)), "{job}\n{said}");
    }
}

#[test]
fn forks_of_a_script_and_a_bare_stop_are_found() {
    let script = "description \"lamp\"\nexpect fork\nscript\n    mkdir -p /run/lamp\n    /usr/bin/lamp\nend script\n";
    assert!(found(script).contains("[U130]"), "{}", found(script));
    let guard = "description \"lamp\"\npre-start script\n    test -x /usr/bin/lamp || stop\n    mkdir -p /run/lamp\nend script\nexec /usr/bin/lamp\n";
    assert!(found(guard).contains("[U167]"), "{}", found(guard));
}
