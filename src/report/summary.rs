//! Counts of files, findings and stanzas.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::convert::Converted;
use crate::diagnostic::{Diagnostic, Disposition, Severity, ShellCheckCode};
use crate::text::visible::visible;

/// The counts that the last line of the text format includes.
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    /// Include notes. False if the report hides them.
    pub notes: bool,
    /// Include files without a unit. False if the command writes no units.
    pub units: bool,
}

/// Counts over all files of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All files, including those that could not be read.
    pub files: usize,
    /// Files for which a unit was written.
    pub converted: usize,
    /// Files with an error and without a unit.
    pub refused: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity note.
    pub notes: usize,
    /// The outcomes of all stanzas.
    pub dispositions: Dispositions,
}

/// Counts of stanzas by their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dispositions {
    /// Stanzas for which systemd does the same.
    pub exact: usize,
    /// Stanzas for which systemd does nearly the same.
    pub approximate: usize,
    /// Stanzas that had no effect or have none any more.
    pub dropped: usize,
    /// Stanzas that need a change by hand.
    pub manual: usize,
}

impl Summary {
    /// Counts the results of these files.
    pub fn of(files: &[Converted]) -> Self {
        let mut summary = Self { files: files.len(), ..Self::default() };
        for Converted { conversion, .. } in files {
            if !conversion.outputs.is_empty() {
                summary.converted += 1;
            } else if conversion
                .diagnostics
                .iter()
                .any(|diagnostic| diagnostic.severity == Severity::Error)
            {
                // A remark about a file that is not a job has no severity error and is not counted.
                summary.refused += 1;
            }
            for diagnostic in &conversion.diagnostics {
                *match diagnostic.severity {
                    Severity::Error => &mut summary.errors,
                    Severity::Warning => &mut summary.warnings,
                    Severity::Note => &mut summary.notes,
                } += 1;
            }
            for outcome in &conversion.stanzas {
                *match outcome.disposition {
                    Disposition::Exact => &mut summary.dispositions.exact,
                    Disposition::Approximate => &mut summary.dispositions.approximate,
                    Disposition::Dropped => &mut summary.dispositions.dropped,
                    Disposition::Manual => &mut summary.dispositions.manual,
                } += 1;
            }
        }
        summary
    }

    /// The last line of the text format, such as `foo.conf: 1 warning, 2 notes`. `None` if there
    /// are no findings.
    pub fn line(&self, files: &[Converted], counting: Counting) -> Option<String> {
        let Self { files: count, converted: _, refused, errors, warnings, notes, dispositions } =
            *self;
        let notes = if counting.notes { notes } else { 0 };
        let refused = if counting.units { refused } else { 0 };
        let subject = match files {
            [only] => visible(&only.conversion.path),
            _ => counted(count, "file"),
        };
        let refused = match (refused, count) {
            (0, _) => None,
            (_, 1) => Some("not converted".to_owned()),
            (refused, _) => Some(format!("{refused} not converted")),
        };
        let found = |number, name| (number > 0).then(|| counted(number, name));
        let manual = found(dispositions.manual, "stanza")
            .map(|stanzas| format!("{stanzas} left to do by hand"));
        let parts: Vec<String> = [
            refused,
            found(errors, "error"),
            found(warnings, "warning"),
            found(notes, "note"),
            manual,
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| format!("{subject}: {}", parts.join(", ")))
    }
}

/// Findings of `lint` that the report does not show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Known to the baseline.
    pub by_baseline: usize,
    /// Notes, with `--quiet`.
    pub by_quiet: usize,
}

/// The last line of the text format of `lint`, such as `9 findings (2 fixable with --fix, 4 hidden
/// by the baseline) in 14 jobs: 6 warnings, 3 notes`, or `14 jobs: no findings`. `shown` selects
/// the findings that the report shows.
pub fn lint_line(
    files: &[Converted],
    hidden: Hidden,
    shown: impl Fn(&Diagnostic) -> bool,
) -> String {
    // A file that is not a job, or that cannot be read, has no text.
    let read = files.iter().filter(|file| !file.sources.conf.text().is_empty()).count();
    let jobs = counted(if read == 0 { files.len() } else { read }, "job");
    let findings: Vec<&Diagnostic> = files
        .iter()
        .flat_map(|file| &file.conversion.diagnostics)
        .filter(|diagnostic| shown(diagnostic))
        .collect();
    let number = |is_one: &dyn Fn(&Diagnostic) -> bool| {
        findings.iter().filter(|diagnostic| is_one(diagnostic)).count()
    };
    let has_fix = |diagnostic: &Diagnostic| !diagnostic.edits.is_empty();
    let is_safe = |diagnostic: &Diagnostic| diagnostic.edits.iter().all(|edit| edit.safe);
    let Hidden { by_baseline, by_quiet } = hidden;
    let remarks: Vec<String> = [
        (number(&|found| has_fix(found) && is_safe(found)), "fixable with --fix"),
        (number(&|found| has_fix(found) && !is_safe(found)), "fixable with --fix --unsafe"),
        (by_baseline, "hidden by the baseline"),
        (by_quiet, "hidden by --quiet"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{number} {what}"))
    .collect();
    let remarks =
        if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) };
    if findings.is_empty() {
        return format!("{jobs}: no findings{remarks}");
    }
    let severities: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (number(&|found| found.severity == severity), severity.name()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| counted(number, name))
        .collect();
    let count = counted(findings.len(), "finding");
    format!("{count}{remarks} in {jobs}: {}", severities.join(", "))
}

/// A table with a line for each rule that has findings: their number, the code and the name of the
/// rule, and whether they can be fixed. The rules with most findings come first.
pub fn statistics<'a>(findings: impl Iterator<Item = &'a Diagnostic>) -> String {
    let mut rules: BTreeMap<(String, &str), (usize, usize, bool)> = BTreeMap::new();
    for found in findings {
        let code =
            ShellCheckCode::of(found).map_or(found.rule.code.to_owned(), |code| code.to_string());
        let (count, fixable, safe) = rules.entry((code, found.rule.name)).or_insert((0, 0, true));
        *count += 1;
        *fixable += usize::from(!found.edits.is_empty());
        *safe &= found.edits.iter().all(|edit| edit.safe);
    }
    let mut rows: Vec<_> = rules.into_iter().collect();
    rows.sort_by_key(|(_, (count, ..))| Reverse(*count));
    let digits = rows.first().map_or(1, |(_, (count, ..))| count.to_string().len());
    let codes = rows.iter().map(|((code, _), _)| code.len()).max().unwrap_or_default();
    let names = rows.iter().map(|((_, name), _)| name.len()).max().unwrap_or_default();
    rows.into_iter()
        .map(|((code, name), (count, fixable, safe))| {
            let fix = match (fixable, safe) {
                (0, _) => String::new(),
                (fixable, true) => format!("{fixable} fixable with --fix"),
                (fixable, false) => format!("{fixable} fixable with --fix --unsafe"),
            };
            let row = format!("{count:digits$}  {code:codes$}  {name:names$}  {fix}");
            format!("{}\n", row.trim_end())
        })
        .collect()
}

pub(crate) fn counted(number: usize, name: &str) -> String {
    if number == 1 { format!("1 {name}") } else { format!("{number} {name}s") }
}
