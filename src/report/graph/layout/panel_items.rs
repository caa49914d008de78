//! What a panel shows: nodes, or several jobs that are alike, and the lines between them.

use std::collections::{BTreeMap, BTreeSet};

use super::layers::{ItemPair, layers};
use super::parts::GroupPart;
use super::ports::Port;
use super::twins;
use super::{NAME_SIZE, WORD_SIZE};
use crate::assess::graph::{Column, EdgeKind, Graph, GraphEdge, NodeKind};
use crate::report::graph::text_width::{shortened, text_width};

/// The height of a box with one name.
pub(super) const BOX: i32 = 26;

/// The width of the point of a hexagon.
const SLANT: i32 = 10;

/// The height of each of several boxes that are alike, and of the frame above and below them.
pub(super) const ROW: i32 = 24;
pub(super) const FRAME: i32 = 5;

/// The space between such boxes.
pub(super) const GRID_GAP: i32 = 4;

/// How many of them are below each other, as long as not too many are beside each other.
const MOST_ROWS: usize = 12;
const MOST_ACROSS: usize = 5;

/// The room beside the name of a reference.
pub(super) const REFERENCE: i32 = 16;

/// The widest word of a line.
const WIDEST_WORD: i32 = 90;

/// The space between two ends of lines at the same side.
const PORT: i32 = 14;

/// The form of the sides of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// That of a box.
    Straight,
    /// Two lines that meet in the middle, which takes a width.
    Pointed(i32),
    /// Half a circle.
    Round,
}

/// An item of a panel.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The indexes of its nodes; none for a bend.
    pub(super) nodes: Vec<usize>,
    pub(super) column: Column,
    pub(super) layer: usize,
    pub(super) width: i32,
    pub(super) height: i32,
    /// How many boxes are below each other.
    pub(super) rows: usize,
    /// The least space between two ends of lines at the same side.
    pub(super) port: i32,
    /// The form of its sides.
    pub(super) side: Side,
    /// Whether it is only as wide as itself: boxes of a layer are equally wide.
    pub(super) is_narrow: bool,
    /// Whether it is the name of a node that is in another part.
    pub(super) is_reference: bool,
}

impl Item {
    /// How far inside of its left and right ends the item ends at a distance from its middle.
    pub(super) fn inset(&self, distance: i32) -> i32 {
        let half = (self.height / 2).max(1);
        let distance = distance.abs().min(half);
        match self.side {
            Side::Straight => 0,
            Side::Pointed(width) => width * distance / half,
            Side::Round => half - (half * half - distance * distance).isqrt(),
        }
    }

    /// Where a line passes a layer.
    fn bend(column: Column) -> Self {
        Self {
            nodes: Vec::new(),
            column,
            layer: 0,
            width: 0,
            height: 0,
            rows: 1,
            port: PORT,
            side: Side::Straight,
            is_narrow: false,
            is_reference: false,
        }
    }
}

/// A line between two items.
#[derive(Clone, Debug)]
pub(super) struct Strand {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: EdgeKind,
    /// The indexes of the edges.
    pub(super) edges: Vec<usize>,
    pub(super) word: String,
    /// The items that it passes, from left to right, ends included: one in each layer.
    pub(super) way: Vec<usize>,
}

impl Strand {
    /// Whether it goes from left to right.
    pub(super) fn goes_right(&self) -> bool {
        self.way.first() == Some(&self.from)
    }
}

