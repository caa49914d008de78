//! Finds cycles and breaks them one at a time, until none is left.

use std::collections::{BTreeMap, HashMap};

use super::components::components;
use super::graph::{Pair, WaitGraph};
use super::{Cycle, Edge, Remedy, WaitOrigin};
use crate::systemd::{Directive, UnitName};

/// A wait and whether it still exists.
struct BreakableWait {
    pair: Pair,
    origins: Vec<WaitOrigin>,
    present: bool,
}

/// The wait of a target for a unit that it wants, and the statement that prevents the wait.
struct Wanted {
    origins: Vec<WaitOrigin>,
    reversal: (UnitName, Directive, UnitName),
}

/// The search, in two steps. The first step ignores every wait that stating the opposite would
/// prevent, and breaks all other cycles. After that, an ignored wait is on a cycle only if the
/// wanted unit waits for the target anyway, so the second step can state exactly that without
/// losing anything.
pub(super) struct Breaking<'a> {
    graph: WaitGraph,
    weight: &'a dyn Fn(&Edge) -> Option<u32>,
    waits: Vec<BreakableWait>,
    index: HashMap<Pair, usize>,
    wanted: BTreeMap<Pair, Wanted>,
    /// The waits of each unit.
    of: Vec<Vec<usize>>,
    /// The waits for each unit.
    on: Vec<Vec<usize>>,
    /// The part of the graph in which a unit is searched; 0 if the unit is not on a cycle.
    part: Vec<usize>,
    parts: usize,
    /// Working memory of [`components`].
    scratch: Vec<usize>,
    /// For the search of a path: the wait by which a unit was reached from the beginning, and below
    /// the wait by which a unit leads to the end.
    reached: Vec<Option<usize>>,
    leading: Vec<Option<usize>>,
    /// The number of waits visited since the units were split into parts.
    work: usize,
    cycles: Vec<Cycle>,
}

impl<'a> Breaking<'a> {
    pub(super) fn new(mut graph: WaitGraph, weight: &'a dyn Fn(&Edge) -> Option<u32>) -> Self {
        let len = graph.len();
        let (waits, wanted) = (std::mem::take(&mut graph.waits), std::mem::take(&mut graph.wanted));
        let mut breaking = Self {
            graph,
            weight,
            waits: Vec::with_capacity(waits.len()),
            index: HashMap::with_capacity(waits.len()),
            wanted: BTreeMap::new(),
            of: vec![Vec::new(); len],
            on: vec![Vec::new(); len],
            part: vec![0; len],
            parts: 0,
            scratch: vec![0; len],
            reached: vec![None; len],
            leading: vec![None; len],
            work: 0,
            cycles: Vec::new(),
        };
        for (pair, origins) in waits {
            breaking.add(pair, origins);
        }
        for (pair, origins) in wanted {
            breaking.want(pair, origins);
        }
        breaking
    }

    pub(super) fn cycles(mut self) -> Vec<Cycle> {
        self.end_all();
        self.reverse_all();
        self.cycles
    }

    /// Adds a wait, or adds origins to an existing one.
    fn add(&mut self, pair: Pair, mut origins: Vec<WaitOrigin>) -> usize {
        if let Some(&at) = self.index.get(&pair) {
            let wait = &mut self.waits[at];
            if wait.present {
                wait.origins.append(&mut origins);
            } else {
                (wait.origins, wait.present) = (origins, true);
            }
            return at;
        }
        let at = self.waits.len();
        self.index.insert(pair, at);
        self.of[pair.0].push(at);
        self.on[pair.1].push(at);
        self.waits.push(BreakableWait { pair, origins, present: true });
        at
    }

    /// Adds the wait of a target for a unit that it wants. If no statement can prevent it, it is an
    /// ordinary wait.
    fn want(&mut self, pair: Pair, origins: Vec<WaitOrigin>) {
        if let Some(reversal) = self.graph.reversal(&origins) {
            self.wanted.insert(pair, Wanted { origins, reversal });
        } else {
            self.add(pair, origins);
        }
    }

    /// Breaks every cycle. A wait that is added meanwhile never makes a unit reach another one that
    /// it did not reach before, so a unit that was not on a cycle stays so.
    fn end_all(&mut self) {
        let everything: Vec<usize> = (0..self.graph.len()).collect();
        let mut parts = self.split(&everything);
        while let Some(mut nodes) = parts.pop() {
            self.enter(&nodes);
            // If all units wait for one that waits for all, this breaks most cycles, without a
            // search for each of them.
            if self.end_pairs(&nodes) {
                parts.extend(self.split(&nodes));
                continue;
            }
            // Shipped units form no cycle among themselves, but some are on nearly every other
            // cycle, so they are last.
            nodes.sort_by_key(|&node| !self.graph.is_given(node));
            // Splitting the rest after every unit would take longer than the search, and so would
            // never splitting it.
            let size: usize = nodes.iter().map(|&node| self.of[node].len()).sum();
            self.work = 0;
            let mut rest = nodes.as_slice();
            while let Some((&first, others)) = rest.split_first().filter(|_| self.work <= size) {
                while let Some(cycle) = self.path(first, first) {
                    self.end(&cycle);
                }
                self.part[first] = 0;
                rest = others;
            }
            parts.extend(self.split(rest));
        }
    }

    /// Makes a part of these units.
    fn enter(&mut self, nodes: &[usize]) {
        self.parts += 1;
        for &node in nodes {
            self.part[node] = self.parts;
        }
    }

