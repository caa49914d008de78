//! Which layer each item of a panel is in.

use crate::assess::graph::Column;

/// A line between two items, by their indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ItemPair {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The layers of items that are sorted so that causes are before effects. Columns follow each other,
/// and each line leads to another layer: to a later one, unless that is in an earlier column or there
/// is a circle.
pub(super) fn layers(columns: &[Column], pairs: &[ItemPair]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&item| (columns[item], item));
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    for &ItemPair { from, to } in pairs.iter().filter(|pair| pair.from != pair.to) {
        let goes_on = (columns[from], from) < (columns[to], to);
        let (first, second) = if goes_on { (from, to) } else { (to, from) };
        before[second].push(first);
        after[first].push(second);
    }
    let mut layers = vec![0_usize; columns.len()];
    let (mut base, mut next, mut column) = (0, 0, None);
    let mut last_of_column: Vec<(Column, usize)> = Vec::new();
    for &item in &order {
        if column != Some(columns[item]) {
            base = next;
            column = Some(columns[item]);
        }
        let after_causes = before[item].iter().map(|&cause| layers[cause] + 1).max();
        layers[item] = after_causes.unwrap_or(0).max(base);
        next = next.max(layers[item] + 1);
        match last_of_column.last_mut() {
            Some((known, last)) if *known == columns[item] => *last = next - 1,
            _ => last_of_column.push((columns[item], next - 1)),
        }
    }
    // What nothing leads to is directly before what it leads to.
    for &item in order.iter().rev().filter(|&&item| before[item].is_empty()) {
        let last = last_of_column.iter().find(|(column, _)| *column == columns[item]);
        let first_effect = after[item].iter().map(|&effect| layers[effect]).min();
        if let (Some((_, last)), Some(first_effect)) = (last, first_effect) {
            layers[item] = layers[item].max(first_effect.saturating_sub(1).min(*last));
        }
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_each_other() {
        use Column::{ByEvent, FileSystems, RunLevel};
        let pair = |from, to| ItemPair { from, to };
        let columns = [FileSystems, RunLevel, RunLevel, RunLevel, ByEvent];
        let pairs = [pair(0, 2), pair(1, 2), pair(2, 3), pair(3, 2), pair(4, 1)];
        assert_eq!(layers(&columns, &pairs), [0, 1, 2, 3, 4]);
        // A socket is next to the job that it starts, not at the beginning.
        assert_eq!(layers(&[RunLevel; 4], &[pair(1, 2), pair(2, 3), pair(0, 3)]), [1, 0, 1, 2]);
    }
}
