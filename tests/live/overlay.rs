//! Migrates the jobs of all cases with the program as a user would: from a directory to files that
//! are laid over /.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::case::Case;

/// The directory of units in an overlay.
pub const UNITS: &str = "etc/systemd/system";

/// The directory of the files that scripts share, in an overlay.
const SHARED: &str = "usr/local/lib/upstart2systemd";

/// Migrates all jobs into one directory, with one run for each set of options, and enables units by
/// the preset files.
pub fn migrate(cases: &[Case], into: &Path) {
    let mut alike: BTreeMap<&[String], Vec<&Case>> = BTreeMap::new();
    for case in cases {
        alike.entry(&case.options).or_default().push(case);
    }
    for (options, cases) in alike {
        let directory = tempfile::tempdir().unwrap();
        let [init, overlay] = ["init", "overlay"].map(|name| directory.path().join(name));
        for case in &cases {
            gather(case, &init);
        }
        let mut program = Command::new(env!("CARGO_BIN_EXE_upstart2systemd"));
        program.arg("migrate").args([&init]).arg("-o").arg(&overlay).args(options);
        if !options.iter().any(|option| option.starts_with("--style")) {
            program.args(["--style", "exact"]);
        }
        succeed(&mut program);
        let units: Vec<_> =
            fs::read_dir(overlay.join(UNITS)).unwrap().map(|entry| entry.unwrap()).collect();
        let names = units
            .iter()
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(fs::DirEntry::file_name);
        let root = format!("--root={}", overlay.display());
        succeed(
            Command::new("systemctl")
                .args([&root, "preset", "--preset-mode=enable-only"])
                .args(names),
        );
        copy(&overlay, into);
        for case in cases.iter().filter(|case| case.directory.join("root").is_dir()) {
            let root = directory.path().join(&case.name);
            fs::create_dir(&root).unwrap();
            copy(&case.directory.join("root"), &root);
            // The files of a checkout may be readable by their owner only.
            succeed(Command::new("chmod").args(["-R", "u=rwX,go=rX"]).arg(&root));
            copy(&root, into);
        }
    }
    shared(cases, into);
    commands(cases, into);
}

/// Writes Upstart's commands for the jobs of the cases that call them.
fn commands(cases: &[Case], into: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let [init, overlay] = ["init", "overlay"].map(|name| directory.path().join(name));
    for case in cases.iter().filter(|case| case.has_commands) {
        gather(case, &init);
    }
    if init.is_dir() {
        let mut program = Command::new(env!("CARGO_BIN_EXE_upstart2systemd"));
        succeed(program.arg("compat").arg(&init).arg("-o").arg(&overlay));
        copy(&overlay, into);
    }
}

/// Writes the files that all scripts share. They know the jobs of one run, so here they have to come
/// from a run over the jobs of all cases.
fn shared(cases: &[Case], into: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let [init, overlay] = ["init", "overlay"].map(|name| directory.path().join(name));
    for case in cases {
        gather(case, &init);
    }
    let mut program = Command::new(env!("CARGO_BIN_EXE_upstart2systemd"));
    succeed(
        program.arg("migrate").args([&init]).arg("-o").arg(&overlay).args(["--style", "exact"]),
    );
    if overlay.join(SHARED).is_dir() {
        copy(&overlay.join(SHARED), &into.join(SHARED));
    }
}

fn gather(case: &Case, init: &Path) {
    for job in &case.jobs {
        let to = init.join(job);
        assert!(!to.exists(), "{}: another case has a {}", case.name, job.display());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(case.directory.join(job), to).unwrap();
    }
}

/// Copies all files of a directory over those of another.
fn copy(directory: &Path, into: &Path) {
    succeed(Command::new("cp").arg("-a").arg(directory.join(".")).arg(into));
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}
