//! Cycles, one at a time, until none is left.

use std::collections::{HashMap, VecDeque};

use super::components::components;
use super::graph::{Graph, Pair};
use super::{Cycle, Edge, Origin, Remedy};
use crate::systemd::{Directive, UnitName};

/// A wait that is there, or was.
struct Wait {
    pair: Pair,
    origins: Vec<Origin>,
    present: bool,
    /// A remedy made it what it is, and another remedy does not undo that.
    settled: bool,
}

/// The search. Whatever remedies add, a unit reaches no unit by waits that it did not reach before: what was found
/// to be on no cycle stays so.
pub(super) struct Breaking<'a> {
    graph: Graph,
    weight: &'a dyn Fn(&Edge) -> Option<u32>,
    waits: Vec<Wait>,
    index: HashMap<Pair, usize>,
    /// The waits of each unit.
    of: Vec<Vec<usize>>,
    /// The part of the graph that a unit is searched in; 0 once it is on no cycle.
    part: Vec<usize>,
    parts: usize,
    /// For [`components`].
    scratch: Vec<usize>,
    /// The wait by which a unit was reached.
    reached: Vec<Option<usize>>,
    cycles: Vec<Cycle>,
}

impl<'a> Breaking<'a> {
    pub(super) fn new(mut graph: Graph, weight: &'a dyn Fn(&Edge) -> Option<u32>) -> Self {
        let len = graph.len();
        let waits = std::mem::take(&mut graph.waits);
        let mut breaking = Self {
            graph,
            weight,
            waits: Vec::with_capacity(waits.len()),
            index: HashMap::with_capacity(waits.len()),
            of: vec![Vec::new(); len],
            part: vec![0; len],
            parts: 0,
            scratch: vec![0; len],
            reached: vec![None; len],
            cycles: Vec::new(),
        };
        for (pair, origins) in waits {
            breaking.add(pair, origins, false);
        }
        breaking
    }

    pub(super) fn cycles(mut self) -> Vec<Cycle> {
        let everything: Vec<usize> = (0..self.graph.len()).collect();
        let mut parts = self.split(&everything);
        while let Some(nodes) = parts.pop() {
            self.parts += 1;
            for &node in &nodes {
                self.part[node] = self.parts;
            }
            // Where all wait for one that waits for all, most is done after this, in a time that does not grow with
            // each of them.
            if self.break_pairs(&nodes) {
                parts.extend(self.split(&nodes));
                continue;
            }
            let Some((&first, rest)) = nodes.split_first() else { continue };
            while let Some(cycle) = self.shortest(first) {
                self.end(&cycle);
            }
            self.part[first] = 0;
            parts.extend(self.split(rest));
        }
        self.cycles
    }

    fn add(&mut self, pair: Pair, origins: Vec<Origin>, settled: bool) {
        let wait = Wait { pair, origins, present: true, settled };
        if let Some(&at) = self.index.get(&pair) {
            self.waits[at] = wait;
        } else {
            self.index.insert(pair, self.waits.len());
            self.of[pair.0].push(self.waits.len());
            self.waits.push(wait);
        }
    }

    /// The components of some units of one part, the last first.
    fn split(&mut self, nodes: &[usize]) -> Vec<Vec<usize>> {
        let (waits, of, part) = (&self.waits, &self.of, &self.part);
        let mut found = components(nodes, &mut self.scratch, |node, at| {
            let wait = of[node].get(at).map(|&at| &waits[at])?;
            Some((wait.present && part[wait.pair.1] == part[node]).then_some(wait.pair.1))
        });
        found.reverse();
        found
    }

    /// Ends the cycles of two; whether there were any.
    fn break_pairs(&mut self, nodes: &[usize]) -> bool {
        let before = self.cycles.len();
        for &node in nodes {
            for at in 0..self.of[node].len() {
                let there = self.of[node][at];
                let (later, earlier) = self.waits[there].pair;
                if let Some(&back) = self.index.get(&(earlier, later))
                    && self.waits[there].present
                    && self.waits[back].present
                {
                    self.end(&[there, back]);
                }
            }
        }
        self.cycles.len() > before
    }

