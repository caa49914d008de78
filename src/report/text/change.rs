//! The edits of a diagnostic as removed and added lines.

use std::ops::Range;

use super::excerpt::single_line;
use crate::diagnostic::Edit;
use crate::text::lines::{boundary, boundary_after, line_end, line_start};
use crate::text::source::Source;

/// Longer changes are not shown; the help text describes them.
const MAX_LINES: usize = 24;

/// A line of the old or the new text that an edit touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ChangedRow {
    Removed {
        line: usize,
        text: String,
    },
    Added {
        line: usize,
        text: String,
    },
    /// Unchanged lines between two edits.
    Gap,
}

impl ChangedRow {
    pub(super) fn line(&self) -> Option<usize> {
        match self {
            Self::Removed { line, text: _ } | Self::Added { line, text: _ } => Some(*line),
            Self::Gap => None,
        }
    }
}

/// The rows of all edits of one source, in order. Empty if the edits change nothing, overlap, or
/// exceed `MAX_LINES`.
pub(super) fn rows(source: &Source, edits: &[&Edit]) -> Vec<ChangedRow> {
    let mut ordered: Vec<(Range<usize>, &str)> =
        edits.iter().map(|edit| (clamped(source, edit), edit.text.as_str())).collect();
    ordered.sort_by_key(|(range, _)| (range.start, range.end));
    if ordered
        .windows(2)
        .any(|pair| matches!(pair, [(first, _), (second, _)] if second.start < first.end))
    {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for region in regions(source.text(), ordered) {
        let changed = region.rows(source);
        if let (Some(last), Some(next)) =
            (rows.last().and_then(ChangedRow::line), changed.first().and_then(ChangedRow::line))
            && next > last + 1
        {
            rows.push(ChangedRow::Gap);
        }
        rows.extend(changed);
        if rows.len() > MAX_LINES {
            return Vec::new();
        }
    }
    rows
}

fn clamped(source: &Source, edit: &Edit) -> Range<usize> {
    let start = boundary(source.text(), edit.span.start);
    start..boundary_after(source.text(), edit.span.end).max(start)
}

/// Whole lines, and the edits within them.
struct ChangedLines<'a> {
    lines: Range<usize>,
    edits: Vec<(Range<usize>, &'a str)>,
}

fn regions<'a>(text: &str, ordered: Vec<(Range<usize>, &'a str)>) -> Vec<ChangedLines<'a>> {
    let mut regions: Vec<ChangedLines<'a>> = Vec::new();
    for (range, replacement) in ordered {
        let lines = line_start(text, range.start)..line_end(text, range.end);
        match regions.last_mut() {
            Some(last) if lines.start <= last.lines.end => {
                last.lines.end = last.lines.end.max(lines.end);
                last.edits.push((range, replacement));
            }
            _ => regions.push(ChangedLines { lines, edits: vec![(range, replacement)] }),
        }
    }
    regions
}

impl ChangedLines<'_> {
    fn rows(&self, source: &Source) -> Vec<ChangedRow> {
        let old = &source.text()[self.lines.clone()];
        let new = self.edited(source.text());
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.split('\n').collect(), new.split('\n').collect());
        let same_before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[same_before..], &new[same_before..]);
        let same_after =
            old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[..old.len() - same_after], &new[..new.len() - same_after]);
        if old.len() + new.len() > MAX_LINES {
            return Vec::new();
        }
        let first = source.position(self.lines.start).line + same_before;
        // Long lines are cut around the same offset in both versions: the first difference.
        let focus = |at: usize| match (old.get(at), new.get(at)) {
            (Some(old), Some(new)) => {
                old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count()
            }
            _ => 0,
        };
        let text = |(at, line): (usize, &&str)| (first + at, single_line(line, focus(at)));
        let removed =
            old.iter().enumerate().map(text).map(|(line, text)| ChangedRow::Removed { line, text });
        let added =
            new.iter().enumerate().map(text).map(|(line, text)| ChangedRow::Added { line, text });
        removed.chain(added).collect()
    }

    fn edited(&self, text: &str) -> String {
        let (mut new, mut copied) = (String::new(), self.lines.start);
        for (range, replacement) in &self.edits {
            new.push_str(&text[copied..range.start]);
            new.push_str(replacement);
            copied = range.end;
        }
        new.push_str(&text[copied..self.lines.end]);
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::{Origin, Span};

    fn shown(text: &str, edits: &[(Range<usize>, &str)]) -> String {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|(range, text)| Edit {
                span: Span::new(Origin::Conf, range.clone()),
                text: (*text).to_owned(),
                safe: true,
            })
            .collect();
        let rows = rows(&Source::new("x", text.into()), &edits.iter().collect::<Vec<_>>());
        let line = |row: &ChangedRow| match row {
            ChangedRow::Removed { line, text } => format!("{line}-{text};"),
            ChangedRow::Added { line, text } => format!("{line}+{text};"),
            ChangedRow::Gap => "...;".to_owned(),
        };
        rows.iter().map(line).collect()
    }

    #[test]
    fn only_lines_that_change_are_shown() {
        assert_eq!(shown("a\nb\nc\n", &[(2..3, "B")]), "2-b;2+B;");
        assert_eq!(shown("a\nb\nc\n", &[(2..4, "")]), "2-b;");
        assert_eq!(shown("a\nb\nc\n", &[(2..2, "new\n")]), "2+new;");
        assert_eq!(shown("a\nb\nc\nd\n", &[(0..1, "A"), (6..7, "D")]), "1-a;1+A;...;4-d;4+D;");
        assert_eq!(shown("a b\n", &[(0..1, "A"), (2..3, "B")]), "1-a b;1+A B;");
        assert_eq!(shown("a", &[(1..1, "\nb\n")]), "2+b;3+;");
    }

    #[test]
    fn what_cannot_be_shown_well_is_not_shown() {
        assert_eq!(shown("abc", &[(0..2, "x"), (1..3, "y")]), "");
        assert_eq!(shown("abc", &[(0..3, "abc")]), "");
        assert_eq!(shown("abc", &[(0..3, &"x\n".repeat(50))]), "");
    }
}
