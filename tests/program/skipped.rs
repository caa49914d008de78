use std::io::Write;

/// Says that a test is skipped, and why, on a line of its own: the harness may be in the middle of one. Written to the stream itself,
/// because the output of a test that passes is not shown.
pub(crate) fn skipped(why: &str) {
    let _ = std::io::stderr().write_all(format!("\nskipped: {why}\n").as_bytes());
}
