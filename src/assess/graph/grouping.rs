//! Which nodes of a graph belong together.

use super::{Graph, NodeKind, Precedence, topological};

/// The nodes of a graph, in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// The groups with two jobs or more, by the indexes of their nodes. The group with the most jobs
    /// is first, and in a group causes are before effects. What is outside is in each group that it
    /// has an effect on.
    pub related: Vec<Vec<usize>>,
    /// The jobs that are in no group.
    pub single: Vec<usize>,
}

impl Groups {
    /// The groups of a graph.
    pub fn of(graph: &Graph) -> Self {
        let of_node = roots(graph);
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
        for (node, &root) in of_node.iter().enumerate() {
            if !graph.nodes[node].kind.is_outside() {
                groups[root].push(node);
            }
        }
        // What is outside comes along with what it has an effect on.
        let mut outside: Vec<(usize, usize)> = Vec::new();
        for edge in &graph.edges {
            for (here, there) in [(edge.from, edge.to), (edge.to, edge.from)] {
                if graph.nodes[here].kind.is_outside() && !graph.nodes[there].kind.is_outside() {
                    outside.push((of_node[there], here));
                }
            }
        }
        outside.sort_unstable();
        outside.dedup();
        for (root, node) in outside {
            groups[root].push(node);
        }
        let jobs = |group: &[usize]| {
            group.iter().filter(|&&node| graph.nodes[node].kind == NodeKind::Job).count()
        };
        let mut found = Self::default();
        for group in groups {
            match jobs(&group) {
                0 => {}
                1 => found
                    .single
                    .extend(group.iter().filter(|&&node| graph.nodes[node].kind == NodeKind::Job)),
                _ => found.related.push(group),
            }
        }
        found.single.sort_unstable();
        found.related.sort_by_key(|group| (usize::MAX - jobs(group), group.first().copied()));
        in_order(graph, &mut found.related);
        found
    }
}

/// For each node, the smallest index of those that it is connected to.
fn roots(graph: &Graph) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..graph.nodes.len()).collect();
    for edge in &graph.edges {
        let is_outside = |node: usize| graph.nodes[node].kind.is_outside();
        if !is_outside(edge.from) && !is_outside(edge.to) {
            let (first, second) = (root(&mut parents, edge.from), root(&mut parents, edge.to));
            parents[first.max(second)] = first.min(second);
        }
    }
    (0..graph.nodes.len()).map(|node| root(&mut parents, node)).collect()
}

fn root(parents: &mut [usize], node: usize) -> usize {
    let mut at = node;
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

/// Sorts each group so that causes are before effects.
fn in_order(graph: &Graph, groups: &mut [Vec<usize>]) {
    let mut of_nodes: Vec<Vec<Precedence>> = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        let arc = Precedence { from: edge.from, to: edge.to, is_strong: edge.kind.is_start() };
        of_nodes[edge.from].push(arc);
    }
    let mut places = vec![usize::MAX; graph.nodes.len()];
    for group in groups {
        group.sort_by_key(|&node| (graph.nodes[node].column, node));
        for (place, &node) in group.iter().enumerate() {
            places[node] = place;
        }
        let arcs: Vec<Precedence> = group
            .iter()
            .flat_map(|&node| &of_nodes[node])
            .map(|arc| Precedence { from: places[arc.from], to: places[arc.to], ..*arc })
            .collect();
        let order = topological(group.len(), &arcs);
        let sorted: Vec<usize> = order.into_iter().map(|place| group[place]).collect();
        for &node in &*group {
            places[node] = usize::MAX;
        }
        *group = sorted;
    }
}
