//! Reports which tests are skipped. The tests of the program include this file as well.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The reasons that have been written.
static WRITTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Writes why tests are skipped. Each reason is written once, on a line of its own, because the
/// test harness may be in the middle of a line. It is written directly to standard error, because
/// the harness hides the output of a test that passes.
pub(crate) fn skipped(why: &str) {
    if WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).insert(why.to_owned()) {
        let _ = std::io::stderr().write_all(format!("\nskipped: {why}\n").as_bytes());
    }
}
