//! Jobs of a group that the same lines lead to and from. They are one item, with one line each.

use std::collections::BTreeMap;

use super::parts::GroupPart;
use crate::assess::graph::{Column, EdgeKind, Graph, NodeKind};

/// How many jobs have to be alike to be put together.
const ALIKE: usize = 3;

/// The lines of a node: whether it goes out, the other end, the kind and the words.
type LinesOfNode<'a> = Vec<(bool, usize, EdgeKind, &'a [String])>;

/// The nodes of a part in the same order, those that are alike together.
pub(super) fn items(graph: &Graph, part: &GroupPart) -> Vec<Vec<usize>> {
    let mut lines: BTreeMap<usize, LinesOfNode<'_>> = BTreeMap::new();
    for edge in part.edges.iter().map(|&edge| &graph.edges[edge]) {
        let words = edge.words.as_slice();
        lines.entry(edge.from).or_default().push((true, edge.to, edge.kind, words));
        lines.entry(edge.to).or_default().push((false, edge.from, edge.kind, words));
    }
    for edge in part.references.iter().map(|&edge| &graph.edges[edge]) {
        let line = (false, edge.from, edge.kind, edge.words.as_slice());
        lines.entry(edge.to).or_default().push(line);
    }
    let mut alike: BTreeMap<(Column, &LinesOfNode<'_>), Vec<usize>> = BTreeMap::new();
    for &node in &part.nodes {
        if graph.nodes[node].kind == NodeKind::Job
            && let Some(lines) = lines.get(&node)
        {
            alike.entry((graph.nodes[node].column, lines)).or_default().push(node);
        }
    }
    let mut together: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut is_in_other = vec![false; graph.nodes.len()];
    for mut nodes in alike.into_values().filter(|nodes| nodes.len() >= ALIKE) {
        let Some(&first) = nodes.first() else { continue };
        for &node in nodes.iter().skip(1) {
            is_in_other[node] = true;
        }
        nodes.sort_unstable();
        together.insert(first, nodes);
    }
    let nodes = part.nodes.iter().filter(|&&node| !is_in_other[node]);
    nodes.map(|&node| together.remove(&node).unwrap_or_else(|| vec![node])).collect()
}
