//! Findings in one line of a source, whose line is shown once.

use crate::diagnostic::Diagnostic;
use crate::text::source::Sources;

/// Splits findings, which are in the order of the text, into groups that have one excerpt. A finding
/// with other places or with edits needs an excerpt for itself, and so does one whose notes could be
/// taken for those of another finding of the rule, or whose mark would overlap another.
pub fn same_line<'d>(
    sources: &Sources,
    diagnostics: &[&'d Diagnostic],
) -> Vec<Vec<&'d Diagnostic>> {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    for &diagnostic in diagnostics {
        match groups.last_mut() {
            Some(group) if group.iter().all(|other| shares_line(sources, other, diagnostic)) => {
                group.push(diagnostic);
            }
            _ => groups.push(vec![diagnostic]),
        }
    }
    groups
}

fn shares_line(sources: &Sources, one: &Diagnostic, other: &Diagnostic) -> bool {
    let is_simple = |found: &Diagnostic| {
        found.related.is_empty() && found.elsewhere.is_empty() && found.edits.is_empty()
    };
    let lines = |found: &Diagnostic| {
        let source = sources.get(found.span.origin);
        (source.position(found.span.start).line, source.position(found.span.end).line)
    };
    let is_clear = one.rule != other.rule || (&one.notes, &one.help) == (&other.notes, &other.help);
    let is_apart = one.span.end <= other.span.start || other.span.end <= one.span.start;
    is_simple(one)
        && is_simple(other)
        && is_clear
        && is_apart
        && one.span.origin == other.span.origin
        && lines(one).0 == lines(one).1
        && lines(one) == lines(other)
}
