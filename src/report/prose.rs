//! All texts of a diagnostic, for formats that show it as one text.

use crate::diagnostic::Diagnostic;
use crate::text::visible::visible;

/// The lines of the message, then of the notes, then of the help, without characters that a
/// terminal would act upon. The first line is never empty.
pub(super) fn prose(diagnostic: &Diagnostic) -> Vec<String> {
    let Diagnostic {
        rule,
        severity: _,
        span: _,
        message,
        label: _,
        related: _,
        elsewhere: _,
        notes,
        help,
        edits: _,
        without_unit: _,
    } = diagnostic;
    let message = visible(message);
    let mut lines = vec![if message.trim().is_empty() { rule.name.to_owned() } else { message }];
    for (kind, remark) in
        notes.iter().map(|note| ("note", note)).chain(help.iter().map(|help| ("help", help)))
    {
        let mut shown = remark.lines().map(visible);
        lines.extend(shown.next().map(|first| format!("{kind}: {first}")));
        lines.extend(shown);
    }
    lines
}
