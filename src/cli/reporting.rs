//! Reports conversions, and computes the exit status.

use std::collections::BTreeMap;

use super::arguments::Reporting;
use super::{Status, Streams};
use crate::convert::{Conversion, Converted};
use crate::diagnostic::registry::EVERY_UNIT;
use crate::diagnostic::{Diagnostic, Severity, registry};
use crate::report;
use crate::report::format::Format;
use crate::report::{Counting, Summary};
use crate::text::source::Sources;
use crate::text::visible::visible;

/// The last line of a report, which refers to the page about changes to all units.
pub(super) fn every_unit_note() -> String {
    format!(
        "note[{0}]: some things change for every job; `upstart2systemd explain {0}` tells which",
        EVERY_UNIT.code
    )
}

/// Removes the outputs if there is an error, because they would not be usable.
pub(super) fn without_unusable_outputs(mut conversion: Conversion) -> Conversion {
    if conversion.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        conversion.outputs.clear();
    }
    conversion
}

/// Prints the findings about the jobs. `units` is true if the command writes units.
pub(super) fn report_findings(
    reporting: &Reporting,
    files: &[Converted],
    units: bool,
    streams: &mut Streams<'_>,
) -> Status {
    let is_said =
        |diagnostic: &&Diagnostic| !reporting.quiet || diagnostic.severity > Severity::Note;
    let findings = files.iter().flat_map(|file| {
        file.conversion
            .diagnostics
            .iter()
            .filter(is_said)
            .map(|diagnostic| (&file.sources, diagnostic))
    });
    let is_converted = units && files.iter().any(|file| !file.conversion.outputs.is_empty());
    let last = (is_converted && !reporting.quiet).then(every_unit_note);
    match reporting.format {
        Format::Text => {
            let style = streams.style(reporting.color);
            for Converted { sources, conversion } in files {
                print_each(sources, conversion.diagnostics.iter().filter(is_said), style, streams);
            }
            if let Some(line) =
                Summary::of(files).line(files, Counting { notes: !reporting.quiet, units })
            {
                streams.report(&format!("{line}\n"));
            }
            if let Some(line) = last {
                streams.report(&format!("{line}\n"));
            }
            Status::Done
        }
        Format::Concise => {
            for (sources, diagnostic) in findings {
                streams.report(&format!("{}\n", report::concise(sources, diagnostic)));
            }
            if let Some(line) = last {
                streams.report(&format!("{line}\n"));
            }
            Status::Done
        }
        Format::Github => {
            for (sources, diagnostic) in findings {
                streams.report(&format!("{}\n", report::github(sources, diagnostic)));
            }
            Status::Done
        }
        Format::Json => print_object(report::json(files), streams),
        Format::Sarif => print_object(report::sarif(files, registry::RULES), streams),
    }
}

/// The maximal number of findings of one rule in one job that the text format shows in full.
const SHOWN: usize = 100;

/// Prints each finding with its lines, and counts those of one rule beyond [`SHOWN`].
fn print_each<'a>(
    sources: &Sources,
    findings: impl Iterator<Item = &'a Diagnostic>,
    style: report::Paint,
    streams: &mut Streams<'_>,
) {
    let mut counts: BTreeMap<&str, (usize, &Diagnostic)> = BTreeMap::new();
    for diagnostic in findings {
        let (count, _) = counts.entry(diagnostic.rule.code).or_insert((0, diagnostic));
        *count += 1;
        if *count <= SHOWN {
            streams.report(&format!("{}\n", report::text(sources, diagnostic, style)));
        }
    }
    for (code, (count, first)) in counts {
        if count > SHOWN {
            let (severity, path, more) = (
                first.severity.name(),
                visible(sources.get(first.span.origin).path()),
                count - SHOWN,
            );
            streams.report(&format!("{severity}[{code}]: {more} more of these in {path}; `--format concise` has a line for each\n\n"));
        }
    }
}

/// Prints a report that is one object.
fn print_object(object: serde_json::Result<String>, streams: &mut Streams<'_>) -> Status {
    match object {
        Ok(object) => {
            streams.report(&format!("{object}\n"));
            Status::Done
        }
        Err(error) => {
            streams.error(&format!("cannot write JSON: {error}"));
            Status::Bug
        }
    }
}
