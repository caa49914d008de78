//! Checks a property on random cases.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::random::{number, numbers};

/// The time limit for one case. Most cases take some milliseconds.
const GUARD: Duration = Duration::from_secs(60);

/// The factor for the number of cases.
pub(crate) fn times() -> u32 {
    number("PROPERTIES_TIMES").map_or(1, |times| u32::try_from(times).unwrap())
}

/// Checks random cases. Reports a minimal one of those that fail.
pub(crate) fn hold<S: Strategy>(cases: u32, strategy: &S, judge: impl Fn(S::Value)) {
    let config = Config {
        cases: cases * times(),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, numbers("PROPERTIES_SEED"));
    let guard = guard();
    let outcome = runner.run(strategy, |case| {
        guard.send(Some(format!("{case:?}"))).unwrap();
        judge(case);
        guard.send(None).unwrap();
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Ends the whole process if a case does not end. Receives each case when it begins, and `None`
/// when it ends.
fn guard() -> Sender<Option<String>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut running: Option<String> = None;
        loop {
            match receiver.recv_timeout(GUARD) {
                Ok(case) => running = case,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(case) = &running {
                        eprintln!("this hangs: {case}");
                        std::process::abort();
                    }
                }
            }
        }
    });
    sender
}
