//! A row of comma-separated values (RFC 4180).

use crate::text::visible::visible;

/// A row with these cells.
pub(in crate::report) fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. A spreadsheet takes a text that begins with one of `=+-@` for a formula, so an apostrophe
/// precedes it.
fn quoted(cell: &str) -> String {
    let cell = visible(cell);
    let cell = if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell };
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(
            row(&["a", "b c", "say \"x\"", "=1+2", "1,2"]),
            "a,b c,\"say \"\"x\"\"\",'=1+2,\"1,2\"\r\n"
        );
    }
}
