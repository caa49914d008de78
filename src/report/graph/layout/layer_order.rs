//! The order of the items in each layer, so that few lines cross.

/// How often the layers are gone through in each direction.
const SWEEPS: usize = 6;

/// Sorts each layer. `before` and `after` have the neighbours of each item in the layers beside it.
/// Of the orders that sweeps lead to, the one with the fewest crossings is kept.
pub(super) fn sort(layers: &mut Vec<Vec<usize>>, before: &[Vec<usize>], after: &[Vec<usize>]) {
    let mut places = vec![0.0; before.len()];
    for layer in layers.iter() {
        number(layer, &mut places);
    }
    let mut best = (crossings(layers, after, &places), layers.clone());
    for sweep in 0..SWEEPS * 2 {
        let forward = sweep % 2 == 0;
        let beside = if forward { before } else { after };
        let count = layers.len();
        for at in 0..count {
            let layer = &mut layers[if forward { at } else { count - 1 - at }];
            let weights: Vec<(f64, usize)> =
                layer.iter().map(|&item| (mean(item, beside, &places), item)).collect();
            let mut order: Vec<usize> = (0..layer.len()).collect();
            order.sort_by(|&first, &second| weights[first].0.total_cmp(&weights[second].0));
            *layer = order.into_iter().map(|at| weights[at].1).collect();
            number(layer, &mut places);
        }
        let found = crossings(layers, after, &places);
        if found < best.0 {
            best = (found, layers.clone());
        }
    }
    *layers = best.1;
}

/// The places of the items of a layer, from 0 to 1 as far as there are several.
fn number(layer: &[usize], places: &mut [f64]) {
    let mut place = 0.0;
    for &item in layer {
        places[item] = place;
        place += 1.0;
    }
}

/// The mean place of the neighbours, or the own place if there is none.
fn mean(item: usize, beside: &[Vec<usize>], places: &[f64]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for &other in &beside[item] {
        sum += places[other];
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { places[item] }
}

/// The number of pairs of lines that cross, between all layers that are beside each other.
fn crossings(layers: &[Vec<usize>], after: &[Vec<usize>], places: &[f64]) -> usize {
    let mut all = 0;
    for (at, layer) in layers.iter().enumerate() {
        let wide = layers.get(at + 1).map_or(0, Vec::len);
        let mut ends: Vec<usize> = Vec::new();
        for &item in layer {
            let mut of_item: Vec<usize> =
                after[item].iter().map(|&end| whole(places[end])).collect();
            of_item.sort_unstable();
            ends.extend(of_item);
        }
        all += inversions(&ends, wide);
    }
    all
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is a whole number, the place of an item in a layer"
)]
fn whole(place: f64) -> usize {
    place as usize
}

/// The number of pairs whose order is reversed, by a tree of counts (Fenwick).
fn inversions(ends: &[usize], wide: usize) -> usize {
    let mut counts = vec![0_usize; wide + 1];
    let mut all = 0;
    for (seen, &end) in ends.iter().enumerate() {
        let (mut at, mut not_after) = (end + 1, 0);
        while at > 0 {
            not_after += counts[at];
            at &= at - 1;
        }
        all += seen - not_after;
        let mut at = end + 1;
        while at <= wide {
            counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_cross_are_counted() {
        assert_eq!(inversions(&[0, 1, 2], 3), 0);
        assert_eq!(inversions(&[2, 1, 0], 3), 3);
        assert_eq!(inversions(&[1, 0, 1, 0], 2), 3);
    }

    #[test]
    fn a_crossing_is_undone() {
        let mut layers = vec![vec![0, 1], vec![2, 3]];
        let (after, before) =
            (vec![vec![3], vec![2], vec![], vec![]], vec![vec![], vec![], vec![1], vec![0]]);
        sort(&mut layers, &before, &after);
        let found = (layers[0] == [0, 1]) == (layers[1] == [3, 2]);
        assert!(found, "{layers:?}");
    }
}
