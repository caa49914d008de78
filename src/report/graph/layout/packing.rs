//! Puts rectangles beside and below each other.

use super::Area;

/// More than all rectangles are high.
const ENDLESS: i32 = i32::MAX / 4;

/// The left upper corners of rectangles, and the height of all. Each is as high up as there is room
/// for it, then as far left, and nothing is wider than `width`. The largest free areas are kept, which
/// overlap each other ("maximal rectangles").
pub(super) fn pack(sizes: &[(i32, i32)], width: i32, between: i32) -> (Vec<(i32, i32)>, i32) {
    // The highest first: low ones fill what is left.
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(sizes[at].1), at));
    let mut places = vec![(0, 0); sizes.len()];
    let mut free = vec![Area { x: 0, y: 0, width: width + between, height: ENDLESS }];
    let mut height = 0;
    for at in order {
        let (wide, high) = (sizes[at].0 + between, sizes[at].1 + between);
        let fits = |area: &&Area| area.width >= wide && area.height >= high;
        // What is wider than all is below all.
        let best = free.iter().filter(fits).min_by_key(|area| (area.y, area.x));
        let (x, y) = best.map_or((0, height + between), |area| (area.x, area.y));
        places[at] = (x, y);
        height = height.max(y + sizes[at].1);
        take(&mut free, Area { x, y, width: wide, height: high });
    }
    (places, height)
}

/// Takes an area out of the free ones.
fn take(free: &mut Vec<Area>, taken: Area) {
    let right = |area: &Area| area.x + area.width;
    let bottom = |area: &Area| area.y + area.height;
    let mut cut: Vec<Area> = Vec::new();
    free.retain(|area| {
        let is_apart = area.x >= right(&taken)
            || right(area) <= taken.x
            || area.y >= bottom(&taken)
            || bottom(area) <= taken.y;
        if !is_apart {
            let parts = [
                Area { width: taken.x - area.x, ..*area },
                Area { x: right(&taken), width: right(area) - right(&taken), ..*area },
                Area { height: taken.y - area.y, ..*area },
                Area { y: bottom(&taken), height: bottom(area) - bottom(&taken), ..*area },
            ];
            cut.extend(parts.into_iter().filter(|part| part.width > 0 && part.height > 0));
        }
        is_apart
    });
    for area in cut {
        let is_in = |other: &Area, area: &Area| {
            other.x <= area.x
                && other.y <= area.y
                && right(other) >= right(area)
                && bottom(other) >= bottom(area)
        };
        if !free.iter().any(|other| is_in(other, &area)) {
            free.retain(|other| !is_in(&area, other));
            free.push(area);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_and_all_fit() {
        let sizes: Vec<(i32, i32)> =
            (0..60).map(|at| (40 + at * 37 % 300, 30 + at * 53 % 170)).collect();
        let (places, height) = pack(&sizes, 800, 10);
        let rectangles: Vec<_> = places.iter().zip(&sizes).collect();
        for (at, ((x, y), (wide, high))) in rectangles.iter().enumerate() {
            assert!(*x >= 0 && x + wide <= 800 && y + high <= height);
            for ((left, top), (width, height)) in rectangles.iter().skip(at + 1) {
                let is_apart = x + wide <= *left
                    || left + width <= *x
                    || y + high <= *top
                    || top + height <= *y;
                assert!(is_apart, "({x}, {y}) and ({left}, {top})");
            }
        }
        let area: i32 = sizes.iter().map(|(wide, high)| wide * high).sum();
        assert!(height * 800 < area * 4 / 3, "{height} is more than is needed");
    }
}
