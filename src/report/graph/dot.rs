//! Graphs for the programs of Graphviz.

use super::graph_words::{edge_sentence, heading, node_title};
use crate::assess::effort::Effort;
use crate::assess::graph::{
    Column, EdgeKind, Graph, GraphEdge, GraphNode, GraphView, Groups, NodeKind,
};
use crate::text::visible::visible;

/// The graphs in the language DOT, each a `digraph`. Related jobs are in a cluster for each group, the
/// others in one for each column.
pub fn dot(graphs: &[Graph]) -> String {
    graphs.iter().map(Graph::without_implied_orders).map(|graph| of_graph(&graph)).collect()
}

fn of_graph(graph: &Graph) -> String {
    let name = match graph.view {
        GraphView::Upstart => "upstart",
        GraphView::Systemd => "systemd",
    };
    let groups = Groups::of(graph);
    let mut out = format!("digraph {name} {{\n");
    out.push_str(&format!(
        "  label={}; labelloc=t; rankdir=LR; newrank=true;\n",
        quoted(&heading(graph))
    ));
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, shape=box, height=0.3];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    let mut is_drawn = vec![false; graph.nodes.len()];
    for (number, group) in groups.related.iter().enumerate() {
        out.push_str(&format!("  subgraph cluster_{number} {{\n    color=gray;\n"));
        for &node in group {
            // What is outside may be in several groups.
            if !std::mem::replace(&mut is_drawn[node], true) {
                out.push_str(&node_line(graph, node));
            }
        }
        out.push_str("  }\n");
    }
    for column in Column::ALL {
        let single = groups.single.iter().copied();
        let of_column: Vec<usize> =
            single.filter(|&node| graph.nodes[node].column == column).collect();
        if of_column.is_empty() {
            continue;
        }
        let label = quoted(&format!("{}, without a relation to another", column.title()));
        let name = column.name().replace('-', "_");
        out.push_str(&format!("  subgraph cluster_{name} {{\n    label={label}; color=gray;\n"));
        for node in of_column {
            is_drawn[node] = true;
            out.push_str(&node_line(graph, node));
        }
        out.push_str("  }\n");
    }
    for (node, _) in is_drawn.iter().enumerate().filter(|(_, is_drawn)| !**is_drawn) {
        out.push_str(&node_line(graph, node));
    }
    for edge in &graph.edges {
        out.push_str(&edge_line(graph, edge));
    }
    out.push_str("}\n");
    out
}

fn node_line(graph: &Graph, at: usize) -> String {
    let node = &graph.nodes[at];
    let shape = match node.kind {
        NodeKind::Job => class_style(node),
        NodeKind::Event => "shape=diamond, color=purple",
        NodeKind::Outside(_) => "shape=hexagon",
        NodeKind::Join(_) => "shape=circle, width=0.3, fixedsize=true, fontsize=8",
    };
    let (label, tooltip) = (quoted(&visible(&node.name)), quoted(&node_title(node)));
    format!("    n{at} [label={label}, {shape}, tooltip={tooltip}];\n")
}

/// How the border of a job shows its class.
fn class_style(node: &GraphNode) -> &'static str {
    match node.effort {
        Some(Effort::Automatic) => "color=darkgreen",
        Some(Effort::Look) => "color=darkgoldenrod, style=dashed",
        Some(Effort::Hand) => "color=darkorange, style=dotted, penwidth=2",
        Some(Effort::Refused) => "color=red, penwidth=2",
        Some(Effort::NotNeeded) => "color=gray",
        None => "color=gray, style=dotted",
    }
}

fn edge_line(graph: &Graph, edge: &GraphEdge) -> String {
    let style = match edge.kind {
        EdgeKind::Bound => "color=\"blue:blue\"",
        EdgeKind::Starts => "color=blue",
        EdgeKind::StartsByScript => "color=blue, style=dotted",
        EdgeKind::Emits => "color=purple, style=dashed",
        EdgeKind::Stops => "color=red, arrowhead=tee",
        EdgeKind::StopsByScript => "color=red, style=dotted, arrowhead=tee",
        EdgeKind::Orders => "color=gray, arrowhead=open, constraint=false",
    };
    let words: Vec<String> = edge.words.iter().map(|word| visible(word)).collect();
    let (label, tooltip) = (quoted(&words.join("\n")), quoted(&edge_sentence(graph, edge)));
    let GraphEdge { from, to, .. } = edge;
    format!("  n{from} -> n{to} [label={label}, {style}, tooltip={tooltip}];\n")
}

/// A text as a string of DOT, in which a backslash would begin an escape.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn strings_end_where_they_should() {
        assert_eq!(quoted("a\"; b\\"), r#""a\"; b\\""#);
        assert_eq!(quoted("a\nb"), r#""a\nb""#);
    }
}
