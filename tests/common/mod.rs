//! Converts the jobs of a fixtures directory.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use upstart2systemd::convert::Conversion;
use upstart2systemd::convert::convert;
use upstart2systemd::lower::options::Options;
use upstart2systemd::migrate::FoundJob;
use upstart2systemd::report;
use upstart2systemd::report::Paint;
use upstart2systemd::text::source::{Source, Sources};
use upstart2systemd::upstart::dialect::Dialect;
use upstart2systemd::upstart::job::JobName;

/// The job files in a directory of the project, in order.
pub(crate) fn jobs(directory: impl AsRef<Path>) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut found: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "conf"))
        .collect();
    found.sort();
    found
}

/// The trees of configuration directories, in order.
pub(crate) fn trees() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/migrate"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
    found.sort();
    found
}

/// The configuration directory of a tree: `init`, or that of the root `old`.
pub(crate) fn init_of(tree: &Path) -> PathBuf {
    let old = tree.join("old/etc/init");
    if old.is_dir() { old } else { tree.join("init") }
}

/// The jobs of a configuration directory, with their overrides.
pub(crate) fn found(directory: &Path) -> Vec<FoundJob> {
    let (mut found, mut open) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            let read = |path: &Path| {
                fs::read(path).ok().map(|bytes| Source::new(path.to_str().unwrap(), bytes))
            };
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "conf") {
                let name = path
                    .strip_prefix(directory)
                    .unwrap()
                    .with_extension("")
                    .to_str()
                    .unwrap()
                    .to_owned();
                let sources = Sources {
                    conf: read(&path).unwrap(),
                    overriding: read(&path.with_extension("override")),
                };
                found.push(FoundJob { name: JobName(name), sources: sources.into() });
            }
        }
    }
    found
}

/// The jobs that are not for Upstart 1.13, each with the options to convert it.
pub(crate) fn dialects() -> Vec<(PathBuf, Options)> {
    let usual = Options::default();
    let mut found = Vec::new();
    for (directory, dialect) in [
        ("fixtures/dialect/chromeos", None),
        ("fixtures/dialect/0.6", Some(Dialect::Upstart06)),
        ("fixtures/dialect/upstart-1.13", Some(Dialect::Upstart113)),
    ] {
        found.extend(jobs(directory).into_iter().map(|path| (path, Options { dialect, ..usual })));
    }
    let old =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialect/0.3/event.d"))
            .unwrap();
    found.extend(old.map(|entry| (entry.unwrap().path(), usual)));
    found.sort_by(|first, second| first.0.cmp(&second.0));
    found
}

/// Converts a job with the override beside it.
pub(crate) fn converted(path: &Path, options: &Options) -> (Sources, Conversion) {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    // In a directory `event.d` all files are old jobs.
    let is_old = path.parent().is_some_and(|directory| directory.ends_with("event.d"));
    let shown = |path: &Path| {
        format!(
            "{}{}",
            if is_old { "event.d/" } else { "" },
            path.file_name().unwrap().to_str().unwrap()
        )
    };
    let read = |path: &Path| fs::read(path).ok().map(|bytes| Source::new(shown(path), bytes));
    let sources =
        Sources { conf: read(path).unwrap(), overriding: read(&path.with_extension("override")) };
    let conversion = convert(&sources, JobName(name), options);
    (sources, conversion)
}

/// The unit, then the diagnostics, then the outcome of each stanza, as text.
pub(crate) fn rendered(path: &Path, options: &Options) -> String {
    let (sources, conversion) = converted(path, options);
    let mut out = String::new();
    for output in &conversion.outputs {
        writeln!(out, "==> {}\n{}", output.path, output.text).unwrap();
    }
    for diagnostic in &conversion.diagnostics {
        writeln!(out, "{}", report::text(&sources, diagnostic, Paint::Plain)).unwrap();
    }
    for outcome in &conversion.stanzas {
        let code = outcome.code.map(|code| format!(" {code}")).unwrap_or_default();
        writeln!(
            out,
            "{}: {}{code} {}",
            outcome.stanza,
            outcome.disposition.name(),
            outcome.directives.join(" ")
        )
        .unwrap();
    }
    out
}
