//! `kill -9`.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Stdio};
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

use crate::program::system::System;
use crate::watched::end;

const MOMENTS: u32 = 200;
const JOBS: usize = 40;
const MIGRATION: [&str; 5] = ["etc/init", "-o", "out", "-q", "--prune"];
const PATH: &str = "out/etc/systemd/system";
/// A job that only some runs have.
const EXTRA: &str = "only-new";

/// Replaces all jobs; with `new` there is one more job.
fn put(system: &System, word: &str) {
    for index in 0..JOBS {
        system.put(&format!("etc/init/job{index}.conf"), format!("exec /bin/{word} {index}\n"));
    }
    let extra = system.at(&format!("etc/init/{EXTRA}.conf"));
    if word == "new" {
        fs::write(extra, "exec /bin/new\n").unwrap();
    } else if extra.exists() {
        fs::remove_file(extra).unwrap();
    }
}

/// Starts a migration. With `until_it_writes`, waits until it writes or ends.
fn started(system: &System, until_it_writes: bool) -> Child {
    let mut child = system.command(&MIGRATION).stdout(Stdio::null()).spawn().unwrap();
    let staging = system.at("out/.upstart2systemd-staging");
    while until_it_writes && child.try_wait().unwrap().is_none() && !staging.exists() {
        yield_now();
    }
    child
}

/// Whenever the program is killed, each file has the text of one run or of the other, and the next
/// run completes the migration.
#[test]
fn no_file_is_torn_whenever_a_migration_is_killed() {
    let system = System::new(&[]);
    put(&system, "old");
    system.migrate(&MIGRATION).is(0, &[], &[]);
    let timed = |until_it_writes: bool, word: &str| {
        put(&system, word);
        let begun = if until_it_writes { None } else { Some(Instant::now()) };
        let mut child = started(&system, until_it_writes);
        let begun = begun.unwrap_or_else(Instant::now);
        assert!(child.wait().unwrap().success());
        begun.elapsed()
    };
    let (whole, writing) =
        (timed(false, "new").min(timed(false, "old")), timed(true, "new").max(timed(true, "old")));
    let (mut ended, mut mixed) = (0, 0);
    for moment in 0..MOMENTS {
        put(&system, if moment % 4 < 2 { "new" } else { "old" });
        // Half of them are killed at any time, and half while files are written; in an order
        // without a pattern.
        let while_writing = moment % 2 == 0;
        let mut child = started(&system, while_writing);
        sleep(if while_writing { writing } else { whole } * (moment * 71 % MOMENTS) / MOMENTS);
        ended += usize::from(child.try_wait().unwrap().is_some());
        end(&mut child);
        mixed += usize::from(states(&system).len() > 1);
    }
    println!(
        "killed at {MOMENTS} moments: {ended} times at the end, {mixed} times between one file and another"
    );
    assert!(
        ended < MOMENTS as usize * 3 / 4,
        "the program was hardly ever killed in time: {ended}"
    );
    put(&system, "new");
    system.migrate(&MIGRATION).is(0, &[], &[]);
    system.migrate(&["etc/init", "-o", "out", "--check", "--prune"]).is(0, &[], &[]);
    assert_eq!(states(&system), BTreeSet::from(["new"]));
    let left: BTreeSet<_> =
        fs::read_dir(system.at("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".upstart2systemd".into(), "etc".into()].into());
}

/// The runs whose files exist. Asserts that all files exist and are complete.
fn states(system: &System) -> BTreeSet<&'static str> {
    let is_whole = |job: &str, text: &str| {
        text.starts_with(&format!("# Converted from {job}.conf"))
            && text.ends_with("TimeoutStopSec=5\n")
    };
    if let Some(text) = system.text(&format!("{PATH}/{EXTRA}.service")) {
        assert!(is_whole(EXTRA, &text), "the unit that comes and goes is torn: {text}");
    }
    (0..JOBS)
        .map(|index| {
            let text = system.text(&format!("{PATH}/job{index}.service")).unwrap();
            let is = |word: &&str| text.contains(&format!("\nExecStart=/bin/{word} {index}\n"));
            let word = ["old", "new"]
                .into_iter()
                .find(is)
                .filter(|_| is_whole(&format!("job{index}"), &text));
            word.unwrap_or_else(|| panic!("a unit is torn: {text}"))
        })
        .collect()
}

/// A job that is being fixed has its old or its new text.
#[test]
fn no_job_is_torn_whenever_a_fix_is_killed() {
    let system = System::new(&[]);
    let job = |fixed: bool| {
        let text =
            "    # a comment in a script that is long enough to be written in several pieces\n"
                .repeat(3_000);
        format!(
            "description \"long\"\nstart on runlevel {}\nstop on stopping other\nscript\n{text}end script\n",
            if fixed { "[2345]" } else { "2345" }
        )
    };
    let fix = ["lint", "etc/init/long.conf", "--fix", "--unsafe", "--shellcheck", "never", "-q"];
    let begin = || system.put("etc/init/long.conf", job(false));
    begin();
    let started = Instant::now();
    system.run(&fix);
    let whole = started.elapsed().max(Duration::from_millis(1));
    assert!(system.text("etc/init/long.conf").unwrap() == job(true), "it is not mended");
    let mut mended = 0;
    for moment in 0..20 {
        begin();
        let mut child =
            system.program(&fix).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(whole * moment / 20);
        end(&mut child);
        let text = system.text("etc/init/long.conf").unwrap();
        mended += usize::from(text == job(true));
        assert!(
            text == job(true) || text == job(false),
            "moment {moment}: {} bytes are neither",
            text.len()
        );
    }
    assert!(mended < 20, "the program was never killed in time");
}
