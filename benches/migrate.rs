//! Measures the time of a whole migration, as a ratio to `cp -r` of the same tree: `cargo bench
//! --bench migrate`.
//!
//! The tree consists of the corpus beside the project, or of the jobs of the fixtures, repeated
//! under new names. Runs of the two programs alternate, and the ratio is that of the medians.
//! `cargo bench --bench migrate -- 100000` sets the number of jobs.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench prints, and ends where it cannot go on"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");
const RUNS: usize = 5;

fn main() {
    let jobs = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let directory = tempfile::tempdir().expect("a directory for the jobs");
    let tree = directory.path().join("init");
    repeat(&collection(), jobs, &tree);
    let (mut copies, mut migrations) = (Vec::new(), Vec::new());
    let mut peak = 0;
    for run in 0..=RUNS {
        let copying =
            time(Command::new("cp").arg("-r").arg(&tree).arg(directory.path().join("copy")));
        let (migrated, memory) = migrate(&tree, &directory.path().join("overlay"));
        for name in ["copy", "overlay"] {
            fs::remove_dir_all(directory.path().join(name))
                .expect("what was written can be removed");
        }
        // The first run of each program fills the caches and is not counted.
        if run > 0 {
            copies.push(copying);
            migrations.push(migrated);
            peak = peak.max(memory);
        }
    }
    let (copy, migration) = (median(copies), median(migrations));
    println!(
        "{jobs} jobs: cp -r {:.3} s, migrate {:.3} s, ratio {:.2}; at most {peak} MB",
        copy.as_secs_f64(),
        migration.as_secs_f64(),
        migration.as_secs_f64() / copy.as_secs_f64()
    );
}

fn collection() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("../shared/corpus/jobs");
    let from = if corpus.is_dir() { corpus } else { root.join("fixtures/convert") };
    let (mut found, mut open): (Vec<PathBuf>, _) = (Vec::new(), vec![from]);
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "conf") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn repeat(collection: &[Vec<u8>], jobs: usize, tree: &Path) {
    for (index, text) in collection.iter().cycle().take(jobs).enumerate() {
        // Limits the size of a directory, so that it does not affect the time.
        let directory = tree.join(format!("d{}", index / 5000));
        if index % 5000 == 0 {
            fs::create_dir_all(&directory).unwrap();
        }
        fs::write(directory.join(format!("job{index}.conf")), text).unwrap();
    }
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the command can be run");
    start.elapsed()
}

/// The time, and the peak memory in MB, which Linux reports only while the process exists.
fn migrate(tree: &Path, overlay: &Path) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(["migrate", "--quiet", "--format", "concise"])
        .arg(tree)
        .arg("-o")
        .arg(overlay)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program can be run");
    let mut peak = 0;
    while child.try_wait().expect("the program can be waited for").is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kilobytes = status.lines().find_map(|line| {
            line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()
        });
        peak = peak.max(kilobytes.unwrap_or_default() / 1000);
        std::thread::sleep(Duration::from_millis(2));
    }
    (start.elapsed(), peak)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
