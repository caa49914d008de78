//! Measures how fast jobs are read, lowered and written: `cargo bench`.
//!
//! Runs over the jobs in fixtures/convert, and over the corpus beside the project if it exists.
//! Figures are per pass over all files: bytes of source and jobs a second.

#![allow(clippy::print_stderr, reason = "a bench says what it skips")]

use std::fs;
use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use upstart2systemd::convert::convert;
use upstart2systemd::convert::read::{ReadJob, read};
use upstart2systemd::jobset::JobSet;
use upstart2systemd::lower::lower;
use upstart2systemd::lower::options::Options;
use upstart2systemd::text::source::{Origin, Source, Sources};
use upstart2systemd::upstart::job::JobName;
use upstart2systemd::upstart::parse::parse;

fn main() {
    divan::main();
}

const CORPUS: &str = "../shared/corpus/jobs";

/// The collections that exist.
fn collections() -> Vec<&'static str> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found: Vec<_> = ["fixtures/convert", CORPUS]
        .into_iter()
        .filter(|collection| root.join(collection).is_dir())
        .collect();
    if !found.contains(&CORPUS) {
        eprintln!("skipped: {CORPUS} is not here");
    }
    found
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "conf") {
            found.push(path);
        }
    }
}

/// The jobs of a collection that init accepts.
fn jobs(collection: &str) -> Vec<Sources> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(collection), &mut found);
    found.sort();
    found
        .into_iter()
        .filter_map(|path| {
            Some(Sources {
                conf: Source::new(path.display().to_string(), fs::read(&path).ok()?),
                overriding: None,
            })
        })
        .filter(|sources| read(sources, name(), None).is_ok())
        .collect()
}

fn bytes(jobs: &[Sources]) -> BytesCount {
    BytesCount::new(jobs.iter().map(|sources| sources.conf.text().len()).sum::<usize>())
}

fn name() -> JobName {
    JobName("job".to_owned())
}

#[divan::bench(args = collections())]
fn parse_jobs(bencher: Bencher, collection: &str) {
    let jobs = jobs(collection);
    bencher.counter(bytes(&jobs)).counter(ItemsCount::new(jobs.len())).bench_local(|| {
        for sources in &jobs {
            let _ = divan::black_box(parse(&sources.conf, Origin::Conf));
        }
    });
}

#[divan::bench(args = collections())]
fn lower_jobs(bencher: Bencher, collection: &str) {
    let jobs = jobs(collection);
    let read: Vec<ReadJob> =
        jobs.iter().filter_map(|sources| read(sources, name(), None).ok()).collect();
    bencher.counter(bytes(&jobs)).counter(ItemsCount::new(jobs.len())).bench_local(|| {
        for read in &read {
            divan::black_box(lower(
                &read.job,
                &read.scripts,
                &[],
                &Options::default(),
                &JobSet::default(),
            ));
        }
    });
}

#[divan::bench(args = collections())]
fn render_units(bencher: Bencher, collection: &str) {
    let jobs = jobs(collection);
    let units: Vec<_> = jobs
        .iter()
        .filter_map(|sources| read(sources, name(), None).ok())
        .filter_map(|read| {
            lower(&read.job, &read.scripts, &[], &Options::default(), &JobSet::default()).unit
        })
        .collect();
    bencher.counter(bytes(&jobs)).counter(ItemsCount::new(jobs.len())).bench_local(|| {
        for unit in &units {
            divan::black_box(unit.to_string());
        }
    });
}

#[divan::bench(args = collections())]
fn convert_jobs(bencher: Bencher, collection: &str) {
    let jobs = jobs(collection);
    bencher.counter(bytes(&jobs)).counter(ItemsCount::new(jobs.len())).bench_local(|| {
        for sources in &jobs {
            divan::black_box(convert(sources, name(), &Options::default()));
        }
    });
}
