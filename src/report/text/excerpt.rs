//! The lines of a source that a diagnostic shows, cut to a readable length.
//!
//! The result can be rendered for any source and any spans: every offset is a character boundary of
//! the excerpt. Its length is limited, whatever the length of the source.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::text::lines::{boundary, boundary_after, line_end, line_start};
use crate::text::source::Source;
use crate::text::visible;

/// Marks that are further apart, in lines, get separate excerpts.
const MAX_GAP: usize = 200;

/// At most this many lines from the start and from the end of a span are shown.
const HEAD: usize = 5;

const TAIL: usize = 2;

/// In characters. A longer line is cut to [`CUT`] characters around its mark.
const MAX_LINE: usize = 160;

const CUT: usize = 120;

/// The number of characters before the mark that are kept in a cut line.
const LEAD: usize = 40;

const ELLIPSIS: char = '…';

/// A range to underline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Offsets in the text of the source. Any values are allowed.
    pub(super) range: Range<usize>,
    pub(super) label: Option<String>,
    /// Whether the diagnostic is reported for this range.
    pub(super) primary: bool,
}

/// Consecutive lines of a source with marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The number of the first line in the source, and the text. Lines that the renderer leaves out
    /// are empty.
    pub(super) first_line: usize,
    pub(super) text: String,
    /// Marks whose ranges are offsets in `text`.
    pub(super) marks: Vec<Mark>,
    /// The line and column in the source for the heading of the excerpt.
    pub(super) position: (usize, usize),
}

/// The excerpts that show the marks, in the order of the lines, except that the one with the
/// primary mark comes first.
pub(super) fn excerpts(source: &Source, marks: Vec<Mark>) -> Vec<Excerpt> {
    let mut placed: Vec<PlacedMark> =
        marks.into_iter().flat_map(|mark| place(source, mark)).collect();
    placed.sort_by_key(|mark| (mark.lines.start, mark.lines.end));
    let mut groups: Vec<Vec<PlacedMark>> = Vec::new();
    let mut shown_to = 0;
    for mark in placed {
        match groups.last_mut() {
            Some(group) if mark.lines.start <= shown_to + MAX_GAP => group.push(mark),
            _ => groups.push(vec![mark]),
        }
        shown_to = groups
            .last()
            .into_iter()
            .flatten()
            .map(|mark| mark.lines.end)
            .max()
            .unwrap_or_default();
    }
    let mut excerpts: Vec<Excerpt> =
        groups.into_iter().filter_map(|group| excerpt(source, group)).collect();
    excerpts.sort_by_key(|excerpt| !excerpt.marks.iter().any(|mark| mark.primary));
    excerpts
}

/// A mark whose range lies within the source, with the numbers of its first and last line.
struct PlacedMark {
    mark: Mark,
    lines: Range<usize>,
}

/// Clamps a mark to the source. A mark over too many lines becomes two, one at each end.
fn place(source: &Source, mark: Mark) -> Vec<PlacedMark> {
    let text = source.text();
    let Mark { range, label, primary } = mark;
    let start = boundary(text, range.start);
    let mut end = boundary_after(text, range.end).max(start);
    // The newline at the end of a span is not underlined.
    while end > start && text[..end].ends_with('\n') {
        end -= 1;
    }
    let placed = |range: Range<usize>, label, primary| {
        let lines = source.position(range.start).line..source.position(range.end).line;
        PlacedMark { mark: Mark { range, label, primary }, lines }
    };
    let whole = placed(start..end, label, primary);
    if whole.lines.len() <= MAX_GAP {
        return vec![whole];
    }
    let (head, tail) = (start..line_end(text, start), line_start(text, end)..end);
    vec![placed(head, whole.mark.label, primary), placed(tail, Some("to here".to_owned()), false)]
}

/// A line of the source as it is shown.
struct Line {
    /// The offset in the excerpt, including an ellipsis.
    at: usize,
    /// The range of the source that is shown.
    kept: Range<usize>,
    /// The range of the excerpt that shows it.
    shown: Range<usize>,
}

impl Line {
    fn offset(&self, text: &str, offset: usize) -> usize {
        if offset < self.kept.start {
            self.at
        } else if offset >= self.kept.end {
            self.shown.end
        } else {
            self.shown.start + visible::line(&text[self.kept.start..offset]).len()
        }
    }
}

