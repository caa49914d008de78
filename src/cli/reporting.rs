//! Reports findings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::arguments::{Colour, Reporting};
use super::{Status, Streams, write_file};
use crate::assess::risk;
use crate::convert::{Conversion, Converted};
use crate::diagnostic::{Diagnostic, Severity, ShellCheckCode, registry};
use crate::lower::options::Style;
use crate::report;
use crate::report::format::Format;
use crate::report::{Counting, Paint, Summary};
use crate::text::source::Sources;
use crate::text::visible::visible;

/// Removes the outputs if there is an error, because they would not be usable.
pub(super) fn without_unusable_outputs(mut conversion: Conversion) -> Conversion {
    if conversion.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        conversion.outputs.clear();
    }
    conversion
}

/// Where the report of a command goes that prints units or lists of files on standard output.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReportTo<'a> {
    StandardError,
    File(&'a Path),
}

impl<'a> ReportTo<'a> {
    /// The file of `--report`, if it is given.
    pub(super) fn of(file: Option<&'a Path>) -> Self {
        file.map_or(Self::StandardError, Self::File)
    }
}

/// Reports what happens to jobs that become units of this style.
pub(super) fn report_findings(
    reporting: &Reporting,
    files: &[Converted],
    style: Style,
    to: ReportTo<'_>,
    streams: &mut Streams<'_>,
) -> Status {
    if reporting.format == Format::JsonLines {
        let lines = files.iter().map(|file| (None, Cow::Borrowed(file)));
        return print_json_lines(lines, to, streams);
    }
    let paint = match to {
        ReportTo::StandardError => paint(reporting.color, streams.colours.stderr),
        ReportTo::File(_) => paint(reporting.color, false),
    };
    let mut text = match findings(reporting, files, paint) {
        Ok(text) => text,
        Err(error) => return cannot_serialize(&error, streams),
    };
    let is_converted = files.iter().any(|file| !file.conversion.outputs.is_empty());
    let common =
        if is_converted && !reporting.quiet { risk::of_all_units(style) } else { Vec::new() };
    match reporting.format {
        Format::Text => {
            let counting = Counting { notes: !reporting.quiet, units: true };
            let counts = Summary::of(files).line(files, counting);
            let pages =
                common.iter().map(|(what, rule)| format!("{what}: `explain {}`", rule.code));
            let parts: Vec<String> = counts.into_iter().chain(pages).collect();
            if !parts.is_empty() {
                text.push_str(&format!("{}\n", parts.join("; ")));
            }
        }
        Format::Concise => {
            for (what, rule) in common {
                text.push_str(&format!("note[{0}]: {what}: `explain {0}`\n", rule.code));
            }
        }
        Format::Json
        | Format::JsonLines
        | Format::Sarif
        | Format::Github
        | Format::Gitlab
        | Format::Junit => {}
    }
    match to {
        ReportTo::StandardError => {
            streams.report(&text);
            Status::Done
        }
        ReportTo::File(path) => write_report(path, text.as_bytes(), streams),
    }
}

/// Prints a line for each job, with the host that it is of. These lines are what the command makes,
/// and not a report about it: they go to standard output, one by one, if no file is given.
pub(super) fn print_json_lines<'a>(
    jobs: impl Iterator<Item = (Option<&'a str>, Cow<'a, Converted>)>,
    to: ReportTo<'_>,
    streams: &mut Streams<'_>,
) -> Status {
    let (mut status, mut text) = (Status::Done, String::new());
    for (host, job) in jobs {
        let line = match report::json_line(host, &job) {
            Ok(line) => line + "\n",
            Err(error) => return cannot_serialize(&error, streams),
        };
        match to {
            ReportTo::StandardError => status = status.max(streams.print(line.as_bytes())),
            ReportTo::File(_) => text.push_str(&line),
        }
    }
    match to {
        ReportTo::StandardError => status,
        ReportTo::File(path) => write_report(path, text.as_bytes(), streams),
    }
}

