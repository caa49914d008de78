//! Graphs as one JSON object, for other programs.

use serde::Serialize;

use crate::assess::effort::Effort;
use crate::assess::graph::{Graph, GraphEdge, GraphNode, GraphView, SourcePlace};
use crate::report::escape::json_of;
use crate::text::bytes::lossy;

/// The JSON Schema of [`json`].
pub const SCHEMA: &str = include_str!("../schemas/graph.schema.json");

/// The version of the JSON format. A version may gain fields but never loses or changes any.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonGraphs {
    version: u32,
    graphs: Vec<JsonGraph>,
}

#[derive(Serialize)]
struct JsonGraph {
    view: &'static str,
    nodes: Vec<JsonNode>,
    edges: Vec<JsonEdge>,
    components: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct JsonNode {
    id: String,
    kind: &'static str,
    name: String,
    column: &'static str,
    job: Option<String>,
    unit: Option<String>,
    class: Option<&'static str>,
    place: Option<JsonSourcePlace>,
    starts_when: Option<String>,
    stops_when: Option<String>,
}

#[derive(Serialize)]
struct JsonEdge {
    from: String,
    to: String,
    kind: &'static str,
    words: Vec<String>,
    places: Vec<JsonSourcePlace>,
}

#[derive(Serialize)]
struct JsonSourcePlace {
    path: String,
    line: usize,
}

/// The graphs as one JSON object, with a newline at the end.
///
/// # Errors
///
/// Those of writing JSON.
pub fn json(graphs: &[Graph]) -> serde_json::Result<String> {
    let graphs = graphs.iter().map(of_graph).collect();
    Ok(json_of(&JsonGraphs { version: VERSION, graphs })? + "\n")
}

/// The word for a view, on the command line and in JSON.
fn view(view: GraphView) -> &'static str {
    match view {
        GraphView::Upstart => "upstart",
        GraphView::Systemd => "systemd",
    }
}

fn of_graph(graph: &Graph) -> JsonGraph {
    let id = |node: usize| graph.nodes.get(node).map_or_else(String::new, |node| text(&node.id));
    let edges = graph.edges.iter().map(|GraphEdge { from, to, kind, words, places }| JsonEdge {
        from: id(*from),
        to: id(*to),
        kind: kind.name(),
        words: words.iter().map(|word| text(word)).collect(),
        places: places.iter().map(place).collect(),
    });
    let components = graph.components();
    JsonGraph {
        view: view(graph.view),
        nodes: graph.nodes.iter().map(node).collect(),
        edges: edges.collect(),
        components: components
            .iter()
            .map(|jobs| jobs.iter().map(|job| text(job)).collect())
            .collect(),
    }
}

fn node(node: &GraphNode) -> JsonNode {
    let GraphNode { id, kind, name, column, job, unit, effort, place: first, starts, stops } = node;
    let optional = |value: &Option<String>| value.as_deref().map(text);
    JsonNode {
        id: text(id),
        kind: kind.name(),
        name: text(name),
        column: column.name(),
        job: optional(job),
        unit: optional(unit),
        class: effort.map(Effort::name),
        place: first.as_ref().map(place),
        starts_when: optional(starts),
        stops_when: optional(stops),
    }
}

fn place(SourcePlace { path, line }: &SourcePlace) -> JsonSourcePlace {
    JsonSourcePlace { path: text(path), line: *line }
}

fn text(carried: &str) -> String {
    lossy(carried).into_owned()
}
