//! Graphs as a picture for browsers.

use maud::{Markup, PreEscaped, html};

use super::graph_words::{heading, line_title, node_title, section};
use super::layout::{
    Area, GraphPicture, Panel, PlacedBox, PlacedLine, SingleList, Stretch, picture,
};
use super::legend::{Legend, legend};
use crate::assess::effort::Effort;
use crate::assess::graph::{EdgeKind, Graph, NodeKind};

/// The colours and lines of all pictures. The names of classes are below `graph`, so that a page that
/// has the picture keeps its own.
const STYLE: &str = include_str!("graph.css");

/// The space around the content.
const MARGIN: i32 = 20;

/// The heights of the heading, of a row of the legend, and of the heading of a section.
const HEADING: i32 = 34;
const LEGEND_ROW: i32 = 22;
const SECTION: i32 = 26;

/// The address of the text about a job, such as `#job-nginx`; `None` if there is none.
pub type Links<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The picture of a graph, in one element `svg`.
pub fn svg(graph: &Graph, links: Links<'_>) -> String {
    svg_of_all(std::slice::from_ref(graph), links)
}

/// The picture of several graphs, below each other.
pub fn svg_of_all(graphs: &[Graph], links: Links<'_>) -> String {
    let graphs: Vec<Graph> = graphs.iter().map(Graph::without_implied_orders).collect();
    let drawn: Vec<(&Graph, GraphPicture)> =
        graphs.iter().map(|graph| (graph, picture(graph))).collect();
    let wide = drawn.iter().map(|(_, picture)| picture.width).max().unwrap_or(0);
    let mut y = MARGIN;
    let mut parts = Vec::new();
    for (graph, picture) in &drawn {
        let mut canvas = Canvas { graph, links, x: MARGIN, y };
        parts.push(canvas.graph(picture, wide));
        y = canvas.y + MARGIN;
    }
    let (width, height) = (wide + 2 * MARGIN, y);
    let title: Vec<String> = graphs.iter().map(heading).collect();
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" width=(width) height=(height)
            viewBox={ "0 0 " (width) " " (height) } {
            title { (title.join("; ")) }
            style { (PreEscaped(STYLE)) }
            rect class="paper" width=(width) height=(height) {}
            @for part in &parts { (part) }
        }
    };
    // Each node and line is a line of the text.
    picture.into_string().replace("</g>", "</g>\n") + "\n"
}

/// Where a graph is drawn.
struct Canvas<'a> {
    graph: &'a Graph,
    links: Links<'a>,
    x: i32,
    y: i32,
}