/// Replaces the file that a report goes to.
pub(super) fn write_report(path: &Path, bytes: &[u8], streams: &mut Streams<'_>) -> Status {
    match write_file::replace_regular(path, bytes) {
        Ok(()) => Status::Done,
        Err(error) => {
            streams.error(&format!(
                "cannot write the report to `{}`: {error:#}",
                visible(&path.to_string_lossy())
            ));
            Status::Refused
        }
    }
}

pub(super) fn paint(colour: Colour, is_supported: bool) -> Paint {
    let coloured = match colour {
        Colour::Auto => is_supported,
        Colour::Always => true,
        Colour::Never => false,
    };
    if coloured { Paint::Coloured } else { Paint::Plain }
}

/// Whether the report shows a finding. Formats that are one document show all of them.
pub(super) fn is_shown(reporting: &Reporting, diagnostic: &Diagnostic) -> bool {
    !reporting.quiet || diagnostic.severity > Severity::Note
}

/// The findings in the format that the command line asks for, without the last line of a text.
pub(super) fn findings(
    reporting: &Reporting,
    files: &[Converted],
    paint: Paint,
) -> serde_json::Result<String> {
    let lines = |line: &dyn Fn(&Sources, &Diagnostic) -> String| {
        let mut out = String::new();
        for Converted { sources, conversion } in files {
            for diagnostic in
                conversion.diagnostics.iter().filter(|found| is_shown(reporting, found))
            {
                out.push_str(&line(sources, diagnostic));
                out.push('\n');
            }
        }
        Ok(out)
    };
    let document = |text: serde_json::Result<String>| Ok(text? + "\n");
    match reporting.format {
        Format::Text => Ok(files.iter().map(|file| excerpts(reporting, file, paint)).collect()),
        Format::Concise => lines(&report::concise),
        Format::Github => lines(&report::github),
        Format::Json => document(report::json(files)),
        Format::JsonLines => {
            files.iter().map(|file| Ok(report::json_line(None, file)? + "\n")).collect()
        }
        Format::Sarif => document(report::sarif(files, registry::RULES)),
        Format::Gitlab => document(report::gitlab(files)),
        Format::Junit => Ok(report::junit(files)),
    }
}

/// The maximal number of findings of one rule in one job that the text format shows in full.
const SHOWN: usize = 100;

/// The findings in a job with their lines, and the number of those of one rule beyond
/// [`SHOWN`].
fn excerpts(reporting: &Reporting, file: &Converted, paint: Paint) -> String {
    let Converted { sources, conversion } = file;
    let mut counts: BTreeMap<&str, (usize, &Diagnostic)> = BTreeMap::new();
    let mut shown: Vec<Cow<'_, Diagnostic>> = Vec::new();
    for diagnostic in conversion.diagnostics.iter().filter(|found| is_shown(reporting, found)) {
        let (count, _) = counts.entry(diagnostic.rule.code).or_insert((0, diagnostic));
        *count += 1;
        if *count <= SHOWN {
            // The address of the page of `ShellCheck` is at the end of the report.
            shown.push(match ShellCheckCode::of(diagnostic) {
                Some(_) => Cow::Owned(Diagnostic { notes: Vec::new(), ..diagnostic.clone() }),
                None => Cow::Borrowed(diagnostic),
            });
        }
    }
    let shown: Vec<&Diagnostic> = shown.iter().map(AsRef::as_ref).collect();
    let mut out = String::new();
    for group in report::same_line(sources, &shown) {
        out.push_str(&report::text_of_line(sources, &group, paint));
        out.push('\n');
    }
    for (code, (count, first)) in counts {
        if count > SHOWN {
            let (severity, path, more) = (
                first.severity.name(),
                visible(sources.get(first.span.origin).path()),
                count - SHOWN,
            );
            out.push_str(&format!("{severity}[{code}]: {more} more of these in {path}; `--format concise` has a line for each\n\n"));
        }
    }
    out
}

/// JSON cannot be written only if this program has a bug.
pub(super) fn cannot_serialize(error: &serde_json::Error, streams: &mut Streams<'_>) -> Status {
    streams.error(&format!("cannot write JSON: {error}"));
    Status::Bug
}
