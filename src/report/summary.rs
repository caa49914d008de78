//! How many of what.

use serde::Serialize;

use crate::convert::Converted;
use crate::diagnostic::{Disposition, Severity};
use crate::text::visible::visible;

/// What the line that ends the text form tells.
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    /// Notes, where they are shown.
    pub notes: bool,
    /// Files that came to no unit, where units were asked for.
    pub units: bool,
}

/// Counts over all files of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub files: usize,
    /// Files that came to a unit, and files that did not.
    pub converted: usize,
    pub refused: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub dispositions: Dispositions,
}

/// Counts of stanzas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dispositions {
    pub exact: usize,
    pub approximate: usize,
    pub dropped: usize,
    pub manual: usize,
}

impl Summary {
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
                // A remark about a file that is no job is not about a job that was lost.
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

    /// The line that ends the text form: `foo.conf: 1 warning, 2 notes`. Nothing when nothing was
    /// found.
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

pub(crate) fn counted(number: usize, name: &str) -> String {
    if number == 1 { format!("1 {name}") } else { format!("{number} {name}s") }
}
