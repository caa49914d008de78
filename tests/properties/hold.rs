//! How a property is tried on random cases.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::random::{number, numbers};

/// A case that takes longer hangs. Most take some milliseconds.
const GUARD: Duration = Duration::from_secs(60);

/// How many times as many cases as usual.
pub(crate) fn times() -> u32 {
    number("PROPERTIES_TIMES").map_or(1, |times| u32::try_from(times).unwrap())
}

/// Tries random cases; of those that fail a smallest one is shown.
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

/// Ends the whole run if a case does not end. Is sent a case when it begins, and nothing when it
/// ends.
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
