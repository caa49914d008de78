//! Files and directories that change or disappear during a run.

use std::fs::{self, File};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::program::system::{Ran, System};
use crate::watched::run;

/// Ends the second thread when it is dropped: also when a test panics, because the scope waits for
/// the thread.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Calls `again` repeatedly in a second thread while `what` runs.
pub(crate) fn meanwhile<T>(mut again: impl FnMut() + Send, what: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let done = &done;
        let ends = Ends(done);
        let other = scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                again();
            }
        });
        let outcome = what();
        drop(ends);
        other.join().unwrap();
        outcome
    })
}

#[test]
fn a_file_that_grows_while_it_is_read_is_told() {
    let system = System::new(&[
        ("log.conf", &"# one line of many\n".repeat(200_000)),
        ("web.conf", "exec /usr/bin/web\n"),
    ]);
    let mut grows = File::options().append(true).open(system.at("etc/init/log.conf")).unwrap();
    let told = meanwhile(
        || {
            grows.write_all(b"# more\n").unwrap();
            thread::sleep(Duration::from_micros(50));
        },
        || {
            let run = |arguments: &[&str]| run(&mut system.program(arguments));
            (0..20)
                .filter(|_| run(&["convert", "etc/init/log.conf"]).is_told(&["etc/init/log.conf"]))
                .count()
                + (0..5)
                    .filter(|_| {
                        run(&["migrate", "etc/init", "-o", "out", "-q"])
                            .is_told(&["etc/init/log.conf"])
                    })
                    .count()
        },
    );
    println!("told {told} of 25 times");
    assert!(told > 0);
    // The other job is converted all the same.
    assert!(system.text("out/etc/systemd/system/web.service").is_some());
}

impl Ran {
    /// Whether the run reported that a file changed. Otherwise asserts that it succeeded.
    fn is_told(&self, names: &[&str]) -> bool {
        if self.status == Some(0) {
            return false;
        }
        self.is(
            3,
            &[],
            &[
                names,
                &[
                    "error[U000] unreadable-input: this changed while it was read, and half of a job is another job",
                    "help: run this again",
                ],
            ]
            .concat(),
        );
        true
    }
}

#[test]
fn a_job_that_is_replaced_again_and_again_is_one_or_the_other() {
    let job = |word: &str| format!("exec /bin/{word} {}\n", word.repeat(20_000));
    let system = System::new(&[("web.conf", &job("old"))]);
    let (path, beside) = (system.at("etc/init/web.conf"), system.at("beside"));
    meanwhile(
        || {
            for word in ["new", "old"] {
                fs::write(&beside, job(word)).unwrap();
                fs::rename(&beside, &path).unwrap();
            }
        },
        || {
            for _ in 0..30 {
                let ran = run(&mut system.program(&["etc/init/web.conf"]));
                // Renaming the file away changes its metadata.
                if !ran.is_told(&["etc/init/web.conf"]) {
                    assert!(["new", "old"].iter().any(|word| {
                        ran.stdout
                            .contains(&format!("ExecStart=/bin/{word} {}\n", word.repeat(20_000)))
                    }));
                }
            }
        },
    );
}

/// Used in a directory that disappears and comes back.
const JOBS: usize = 100;
const ROUNDS: usize = 15;

#[test]
fn directories_that_come_and_go_are_told() {
    let jobs: Vec<(String, String)> = (0..JOBS)
        .map(|index| (format!("job{index}.conf"), format!("exec /bin/x {index}\n")))
        .collect();
    let jobs: Vec<(&str, &str)> =
        jobs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let system = System::new(&jobs);
    for vanishing in ["etc/init", "out", "out/etc/systemd"] {
        run(&mut system.command(&["etc/init", "-o", "out", "-q"]));
        let (here, away) = (system.at(vanishing), system.at("away"));
        let mut failed = 0;
        meanwhile(
            || {
                if fs::rename(&here, &away).is_ok() {
                    thread::sleep(Duration::from_millis(3));
                    // The program may have created another directory in its place.
                    let _ = fs::remove_dir_all(&here);
                    fs::rename(&away, &here).unwrap_or_else(|_| fs::remove_dir_all(&away).unwrap());
                }
                thread::sleep(Duration::from_millis(4));
            },
            || {
                for round in 0..ROUNDS {
                    for index in 0..20 {
                        let _ = fs::write(
                            system.at(&format!("etc/init/job{index}.conf")),
                            format!("exec /bin/x {round} {index}\n"),
                        );
                    }
                    let ran = run(&mut system.command(&["etc/init", "-o", "out", "-q"]));
                    // Every failure is reported: no job is silently left out, and no file is
                    // written in part. Files that are not what the last run wrote count as edited.
                    if ran.status == Some(1) {
                        ran.is(1, &[], &["edited"]);
                    } else if ran.status != Some(0) {
                        failed += 1;
                        ran.is(3, &[], &["error"]);
                    }
                }
            },
        );
        println!("{vanishing} vanishes: {failed} of {ROUNDS} runs fail");
        // Once the directory stays, a run succeeds, whatever earlier runs have left.
        if !system.at("out").exists() {
            fs::create_dir(system.at("out")).unwrap();
        }
        for index in 0..JOBS {
            system.put(&format!("etc/init/job{index}.conf"), format!("exec /bin/x {index}\n"));
        }
        run(&mut system.command(&["etc/init", "-o", "out", "-q", "--force"])).is(0, &[], &[]);
        for index in 0..JOBS {
            let text = system.text(&format!("out/etc/systemd/system/job{index}.service")).unwrap();
            assert!(text.contains(&format!("ExecStart=/bin/x {index}\n")), "{text}");
        }
    }
}
