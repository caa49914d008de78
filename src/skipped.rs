//! What the tests of this crate and those of the program report when they are skipped. The latter
//! include this file.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The reasons that were written.
static WRITTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Writes why tests are skipped, each reason once, on a line of its own: the harness may be in the
/// middle of one. It is written to the stream itself, because the output of a test that passes is
/// not shown.
pub(crate) fn skipped(why: &str) {
    if WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).insert(why.to_owned()) {
        let _ = std::io::stderr().write_all(format!("\nskipped: {why}\n").as_bytes());
    }
}
