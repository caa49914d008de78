//! Prints the findings, which are the product of `lint`.

use crate::cli::arguments::LintArguments;
use crate::cli::reporting::{cannot_serialize, findings, is_shown, paint};
use crate::cli::{Status, Streams};
use crate::convert::Converted;
use crate::diagnostic::Severity;
use crate::report::format::Format;
use crate::report::{Hidden, lint_line};

/// Prints the report to standard output. `by_baseline` is the number of findings that the baseline
/// hides.
pub(super) fn print_report(
    arguments: &LintArguments,
    files: &[Converted],
    by_baseline: usize,
    streams: &mut Streams<'_>,
) -> Status {
    let reporting = &arguments.reporting;
    let paint = paint(reporting.color, streams.colours.stdout);
    let mut text = match findings(reporting, files, paint) {
        Ok(text) => text,
        Err(error) => return cannot_serialize(&error, streams),
    };
    if reporting.format == Format::Text {
        let notes = files
            .iter()
            .flat_map(|file| &file.conversion.diagnostics)
            .filter(|found| found.severity == Severity::Note)
            .count();
        let hidden = Hidden { by_baseline, by_quiet: if reporting.quiet { notes } else { 0 } };
        // Nothing at all is reported only if there is nothing, and only if that is wanted.
        if !reporting.quiet || !text.is_empty() || hidden != Hidden::default() {
            text.push_str(&lint_line(files, hidden, |found| is_shown(reporting, found)));
            text.push('\n');
        }
    }
    streams.print(text.as_bytes())
}
