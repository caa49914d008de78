//! The layers of a panel in rows, as words are in lines.

use super::WORD_SIZE;
use super::gaps::{Gap, HEAD};
use crate::assess::graph::Column;
use crate::report::graph::text_width::text_width;

/// The space between the border of a panel and its content.
pub(super) const PADDING: i32 = 12;

/// The height of the names of columns.
pub(super) const CAPTION: i32 = 20;

/// The space between two lines that go from the end of a row to the next one.
pub(super) const LANE: i32 = 5;

/// The layers of a row.
#[derive(Clone, Debug, Default)]
pub(super) struct PanelRow {
    /// The first layer.
    pub(super) first: usize,
    /// The left end of each layer.
    pub(super) lefts: Vec<i32>,
    /// The columns of the row: each with its first layer and its left end.
    pub(super) captions: Vec<(Column, usize, i32)>,
    pub(super) width: i32,
}

/// Puts layers into rows. `columns` has the column of each layer.
pub(super) fn rows(widths: &[i32], gaps: &[Gap], columns: &[Column], most: i32) -> Vec<PanelRow> {
    let mut rows: Vec<PanelRow> = Vec::new();
    let mut row = PanelRow { width: PADDING, ..PanelRow::default() };
    for (layer, &width) in widths.iter().enumerate() {
        let before = layer.checked_sub(1).and_then(|before| gaps.get(before)).copied();
        let after = gaps.get(layer).copied().unwrap_or_default();
        let gap = before.filter(|_| layer > row.first).map_or(0, Gap::width);
        let mut left = row.width + gap;
        // The name of a column needs room.
        if let Some((column, _, start)) = row.captions.last()
            && *column != columns[layer]
        {
            left = left.max(start + text_width(column.title(), WORD_SIZE) + 24);
        }
        let lanes =
            if layer + 1 < widths.len() { after.words + LANE * (after.lines + 1) } else { 0 };
        if layer > row.first && left + width + lanes + PADDING > most {
            rows.push(std::mem::take(&mut row));
            // Lines come in from the left.
            let entry = before.map_or(0, |gap| LANE * (gap.lines + 1) + gap.words_of_left + HEAD);
            left = PADDING + entry;
            row.first = layer;
        }
        if row.captions.last().is_none_or(|(column, ..)| *column != columns[layer]) {
            row.captions.push((columns[layer], layer, left));
        }
        row.lefts.push(left);
        row.width = left + width;
    }
    rows.push(row);
    for at in 0..rows.len() {
        let last = rows[at].first + rows[at].lefts.len() - 1;
        let lanes = match gaps.get(last) {
            Some(gap) if at + 1 < rows.len() => gap.words + LANE * (gap.lines + 1),
            _ => 0,
        };
        let row = &mut rows[at];
        row.width += lanes;
        if let Some((column, _, start)) = row.captions.last() {
            row.width = row.width.max(start + text_width(column.title(), WORD_SIZE));
        }
        row.width += PADDING;
    }
    rows
}
