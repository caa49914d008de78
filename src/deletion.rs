//! What goes along with a stanza that an edit deletes.

use crate::diagnostic::{Diagnostic, Edit};
use crate::source::Sources;

/// Has each edit that deletes the beginning of a line also delete the joined lines behind: init refuses a backslash at the end of a
/// line with nothing in front.
pub(crate) fn widen(sources: &Sources, diagnostics: &mut [Diagnostic]) {
    for edit in diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.edits).filter(|edit| edit.text.is_empty()) {
        if let Some(joined) = joined_lines(sources, edit) {
            edit.span.end += joined;
        }
    }
}

/// The length of the blanks and joined lines behind, where the last of them would be left without anything in front.
fn joined_lines(sources: &Sources, edit: &Edit) -> Option<usize> {
    let text = sources.get(edit.span.origin).text();
    let (before, behind) = (text.get(..edit.span.start)?, text.get(edit.span.end..)?);
    let blank = [' ', '\t', '\r'];
    let is_first = before.trim_end_matches(blank).ends_with('\n') || before.trim_end_matches(blank).is_empty();
    let mut rest = behind;
    while let Some(next) = rest.trim_start_matches(blank).strip_prefix("\\\n") {
        rest = next;
    }
    (is_first && rest.len() < behind.len()).then_some(behind.len() - rest.len())
}
