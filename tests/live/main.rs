//! Checks what the units do under the real systemd. The program migrates every case in
//! fixtures/live, and a systemd that is booted in separate namespaces runs it. The expected records
//! are those of Upstart 1.13.2 with the same jobs. If this machine cannot boot a systemd, the
//! output reports in one line what it lacks, and the tests are ignored.
//!
//! To add a case, add a directory; `case.rs` describes its files, and `probe.sh` what its jobs can
//! run. Each case is a test with its name. All selected cases share one boot, and there is none if
//! no case is selected.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

mod boot;
mod case;
mod devices;
mod going_back;
mod overlay;
mod performance;
mod play;
mod rows;
#[path = "../../src/cli/tests/skipped.rs"]
mod skipped;
mod trying;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use rustix::fs::Mode;

use case::{Case, cases};
use performance::{Performance, Results};

/// Tests of properties that no single case shows.
type OfAll = (&'static str, fn(&Results) -> &Result<(), String>);

const OF_ALL: [OfAll; 2] = [
    ("live::every_line_is_about_a_job", |results| &results.every_line_is_about_a_job),
    ("live::devices_are_those_of_the_guest", |results| &results.devices_are_those_of_the_guest),
];

fn main() -> ExitCode {
    // All users of the guest may read the files that are written for it.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let arguments = Arguments::from_args();
    let is_asked_for =
        |case: &Case| !arguments.is_filtered_out(&Trial::test(test_name(&case.name), || Ok(())));
    let cases = cases();
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let performance = Arc::new(Performance::of(cases.into_iter().filter(is_asked_for).collect()));
    let of_case = |name: String| {
        let performance = Arc::clone(&performance);
        Trial::ignorable_test(test_name(&name), move || {
            performance.result(|results| &results.cases[&name])
        })
    };
    let of_all = |(name, result): OfAll| {
        let performance = Arc::clone(&performance);
        Trial::ignorable_test(name, move || performance.result(result))
    };
    let trials = rows::trials()
        .into_iter()
        .chain(names.into_iter().map(of_case))
        .chain(OF_ALL.into_iter().map(of_all))
        .chain([going_back::trial(), trying::trial()])
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn test_name(case: &str) -> String {
    format!("live::{case}")
}
