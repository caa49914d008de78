//! A group in parts that fit on a page. A line that would go from one part to another begins at a
//! reference: the name of a node that is in another part.

use std::collections::{BTreeMap, BTreeSet};

use super::panel_items::{Item, Strand};
use crate::assess::graph::{Graph, GraphEdge, NodeKind};

/// How many lines to jobs that have other lines make a node worth referring to.
const HUB: usize = 4;

/// A part of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupPart {
    /// The indexes of the nodes. Causes are before effects.
    pub(super) nodes: Vec<usize>,
    /// The indexes of the edges between them.
    pub(super) edges: Vec<usize>,
    /// The indexes of the edges that come from other parts.
    pub(super) references: Vec<usize>,
}

impl GroupPart {
    /// A whole group. `edges` has the edges that begin at each node.
    pub(super) fn whole(graph: &Graph, group: &[usize], edges: &[Vec<usize>]) -> Self {
        let of_group: BTreeSet<usize> = group.iter().copied().collect();
        let is_outside = |node: usize| graph.nodes[node].kind.is_outside();
        let within = |edge: &usize| {
            let GraphEdge { from, to, .. } = graph.edges[*edge];
            of_group.contains(&to) && !(is_outside(from) && is_outside(to))
        };
        let edges = group.iter().flat_map(|&node| &edges[node]).copied().filter(within).collect();
        Self { nodes: group.to_vec(), edges, references: Vec::new() }
    }

    /// The part in smaller ones; `None` if it cannot be divided. First the lines of the node with the
    /// most lines are cut, otherwise those from the first layers, as many as fit, to others.
    pub(super) fn divided(
        &self,
        graph: &Graph,
        items: &[Item],
        strands: &[Strand],
        first_layers: Option<usize>,
    ) -> Option<Vec<Self>> {
        // What is outside is in each part that it is related to.
        let is_outside = |node: usize| graph.nodes[node].kind.is_outside();
        let is_cut = |edge: &usize| {
            let GraphEdge { from, to, .. } = graph.edges[*edge];
            let is_join = matches!(graph.nodes[from].kind, NodeKind::Join(_));
            !is_outside(from) && !is_outside(to) && !is_join
        };
        let of_hub = hub(items, strands).into_iter().flatten().filter(is_cut);
        let mut cut: BTreeSet<usize> = of_hub.collect();
        if cut.is_empty() {
            let layers = first_layers?;
            let homes = homes(graph, items, strands);
            let is_first = |item: usize| items[homes[item]].layer < layers;
            let crosses = |strand: &&Strand| is_first(strand.from) != is_first(strand.to);
            let crossing = strands.iter().filter(crosses).flat_map(|strand| &strand.edges);
            cut = crossing.copied().filter(is_cut).collect();
        }
        // References cannot be cut again.
        let (cut, kept): (Vec<usize>, Vec<usize>) =
            self.edges.iter().partition(|edge| cut.contains(edge));
        let references = self.references.iter().copied().chain(cut).collect();
        let is_whole = kept.len() == self.edges.len();
        let parts = connected(graph, &self.nodes, &kept, references);
        (parts.len() > 1 || !is_whole).then_some(parts)
    }
}

/// The item that each item stays with: a join with the job whose condition it is a part of, any other
/// with itself.
fn homes(graph: &Graph, items: &[Item], strands: &[Strand]) -> Vec<usize> {
    let mut homes: Vec<usize> = (0..items.len()).collect();
    let is_join = |item: usize| {
        let kinds = items[item].nodes.iter().map(|&node| graph.nodes[node].kind);
        kinds.into_iter().any(|kind| matches!(kind, NodeKind::Join(_)))
    };
    // Of a join within a join, the outer one is in a later layer.
    let mut joins: Vec<&Strand> = strands.iter().filter(|strand| is_join(strand.from)).collect();
    joins.sort_by_key(|strand| std::cmp::Reverse(items[strand.from].layer));
    for strand in joins {
        homes[strand.from] = homes[strand.to];
    }
    homes
}

/// The edges of the node from which most lines go to nodes that have other lines.
fn hub(items: &[Item], strands: &[Strand]) -> Option<Vec<usize>> {
    let mut beside: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); items.len()];
    for strand in strands.iter().filter(|strand| !items[strand.from].is_reference) {
        beside[strand.from].insert(strand.to);
        beside[strand.to].insert(strand.from);
    }
    let mut of_item: BTreeMap<usize, Vec<&Strand>> = BTreeMap::new();
    for strand in strands {
        if beside[strand.to].len() > 1 && !items[strand.from].is_reference {
            of_item.entry(strand.from).or_default().push(strand);
        }
    }
    let ends = |strands: &[&Strand]| {
        strands.iter().map(|strand| strand.to).collect::<BTreeSet<usize>>().len()
    };
    let (_, most) = of_item
        .into_iter()
        .max_by_key(|(item, strands)| (ends(strands), std::cmp::Reverse(*item)))?;
    (ends(&most) >= HUB)
        .then(|| most.into_iter().flat_map(|strand| strand.edges.iter().copied()).collect())
}