/// The items of a part of a group and the lines between them, each in its layer.
pub(super) fn items(graph: &Graph, part: &GroupPart, widest: i32) -> (Vec<Item>, Vec<Strand>) {
    let mut items: Vec<Item> =
        twins::items(graph, part).into_iter().map(|nodes| item(graph, nodes, widest)).collect();
    let mut item_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        item_of.extend(item.nodes.iter().map(|&node| (node, at)));
    }
    let mut found: BTreeMap<(usize, usize, EdgeKind), Vec<usize>> = BTreeMap::new();
    for &edge in &part.edges {
        let GraphEdge { from, to, kind, .. } = graph.edges[edge];
        if let (Some(&from), Some(&to)) = (item_of.get(&from), item_of.get(&to))
            && from != to
        {
            found.entry((from, to, kind)).or_default().push(edge);
        }
    }
    let columns: Vec<Column> = items.iter().map(|item| item.column).collect();
    let pairs: Vec<ItemPair> = found.keys().map(|&(from, to, _)| ItemPair { from, to }).collect();
    for (item, layer) in items.iter_mut().zip(layers(&columns, &pairs)) {
        item.layer = layer;
    }
    add_references(graph, part, &item_of, (&mut items, &mut found), widest);
    let mut strands = Vec::new();
    for ((from, to, kind), edges) in found {
        let word = edges.first().map_or_else(String::new, |&edge| word(&graph.edges[edge]));
        let way = way(&mut items, from, to);
        strands.push(Strand { from, to, kind, edges, word, way });
    }
    make_room(&mut items, &strands);
    (items, strands)
}

/// The edges between two items, by kinds.
type FoundStrands = BTreeMap<(usize, usize, EdgeKind), Vec<usize>>;

/// Adds a reference to a node of another part directly before what that has an effect on.
fn add_references(
    graph: &Graph,
    part: &GroupPart,
    item_of: &BTreeMap<usize, usize>,
    (items, found): (&mut Vec<Item>, &mut FoundStrands),
    widest: i32,
) {
    let ends = part.references.iter().filter_map(|&edge| {
        let GraphEdge { from, to, kind, .. } = graph.edges[edge];
        Some((edge, from, *item_of.get(&to)?, kind))
    });
    let ends: Vec<(usize, usize, usize, EdgeKind)> = ends.collect();
    if ends.iter().any(|&(_, _, to, _)| items[to].layer == 0) {
        for item in &mut *items {
            item.layer += 1;
        }
    }
    let mut references: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (edge, from, to, kind) in ends {
        let (layer, column) = (items[to].layer - 1, items[to].column);
        let reference = *references.entry((from, layer)).or_insert_with(|| {
            let width =
                text_width(&shortened(shown_name(graph, from), NAME_SIZE, widest), NAME_SIZE);
            items.push(Item {
                nodes: vec![from],
                layer,
                width: width + REFERENCE,
                height: BOX - 6,
                side: Side::Round,
                is_narrow: true,
                is_reference: true,
                ..Item::bend(column)
            });
            items.len() - 1
        });
        found.entry((reference, to, kind)).or_default().push(edge);
    }
}

/// The size of what is drawn for some nodes.
fn item(graph: &Graph, nodes: Vec<usize>, widest: i32) -> Item {
    let column = nodes.first().map_or(Column::ByEvent, |&node| graph.nodes[node].column);
    let widths = nodes.iter().map(|&node| node_width(graph, node, widest));
    let width = widths.max().unwrap_or_default();
    let (width, height, rows) = match nodes.as_slice() {
        [node] => (width, node_height(graph.nodes[*node].kind), 1),
        _ => grid(nodes.len(), width),
    };
    let kind = nodes.first().map(|&node| graph.nodes[node].kind);
    let (side, port) = match kind {
        Some(NodeKind::Event) => (Side::Pointed(width / 2), PORT),
        Some(NodeKind::Outside(_)) => (Side::Pointed(SLANT.min(width / 3)), PORT),
        Some(NodeKind::Join(_)) => (Side::Round, 9),
        Some(NodeKind::Job) | None => (Side::Straight, PORT),
    };
    let is_job = |&node: &usize| graph.nodes[node].kind == NodeKind::Job;
    let is_narrow = !nodes.iter().any(is_job);
    Item {
        nodes,
        column,
        layer: 0,
        width,
        height,
        rows,
        port,
        side,
        is_narrow,
        is_reference: false,
    }
}

