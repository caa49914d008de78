//! The systemd of this machine has nothing to say against any unit of the fixtures. Where there is none, the test
//! says so and passes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

mod common;
mod program;

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

use common::{converted, dialects, jobs};
use program::skipped::skipped;
use upstart2systemd::conversion::{Logs, Options};

/// What systemd says about unit files; `None` where there is no systemd.
fn complaints(paths: &[PathBuf]) -> Option<Vec<String>> {
    let arguments = ["verify", "--man=no", "--generators=no", "--recursive-errors=yes"];
    let output = match Command::new("systemd-analyze").args(arguments).args(paths).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skipped("there is no systemd-analyze on this machine");
            return None;
        }
        other => other.unwrap(),
    };
    // The programs of the fixtures are not installed anywhere.
    let missing = "is not executable: No such file or directory";
    Some(String::from_utf8_lossy(&output.stderr).lines().filter(|line| !line.ends_with(missing)).map(str::to_owned).collect())
}

#[test]
fn systemd_accepts_every_unit() {
    let directory = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    let directories = [
        ("fixtures/convert", Options::default()),
        ("fixtures/log-files", Options { logs: Logs::File, ..Options::default() }),
        ("fixtures/old-systemd", Options { companions: true, ..Options::default() }),
    ];
    let usual = directories.into_iter().flat_map(|(jobs_of, options)| jobs(jobs_of).into_iter().map(move |job| (job, options)));
    for (job, options) in usual.chain(dialects()) {
        for output in converted(&job, &options).1.outputs.iter().filter(|output| output.path.ends_with(".service")) {
            let path = directory.path().join(output.path.rsplit('/').next().unwrap());
            fs::write(&path, &output.text).unwrap();
            paths.push(path);
        }
    }
    let Some(said) = complaints(&paths) else { return };
    assert!(said.is_empty(), "{} units:\n{}", paths.len(), said.join("\n"));
    let wrong = directory.path().join("wrong.service");
    fs::write(&wrong, "[Service]\nExecStart=/bin/true\nRestart=perhaps\n").unwrap();
    assert!(complaints(&[wrong]).is_some_and(|said| !said.is_empty()), "systemd accepts anything");
}
