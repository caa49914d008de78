//! The jobs without relations, as lists by columns.

use super::panel::{placed, width_of};
use super::{Area, BETWEEN, NAME_SIZE, SingleList};
use crate::assess::graph::{Column, Graph, NodeKind};
use crate::report::graph::text_width::{shortened, text_width};

/// The height of an entry with the space below it, and of the heading.
const ENTRY: i32 = 25;
const HEADING: i32 = 24;

/// The widest and the narrowest box.
const WIDEST: i32 = 180;
const NARROWEST: i32 = 120;

/// The size of notes, and the least room for one.
pub(super) const NOTE_SIZE: i32 = 10;
const LEAST_NOTE: i32 = 40;

/// The lists, and the height of the highest.
pub(super) fn lists(graph: &Graph, singles: &[usize], width: i32) -> (Vec<SingleList>, i32) {
    let of_column = |column: Column| {
        let nodes = singles.iter().copied().filter(|&node| graph.nodes[node].column == column);
        (column, nodes.collect::<Vec<usize>>())
    };
    let mut columns: Vec<(Column, Vec<usize>)> = Column::ALL.map(of_column).into();
    columns.retain(|(_, nodes)| !nodes.is_empty());
    if columns.is_empty() {
        return (Vec::new(), 0);
    }
    let names = singles.iter().map(|&node| width_of(graph, node)).max().unwrap_or(0);
    let wide = names.clamp(NARROWEST, WIDEST);
    let slots = usize::try_from((width + BETWEEN) / (wide + BETWEEN)).unwrap_or(1);
    let shares = shares(&columns, slots.max(columns.len()));
    let notes = notes(graph);
    let (mut lists, mut x, mut height) = (Vec::new(), 0, 0);
    for ((column, nodes), share) in columns.into_iter().zip(shares) {
        let high = nodes.len().div_ceil(share.max(1));
        let mut list = SingleList { column, x, boxes: Vec::new() };
        for (at, &node) in nodes.iter().enumerate() {
            let (across, down) = (at / high.max(1), at % high.max(1));
            let place = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
            let area = Area {
                x: x + place(across) * (wide + BETWEEN),
                y: HEADING + place(down) * ENTRY,
                width: wide,
                height: ENTRY - 5,
            };
            let mut entry = placed(graph, node, area, WIDEST);
            let room = wide - text_width(&entry.label, NAME_SIZE) - 28;
            if room >= LEAST_NOTE {
                entry.note = notes[node].as_deref().map(|note| shortened(note, NOTE_SIZE, room));
            }
            list.boxes.push(entry);
        }
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        height = height.max(HEADING + count(high) * ENTRY);
        x += count(share) * (wide + BETWEEN);
        lists.push(list);
    }
    (lists, height)
}

/// How many lists beside each other each column has, so that the longest is as short as can be.
fn shares(columns: &[(Column, Vec<usize>)], slots: usize) -> Vec<usize> {
    let mut shares = vec![1_usize; columns.len()];
    for _ in columns.len()..slots {
        let high = |at: usize| columns[at].1.len().div_ceil(shares[at]);
        let highest = (0..columns.len()).max_by_key(|&at| (high(at), std::cmp::Reverse(at)));
        match highest.filter(|&at| high(at) > 6) {
            Some(at) => shares[at] += 1,
            None => break,
        }
    }
    shares
}

/// What starts a job that no point of the boot starts.
fn notes(graph: &Graph) -> Vec<Option<String>> {
    let mut notes: Vec<Option<String>> = vec![None; graph.nodes.len()];
    for edge in graph.edges.iter().filter(|edge| edge.kind.is_start()) {
        let from = &graph.nodes[edge.from];
        let is_by_event = graph.nodes[edge.to].column == Column::ByEvent;
        if matches!(from.kind, NodeKind::Event | NodeKind::Outside(_)) && is_by_event {
            notes[edge.to].get_or_insert_with(|| from.name.clone());
        }
    }
    notes
}
