//! How far down each item of a panel is.

/// How often the layers are gone through in each direction.
const SWEEPS: usize = 5;

/// An item as far as its height matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// The space that it takes, with the space to the next one.
    pub(super) height: i32,
    /// How much it counts that it is where its neighbours are.
    pub(super) weight: f64,
}

/// The middles of all items. In each layer they are in its order and do not overlap, and as far as
/// that allows each is where its neighbours are. The least is half a height.
pub(super) fn middles(
    layers: &[Vec<usize>],
    extents: &[Extent],
    before: &[Vec<usize>],
    after: &[Vec<usize>],
) -> Vec<i32> {
    let mut middles = vec![0.0; extents.len()];
    for layer in layers {
        let mut top = 0.0;
        for &item in layer {
            let height = f64::from(extents[item].height);
            middles[item] = top + height / 2.0;
            top += height;
        }
    }
    let mean = |item: usize, beside: &[&[Vec<usize>]], middles: &[f64]| {
        let others = beside.iter().flat_map(|beside| &beside[item]);
        let (mut sum, mut count) = (0.0, 0.0);
        for &other in others {
            sum += middles[other] * extents[other].weight;
            count += extents[other].weight;
        }
        if count > 0.0 { sum / count } else { middles[item] }
    };
    for sweep in 0..=SWEEPS * 2 {
        // At last each is between both of its sides.
        let beside: &[&[Vec<usize>]] = match sweep {
            last if last == SWEEPS * 2 => &[before, after],
            even if even % 2 == 0 => &[before],
            _ => &[after],
        };
        for at in 0..layers.len() {
            let layer = &layers[if sweep % 2 == 0 { at } else { layers.len() - 1 - at }];
            let wanted: Vec<f64> = layer.iter().map(|&item| mean(item, beside, &middles)).collect();
            let of_layer: Vec<Extent> = layer.iter().map(|&item| extents[item]).collect();
            for (&item, place) in layer.iter().zip(separated(&of_layer, &wanted)) {
                middles[item] = place;
            }
        }
    }
    let top = layers
        .iter()
        .flatten()
        .map(|&item| middles[item] - f64::from(extents[item].height) / 2.0)
        .fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_possible_truncation, reason = "a picture is smaller than that")]
    middles.into_iter().map(|middle| (middle - top).round() as i32).collect()
}

/// The places nearest to those that are wanted, in order and without overlaps: a regression by
/// "pool adjacent violators", on the places less the heights of what is before them.
fn separated(extents: &[Extent], wanted: &[f64]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(extents.len());
    let (mut offset, mut last) = (0.0, 0.0);
    for extent in extents {
        let height = f64::from(extent.height);
        if !offsets.is_empty() {
            offset += f64::midpoint(last, height);
        }
        offsets.push(offset);
        last = height;
    }
    // Pools: the mean, the weight, and the number of items.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((extent, wanted), offset) in extents.iter().zip(wanted).zip(&offsets) {
        let mut pool = (wanted - offset, extent.weight, 1);
        while let Some(&(mean, weight, count)) = pools.last()
            && mean > pool.0
        {
            pools.pop();
            let both = weight + pool.1;
            pool = ((mean * weight + pool.0 * pool.1) / both, both, count + pool.2);
        }
        pools.push(pool);
    }
    let means = pools.into_iter().flat_map(|(mean, _, count)| std::iter::repeat_n(mean, count));
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_near_what_is_wanted_and_apart() {
        let extents = [Extent { height: 10, weight: 1.0 }; 3];
        let apart = |wanted: [f64; 3]| separated(&extents, &wanted);
        assert_eq!(apart([0.0, 50.0, 60.0]), [0.0, 50.0, 60.0]);
        assert_eq!(apart([20.0, 20.0, 20.0]), [10.0, 20.0, 30.0]);
        assert_eq!(apart([30.0, 0.0, 100.0]), [10.0, 20.0, 100.0]);
    }
}
