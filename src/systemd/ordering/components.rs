//! Strongly connected components (Tarjan, 1972), without recursion, because a chain of units may be
//! very long.

/// The components of more than one node among `nodes`. Each is sorted, and they are in the order of
/// their first nodes. `next` returns the neighbour number `at` of a node: `None` after the last,
/// `Some(None)` for a neighbour to skip. `scratch` has an element for each node of the graph; all
/// are zero before and after the call.
pub(super) fn components(
    nodes: &[usize],
    scratch: &mut [usize],
    next: impl Fn(usize, usize) -> Option<Option<usize>>,
) -> Vec<Vec<usize>> {
    /// Marks a node whose component is known.
    const CLOSED: usize = usize::MAX;
    let mut found = Vec::new();
    let mut seen = 0;
    let mut open: Vec<usize> = Vec::new();
    // The path from the root to the current node. Each entry is a node, its number, the lowest
    // number that it reaches, and its next neighbour.
    let mut path: Vec<(usize, usize, usize, usize)> = Vec::new();
    for &root in nodes {
        if scratch[root] != 0 {
            continue;
        }
        let mut enter = Some(root);
        loop {
            if let Some(node) = enter.take() {
                seen += 1;
                scratch[node] = seen;
                open.push(node);
                path.push((node, seen, seen, 0));
            }
            let Some(&mut (node, number, ref mut least, ref mut at)) = path.last_mut() else {
                break;
            };
            if let Some(neighbour) = next(node, *at) {
                *at += 1;
                match neighbour.map(|neighbour| (neighbour, scratch[neighbour])) {
                    None | Some((_, CLOSED)) => {}
                    Some((neighbour, 0)) => enter = Some(neighbour),
                    Some((_, other)) => *least = other.min(*least),
                }
                continue;
            }
            let least = *least;
            path.pop();
            if let Some((.., above, _)) = path.last_mut() {
                *above = least.min(*above);
            }
            if least == number {
                let start = open.iter().rposition(|&other| other == node).unwrap_or_default();
                let mut component = open.split_off(start);
                for &member in &component {
                    scratch[member] = CLOSED;
                }
                if component.len() > 1 {
                    component.sort_unstable();
                    found.push(component);
                }
            }
        }
    }
    for &node in nodes {
        scratch[node] = 0;
    }
    found.sort_unstable();
    found
}
