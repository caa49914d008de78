//! Where everything is in a picture of a graph. Data goes in and data comes out.
//!
//! Each group of related jobs is a panel: its nodes are in layers from left to right, in the order of
//! the columns, and what one has an effect on is in a later layer. Jobs without relations are lists.

mod gaps;
mod heights;
mod layer_order;
mod layers;
mod line_drawing;
mod packing;
mod panel;
mod panel_items;
mod panel_rows;
mod parts;
mod ports;
mod single_lists;
mod twins;

use crate::assess::graph::{Column, EdgeKind, Graph, Groups};

/// The size of the names, in pixels.
pub(super) const NAME_SIZE: i32 = 12;

/// The size of the words of lines.
pub(super) const WORD_SIZE: i32 = 10;

/// The widest content of a picture.
const MOST_WIDE: i32 = 1560;

/// The narrowest, so that there is room for the legend.
const LEAST_WIDE: i32 = 620;

/// The space between panels.
const BETWEEN: i32 = 14;

/// A picture of a graph, without a heading.
#[derive(Debug, Default)]
pub(super) struct GraphPicture {
    /// The width of the content.
    pub(super) width: i32,
    /// The height of the panels.
    pub(super) panels_height: i32,
    /// The groups of related jobs, each with its left upper corner.
    pub(super) panels: Vec<(i32, i32, Panel)>,
    /// The height of the lists.
    pub(super) lists_height: i32,
    /// The jobs without relations, by columns. The vertical places begin at the lists.
    pub(super) lists: Vec<SingleList>,
}

/// A group of related jobs.
#[derive(Debug, Default)]
pub(super) struct Panel {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The names of the columns, each with its left end and its base line.
    pub(super) captions: Vec<(i32, i32, Column)>,
    /// Vertical lines between columns: horizontal place, upper end, lower end.
    pub(super) separators: Vec<(i32, i32, i32)>,
    /// Frames around boxes that the same lines lead to.
    pub(super) frames: Vec<PlacedFrame>,
    pub(super) boxes: Vec<PlacedBox>,
    /// The names of nodes that are in another panel.
    pub(super) references: Vec<PlacedBox>,
    pub(super) lines: Vec<PlacedLine>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A frame around boxes that the same lines lead to.
#[derive(Debug)]
pub(super) struct PlacedFrame {
    pub(super) area: Area,
    /// The indexes of the nodes.
    pub(super) nodes: Vec<usize>,
}

/// A node in its place.
#[derive(Debug)]
pub(super) struct PlacedBox {
    /// The index of the node.
    pub(super) node: usize,
    pub(super) area: Area,
    /// The name, shortened to fit.
    pub(super) label: String,
    /// What else there is room for.
    pub(super) note: Option<String>,
}

/// A relation in its place.
#[derive(Debug)]
pub(super) struct PlacedLine {
    pub(super) kind: EdgeKind,
    /// The indexes of the nodes where it begins and ends.
    pub(super) from: Vec<usize>,
    pub(super) to: Vec<usize>,
    /// The indexes of the edges.
    pub(super) edges: Vec<usize>,
    /// From where it goes.
    pub(super) start: (i32, i32),
    /// How it goes on.
    pub(super) stretches: Vec<Stretch>,
    /// Whether it comes to its end from the left.
    pub(super) goes_right: bool,
    /// The word, and the left end of its base line.
    pub(super) word: Option<(i32, i32, String)>,
}

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// A straight line to a point.
    Straight(i32, i32),
    /// A curve to a point, which begins and ends horizontally.
    Curve(i32, i32),
}

impl Stretch {
    /// Where it ends.
    pub(super) fn end(self) -> (i32, i32) {
        match self {
            Self::Straight(x, y) | Self::Curve(x, y) => (x, y),
        }
    }
}

/// The jobs without relations in a column.
#[derive(Debug)]
pub(super) struct SingleList {
    pub(super) column: Column,
    pub(super) x: i32,
    pub(super) boxes: Vec<PlacedBox>,
}

/// The picture of a graph.
pub(super) fn picture(graph: &Graph) -> GraphPicture {
    let groups = Groups::of(graph);
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for (at, edge) in graph.edges.iter().enumerate() {
        edges[edge.from].push(at);
    }
    let panels: Vec<Panel> =
        groups.related.iter().flat_map(|group| panel::panels(graph, group, &edges)).collect();
    let width = width(&panels, groups.single.len());
    let sizes: Vec<(i32, i32)> = panels.iter().map(|panel| (panel.width, panel.height)).collect();
    let (places, panels_height) = packing::pack(&sizes, width, BETWEEN);
    let panels = places.into_iter().zip(panels).map(|((x, y), panel)| (x, y, panel)).collect();
    let (lists, lists_height) = single_lists::lists(graph, &groups.single, width);
    GraphPicture { width, panels_height, panels, lists_height, lists }
}

/// The width at which the picture is about as wide as a screen.
fn width(panels: &[Panel], singles: usize) -> i32 {
    let area = |panel: &Panel| f64::from(panel.width + BETWEEN) * f64::from(panel.height + BETWEEN);
    let of_singles = f64::from(u32::try_from(singles).unwrap_or(u32::MAX)) * 170.0 * 26.0;
    let all = panels.iter().map(area).sum::<f64>() * 1.15 + of_singles;
    let widest = panels.iter().map(|panel| panel.width).max().unwrap_or(0);
    #[expect(clippy::cast_possible_truncation, reason = "it is limited")]
    let screen = (all * 1.6).sqrt().min(f64::from(MOST_WIDE)) as i32;
    screen.max(widest).clamp(LEAST_WIDE, MOST_WIDE)
}
