//! What the units do when the real systemd runs them: every case in fixtures/live is migrated by the program and played in
//! a systemd that was booted for it, in namespaces of its own. What is expected is what Upstart 1.13.2 did with the same jobs.
//! Where that cannot be booted, the test says what this machine lacks, and passes.
//!
//! To add a case, drop a directory in; `case.rs` says what is in it, `probe.sh` what its jobs can run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, reason = "a test fails by panicking")]

mod boot;
mod case;
mod overlay;
mod play;
mod rows;
#[path = "../program/skipped.rs"]
mod skipped;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use boot::Boot;
use case::{Case, cases};
use play::Play;
use skipped::skipped;

/// After that, whatever is not done fails.
const GUARD: Duration = Duration::from_secs(120);
/// Cases that are played at the same time; they spend it waiting.
const PLAYERS: usize = 8;

/// /live of the guest: where the probe is, and what it writes.
fn furnish(live: &Path, cases: &[Case]) {
    let write = |name: &str, text: &str, mode| {
        fs::write(live.join(name), text).unwrap();
        fs::set_permissions(live.join(name), Permissions::from_mode(mode)).unwrap();
    };
    write("probe", include_str!("probe.sh"), 0o755);
    write("trace", "", 0o666);
    for name in cases.iter().map(|case| case.name.as_str()).chain(["pids"]) {
        fs::create_dir(live.join(name)).unwrap();
        fs::set_permissions(live.join(name), Permissions::from_mode(0o777)).unwrap();
    }
    fs::set_permissions(live, Permissions::from_mode(0o755)).unwrap();
}

/// Plays all cases but their shutdown, some at a time.
fn play_all(plays: Vec<Play<'_>>) -> Vec<(Play<'_>, Result<(), String>)> {
    let (waiting, done) = (Mutex::new(plays), Mutex::new(Vec::new()));
    let player = || {
        loop {
            let Some(mut play) = waiting.lock().unwrap().pop() else { return };
            let result = play.run();
            done.lock().unwrap().push((play, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(player);
        }
    });
    done.into_inner().unwrap()
}

/// What systemd said about the units of a case.
fn journal(play: &Play) -> String {
    let patterns: Vec<String> = play.case.job_names().map(|job| format!("--unit={}*", job.replace('/', "-"))).collect();
    let mut words = vec!["journalctl", "--quiet", "--no-pager", "--output=short-monotonic"];
    words.extend(patterns.iter().map(String::as_str));
    let said = play.boot.run(&words, Instant::now() + Duration::from_secs(5));
    said.map_or_else(|why| why, |output| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn units_do_what_the_jobs_did() {
    if let Some(what) = Boot::missing() {
        skipped(&format!("live: this machine lacks {what}"));
        return;
    }
    let deadline = Instant::now() + GUARD;
    let cases = cases();
    let prepare = |root: &Path, live: &Path| {
        overlay::migrate(&cases, root);
        furnish(live, &cases);
    };
    let boot = match Boot::start(prepare, deadline) {
        Ok(boot) => boot,
        Err(what) => {
            skipped(&format!("live: this machine lacks {what}"));
            return;
        }
    };
    let mut failures = Vec::new();
    let mut at_end = Vec::new();
    for (play, result) in play_all(cases.iter().map(|case| Play::new(case, &boot, deadline)).collect()) {
        match result.and_then(|()| play.nothing_more()) {
            Err(why) => failures.push(format!("{why}\n{}", journal(&play))),
            Ok(()) => at_end.push(play),
        }
    }
    let trace = fs::read_to_string(boot.live().join("trace")).unwrap();
    let strangers = trace.lines().filter(|line| !cases.iter().any(|case| case.owns(line)));
    failures.extend(strangers.map(|line| format!("this is about no job: {line}")));
    for play in &mut at_end {
        failures.extend(play.shut_down().err());
    }
    failures.sort();
    assert!(failures.is_empty(), "{} of {} cases fail\n\n{}", failures.len(), cases.len(), failures.join("\n\n"));
}