impl Canvas<'_> {
    fn graph(&mut self, picture: &GraphPicture, wide: i32) -> Markup {
        let (x, top) = (self.x, self.y + 14);
        self.y += HEADING;
        let legend_top = self.y;
        let has_references = picture.panels.iter().any(|(.., panel)| !panel.references.is_empty());
        let (signs, rows) = legend(self.graph, wide, has_references);
        self.y += rows * LEGEND_ROW + 8;
        let signs = html! { @for sign in &signs { (self.sign(sign, legend_top)) } };
        let panels = self.panels(picture);
        let lists = self.lists(picture);
        html! {
            text class="heading" x=(x) y=(top) { (heading(self.graph)) }
            (signs)
            (panels)
            (lists)
        }
    }

    /// An entry of the legend.
    fn sign(&self, sign: &Legend, top: i32) -> Markup {
        let (x, y) = (self.x + sign.x, top + sign.row * LEGEND_ROW);
        let line = |kind: EdgeKind| {
            let line = PlacedLine {
                kind,
                from: Vec::new(),
                to: Vec::new(),
                edges: Vec::new(),
                start: (x, y + 8),
                stretches: vec![Stretch::Straight(x + sign.sample, y + 8)],
                goes_right: true,
                word: None,
            };
            html! { g class={ "sample " (kind.name()) } { (paths(&line, (0, 0))) } }
        };
        let area = Area { x, y: y + 1, width: sign.sample, height: 14 };
        html! {
            @match sign.edge {
                Some(kind) => (line(kind)),
                None => g class={ "sample " (sign.class) } { (outline(sign.kind, area)) },
            }
            text class="legend" x=(x + sign.sample + 6) y=(y + 12) { (sign.text) }
        }
    }

    fn panels(&mut self, picture: &GraphPicture) -> Markup {
        if picture.panels.is_empty() {
            return html! {};
        }
        let (x, title) = (self.x, self.y + 12);
        self.y += SECTION;
        let (left, top) = (self.x, self.y);
        self.y += picture.panels_height + MARGIN;
        html! {
            text class="section" x=(x) y=(title) { (section(true)) }
            @for (x, y, panel) in &picture.panels { (self.panel(panel, (left + x, top + y))) }
        }
    }

    fn panel(&self, panel: &Panel, (x, y): (i32, i32)) -> Markup {
        html! {
            rect class="panel" x=(x) y=(y) width=(panel.width) height=(panel.height) rx="6" {}
            @for &(left, base, column) in &panel.captions {
                text class="caption" x=(x + left) y=(y + base) { (column.title()) }
            }
            @for &(at, from, to) in &panel.separators {
                path class="separator" d={ "M" (x + at) " " (y + from) "V" (y + to) } {}
            }
            @for line in &panel.lines { (self.line(line, (x, y))) }
            @for frame in &panel.frames {
                rect class="frame" data-nodes=(numbers(&frame.nodes)) x=(x + frame.area.x)
                    y=(y + frame.area.y) width=(frame.area.width) height=(frame.area.height) rx="5" {}
            }
            @for placed in &panel.boxes { (self.node(placed, (x, y))) }
            @for placed in &panel.references { (self.reference(placed, (x, y))) }
        }
    }

    fn lists(&mut self, picture: &GraphPicture) -> Markup {
        if picture.lists.is_empty() {
            return html! {};
        }
        let (x, title) = (self.x, self.y + 12);
        self.y += SECTION;
        let (left, top) = (self.x, self.y);
        self.y += picture.lists_height;
        html! {
            text class="section" x=(x) y=(title) { (section(false)) }
            @for SingleList { column, x, boxes } in &picture.lists {
                text class="caption" x=(left + x) y=(top + 12) { (column.title()) }
                @for placed in boxes { (self.node(placed, (left, top))) }
            }
        }
    }

    /// A node with its name.
    fn node(&self, placed: &PlacedBox, (left, top): (i32, i32)) -> Markup {
        let node = &self.graph.nodes[placed.node];
        let Area { x, y, width, height } = placed.area;
        let area = Area { x: left + x, y: top + y, width, height };
        let base = area.y + height / 2 + 4;
        let middle = area.x + width / 2;
        let shape = html! {
            g class=(node_class(node.kind, node.effort)) data-node=(placed.node) {
                title { (node_title(node)) }
                (outline(node.kind, area))
                @match node.kind {
                    NodeKind::Job => text x=(area.x + 9) y=(base) { (placed.label) },
                    _ => text x=(middle) y=(base) { (placed.label) },
                }
                @if let Some(note) = &placed.note {
                    text class="note" x=(area.x + width - 8) y=(base) text-anchor="end" { (note) }
                }
            }
        };
        match node.job.as_deref().and_then(self.links) {
            Some(link) => html! { a href=(link) { (shape) } },
            None => shape,
        }
    }

    /// The name of a node that is in another panel.
    fn reference(&self, placed: &PlacedBox, (left, top): (i32, i32)) -> Markup {
        let node = &self.graph.nodes[placed.node];
        let Area { x, y, width, height } = placed.area;
        let shape = html! {
            g class=(if node.kind == NodeKind::Event { "reference event" } else { "reference" }) data-node=(placed.node) {
                title { (node_title(node)) }
                rect x=(left + x) y=(top + y) width=(width) height=(height) rx=(height / 2) {}
                text x=(left + x + width / 2) y=(top + y + height / 2 + 4) { (placed.label) }
            }
        };
        match node.job.as_deref().and_then(self.links) {
            Some(link) => html! { a href=(link) { (shape) } },
            None => shape,
        }
    }

    fn line(&self, line: &PlacedLine, (left, top): (i32, i32)) -> Markup {
        html! {
            g class={ "line " (line.kind.name()) } data-from=(numbers(&line.from))
                data-to=(numbers(&line.to)) {
                title { (line_title(self.graph, &line.edges)) }
                (paths(line, (left, top)))
                @if let Some((x, y, word)) = &line.word {
                    text class="word" x=(left + x) y=(top + y) { (word) }
                }
            }
        }
    }
}

