//! Graphs as Markdown with diagrams, as GitHub and GitLab draw them.

use super::graph_words::{heading, section};
use crate::assess::effort::Effort;
use crate::assess::graph::{
    Column, EdgeKind, Graph, GraphEdge, GraphNode, GraphView, Groups, NodeKind,
};
use crate::report::summary::counted;
use crate::text::visible::visible;

/// The most lines and characters of a diagram that GitHub draws (Mermaid's `maxEdges` and
/// `maxTextSize`).
const MOST_EDGES: usize = 500;
const MOST_CHARACTERS: usize = 50_000;

/// The longest label, in characters.
const LONGEST: usize = 60;

/// The graphs in Markdown: for each group of related jobs a diagram, then a list of the others.
pub fn mermaid(graphs: &[Graph]) -> String {
    let graphs: Vec<Graph> = graphs.iter().map(Graph::without_implied_orders).collect();
    let parts: Vec<String> = graphs.iter().map(of_graph).collect();
    parts.join("\n")
}

fn of_graph(graph: &Graph) -> String {
    let name = match graph.view {
        GraphView::Upstart => "Jobs",
        GraphView::Systemd => "Units",
    };
    let groups = Groups::of(graph);
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for (at, edge) in graph.edges.iter().enumerate() {
        edges[edge.from].push(at);
    }
    let mut out = format!("## {name}\n\n{}.\n", heading(graph));
    for group in &groups.related {
        out.push_str(&of_group(graph, group, &edges));
    }
    if !groups.single.is_empty() {
        out.push_str(&format!("\n### {}\n\n", section(false)));
    }
    for column in Column::ALL {
        let single = groups.single.iter().map(|&node| &graph.nodes[node]);
        let names: Vec<String> =
            single.filter(|node| node.column == column).map(|node| code(&node.name)).collect();
        if !names.is_empty() {
            out.push_str(&format!("* {}: {}\n", column.title(), names.join(", ")));
        }
    }
    out
}

/// A heading and a diagram, or the reason why there is none.
fn of_group(graph: &Graph, group: &[usize], edges: &[Vec<usize>]) -> String {
    let jobs: Vec<&GraphNode> =
        group.iter().map(|&node| &graph.nodes[node]).filter(|node| node.kind.is_box()).collect();
    let mut places = vec![false; graph.nodes.len()];
    for &node in group {
        places[node] = true;
    }
    let edges: Vec<&GraphEdge> = group
        .iter()
        .flat_map(|&node| &edges[node])
        .map(|&edge| &graph.edges[edge])
        .filter(|edge| places[edge.to])
        .collect();
    let first = jobs.first().map_or_else(String::new, |job| code(&job.name));
    let others = match jobs.len() {
        0 | 1 => String::new(),
        more => format!(" and {}", counted(more - 1, "other")),
    };
    let mut out = format!("\n### {first}{others}\n\n");
    let diagram = diagram(graph, group, &edges);
    let is_drawn = edges.len() <= MOST_EDGES && diagram.chars().count() <= MOST_CHARACTERS;
    if is_drawn {
        out.push_str(&format!("```mermaid\n{diagram}```\n"));
    } else {
        let names: Vec<String> = jobs.iter().map(|job| code(&job.name)).collect();
        out.push_str(&format!(
            "This group is not drawn: it has {} jobs and {} relations, and a diagram may have {MOST_EDGES} \
             relations and {MOST_CHARACTERS} characters. Draw a part of it with `--only JOB --depth 1`, \
             or all of it with `--format svg`. Its jobs are {}.\n",
            jobs.len(),
            edges.len(),
            names.join(", ")
        ));
    }
    out
}

fn diagram(graph: &Graph, group: &[usize], edges: &[&GraphEdge]) -> String {
    let mut out = String::from("flowchart LR\n");
    for &at in group {
        let node = &graph.nodes[at];
        let label = label(&node.name);
        let shape = match node.kind {
            NodeKind::Job => format!("[\"{label}\"]:::{}", class(node.effort)),
            NodeKind::Event => format!("{{\"{label}\"}}"),
            NodeKind::Outside(_) => format!("{{{{\"{label}\"}}}}"),
            NodeKind::Join(_) => format!("((\"{label}\"))"),
        };
        out.push_str(&format!("  n{at}{shape}\n"));
    }
    for edge in edges {
        let line = match edge.kind {
            EdgeKind::Bound => "==>",
            EdgeKind::Starts => "-->",
            EdgeKind::StartsByScript | EdgeKind::Emits => "-.->",
            EdgeKind::Stops => "--x",
            EdgeKind::StopsByScript => "-.-x",
            EdgeKind::Orders => "---",
        };
        let words = match edge.kind {
            EdgeKind::Bound => "bound".to_owned(),
            EdgeKind::Starts
            | EdgeKind::StartsByScript
            | EdgeKind::Emits
            | EdgeKind::Stops
            | EdgeKind::StopsByScript
            | EdgeKind::Orders => edge.words.join(" "),
        };
        let word =
            if words.is_empty() { String::new() } else { format!("|\"{}\"|", label(&words)) };
        out.push_str(&format!("  n{} {line}{word} n{}\n", edge.from, edge.to));
    }
    for (name, style) in CLASSES {
        let is_used = group.iter().any(|&node| {
            let node = &graph.nodes[node];
            node.kind.is_box() && class(node.effort) == name
        });
        if is_used {
            out.push_str(&format!("  classDef {name} {style}\n"));
        }
    }
    out
}

/// The borders of the classes of jobs.
const CLASSES: [(&str, &str); 6] = [
    ("notneeded", "stroke:#818b98"),
    ("automatic", "stroke:#1a7f37,stroke-width:2px"),
    ("look", "stroke:#9a6700,stroke-width:2px,stroke-dasharray:7 2"),
    ("hand", "stroke:#c2500a,stroke-width:3px,stroke-dasharray:3 2"),
    ("refused", "stroke:#c4212c,stroke-width:4px"),
    ("notchosen", "stroke:#818b98,stroke-dasharray:1 3"),
];

fn class(effort: Option<Effort>) -> &'static str {
    match effort {
        Some(Effort::NotNeeded) => "notneeded",
        Some(Effort::Automatic) => "automatic",
        Some(Effort::Look) => "look",
        Some(Effort::Hand) => "hand",
        Some(Effort::Refused) => "refused",
        None => "notchosen",
    }
}

/// A text in a quoted label: what has a meaning there is written by its number (Mermaid, "Entity codes
/// to escape characters").
fn label(text: &str) -> String {
    let text = visible(text);
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            out.push('…');
            break;
        }
        match character {
            '"' | '#' | '&' | '<' | '>' | ';' | '`' | '\\' | '|' | '%' | '*' | '_' | '~' => {
                out.push_str(&format!("#{};", u32::from(character)));
            }
            other => out.push(other),
        }
    }
    out
}

/// A text as code in Markdown.
fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_no_syntax() {
        assert_eq!(label("a\"]-->b"), "a#34;]--#62;b");
        assert_eq!(label(&"a".repeat(99)).chars().count(), LONGEST + 1);
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
