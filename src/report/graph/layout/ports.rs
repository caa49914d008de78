//! Where lines begin and end at the sides of items.

use std::collections::BTreeMap;

use super::panel_items::{Item, Strand};
use crate::assess::graph::EdgeKind;

/// What shares a place at the side of an item: the beginnings of lines with the same word, or the ends
/// of lines of the same kind.
pub(super) type Port<'a> = (bool, EdgeKind, &'a str);

/// The ports of a side, each with the heights that its lines come from, and the first of the lines.
type PortsOfSide<'a> = BTreeMap<Port<'a>, (Vec<i32>, usize)>;

/// The heights at which the lines begin and end.
pub(super) struct LineEnds {
    /// For each line, where it begins.
    pub(super) tails: Vec<i32>,
    /// For each line, where it ends.
    pub(super) heads: Vec<i32>,
}

/// The ends of all lines. At each side they are in the order of what is at their other ends.
pub(super) fn line_ends(items: &[Item], strands: &[Strand], middles: &[i32]) -> LineEnds {
    // For each side of an item, its ports, with the heights that the lines come from.
    let mut sides: BTreeMap<(usize, bool), PortsOfSide<'_>> = BTreeMap::new();
    for (at, strand) in strands.iter().enumerate() {
        let (tail, head) = ports(strand);
        let ways = (beside(strand, strand.from), beside(strand, strand.to));
        for ((side, port), other) in [(tail, ways.0), (head, ways.1)] {
            let ports = sides.entry(side).or_default();
            ports.entry(port).or_insert_with(|| (Vec::new(), at)).0.push(middles[other]);
        }
    }
    let mut places: BTreeMap<((usize, bool), Port<'_>), i32> = BTreeMap::new();
    for (side, ports) in sides {
        let mean = |heights: &[i32]| {
            heights.iter().sum::<i32>() / i32::try_from(heights.len()).unwrap_or(1).max(1)
        };
        // Lines between the same two items are in the same order at both.
        let mut order: Vec<(i32, usize, Port<'_>)> =
            ports.into_iter().map(|(port, (heights, at))| (mean(&heights), at, port)).collect();
        order.sort_unstable();
        let count = i32::try_from(order.len()).unwrap_or(i32::MAX);
        let item = &items[side.0];
        let between = item.port.min((item.height - 2) / count.max(1));
        for (at, (_, _, port)) in (0..).zip(order) {
            let place = middles[side.0] + (2 * at - count + 1) * between / 2;
            places.insert((side, port), place);
        }
    }
    let place = |end: ((usize, bool), _)| places.get(&end).copied().unwrap_or_default();
    LineEnds {
        tails: strands.iter().map(|strand| place(ports(strand).0)).collect(),
        heads: strands.iter().map(|strand| place(ports(strand).1)).collect(),
    }
}

type PortOfItem<'a> = ((usize, bool), Port<'a>);

/// The ports where a line begins and ends: the item, whether it is its right side, and the port.
fn ports(strand: &Strand) -> (PortOfItem<'_>, PortOfItem<'_>) {
    let goes_right = strand.goes_right();
    let tail = ((strand.from, goes_right), (true, strand.kind, strand.word.as_str()));
    let head = ((strand.to, !goes_right), (false, strand.kind, ""));
    (tail, head)
}

/// The next item on the way of a line from one of its ends.
fn beside(strand: &Strand, end: usize) -> usize {
    let way = &strand.way;
    let next = if way.first() == Some(&end) { way.get(1) } else { way.iter().rev().nth(1) };
    next.copied().unwrap_or(end)
}