/// The size of a frame with boxes that are alike, and how many are below each other.
fn grid(count: usize, width: i32) -> (i32, i32, usize) {
    let across = count.div_ceil(MOST_ROWS).min(MOST_ACROSS);
    let rows = count.div_ceil(across);
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let wide = number(across).saturating_mul(width + GRID_GAP) - GRID_GAP + 2 * FRAME;
    (wide, number(rows).saturating_mul(ROW) + 2 * FRAME - GRID_GAP, rows)
}

/// The name that is shown: that of a unit lacks what all services have.
pub(super) fn shown_name(graph: &Graph, node: usize) -> &str {
    let name = graph.nodes[node].name.as_str();
    let is_unit = graph.nodes[node].unit.as_deref() == Some(name);
    let short = name.strip_suffix(".service").filter(|_| is_unit);
    let event = short.and_then(|short| short.strip_prefix("upstart-"));
    event.filter(|_| graph.nodes[node].kind == NodeKind::Event).or(short).unwrap_or(name)
}

/// The room beside the name, for the shape of the node.
pub(super) fn beside_name(kind: NodeKind) -> i32 {
    match kind {
        NodeKind::Job => 18,
        // Twice the height of the text is what a rhombus of three times that height lacks.
        NodeKind::Event => 0,
        NodeKind::Outside(_) => 30,
        NodeKind::Join(_) => 14,
    }
}

fn node_width(graph: &Graph, node: usize, widest: i32) -> i32 {
    let kind = graph.nodes[node].kind;
    let name = shortened(shown_name(graph, node), NAME_SIZE, widest);
    let text = text_width(&name, NAME_SIZE);
    match kind {
        // A rhombus is as wide as the text where the text is, and twice as wide in the middle.
        NodeKind::Event => text * 3 / 2 + 12,
        NodeKind::Job => (text + beside_name(kind)).max(64),
        NodeKind::Outside(_) => text + beside_name(kind),
        NodeKind::Join(_) => text_width(&name, WORD_SIZE) + beside_name(kind),
    }
}

fn node_height(kind: NodeKind) -> i32 {
    match kind {
        NodeKind::Job | NodeKind::Outside(_) => BOX,
        NodeKind::Event => 42,
        NodeKind::Join(_) => 18,
    }
}

/// The word of a line.
fn word(edge: &GraphEdge) -> String {
    if edge.kind == EdgeKind::Bound {
        return "bound".to_owned();
    }
    let is_order = |word: &&String| matches!(word.as_str(), "After" | "Before");
    let other: Vec<&str> =
        edge.words.iter().filter(|word| !is_order(word)).map(String::as_str).collect();
    let word = if other.is_empty() { edge.words.join(" ") } else { other.join(" ") };
    shortened(&word, WORD_SIZE, WIDEST_WORD)
}

/// The items of a line from left to right; where it passes a layer, a bend is added.
fn way(items: &mut Vec<Item>, from: usize, to: usize) -> Vec<usize> {
    let (left, right) = if items[from].layer < items[to].layer { (from, to) } else { (to, from) };
    let mut way = vec![left];
    for layer in items[left].layer + 1..items[right].layer {
        way.push(items.len());
        let column = items[left].column;
        items.push(Item { layer, ..Item::bend(column) });
    }
    way.push(right);
    way
}

/// Makes items high enough for the ends of lines at each of their sides.
fn make_room(items: &mut [Item], strands: &[Strand]) {
    let mut sides: BTreeMap<(usize, bool), BTreeSet<Port<'_>>> = BTreeMap::new();
    for strand in strands {
        let goes_right = strand.goes_right();
        let tail = (true, strand.kind, strand.word.as_str());
        sides.entry((strand.from, goes_right)).or_default().insert(tail);
        sides.entry((strand.to, !goes_right)).or_default().insert((false, strand.kind, ""));
    }
    for ((item, _), ports) in sides {
        let count = i32::try_from(ports.len()).unwrap_or(i32::MAX);
        let high = count.saturating_mul(items[item].port);
        items[item].height = items[item].height.max(high);
    }
}