fn excerpt(source: &Source, group: Vec<PlacedMark>) -> Option<Excerpt> {
    let text = source.text();
    let head = group.iter().find(|placed| placed.mark.primary).or(group.first())?;
    let position = source.position(head.mark.range.start);
    let wanted = wanted_lines(text, &group);
    let (&first_line, _) = wanted.first_key_value()?;
    let (mut out, mut shown) = (String::new(), BTreeMap::new());
    let mut next = first_line;
    for (number, begin) in wanted {
        out.extend(std::iter::repeat_n('\n', number - next));
        next = number;
        let line = begin..line_end(text, begin);
        let focus = group
            .iter()
            .flat_map(|placed| [(placed, placed.mark.range.start), (placed, placed.mark.range.end)])
            .filter(|(_, offset)| (line.start..=line.end).contains(offset))
            .min_by_key(|(placed, offset)| (!placed.mark.primary, *offset))
            .map_or(line.start, |(_, offset)| offset);
        shown.insert(number, push_line(&mut out, text, line, focus));
    }
    if out.is_empty() || out.ends_with('\n') {
        // The renderer drops a last line without characters.
        out.push(' ');
    }
    let marks = group
        .into_iter()
        .filter_map(|PlacedMark { mark, lines }| {
            let start = shown.get(&lines.start)?.offset(text, mark.range.start);
            let end = shown.get(&lines.end)?.offset(text, mark.range.end);
            Some(Mark { range: start..end.max(start), ..mark })
        })
        .collect();
    Some(Excerpt { first_line, text: out, marks, position: (position.line, position.column) })
}

/// The numbers of the lines to show, with the offset of each in the source.
fn wanted_lines(text: &str, group: &[PlacedMark]) -> BTreeMap<usize, usize> {
    let mut wanted: BTreeMap<usize, usize> = BTreeMap::new();
    for PlacedMark { mark: Mark { range, .. }, lines } in group {
        let mut begin = line_start(text, range.start);
        for number in (lines.start..=lines.end).take(HEAD) {
            wanted.insert(number, begin);
            begin = (line_end(text, begin) + 1).min(text.len());
        }
        let mut begin = line_start(text, range.end);
        for number in (lines.start..=lines.end).rev().take(TAIL) {
            wanted.insert(number, begin);
            begin = line_start(text, begin.saturating_sub(1));
        }
    }
    let mut previous = None;
    let single_gaps: Vec<(usize, usize)> = wanted
        .iter()
        .filter_map(|(&number, &begin)| {
            let gap = previous.replace(number).is_some_and(|previous| number - previous == 2);
            gap.then(|| (number - 1, line_start(text, begin - 1)))
        })
        .collect();
    // One line takes no more room than the ellipsis that would replace it.
    wanted.extend(single_gaps);
    wanted
}

/// Appends a line, cut around `focus` if it is long.
fn push_line(out: &mut String, text: &str, line: Range<usize>, focus: usize) -> Line {
    let kept = cut(text, line.clone(), focus);
    let at = out.len();
    if kept.start > line.start {
        out.push(ELLIPSIS);
    }
    let start = out.len();
    out.push_str(&visible::line(&text[kept.clone()]));
    let shown = start..out.len();
    if kept.end < line.end {
        out.push(ELLIPSIS);
    }
    Line { at, kept, shown }
}

/// The range of a line to keep; `focus` is an offset within the line.
fn cut(text: &str, line: Range<usize>, focus: usize) -> Range<usize> {
    if text[line.clone()].chars().nth(MAX_LINE).is_none() {
        return line;
    }
    let start = text[line.start..focus]
        .char_indices()
        .rev()
        .nth(LEAD - 1)
        .map_or(line.start, |(before, _)| line.start + before);
    let end =
        text[start..line.end].char_indices().nth(CUT).map_or(line.end, |(after, _)| start + after);
    start..end
}

/// A line by itself, cut around the byte offset `focus` if it is long.
pub(super) fn single_line(line: &str, focus: usize) -> String {
    let mut out = String::new();
    push_line(&mut out, line, 0..line.len(), boundary(line, focus));
    out
}
