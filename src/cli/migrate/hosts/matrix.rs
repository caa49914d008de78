//! The table of jobs and hosts as CSV (RFC 4180).

use std::path::Path;

use crate::assess::fleet::Fleet;
use crate::cli::reporting::write_report;
use crate::cli::{Status, Streams};
use crate::text::visible::visible;

/// Writes a row for each job, with a column for each host.
pub(super) fn write(path: &Path, fleet: &Fleet, streams: &mut Streams<'_>) -> Status {
    let mut out = String::new();
    row(std::iter::once("job").chain(fleet.hosts.iter().map(String::as_str)), &mut out);
    for job in &fleet.jobs {
        let words = job.presence.iter().map(|presence| presence.name());
        row(std::iter::once(job.name.as_str()).chain(words), &mut out);
    }
    write_report(path, out.as_bytes(), streams)
}

fn row<'a>(cells: impl Iterator<Item = &'a str>, out: &mut String) {
    let cells: Vec<String> = cells.map(cell).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell. One that begins as a formula is quoted with an apostrophe, which spreadsheets hide.
fn cell(text: &str) -> String {
    let text = visible(text);
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text() {
        for (text, expected) in [
            ("web", "web"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "'=1+1"),
            ("a\nb", "a␊b"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