    /// The components of some units of one part, the last component first.
    fn split(&mut self, nodes: &[usize]) -> Vec<Vec<usize>> {
        let (waits, of, part) = (&self.waits, &self.of, &self.part);
        let mut found = components(nodes, &mut self.scratch, |node, at| {
            let wait = of[node].get(at).map(|&at| &waits[at])?;
            Some((wait.present && part[wait.pair.1] == part[node]).then_some(wait.pair.1))
        });
        found.reverse();
        found
    }

    /// Breaks the cycles of two units. Returns whether there were any.
    fn end_pairs(&mut self, nodes: &[usize]) -> bool {
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

    /// A shortest path of at least one wait between two units of a part. The search runs from both
    /// ends and always extends the cheaper one, because most units have few neighbours and some
    /// targets have nearly all units.
    fn path(&mut self, from: usize, to: usize) -> Option<Vec<usize>> {
        let part = self.part[from];
        let (mut forward, mut backward) = (vec![from], vec![to]);
        let mut touched = Vec::new();
        let mut met = None;
        while met.is_none() && !forward.is_empty() && !backward.is_empty() {
            let cost = |nodes: &[usize], lists: &[Vec<usize>]| {
                nodes.iter().map(|&node| lists[node].len()).sum::<usize>()
            };
            let costs = (cost(&forward, &self.of), cost(&backward, &self.on));
            self.work += costs.0.min(costs.1);
            let mut next = Vec::new();
            if costs.0 <= costs.1 {
                for at in forward.iter().flat_map(|&node| &self.of[node]).copied() {
                    let BreakableWait { pair: (_, earlier), present, .. } = self.waits[at];
                    if !present || self.part[earlier] != part {
                        continue;
                    }
                    if earlier == to || self.leading[earlier].is_some() {
                        met = Some(at);
                        break;
                    }
                    if earlier != from && self.reached[earlier].is_none() {
                        self.reached[earlier] = Some(at);
                        next.push(earlier);
                    }
                }
                touched.append(&mut forward);
                forward = next;
            } else {
                for at in backward.iter().flat_map(|&node| &self.on[node]).copied() {
                    let BreakableWait { pair: (later, _), present, .. } = self.waits[at];
                    if !present || self.part[later] != part {
                        continue;
                    }
                    if later == from || self.reached[later].is_some() {
                        met = Some(at);
                        break;
                    }
                    if later != to && self.leading[later].is_none() {
                        self.leading[later] = Some(at);
                        next.push(later);
                    }
                }
                touched.append(&mut backward);
                backward = next;
            }
        }
        let path = met.map(|met| {
            let mut path = vec![met];
            let (mut later, mut earlier) = self.waits[met].pair;
            while let Some(at) = self.reached[later] {
                path.push(at);
                later = self.waits[at].pair.0;
            }
            path.reverse();
            while let Some(at) = self.leading[earlier] {
                path.push(at);
                earlier = self.waits[at].pair.1;
            }
            path
        });
        for node in touched.into_iter().chain(forward).chain(backward) {
            (self.reached[node], self.leading[node]) = (None, None);
        }
        path
    }

    fn edges(&self, waits: &[usize]) -> Vec<Edge> {
        waits
            .iter()
            .map(|&at| self.graph.edge(self.waits[at].pair, &self.waits[at].origins))
            .collect()
    }

    /// Breaks a cycle at the wait of the lowest weight, and records the cycle.
    fn end(&mut self, cycle: &[usize]) {
        let edges = self.edges(cycle);
        let can_go = |edge: &Edge| {
            edge.origins
                .iter()
                .all(|origin| matches!(origin, WaitOrigin::Stated { .. } | WaitOrigin::Extra(_)))
        };
        let weights = edges.iter().map(|edge| can_go(edge).then(|| (self.weight)(edge)).flatten());
        let lightest =
            weights.enumerate().filter_map(|(position, weight)| Some((weight?, position))).min();
        if let Some(&at) = cycle.get(lightest.map_or(0, |(_, position)| position)) {
            self.waits[at].present = false;
            // The unit does not wait for the target any more, so now the target waits for the unit.
            let (later, earlier) = self.waits[at].pair;
            if lightest.is_some()
                && let Some(origins) = self.graph.reversed.remove(&(earlier, later))
            {
                self.want((earlier, later), origins);
            }
        }
        self.cycles.push(Cycle {
            edges,
            remedy: lightest.map_or(Remedy::Unbreakable, |(_, position)| Remedy::Drop(position)),
        });
    }

    /// Adds the ignored waits, and states the opposite for those that would be on a cycle.
    fn reverse_all(&mut self) {
        let mut wanted = Vec::new();
        for (pair, Wanted { origins, reversal }) in std::mem::take(&mut self.wanted) {
            // If the target waits for another reason as well, this wait adds nothing.
            if !self.index.get(&pair).is_some_and(|&at| self.waits[at].present) {
                wanted.push((self.add(pair, origins), reversal));
            }
        }
        self.part.fill(0);
        let everything: Vec<usize> = (0..self.graph.len()).collect();
        for nodes in self.split(&everything) {
            self.enter(&nodes);
        }
        wanted.retain(|&(at, _)| {
            let (target, unit) = self.waits[at].pair;
            let inside = self.part[target] != 0 && self.part[target] == self.part[unit];
            self.waits[at].present = !inside;
            inside
        });
        for (at, (unit, directive, name)) in wanted {
            let (later, earlier) = self.waits[at].pair;
            if let Some(path) = self.path(earlier, later) {
                let mut edges = self.edges(&[at]);
                edges.extend(self.edges(&path));
                self.cycles.push(Cycle { edges, remedy: Remedy::State { unit, directive, name } });
            } else {
                self.waits[at].present = true;
            }
        }
    }
}
