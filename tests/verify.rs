//! Checks that the systemd of this machine accepts every unit of the fixtures. Skipped if there is
//! no systemd.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
mod program;

use std::fs;

use common::{converted, dialects, jobs};
use program::analyze;
use upstart2systemd::lower::options::{Logs, Options, Style};

#[test]
fn systemd_accepts_every_unit() {
    let directory = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    let directories = [
        ("fixtures/convert", Options::default()),
        ("fixtures/exact", Options { style: Style::Exact, ..Options::default() }),
        ("fixtures/log-files", Options { logs: Logs::File, ..Options::default() }),
        ("fixtures/old-systemd", Options { companions: true, ..Options::default() }),
    ];
    let usual = directories
        .into_iter()
        .flat_map(|(jobs_of, options)| jobs(jobs_of).into_iter().map(move |job| (job, options)));
    for (job, options) in usual.chain(dialects()) {
        for output in converted(&job, &options)
            .1
            .outputs
            .iter()
            .filter(|output| output.path.ends_with(".service"))
        {
            let unit = output.path.rsplit('/').next().unwrap().to_owned();
            fs::write(directory.path().join(&unit), &output.text).unwrap();
            units.push(unit);
        }
    }
    let Some(said) = analyze::of(directory.path(), &units) else { return };
    assert!(said.is_empty(), "{} units:\n{}", units.len(), said.join("\n"));
    let wrong = "wrong.service".to_owned();
    fs::write(directory.path().join(&wrong), "[Service]\nExecStart=/bin/true\nRestart=perhaps\n")
        .unwrap();
    assert!(
        analyze::of(directory.path(), &[wrong]).is_some_and(|said| !said.is_empty()),
        "systemd accepts anything"
    );
}
