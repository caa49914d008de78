//! Reports conversions, and computes the exit status.

use std::collections::BTreeMap;

use super::arguments::Reporting;
use super::{Status, Streams};
use crate::convert::{Conversion, Converted};
use crate::diagnostic::registry::{EVERY_UNIT, PLAIN_UNIT};
use crate::diagnostic::{Diagnostic, Rule, Severity, registry};
use crate::lower::options::Style;
use crate::report;
use crate::report::format::Format;
use crate::report::{Counting, Summary};
use crate::text::source::Sources;
use crate::text::visible::visible;

/// What all units have in common, each with the rule whose page tells it.
fn of_all_units(style: Style) -> Vec<(&'static str, &'static Rule)> {
    let every = ("what changes for every job", &EVERY_UNIT);
    match style {
        Style::Plain => vec![every, ("what plain units leave out", &PLAIN_UNIT)],
        Style::Exact => vec![every],
    }
}

/// Removes the outputs if there is an error, because they would not be usable.
pub(super) fn without_unusable_outputs(mut conversion: Conversion) -> Conversion {
    if conversion.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        conversion.outputs.clear();
    }
    conversion
}

/// Prints the findings about the jobs. `units` is the style of the units, if the command writes any.
pub(super) fn report_findings(
    reporting: &Reporting,
    files: &[Converted],
    units: Option<Style>,
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
    let is_converted = files.iter().any(|file| !file.conversion.outputs.is_empty());
    let common =
        units.filter(|_| is_converted && !reporting.quiet).map(of_all_units).unwrap_or_default();
    match reporting.format {
        Format::Text => {
            let style = streams.style(reporting.color);
            for Converted { sources, conversion } in files {
                print_each(sources, conversion.diagnostics.iter().filter(is_said), style, streams);
            }
            let counting = Counting { notes: !reporting.quiet, units: units.is_some() };
            let counts = Summary::of(files).line(files, counting);
            let pages =
                common.iter().map(|(what, rule)| format!("{what}: `explain {}`", rule.code));
            let parts: Vec<String> = counts.into_iter().chain(pages).collect();
            if !parts.is_empty() {
                streams.report(&format!("{}\n", parts.join("; ")));
            }
            Status::Done
        }
        Format::Concise => {
            for (sources, diagnostic) in findings {
                streams.report(&format!("{}\n", report::concise(sources, diagnostic)));
            }
            for (what, rule) in common {
                streams.report(&format!("note[{0}]: {what}: `explain {0}`\n", rule.code));
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
