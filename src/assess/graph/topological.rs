//! An order in which causes come before effects.

use std::collections::BTreeSet;

/// A step from one thing to another, by their indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precedence {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Whether it matters more than others. Where there is a circle, one that does not is left out.
    pub is_strong: bool,
}

/// All indexes below `count`, so that an arc goes forward as far as there is no circle. Of those
/// that might be next, the smallest is. Arcs with other indexes are ignored.
pub fn topological(count: usize, arcs: &[Precedence]) -> Vec<usize> {
    let mut after: Vec<Vec<(usize, bool)>> = vec![Vec::new(); count];
    let mut causes: Vec<Vec<usize>> = vec![Vec::new(); count];
    let (mut before, mut strongly_before) = (vec![0_usize; count], vec![0_usize; count]);
    for &Precedence { from, to, is_strong } in arcs {
        if from != to && from < count && to < count {
            after[from].push((to, is_strong));
            before[to] += 1;
            strongly_before[to] += usize::from(is_strong);
            if is_strong {
                causes[to].push(from);
            }
        }
    }
    let with_none =
        |counts: &[usize]| (0..count).filter(|&at| counts[at] == 0).collect::<BTreeSet<_>>();
    let (mut ready, mut nearly) = (with_none(&before), with_none(&strongly_before));
    let mut left: BTreeSet<usize> = (0..count).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(next) = ready
        .first()
        .or_else(|| nearly.first())
        .copied()
        .or_else(|| Some(first_of_circle(*left.first()?, &causes, &left)))
    {
        for those in [&mut ready, &mut nearly, &mut left] {
            those.remove(&next);
        }
        order.push(next);
        for &(other, is_strong) in &after[next] {
            before[other] -= 1;
            strongly_before[other] -= usize::from(is_strong);
            if left.contains(&other) {
                if before[other] == 0 {
                    ready.insert(other);
                }
                if strongly_before[other] == 0 {
                    nearly.insert(other);
                }
            }
        }
    }
    order
}

/// The smallest index of a circle that leads to an index. All that are left have a cause that is
/// left.
fn first_of_circle(start: usize, causes: &[Vec<usize>], left: &BTreeSet<usize>) -> usize {
    let (mut at, mut way, mut seen) = (start, Vec::new(), BTreeSet::new());
    while seen.insert(at) {
        way.push(at);
        let Some(&cause) = causes[at].iter().find(|cause| left.contains(cause)) else { return at };
        at = cause;
    }
    let circle = way.into_iter().skip_while(|&node| node != at);
    circle.min().unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(count: usize, arcs: &[(usize, usize, bool)]) -> Vec<usize> {
        let arcs: Vec<Precedence> =
            arcs.iter().map(|&(from, to, is_strong)| Precedence { from, to, is_strong }).collect();
        topological(count, &arcs)
    }

    #[test]
    fn causes_come_first() {
        assert_eq!(order(3, &[]), [0, 1, 2]);
        assert_eq!(order(3, &[(2, 0, true), (1, 0, false)]), [1, 2, 0]);
        assert_eq!(order(2, &[(0, 0, true), (1, 0, true), (0, 7, true)]), [1, 0]);
    }

    #[test]
    fn a_circle_is_opened_where_it_matters_least() {
        assert_eq!(order(3, &[(0, 1, false), (1, 2, true), (2, 0, true)]), [1, 2, 0]);
        assert_eq!(order(3, &[(2, 1, true), (1, 2, true), (2, 0, true)]), [1, 2, 0]);
    }

    #[test]
    fn what_a_circle_leads_to_is_after_it() {
        let arcs = [(1, 0, true), (1, 2, true), (2, 3, true), (3, 1, true)];
        assert_eq!(order(4, &arcs), [1, 0, 2, 3]);
    }
}
