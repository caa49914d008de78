//! One line for each diagnostic, in the form of compilers that editors can parse.

use crate::diagnostic::Diagnostic;
use crate::text::source::Sources;
use crate::text::visible::visible;

/// Formats a diagnostic as `file:line:column: severity[CODE]: message`, without a newline.
pub fn concise(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        rule,
        severity,
        span,
        message,
        label: _,
        related: _,
        elsewhere: _,
        notes: _,
        help: _,
        edits: _,
        without_unit: _,
    } = diagnostic;
    let source = sources.get(span.origin);
    let at = source.position(span.start);
    format!(
        "{}:{}:{}: {}[{}]: {}",
        visible(source.path()),
        at.line,
        at.column,
        severity.name(),
        rule.code,
        visible(message)
    )
}
