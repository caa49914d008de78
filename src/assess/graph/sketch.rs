//! A graph that is being drawn.

use std::collections::BTreeMap;

use super::{Column, EdgeKind, Graph, GraphEdge, GraphNode, GraphView, NodeKind, SourcePlace};
use crate::text::source::{Sources, Span};

/// The words of an edge, and where they are written.
type Evidence = (Vec<String>, Vec<SourcePlace>);

/// A graph that is being drawn: each node once, by its `id`, and each edge once.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    pub(super) nodes: Vec<GraphNode>,
    by_id: BTreeMap<String, usize>,
    edges: BTreeMap<(usize, usize, EdgeKind), Evidence>,
}

impl Sketch {
    /// The node of this name, which is added if it is not there.
    pub(super) fn node(&mut self, kind: NodeKind, name: &str) -> usize {
        let id = format!("{}:{name}", kind.name());
        if let Some(&node) = self.by_id.get(&id) {
            return node;
        }
        self.add(GraphNode {
            id,
            kind,
            name: name.to_owned(),
            column: Column::ByEvent,
            job: None,
            unit: None,
            effort: None,
            place: None,
            starts: None,
            stops: None,
        })
    }

    /// The node of this name, if it is there.
    pub(super) fn existing(&self, kind: NodeKind, name: &str) -> Option<usize> {
        self.by_id.get(&format!("{}:{name}", kind.name())).copied()
    }

    /// Adds a node.
    pub(super) fn add(&mut self, node: GraphNode) -> usize {
        self.by_id.insert(node.id.clone(), self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds an edge, or adds to the one that is there.
    pub(super) fn edge(
        &mut self,
        (from, to): (usize, usize),
        kind: EdgeKind,
        word: &str,
        places: impl IntoIterator<Item = SourcePlace>,
    ) {
        let (words, all) = self.edges.entry((from, to, kind)).or_default();
        if !word.is_empty() && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
        all.extend(places);
    }

    /// The ends of the edges by which one brings the other about.
    pub(super) fn starting(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = self.edges.keys().filter(|(_, _, kind)| kind.is_start());
        pairs.map(|&(from, to, _)| (from, to))
    }

    /// The graph, with a column for each node that is not a box: where what it starts is.
    pub(super) fn finish(mut self, view: GraphView) -> Graph {
        self.place_others();
        let edges = self.edges.into_iter().map(|((from, to, kind), (words, mut places))| {
            places.sort();
            places.dedup();
            GraphEdge { from, to, kind, words, places }
        });
        Graph { view, nodes: self.nodes, edges: edges.collect() }
    }

    /// An event that jobs emit is where the first of them is. What else is not a box is where the
    /// first is that it has an effect on.
    fn place_others(&mut self) {
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut emitted: Vec<Option<Column>> = vec![None; self.nodes.len()];
        for &(from, to, kind) in self.edges.keys() {
            after[from].push(to);
            if kind == EdgeKind::Emits {
                let column = self.nodes[from].column;
                emitted[to] = Some(emitted[to].map_or(column, |other| other.min(column)));
            }
        }
        // A join is added after what leads to it.
        for node in (0..self.nodes.len()).rev() {
            if self.nodes[node].kind.is_box() {
                continue;
            }
            let after = after[node].iter().map(|&other| self.nodes[other].column).min();
            self.nodes[node].column = emitted[node].or(after).unwrap_or(Column::ByEvent);
        }
    }
}

/// The line of a place.
pub(super) fn source_place(sources: &Sources, span: Span) -> SourcePlace {
    let source = sources.get(span.origin);
    SourcePlace { path: source.path().to_owned(), line: source.position(span.start).line }
}
