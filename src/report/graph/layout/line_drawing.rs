//! The lines of a panel.

use super::gaps::{Gap, HEAD};
use super::panel_items::{Item, Strand};
use super::panel_rows::{LANE, PanelRow};
use super::ports::LineEnds;
use super::{PlacedLine, Stretch, WORD_SIZE};
use crate::report::graph::text_width::text_width;

/// What the lines of a panel go by.
pub(super) struct LineDrawing<'a> {
    pub(super) items: &'a [Item],
    pub(super) strands: &'a [Strand],
    /// The width of each layer, and the space after it.
    pub(super) widths: &'a [i32],
    pub(super) gaps: &'a [Gap],
    pub(super) rows: &'a [PanelRow],
    /// The middle of each item.
    pub(super) middles: &'a [i32],
    pub(super) ends: &'a LineEnds,
    /// Where each row ends.
    pub(super) bottoms: &'a [i32],
}

/// A layer in its row.
#[derive(Clone, Copy)]
struct PlacedLayer {
    row: usize,
    left: i32,
}

impl LineDrawing<'_> {
    pub(super) fn draw(&self) -> Vec<PlacedLine> {
        let mut layers = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            layers.extend(row.lefts.iter().map(|&left| PlacedLayer { row: number, left }));
        }
        // The number of lines that have gone from each row to the next.
        let mut lanes = vec![0; self.rows.len()];
        (0..self.strands.len()).map(|at| self.line(at, &layers, &mut lanes)).collect()
    }

    fn line(&self, at: usize, layers: &[PlacedLayer], lanes: &mut [i32]) -> PlacedLine {
        let strand = &self.strands[at];
        let goes_right = strand.goes_right();
        let height = |item: usize| match item {
            _ if item == strand.from => self.ends.tails[at],
            _ if item == strand.to => self.ends.heads[at],
            _ => self.middles[item],
        };
        let mut points: Vec<(i32, i32, bool)> = Vec::new();
        for (&first, &second) in strand.way.iter().zip(strand.way.iter().skip(1)) {
            let layer = self.items[first].layer;
            let (here, there) = (layers[layer], layers[layer + 1]);
            let gap = self.gaps.get(layer).copied().unwrap_or_default();
            let (y, to) = (height(first), height(second));
            let inset = |item: usize, y: i32| self.items[item].inset(y - self.middles[item]);
            let right = here.left + self.right_of(first) - inset(first, y);
            let left = there.left + self.left_of(second) + inset(second, to);
            points.push((right, y, false));
            let turn = here.left + self.widths[layer] + gap.words;
            points.push((turn, y, false));
            let end = there.left - HEAD - gap.words_of_left;
            if here.row == there.row {
                points.push((end, to, true));
            } else {
                let lane = lanes[here.row];
                lanes[here.row] += 1;
                let down = turn + LANE * (lane + 1);
                let up = end - LANE * (lane + 1);
                let channel = self.bottoms[here.row] + LANE * (lane + 2);
                points.extend([
                    (down, y, false),
                    (down, channel, false),
                    (up, channel, false),
                    (up, to, false),
                    (end, to, false),
                ]);
            }
            points.push((left, to, false));
        }
        if !goes_right {
            points.reverse();
            // Whether a part is a curve is known at its end, which is now its beginning.
            for index in (1..points.len()).rev() {
                points[index].2 = points[index - 1].2;
            }
        }
        let start = points.first().map_or((0, 0), |&(x, y, _)| (x, y));
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut last = start;
        for &(x, y, is_curve) in points.iter().skip(1) {
            if (x, y) == last {
                continue;
            }
            last = (x, y);
            stretches.push(if is_curve && stretches.last().map_or(start, |end| end.end()).1 != y {
                Stretch::Curve(x, y)
            } else {
                Stretch::Straight(x, y)
            });
        }
        let word = (!strand.word.is_empty()).then(|| {
            let width = text_width(&strand.word, WORD_SIZE);
            let from = &self.items[strand.from];
            let inset = from.inset(start.1 - self.middles[strand.from]);
            let x = if goes_right { start.0 + inset + 5 } else { start.0 - inset - 5 - width };
            (x, start.1 - 3, strand.word.clone())
        });
        PlacedLine {
            kind: strand.kind,
            from: self.items[strand.from].nodes.clone(),
            to: self.items[strand.to].nodes.clone(),
            edges: strand.edges.clone(),
            start,
            stretches,
            goes_right,
            word,
        }
    }

    /// Where an item ends, from the left end of its layer.
    fn right_of(&self, item: usize) -> i32 {
        let whole = self.widths[self.items[item].layer];
        whole - self.indent(item)
    }

    /// Where an item begins, from the left end of its layer.
    fn left_of(&self, item: usize) -> i32 {
        self.indent(item)
    }

    fn indent(&self, item: usize) -> i32 {
        let item = &self.items[item];
        if item.is_narrow { (self.widths[item.layer] - item.width) / 2 } else { 0 }
    }
}