    /// A shortest cycle with this unit.
    fn shortest(&mut self, first: usize) -> Option<Vec<usize>> {
        let mut queue = VecDeque::from([first]);
        let mut touched = Vec::new();
        let mut last = None;
        'search: while let Some(node) = queue.pop_front() {
            for &at in &self.of[node] {
                let Wait { pair: (_, earlier), present, .. } = self.waits[at];
                if !present || self.part[earlier] != self.part[first] {
                    continue;
                }
                if earlier == first {
                    last = Some(at);
                    break 'search;
                }
                if self.reached[earlier].is_none() {
                    self.reached[earlier] = Some(at);
                    touched.push(earlier);
                    queue.push_back(earlier);
                }
            }
        }
        let cycle = last.map(|last| {
            let mut cycle = vec![last];
            let mut node = self.waits[last].pair.0;
            while let Some(at) = self.reached[node] {
                cycle.push(at);
                node = self.waits[at].pair.0;
            }
            cycle.reverse();
            cycle
        });
        for node in touched {
            self.reached[node] = None;
        }
        cycle
    }

    /// Chooses the remedy of a cycle, applies it, and notes both.
    fn end(&mut self, cycle: &[usize]) {
        let edges: Vec<Edge> = cycle.iter().map(|&at| self.graph.edge(self.waits[at].pair, &self.waits[at].origins)).collect();
        let unsettled = || cycle.iter().enumerate().filter(|&(_, &at)| !self.waits[at].settled);
        let reversal = unsettled().find_map(|(_, &at)| Some((at, self.graph.reversal(&self.waits[at].origins)?)));
        let lightest = unsettled()
            .filter(|&(_, &at)| self.waits[at].origins.iter().all(|origin| matches!(origin, Origin::Stated { .. } | Origin::Extra(_))))
            .filter_map(|(position, &at)| Some(((self.weight)(&edges[position])?, position, at)))
            .min();
        let remedy = match (reversal, lightest) {
            (Some((at, (unit, directive, name))), _) => {
                self.reverse(at, (&unit, directive, &name));
                Remedy::State { unit, directive, name }
            }
            (None, Some((_, position, at))) => {
                self.drop(at);
                Remedy::Drop(position)
            }
            (None, None) => {
                if let Some(&first) = cycle.first() {
                    self.waits[first].present = false;
                    self.waits[first].settled = true;
                }
                Remedy::Unbreakable
            }
        };
        self.cycles.push(Cycle { edges, remedy });
    }

    /// The target of this wait is stated to come first.
    fn reverse(&mut self, at: usize, (unit, directive, name): (&UnitName, Directive, &UnitName)) {
        self.waits[at].present = false;
        let (target, wanted) = self.waits[at].pair;
        let mut origins = vec![Origin::Stated { unit: unit.clone(), directive, name: name.clone() }];
        if let Some(&other) = self.index.get(&(wanted, target)).filter(|&&other| self.waits[other].present) {
            origins.append(&mut self.waits[other].origins);
            origins.sort_unstable();
            origins.dedup();
        }
        // Without it, the target would wait again.
        self.add((wanted, target), origins, true);
    }

    /// The wait is not stated any more; a target of which it kept that it waits for what it wants does so now.
    fn drop(&mut self, at: usize) {
        self.waits[at].present = false;
        let (later, earlier) = self.waits[at].pair;
        let Some(mut origins) = self.graph.reversed.remove(&(earlier, later)) else { return };
        match self.index.get(&(earlier, later)).map(|&other| &mut self.waits[other]) {
            Some(other) if other.present => {
                other.origins.append(&mut origins);
                other.origins.sort_unstable();
            }
            Some(Wait { settled: true, .. }) => {}
            _ => self.add((earlier, later), origins, true),
        }
    }
}
