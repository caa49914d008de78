//! Measures how the time of a conversion grows with the length of the job: `cargo bench --bench
//! long`.
//!
//! For each text, prints the ratio of the time for ten megabytes to the time for one. A ratio of 10
//! means linear time, and 100 quadratic time.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and ends where it cannot go on"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");
const MEGABYTE: usize = 1 << 20;
const RUNS: usize = 3;

/// Name, beginning, repeated part and end of each text.
const TEXTS: [(&str, &str, &str, &str); 16] = [
    ("a script", "script\n", "    echo \"a line of a script\" # with a comment\n", "end script\n"),
    ("a script that never ends", "script\n", "end scrip\n", ""),
    ("one word", "exec /bin/x ", "a", "\n"),
    ("one word that is no stanza", "", "a", ""),
    ("one word in quotes that are never closed", "exec '", "a", ""),
    ("many words", "exec /bin/x ", "\"a\\\"\" ", "\n"),
    ("many lines of a command", "exec /bin/x", " \\\n  --a b", "\n"),
    ("many lines of a command for the shell", "exec /bin/x \"$HOME\"", " \\\n  --a b", "\n"),
    ("many events", "emits ", "a ", "\n"),
    ("quotes one after the other", "emits ", "\"a\"'b'", "'"),
    ("joined lines", "description a", "\\\n", "b\n"),
    ("comments", "", "# a comment\n\n", "exec /bin/x\n"),
    ("variables", "", "env A=b\n", "exec /bin/x\n"),
    ("parentheses", "exec /bin/x\nstart on ", "(", "\n"),
    ("one line again and again", "", "exec /bin/x\n", ""),
    ("bytes that are no text", "description ", "\u{fffd}\u{1}\u{9b}", "\n"),
];

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let job = directory.path().join("long.conf");
    println!("{:<42} {:>8} {:>8} {:>6}", "", "1 MB", "10 MB", "ratio");
    for (name, begin, repeated, end) in TEXTS {
        let [one, ten] = [MEGABYTE, 10 * MEGABYTE].map(|length| {
            fs::write(&job, format!("{begin}{}{end}", repeated.repeat(length / repeated.len())))
                .unwrap();
            median(&job).as_secs_f64()
        });
        println!("{name:<42} {one:>6.3} s {ten:>6.3} s {:>6.1}", ten / one);
    }
}

fn median(job: &Path) -> Duration {
    let mut times: [Duration; RUNS] = std::array::from_fn(|_| {
        let start = Instant::now();
        // The exit status is ignored, because some of the jobs are refused.
        Command::new(PROGRAM)
            .arg(job)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        start.elapsed()
    });
    times.sort();
    times[RUNS / 2]
}
