//! Runs all selected cases once, in one boot.

use std::any::Any;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed};

use crate::boot::Boot;
use crate::case::Case;
use crate::play::Play;
use crate::skipped::skipped;
use crate::{devices, overlay};

/// The time limit of the boot with all cases.
const GUARD: Duration = Duration::from_secs(120);
/// The number of cases that run in parallel. They mostly wait.
const PLAYERS: usize = 8;

pub struct Performance {
    cases: Vec<Case>,
    outcome: OnceLock<Outcome>,
}

enum Outcome {
    Played(Results),
    /// No case was run, because this machine lacks something.
    Lacking(String),
    /// No case was run, because of a defect.
    Failed(String),
}

pub struct Results {
    /// By the names of the cases.
    pub cases: BTreeMap<String, Result<(), String>>,
    pub every_line_is_about_a_job: Result<(), String>,
    pub devices_are_those_of_the_guest: Result<(), String>,
}

impl Performance {
    pub fn of(cases: Vec<Case>) -> Performance {
        Performance { cases, outcome: OnceLock::new() }
    }

    /// Returns one result. The first call runs all cases.
    pub fn result(
        &self,
        of: impl Fn(&Results) -> &Result<(), String>,
    ) -> Result<Completion, Failed> {
        match self.outcome.get_or_init(|| self.play()) {
            Outcome::Played(results) => {
                of(results).clone().map(|()| Completion::Completed).map_err(Failed::from)
            }
            Outcome::Lacking(what) => {
                Ok(Completion::ignored_with(format!("this machine lacks {what}")))
            }
            Outcome::Failed(why) => Err(why.into()),
        }
    }

    fn play(&self) -> Outcome {
        let outcome = catch_unwind(AssertUnwindSafe(|| played(&self.cases)))
            .unwrap_or_else(|panic| Ok(Outcome::Failed(text(&*panic))));
        outcome.unwrap_or_else(|what| {
            skipped(&format!("live: this machine lacks {what}"));
            Outcome::Lacking(what)
        })
    }
}

/// Runs the cases. `Err` has the missing requirement.
fn played(cases: &[Case]) -> Result<Outcome, String> {
    Boot::missing().map_or(Ok(()), Err)?;
    let deadline = Instant::now() + GUARD;
    let prepare = |root: &Path, live: &Path| {
        overlay::migrate(cases, root);
        furnish(live, cases);
    };
    let boot = Boot::start(prepare, deadline)?;
    let mut at_end = Vec::new();
    let mut results = BTreeMap::new();
    for (play, result) in
        play_all(cases.iter().map(|case| Play::new(case, &boot, deadline)).collect())
    {
        let result = result
            .and_then(|()| play.nothing_more())
            .map_err(|why| format!("{why}\n{}", journal(&play)));
        if result.is_ok() {
            at_end.push(play);
        } else {
            results.insert(play.case.name.clone(), result);
        }
    }
    let every_line_is_about_a_job = strangers(&boot, cases);
    let devices_are_those_of_the_guest =
        caught(|| devices::are_those_of_the_guest(&boot, deadline));
    for play in &mut at_end {
        results.insert(play.case.name.clone(), caught(|| play.shut_down()));
    }
    Ok(Outcome::Played(Results {
        cases: results,
        every_line_is_about_a_job,
        devices_are_those_of_the_guest,
    }))
}

/// Fills /live of the guest with the probe and the files that it writes to.
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

/// Runs all cases except for their shutdown, several in parallel.
fn play_all(plays: Vec<Play<'_>>) -> Vec<(Play<'_>, Result<(), String>)> {
    let (waiting, done) = (Mutex::new(plays), Mutex::new(Vec::new()));
    let player = || {
        loop {
            let Some(mut play) = waiting.lock().unwrap().pop() else { return };
            let result = caught(|| play.run());
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

/// Turns a panic into the failure of one case.
fn caught(play: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| Err(text(&*panic)))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

/// Fails if the trace has lines that belong to no case.
fn strangers(boot: &Boot, cases: &[Case]) -> Result<(), String> {
    let trace = fs::read_to_string(boot.live().join("trace")).unwrap();
    let strangers: Vec<&str> =
        trace.lines().filter(|line| !cases.iter().any(|case| case.owns(line))).collect();
    if strangers.is_empty() {
        Ok(())
    } else {
        Err(format!("these lines are about no job:\n{}", strangers.join("\n")))
    }
}

/// The messages of systemd about the units of a case.
fn journal(play: &Play) -> String {
    let patterns: Vec<String> =
        play.case.job_names().map(|job| format!("--unit={}*", job.replace('/', "-"))).collect();
    let mut words = vec!["journalctl", "--quiet", "--no-pager", "--output=short-monotonic"];
    words.extend(patterns.iter().map(String::as_str));
    let said = play.boot.run(&words, Instant::now() + Duration::from_secs(5));
    said.map_or_else(|why| why, |output| String::from_utf8_lossy(&output.stdout).into_owned())
}