/// The nodes in parts that edges connect. What is outside is in each part that it has an effect on.
fn connected(
    graph: &Graph,
    nodes: &[usize],
    edges: &[usize],
    references: Vec<usize>,
) -> Vec<GroupPart> {
    let is_outside = |node: usize| graph.nodes[node].kind.is_outside();
    let mut beside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &edge in edges {
        let GraphEdge { from, to, .. } = graph.edges[edge];
        beside.entry(from).or_default().push(to);
        beside.entry(to).or_default().push(from);
    }
    let mut part_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut parts: Vec<GroupPart> = Vec::new();
    for &node in nodes.iter().filter(|&&node| !is_outside(node)) {
        if part_of.contains_key(&node) {
            continue;
        }
        let (mut open, number) = (vec![node], parts.len());
        while let Some(next) = open.pop() {
            if !is_outside(next) && part_of.insert(next, number).is_none() {
                open.extend(beside.get(&next).into_iter().flatten().copied());
            }
        }
        parts.push(GroupPart::default());
    }
    let part = |edge: usize| {
        let GraphEdge { from, to, .. } = graph.edges[edge];
        part_of.get(&from).or_else(|| part_of.get(&to)).copied()
    };
    let mut members: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); parts.len()];
    for (&node, &number) in &part_of {
        members[number].insert(node);
    }
    for &edge in edges {
        if let Some(number) = part(edge) {
            parts[number].edges.push(edge);
            members[number].extend([graph.edges[edge].from, graph.edges[edge].to]);
        }
    }
    for edge in references {
        if let Some(&number) = part_of.get(&graph.edges[edge].to) {
            parts[number].references.push(edge);
        }
    }
    let place: BTreeMap<usize, usize> =
        nodes.iter().enumerate().map(|(place, &node)| (node, place)).collect();
    for (part, members) in parts.iter_mut().zip(members) {
        part.nodes = members.into_iter().collect();
        part.nodes.sort_by_key(|node| place.get(node).copied());
    }
    parts
}

/// The parts, of which those with one node go to the part that all of its lines come from, as long as
/// that fits. An event that is only referred to has no part.
pub(super) fn gathered(
    graph: &Graph,
    parts: Vec<GroupPart>,
    fits: &dyn Fn(&GroupPart) -> bool,
) -> Vec<GroupPart> {
    let is_alone = |part: &GroupPart| {
        part.edges.is_empty() && part.nodes.len() == 1 && !part.references.is_empty()
    };
    let (alone, mut gathered): (Vec<GroupPart>, Vec<GroupPart>) =
        parts.into_iter().partition(is_alone);
    gathered.retain(|part| {
        let is_job = |&node: &usize| graph.nodes[node].kind.is_box();
        !part.edges.is_empty() || !part.references.is_empty() || part.nodes.iter().any(is_job)
    });
    let mut part_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, part) in gathered.iter().enumerate() {
        let inside = part.nodes.iter().filter(|&&node| !graph.nodes[node].kind.is_outside());
        part_of.extend(inside.map(|&node| (node, number)));
    }
    // Those with the same lines together: they are one item.
    let mut by_source: BTreeMap<Vec<usize>, Vec<GroupPart>> = BTreeMap::new();
    for part in alone {
        let sources: BTreeSet<usize> =
            part.references.iter().map(|&edge| graph.edges[edge].from).collect();
        by_source.entry(sources.into_iter().collect()).or_default().push(part);
    }
    let mut left = Vec::new();
    for (sources, parts) in by_source {
        let all = parts.into_iter().fold(GroupPart::default(), |mut all, part| {
            all.nodes.extend(part.nodes);
            all.references.extend(part.references);
            all
        });
        let home = match sources.as_slice() {
            [source] => part_of.get(source).copied(),
            _ => None,
        };
        let Some(home) = home else {
            left.push(all);
            continue;
        };
        let mut larger = gathered[home].clone();
        larger.nodes.extend(&all.nodes);
        larger.edges.extend(&all.references);
        if fits(&larger) {
            gathered[home] = larger;
        } else {
            left.push(all);
        }
    }
    gathered.extend(left);
    gathered
}
