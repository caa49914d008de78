//! The space between two layers of a panel.

use super::WORD_SIZE;
use super::panel_items::{Item, Strand};
use crate::report::graph::text_width::text_width;

/// The length of the end of a line, where its head is.
pub(super) const HEAD: i32 = 10;

/// The space after a layer, from left to right: words of lines that go right, curves, words of lines
/// that go left, heads. Lines go up and down only where the curves are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    pub(super) words: i32,
    pub(super) curves: i32,
    pub(super) words_of_left: i32,
    /// The number of lines.
    pub(super) lines: i32,
}

impl Gap {
    pub(super) fn width(self) -> i32 {
        self.words + self.curves + self.words_of_left + HEAD
    }
}

/// The space after each layer but the last.
pub(super) fn gaps(items: &[Item], strands: &[Strand], layers: usize) -> Vec<Gap> {
    let least = Gap { words: HEAD, curves: 18, words_of_left: 0, lines: 0 };
    let mut gaps = vec![least; layers.saturating_sub(1)];
    for strand in strands {
        let word = match strand.word.as_str() {
            "" => 0,
            word => text_width(word, WORD_SIZE) + 10,
        };
        for &item in strand.way.iter().rev().skip(1) {
            if let Some(gap) = gaps.get_mut(items[item].layer) {
                gap.lines += 1;
            }
        }
        let tail = items[strand.from].layer;
        if strand.goes_right() {
            if let Some(gap) = gaps.get_mut(tail) {
                gap.words = gap.words.max(word);
            }
        } else if let Some(gap) = tail.checked_sub(1).and_then(|before| gaps.get_mut(before)) {
            gap.words_of_left = gap.words_of_left.max(word);
        }
    }
    for gap in &mut gaps {
        gap.curves += (2 * gap.lines).min(36);
    }
    gaps
}
