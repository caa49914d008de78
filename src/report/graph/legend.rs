//! The legend of a picture: what occurs in it, and what that means.

use super::text_width::text_width;
use crate::assess::effort::Effort;
use crate::assess::graph::{EdgeKind, Graph, GraphView, Joining, NodeKind, OutsideKind};

/// The size of the text.
const SIZE: i32 = 11;

/// An entry of the legend in its place.
#[derive(Debug)]
pub(super) struct Legend {
    pub(super) x: i32,
    pub(super) row: i32,
    /// The width of the example.
    pub(super) sample: i32,
    /// The line; `None` for a node.
    pub(super) edge: Option<EdgeKind>,
    /// The node.
    pub(super) kind: NodeKind,
    /// The classes of the node.
    pub(super) class: String,
    pub(super) text: &'static str,
}

/// The entries, and the number of rows that they take.
pub(super) fn legend(graph: &Graph, wide: i32, has_references: bool) -> (Vec<Legend>, i32) {
    let (mut found, mut x, mut row) = (Vec::new(), 0, 0);
    let has_edge = |kind| graph.edges.iter().any(|edge| edge.kind == kind);
    let lines = EdgeKind::ALL.into_iter().filter(|&kind| has_edge(kind));
    let lines =
        lines.map(|kind| (Some(kind), NodeKind::Job, String::new(), meaning(kind, graph.view)));
    let has_node = |is: fn(NodeKind) -> bool| graph.nodes.iter().any(|node| is(node.kind));
    let (event, outside) = match graph.view {
        GraphView::Upstart => ("an event of jobs or people", "is not in the directory"),
        GraphView::Systemd => ("a unit for an event", "is not the unit of a job"),
    };
    let event = (NodeKind::Event, "event", event);
    let outside = (NodeKind::Outside(OutsideKind::Event), "outside", outside);
    let shapes = [
        (has_node(|kind| kind == NodeKind::Event), event),
        (has_node(NodeKind::is_outside), outside),
        (has_references, (NodeKind::Join(Joining::And), "reference", "is in another frame")),
    ];
    let shapes = shapes.into_iter().filter(|(occurs, _)| *occurs);
    let shapes = shapes.map(|(_, (kind, class, text))| (None, kind, class.to_owned(), text));
    let has_class = |effort| graph.boxes().any(|node| node.effort == effort);
    let classes =
        Effort::ALL.into_iter().map(Some).chain([None]).filter(|&effort| has_class(effort));
    let classes = classes.map(|effort| {
        let name = effort.map_or("not-chosen", Effort::name).replace(' ', "-");
        (None, NodeKind::Job, format!("job {name}"), class_meaning(effort))
    });
    let entries: Vec<_> = lines.chain(shapes).chain(classes).collect();
    for (edge, kind, class, text) in entries {
        let sample = if edge.is_some() { 34 } else { 24 };
        let width = sample + 6 + text_width(text, SIZE);
        if x > 0 && x + width > wide {
            (x, row) = (0, row + 1);
        }
        found.push(Legend { x, row, sample, edge, kind, class, text });
        x += width + 20;
    }
    (found, row + 1)
}

fn meaning(kind: EdgeKind, view: GraphView) -> &'static str {
    match (kind, view) {
        (EdgeKind::Bound, GraphView::Upstart) => "starts and stops with it",
        (EdgeKind::Bound, GraphView::Systemd) => "starts and stops with it (PartOf=, BindsTo=)",
        (EdgeKind::Starts, GraphView::Upstart) => "starts it",
        (EdgeKind::Starts, GraphView::Systemd) => "starts it (Wants=, WantedBy=)",
        (EdgeKind::StartsByScript, GraphView::Upstart) => "starts it in a script",
        (EdgeKind::StartsByScript, GraphView::Systemd) => "starts it by a command",
        (EdgeKind::Emits, GraphView::Upstart) => "emits it",
        (EdgeKind::Emits, GraphView::Systemd) => "starts the unit of an event",
        (EdgeKind::Stops, GraphView::Upstart) => "stops it",
        (EdgeKind::Stops, GraphView::Systemd) => "stops it (Conflicts=, PartOf=)",
        (EdgeKind::StopsByScript, _) => "stops it in a script",
        (EdgeKind::Orders, _) => "is before it (After=, Before=)",
    }
}

fn class_meaning(effort: Option<Effort>) -> &'static str {
    match effort {
        Some(Effort::NotNeeded) => "not needed: stays with the distribution",
        Some(Effort::Automatic) => "automatic: carries over as it is",
        Some(Effort::Look) => "look: something differs",
        Some(Effort::Hand) => "hand: something is left to write",
        Some(Effort::Refused) => "refused: there is no unit",
        None => "not chosen",
    }
}
