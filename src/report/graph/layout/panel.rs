//! A group of related jobs as a panel.

use super::gaps::{Gap, gaps};
use super::heights::{Extent, middles};
use super::layer_order;
use super::line_drawing::LineDrawing;
use super::panel_items::{FRAME, GRID_GAP, Item, ROW, Strand, beside_name, items, shown_name};
use super::panel_rows::{CAPTION, LANE, PADDING, PanelRow, rows};
use super::parts;
use super::parts::GroupPart;
use super::ports::line_ends;
use super::{Area, MOST_WIDE, NAME_SIZE, Panel, PlacedBox, PlacedFrame};
use crate::assess::graph::{Column, Graph, NodeKind};
use crate::report::graph::text_width::{shortened, text_width};

/// The widest names, and what they are cut to where a row has no room for them.
const WIDEST: [i32; 3] = [170, 130, 96];

/// The highest panel, unless nothing can be cut.
const HIGHEST: i32 = 800;

/// The panels of a group: one, or several if one would be too large. `edges` has the edges that begin
/// at each node.
pub(super) fn panels(graph: &Graph, group: &[usize], edges: &[Vec<usize>]) -> Vec<Panel> {
    let (mut open, mut found) = (vec![GroupPart::whole(graph, group, edges)], Vec::new());
    while let Some(part) = open.pop() {
        let plan = PanelPlan::fitting(graph, &part);
        let first_layers = plan.rows.get(1).map(|row| row.first);
        let parts = (!plan.fits())
            .then(|| part.divided(graph, &plan.items, &plan.strands, first_layers))
            .flatten();
        match parts {
            // The first one is the next.
            Some(parts) => open.extend(parts.into_iter().rev()),
            None => found.push(part),
        }
    }
    let fits = |part: &GroupPart| PanelPlan::fitting(graph, part).fits();
    let parts = parts::gathered(graph, found, &fits);
    parts.iter().map(|part| PanelPlan::fitting(graph, part).draw(graph)).collect()
}

/// The items of a panel, and the rows that their layers are in.
struct PanelPlan {
    widest: i32,
    items: Vec<Item>,
    strands: Vec<Strand>,
    layers: Vec<Vec<usize>>,
    widths: Vec<i32>,
    gaps: Vec<Gap>,
    rows: Vec<PanelRow>,
}

impl PanelPlan {
    /// The plan with the widest names that fit into one row.
    fn fitting(graph: &Graph, part: &GroupPart) -> Self {
        let mut plan = Self::new(graph, part, WIDEST[0]);
        for &widest in &WIDEST[1..] {
            if plan.rows.len() < 2 {
                break;
            }
            plan = Self::new(graph, part, widest);
        }
        plan
    }

    /// Whether it is not too large.
    fn fits(&self) -> bool {
        self.rows.len() < 2 && self.height() <= HIGHEST
    }

    /// About how high it will be.
    fn height(&self) -> i32 {
        let of_layer = |layer: &Vec<usize>| {
            layer.iter().map(|&item| extent(&self.items[item]).height).sum::<i32>()
        };
        self.layers.iter().map(of_layer).max().unwrap_or(0)
    }

    fn new(graph: &Graph, part: &GroupPart, widest: i32) -> Self {
        let (items, strands) = items(graph, part, widest);
        let count = items.iter().map(|item| item.layer + 1).max().unwrap_or(0);
        let (mut layers, mut widths) = (vec![Vec::new(); count], vec![0; count]);
        let mut columns: Vec<Option<Column>> = vec![None; count];
        for (at, item) in items.iter().enumerate() {
            layers[item.layer].push(at);
            widths[item.layer] = widths[item.layer].max(item.width);
            if !item.nodes.is_empty() && !item.is_reference {
                columns[item.layer] = Some(item.column);
            }
        }
        // A layer of references only is part of what follows.
        let mut column = Column::EarlyBoot;
        let columns: Vec<Column> = columns
            .into_iter()
            .rev()
            .map(|known| {
                column = known.unwrap_or(column);
                column
            })
            .collect();
        let columns: Vec<Column> = columns.into_iter().rev().collect();
        let gaps = gaps(&items, &strands, count);
        let rows = rows(&widths, &gaps, &columns, MOST_WIDE);
        Self { widest, items, strands, layers, widths, gaps, rows }
    }

