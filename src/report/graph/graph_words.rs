//! What a picture of a graph has in words.

use crate::assess::effort::Effort;
use crate::assess::graph::{
    EdgeKind, Graph, GraphEdge, GraphNode, GraphView, Groups, NodeKind, SourcePlace,
};
use crate::report::summary::counted;
use crate::text::list;
use crate::text::visible::visible;

/// The most places that a title names.
const PLACES: usize = 5;

/// One sentence about a graph.
pub(super) fn heading(graph: &Graph) -> String {
    let groups = Groups::of(graph);
    let (boxes, what) = (
        graph.boxes().count(),
        match graph.view {
            GraphView::Upstart => "job",
            GraphView::Systemd => "unit",
        },
    );
    let single = groups.single.len();
    let related = counted(groups.related.len(), "group");
    match (groups.related.len(), single) {
        (0, _) => format!("{}, none of which starts or stops another", counted(boxes, what)),
        (_, 0) => format!("{} in {related}", counted(boxes, what)),
        _ => format!(
            "{}: {} in {related}, {single} without a relation to another",
            counted(boxes, what),
            boxes - single
        ),
    }
}

/// The heading of the groups, or of the lists.
pub(super) fn section(is_related: bool) -> &'static str {
    if is_related { "Related to each other" } else { "Without a relation to another" }
}

/// All about a node, a line each.
pub(super) fn node_title(node: &GraphNode) -> String {
    let mut lines = vec![visible(&node.name)];
    match node.kind {
        NodeKind::Job => {
            if let Some(effort) = node.effort {
                lines.push(format!("class: {}", effort.name()));
            }
            lines.push(format!("first in: {}", node.column.title()));
            if let Some(words) = &node.starts {
                lines.push(format!("starts when {}", visible(words)));
            }
            if let Some(words) = &node.stops {
                lines.push(format!("stops when {}", visible(words)));
            }
            if let Some(unit) = node.unit.as_ref().filter(|unit| **unit != node.name) {
                lines.push(format!("becomes {}", visible(unit)));
            } else if node.effort == Some(Effort::Refused) {
                lines.push("has no unit".to_owned());
            }
            if let Some(SourcePlace { path, line }) = &node.place {
                lines.push(format!("{}:{line}", visible(path)));
            }
        }
        NodeKind::Outside(kind) => {
            let text = node.starts.as_deref().filter(|text| *text != node.name);
            lines.extend(text.map(visible));
            lines.push(format!("not in the directory: {}", kind.name().replace('-', " ")));
        }
        NodeKind::Event => lines.push("event".to_owned()),
        NodeKind::Join(joining) => lines.push(match joining {
            crate::assess::graph::Joining::And => "when all of these have happened".to_owned(),
            crate::assess::graph::Joining::Or => "when one of these has happened".to_owned(),
        }),
    }
    lines.join("\n")
}

/// What lines are about, a line each.
pub(super) fn line_title(graph: &Graph, edges: &[usize]) -> String {
    let edges = edges.iter().filter_map(|&edge| graph.edges.get(edge));
    let lines: Vec<String> = edges.map(|edge| edge_sentence(graph, edge)).collect();
    lines.join("\n")
}

/// A relation as a sentence, with the places where it is written.
pub(super) fn edge_sentence(graph: &Graph, edge: &GraphEdge) -> String {
    let name = |node: usize| {
        let node = &graph.nodes[node];
        match node.kind {
            NodeKind::Join(joining) => format!("`{}`", joining.name()),
            NodeKind::Job | NodeKind::Event | NodeKind::Outside(_) => visible(&node.name),
        }
    };
    let (from, to) = (name(edge.from), name(edge.to));
    let sentence = match edge.kind {
        EdgeKind::Bound => format!("{to} starts and stops with {from}"),
        EdgeKind::Starts => format!("{from} starts {to}"),
        EdgeKind::StartsByScript => format!("a script of {from} starts {to}"),
        EdgeKind::Emits => format!("{from} emits {to}"),
        EdgeKind::Stops => format!("{from} stops {to}"),
        EdgeKind::StopsByScript => format!("a script of {from} stops {to}"),
        EdgeKind::Orders => format!("{from} is before {to}"),
    };
    let other = edge.words.iter().filter(|word| word.as_str() != EdgeKind::Emits.name());
    let words: Vec<String> = other.map(|word| visible(word)).collect();
    let words = if words.is_empty() { String::new() } else { format!(" ({})", list::and(&words)) };
    let places: Vec<String> = edge
        .places
        .iter()
        .map(|SourcePlace { path, line }| format!("{}:{line}", visible(path)))
        .collect();
    let places = match places.as_slice() {
        [] => String::new(),
        some => format!(", {}", list::first(some, PLACES)),
    };
    format!("{sentence}{words}{places}")
}
