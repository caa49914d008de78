use std::io::Write;

/// Says that a test is skipped, and why. Written to the stream itself, because the output of a test that passes is not shown.
pub(crate) fn skipped(why: &str) {
    let _ = std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes());
}