    fn draw(mut self, graph: &Graph) -> Panel {
        let (before, after) = self.neighbours();
        layer_order::sort(&mut self.layers, &before, &after);
        let extents: Vec<Extent> = self.items.iter().map(extent).collect();
        let mut middles = middles(&self.layers, &extents, &before, &after);
        let mut panel = Panel::default();
        let mut top = PADDING;
        let mut bottoms = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let of_row = row.first..row.first + row.lefts.len();
            let within = self.layers[of_row].iter().flatten().copied();
            let half = |item: usize| self.items[item].height / 2;
            let highest = within.clone().map(|item| middles[item] - half(item)).min();
            let content = top + CAPTION;
            let shift = content - highest.unwrap_or_default();
            let mut bottom = content;
            for item in within {
                middles[item] += shift;
                bottom = bottom.max(middles[item] + self.items[item].height - half(item));
            }
            for (number, &(column, layer, left)) in row.captions.iter().enumerate() {
                panel.captions.push((left, top + 10, column));
                if number > 0 {
                    let gap = self.gaps.get(layer.wrapping_sub(1)).map_or(0, |gap| gap.width());
                    panel.separators.push((left - gap.min(30) / 2 - 6, top, bottom));
                }
            }
            panel.width = panel.width.max(row.width);
            panel.height = bottom + PADDING;
            bottoms.push(bottom);
            let last = row.first + row.lefts.len() - 1;
            let lines = self.gaps.get(last).filter(|_| at + 1 < self.rows.len());
            top = bottom + LANE * (lines.map_or(0, |gap| gap.lines) + 3);
        }
        self.add_boxes(graph, &middles, &mut panel);
        let ends = line_ends(&self.items, &self.strands, &middles);
        let Self { items, strands, widths, gaps, rows, .. } = &self;
        panel.lines = LineDrawing {
            items,
            strands,
            widths,
            gaps,
            rows,
            middles: &middles,
            ends: &ends,
            bottoms: &bottoms,
        }
        .draw();
        panel
    }

    /// The items beside each item in the layers before and after it.
    fn neighbours(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let mut before = vec![Vec::new(); self.items.len()];
        let mut after = vec![Vec::new(); self.items.len()];
        for way in self.strands.iter().map(|strand| &strand.way) {
            for (&first, &second) in way.iter().zip(way.iter().skip(1)) {
                after[first].push(second);
                before[second].push(first);
            }
        }
        (before, after)
    }

    fn add_boxes(&self, graph: &Graph, middles: &[i32], panel: &mut Panel) {
        for row in &self.rows {
            for (layer, &left) in (row.first..).zip(&row.lefts) {
                for &at in &self.layers[layer] {
                    let item = &self.items[at];
                    let top = middles[at] - item.height / 2;
                    self.add_item(graph, item, (left, top), panel);
                }
            }
        }
    }

    fn add_item(&self, graph: &Graph, item: &Item, (left, top): (i32, i32), panel: &mut Panel) {
        let whole = self.widths[item.layer];
        if item.is_reference {
            let x = left + (whole - item.width) / 2;
            let area = Area { x, y: top, width: item.width, height: item.height };
            for &node in &item.nodes {
                let name = shortened(shown_name(graph, node), NAME_SIZE, self.widest);
                panel.references.push(PlacedBox { node, area, label: name, note: None });
            }
            return;
        }
        if let [node] = *item.nodes.as_slice() {
            let kind = graph.nodes[node].kind;
            // Boxes of a layer are equally wide, other shapes are in its middle.
            let (x, width) = match kind {
                NodeKind::Job => (left, whole),
                NodeKind::Event | NodeKind::Outside(_) | NodeKind::Join(_) => {
                    (left + (whole - item.width) / 2, item.width)
                }
            };
            let area = Area { x, y: top, width, height: item.height };
            panel.boxes.push(placed(graph, node, area, self.widest));
            return;
        }
        if item.nodes.is_empty() {
            return;
        }
        let area = Area { x: left, y: top, width: whole, height: item.height };
        panel.frames.push(PlacedFrame { area, nodes: item.nodes.clone() });
        let across = item.nodes.len().div_ceil(item.rows.max(1));
        let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let wide = (whole - 2 * FRAME + GRID_GAP) / number(across).max(1);
        for (at, &node) in item.nodes.iter().enumerate() {
            let area = Area {
                x: left + FRAME + number(at / item.rows.max(1)) * wide,
                y: top + FRAME + number(at % item.rows.max(1)) * ROW,
                width: wide - GRID_GAP,
                height: ROW - GRID_GAP,
            };
            panel.boxes.push(placed(graph, node, area, self.widest));
        }
    }
}

/// A node in an area, with its name as far as there is room.
pub(super) fn placed(graph: &Graph, node: usize, area: Area, widest: i32) -> PlacedBox {
    let kind = graph.nodes[node].kind;
    let room = match kind {
        NodeKind::Event | NodeKind::Join(_) => widest,
        NodeKind::Job | NodeKind::Outside(_) => area.width - beside_name(kind),
    };
    let label = shortened(shown_name(graph, node), NAME_SIZE, room);
    PlacedBox { node, area, label, note: None }
}

/// Long lines are straight before boxes are where they would be.
fn extent(item: &Item) -> Extent {
    if item.nodes.is_empty() {
        Extent { height: 9, weight: 3.0 }
    } else {
        Extent { height: item.height + 10, weight: 1.0 }
    }
}

/// The width of a name with what is beside it.
pub(super) fn width_of(graph: &Graph, node: usize) -> i32 {
    text_width(shown_name(graph, node), NAME_SIZE) + beside_name(graph.nodes[node].kind)
}
