//! Whole directories of random jobs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::time::SystemTime;

use proptest::prelude::*;
use proptest::sample::subsequence;
use upstart2systemd::convert::Converted;
use upstart2systemd::lower::options::Options;
use upstart2systemd::migrate;
use upstart2systemd::migrate::{FoundJob, Migration};
use upstart2systemd::systemd::layout::Output;
use upstart2systemd::text::bytes::encode;
use upstart2systemd::text::source::{Source, Sources};
use upstart2systemd::upstart::job::JobName;

use super::job::{self, Text};
use super::mutate;
use super::program::test_directory::TestDirectory;
use super::program::{analyze, program};
use super::whole;

/// The names that random jobs refer to, so that there are relations between jobs.
const JOBS: [&str; 10] =
    ["web", "db", "cache", "worker", "net/up", "tty1", "dbus", "a.b", "x@y", "rc"];

/// The files of a directory, by their paths.
pub(crate) type Directory = BTreeMap<String, Text>;

pub(crate) fn directories() -> impl Strategy<Value = Directory> {
    let text = || prop_oneof![3 => job::valid().boxed(), 1 => job::doubtful().boxed(), 1 => mutate::mutated().boxed()];
    let files = move || (text(), prop::option::weighted(0.2, text()));
    subsequence(&JOBS[..], 2..8).prop_flat_map(move |names| {
        let files: Vec<_> = names.iter().map(|_| files()).collect();
        files.prop_map(move |files| {
            let named = names.iter().zip(files).flat_map(|(name, (conf, overriding))| {
                let overriding = overriding.map(|text| (format!("{name}.override"), text));
                std::iter::once((format!("{name}.conf"), conf)).chain(overriding)
            });
            named.collect()
        })
    })
}

fn found(directory: &Directory) -> Vec<FoundJob> {
    let jobs =
        directory.iter().filter_map(|(path, text)| Some((path.strip_suffix(".conf")?, text)));
    let source = |path: &str, text: &Text| Source::new(path, text.0.clone());
    jobs.map(|(name, conf)| {
        let of = format!("{name}.override");
        let overriding = directory.get(&of).map(|text| source(&of, text));
        let sources = Sources { conf: source(&format!("{name}.conf"), conf), overriding };
        FoundJob { name: JobName(name.to_owned()), sources: Arc::new(sources) }
    })
    .collect()
}

/// Asserts that a plan accounts for every stanza of every job and does not depend on the order of
/// the jobs.
pub(crate) fn planned(directory: &Directory, options: &Options) -> Migration {
    let mut jobs = found(directory);
    let plan = migrate::plan(jobs.clone(), options);
    jobs.reverse();
    let again = migrate::plan(jobs, options);
    assert_eq!(plan.files, again.files, "other files for the same jobs in another order");
    assert_eq!(plan.enabled, again.enabled);
    assert_eq!(plan.jobs.len(), again.jobs.len());
    for (job, other) in plan.jobs.iter().zip(&again.jobs) {
        let Converted { sources, conversion } = job;
        whole::accounted(sources, &JobName(conversion.job.clone()), options, conversion);
        assert_eq!(
            whole::texts(sources, &conversion.diagnostics),
            whole::texts(&other.sources, &other.conversion.diagnostics),
            "other words for the same jobs in another order"
        );
    }
    plan
}

/// The complaints of systemd about all units of the plan, started together. `None` if there is no
/// systemd.
pub(crate) fn verified(directory: &Directory, options: &Options) -> Option<Vec<String>> {
    let root = TestDirectory::new();
    for Output { path, text } in migrate::plan(found(directory), options).files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, encode(&text)).unwrap();
    }
    let units = root.path().join("etc/systemd/system");
    if units.is_dir() { analyze::of_all(&units) } else { Some(Vec::new()) }
}

/// Asserts that a second migration writes nothing, and that a second `lint --fix` changes nothing.
pub(crate) fn settles(directory: &Directory) {
    let root = TestDirectory::new();
    for (path, Text(bytes)) in directory {
        let path = root.path().join("init").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let first = run(root.path(), &["migrate", "init", "-o", "out"]);
    let overlay = state(&root.path().join("out"));
    let second = run(root.path(), &["migrate", "init", "-o", "out"]);
    assert_eq!(
        (first.status.code(), text(&first.stderr)),
        (second.status.code(), text(&second.stderr))
    );
    assert_eq!(overlay, state(&root.path().join("out")), "a second migration changes files");
    let check = run(root.path(), &["migrate", "init", "-o", "out", "--check"]);
    assert_eq!(
        (text(&check.stdout), check.status.code()),
        (String::new(), first.status.code()),
        "there is something to migrate again"
    );

    run(root.path(), &["lint", "init", "--fix"]);
    let mended = state(&root.path().join("init"));
    run(root.path(), &["lint", "init", "--fix"]);
    assert_eq!(mended, state(&root.path().join("init")), "there is something to mend again");
}

fn run(directory: &Path, arguments: &[&str]) -> process::Output {
    let mut command = program();
    let output = command.current_dir(directory).args(arguments).output().unwrap();
    // Findings, and jobs that init refuses, are expected.
    assert!(
        matches!(output.status.code(), Some(0 | 1 | 3)),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The files below a directory, with their modification times.
fn state(directory: &Path) -> BTreeMap<String, (SystemTime, Vec<u8>)> {
    let (mut found, mut open) = (BTreeMap::new(), vec![directory.to_owned()]);
    while let Some(next) = open.pop() {
        // The overlay does not exist if there is nothing to write.
        for path in fs::read_dir(next).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
                found.insert(
                    name,
                    (fs::metadata(&path).unwrap().modified().unwrap(), fs::read(&path).unwrap()),
                );
            }
        }
    }
    found
}
