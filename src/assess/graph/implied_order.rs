//! Orders that say nothing new.

use std::collections::BTreeSet;

use super::{EdgeKind, Graph, NodeKind};

/// How many relations may be between two units whose order is implied: a unit, the unit of its event,
/// a latch, the unit that joins latches, and the other unit.
const STEPS: usize = 4;

/// The graph without the orders between units that are related anyway, because one of them starts the
/// other one, if only by the units of events. Orders of such units are those of the relation as well.
pub(super) fn without(graph: &Graph) -> Graph {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for edge in graph.edges.iter().filter(|edge| edge.kind.is_start()) {
        after[edge.from].push(edge.to);
    }
    let is_event = |node: usize| graph.nodes[node].kind == NodeKind::Event;
    let leads = |from: usize, to: usize| {
        let (mut reached, mut edge) = (BTreeSet::from([from]), vec![from]);
        for _ in 0..STEPS {
            let next = edge.iter().flat_map(|&node| &after[node]).copied();
            edge = next.filter(|&node| reached.insert(node)).collect();
            if reached.contains(&to) {
                return true;
            }
            // From a job on, it is another relation.
            edge.retain(|&node| is_event(node));
        }
        false
    };
    let mut graph_without = graph.clone();
    graph_without.edges.retain(|edge| {
        let (from, to) = (edge.from, edge.to);
        let is_implied = is_event(from) || is_event(to) || leads(from, to) || leads(to, from);
        edge.kind != EdgeKind::Orders || !is_implied
    });
    graph_without
}
