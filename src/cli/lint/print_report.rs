//! Prints the findings, which are the product of `lint`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::cli::arguments::LintArguments;
use crate::cli::reporting::{
    ReportTo, cannot_serialize, findings, is_shown, paint, print_json_lines,
};
use crate::cli::{Status, Streams};
use crate::convert::Converted;
use crate::diagnostic::{Diagnostic, Severity, ShellCheckCode};
use crate::report::format::Format;
use crate::report::{Hidden, lint_line, statistics};

/// Prints the report to standard output. `by_baseline` is the number of findings that the baseline
/// hides.
pub(super) fn print_report(
    arguments: &LintArguments,
    files: &[Converted],
    by_baseline: usize,
    streams: &mut Streams<'_>,
) -> Status {
    let reporting = &arguments.reporting;
    if reporting.format == Format::JsonLines {
        let lines = files.iter().map(|file| (None, Cow::Borrowed(file)));
        return print_json_lines(lines, ReportTo::StandardError, streams);
    }
    let is_shown = |found: &Diagnostic| is_shown(reporting, found);
    let found = || {
        files.iter().flat_map(|file| &file.conversion.diagnostics).filter(|found| is_shown(found))
    };
    let mut text = if arguments.statistics {
        statistics(found())
    } else {
        let paint = paint(reporting.color, streams.colours.stdout);
        match findings(reporting, files, paint) {
            Ok(text) => text,
            Err(error) => return cannot_serialize(&error, streams),
        }
    };
    if reporting.format == Format::Text {
        if !arguments.statistics {
            let codes: BTreeSet<ShellCheckCode> = found().filter_map(ShellCheckCode::of).collect();
            for code in codes {
                text.push_str(&format!("{code}: {}\n", code.page()));
            }
        }
        let notes = files
            .iter()
            .flat_map(|file| &file.conversion.diagnostics)
            .filter(|found| found.severity == Severity::Note)
            .count();
        let hidden = Hidden { by_baseline, by_quiet: if reporting.quiet { notes } else { 0 } };
        // Nothing at all is reported only if there is nothing, and only if that is wanted.
        if !reporting.quiet || !text.is_empty() || hidden != Hidden::default() {
            text.push_str(&lint_line(files, hidden, is_shown));
            text.push('\n');
        }
    }
    streams.print(text.as_bytes())
}
