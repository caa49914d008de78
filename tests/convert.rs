//! Every job in fixtures/convert, with its unit and what is said about it, beside it as `NAME.snap`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::rendered;
use upstart2systemd::conversion::{Logs, Options};

fn snapshots(glob: &str, options: &Options) {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_suffix => ""}, {
        insta::glob!("..", glob, |path| {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(path.parent().unwrap());
            settings.remove_snapshot_suffix();
            settings.remove_input_file();
            settings.bind(|| insta::assert_snapshot!(path.file_stem().unwrap().to_str().unwrap(), rendered(path, options)));
        });
    });
}

#[test]
fn jobs_become_these_units() {
    snapshots("fixtures/convert/*.conf", &Options::default());
}

#[test]
fn refused_jobs_are_explained() {
    snapshots("fixtures/reject/*.conf", &Options::default());
}

#[test]
fn units_for_an_old_systemd_are_these() {
    snapshots("fixtures/old-systemd/*.conf", &Options { systemd_version: 229, ..Options::default() });
}

#[test]
fn log_files_can_be_kept() {
    snapshots("fixtures/log-files/*.conf", &Options { logs: Logs::File, ..Options::default() });
}