/// The classes of a node.
fn node_class(kind: NodeKind, effort: Option<Effort>) -> String {
    match kind {
        NodeKind::Job => match effort {
            Some(effort) => format!("job {}", effort.name().replace(' ', "-")),
            None => "job not-chosen".to_owned(),
        },
        NodeKind::Event => "event".to_owned(),
        NodeKind::Outside(_) => "outside".to_owned(),
        NodeKind::Join(_) => "join".to_owned(),
    }
}

/// The shape of a node: a box for a job, a rhombus for an event, a hexagon for what is outside.
fn outline(kind: NodeKind, Area { x, y, width, height }: Area) -> Markup {
    let (right, bottom, middle) = (x + width, y + height, y + height / 2);
    match kind {
        NodeKind::Job => html! {
            rect x=(x) y=(y) width=(width) height=(height) rx="4" {}
        },
        NodeKind::Join(_) => html! {
            rect x=(x) y=(y) width=(width) height=(height) rx=(height / 2) {}
        },
        NodeKind::Event => html! {
            polygon points={ (x) "," (middle) " " (x + width / 2) "," (y) " " (right) "," (middle) " " (x + width / 2) "," (bottom) } {}
        },
        NodeKind::Outside(_) => {
            let slant = 10.min(width / 3);
            html! {
                polygon points={
                    (x) "," (middle) " " (x + slant) "," (y) " " (right - slant) "," (y) " "
                    (right) "," (middle) " " (right - slant) "," (bottom) " " (x + slant) "," (bottom)
                } {}
            }
        }
    }
}

/// A line and its head: an arrow, or a bar where something stops.
fn paths(line: &PlacedLine, (left, top): (i32, i32)) -> Markup {
    let (x, y) = (left + line.start.0, top + line.start.1);
    let mut way = format!("M{x} {y}");
    let mut last = (x, y);
    for stretch in &line.stretches {
        let (x, y) = (left + stretch.end().0, top + stretch.end().1);
        match stretch {
            Stretch::Straight(..) if y == last.1 => way.push_str(&format!("H{x}")),
            Stretch::Straight(..) if x == last.0 => way.push_str(&format!("V{y}")),
            Stretch::Straight(..) => way.push_str(&format!("L{x} {y}")),
            Stretch::Curve(..) => {
                let middle = i32::midpoint(last.0, x);
                way.push_str(&format!("C{middle} {} {middle} {y} {x} {y}", last.1));
            }
        }
        last = (x, y);
    }
    let (x, y) = last;
    let back = if line.goes_right { -1 } else { 1 };
    html! {
        path class="line" d=(way) {}
        @match line.kind {
            EdgeKind::Stops | EdgeKind::StopsByScript => {
                path class="bar" d={ "M" (x + 2 * back) " " (y - 5) "V" (y + 5) } {}
            }
            EdgeKind::Bound => {
                path class="inner" d=(way) {}
                path class="head" d={ "M" (x) " " (y) "l" (9 * back) " -5v10z" } {}
            }
            EdgeKind::Starts | EdgeKind::StartsByScript | EdgeKind::Emits | EdgeKind::Orders => {
                path class="head" d={ "M" (x) " " (y) "l" (8 * back) " -4v8z" } {}
            }
        }
    }
}

/// Indexes of nodes, for those who read the picture with a program.
fn numbers(nodes: &[usize]) -> String {
    let numbers: Vec<String> = nodes.iter().map(usize::to_string).collect();
    numbers.join(" ")
}
