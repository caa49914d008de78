//! The waits between units, by index.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::implied::{
    Defaults, has_defaults, is_on_the_bus, kind, mounts, mounts_over, triggered, writes_to_journal,
};
use super::shipped::SHIPPED;
use super::{Edge, WaitOrigin};
use crate::systemd::Directive::{After, Before, BindsTo, WantedBy, Wants};
use crate::systemd::name::template_of;
use crate::systemd::{Directive, Unit, UnitName, Value};

/// A wait: the later unit and the earlier one, which always differ.
pub(super) type Pair = (usize, usize);

/// The waits among all units that are given, shipped, or named by those. A unit is an index into
/// the sorted names.
pub(super) struct WaitGraph {
    names: Vec<UnitName>,
    /// The names of the given units as written, not reduced to templates.
    given: HashSet<UnitName>,
    pub(super) waits: BTreeMap<Pair, Vec<WaitOrigin>>,
    /// The waits of targets for the units that they want.
    pub(super) wanted: BTreeMap<Pair, Vec<WaitOrigin>>,
    /// The waits of targets that do not exist as long as the wanted unit waits for the target.
    pub(super) reversed: BTreeMap<Pair, Vec<WaitOrigin>>,
}

impl WaitGraph {
    pub(super) fn new(units: &[&Unit], extra: &[(UnitName, UnitName)]) -> Self {
        let mut reading = GraphReading::default();
        let given: HashSet<UnitName> = units.iter().map(|unit| unit.name.clone()).collect();
        for unit in units {
            reading.unit(unit);
        }
        for shipped in
            SHIPPED.iter().filter(|shipped| !given.contains(&UnitName::known(shipped.name)))
        {
            let of =
                |directive| WaitOrigin::Shipped { unit: UnitName::known(shipped.name), directive };
            for earlier in shipped.after {
                reading.wait(shipped.name, earlier, of(After));
            }
            for later in shipped.before {
                reading.wait(later, shipped.name, of(Before));
            }
            for target in shipped.wanted_by {
                reading.want(target, shipped.name);
            }
            reading.declare(shipped.name, shipped.defaults);
        }
        for (index, (later, earlier)) in extra.iter().enumerate() {
            reading.wait(later.as_str(), earlier.as_str(), WaitOrigin::Extra(index));
        }
        reading.finish(given)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether a unit file of this name was given.
    pub(super) fn is_given(&self, index: usize) -> bool {
        self.given.contains(&self.names[index])
    }

    pub(super) fn edge(&self, (later, earlier): Pair, origins: &[WaitOrigin]) -> Edge {
        Edge {
            later: self.names[later].clone(),
            earlier: self.names[earlier].clone(),
            origins: origins.to_vec(),
        }
    }

    /// The statement that prevents the wait of a target for a unit that it wants: the unit file,
    /// the directive and its value.
    pub(super) fn reversal(
        &self,
        origins: &[WaitOrigin],
    ) -> Option<(UnitName, Directive, UnitName)> {
        let mut reversal = None;
        for origin in origins {
            let WaitOrigin::Wanted { target, unit } = origin else { return None };
            let file = |name: &UnitName| {
                let template = name.of_instance();
                [name, &template].into_iter().find(|name| self.given.contains(name)).cloned()
            };
            let one = match (file(unit), file(target)) {
                (Some(file), _) => (file, After, target.clone()),
                (None, Some(file)) => (file, Before, unit.clone()),
                (None, None) => return None,
            };
            // More than one file would need a statement.
            if reversal.as_ref().is_some_and(|other| *other != one) {
                return None;
            }
            reversal = Some(one);
        }
        reversal
    }
}

/// What is known while the units are read. Indices are in the order in which names are first seen.
#[derive(Default)]
struct GraphReading {
    indices: HashMap<String, usize>,
    names: Vec<String>,
    /// Whether all files of this name that were read have default dependencies; `None` if none was
    /// read.
    defaults: Vec<Option<bool>>,
    waits: Vec<(Pair, WaitOrigin)>,
    wants: Vec<(Pair, WaitOrigin)>,
    /// Units, and the mounts that each waits for if they exist.
    mounts: Vec<(usize, Vec<String>)>,
}

impl GraphReading {
    fn unit(&mut self, unit: &Unit) {
        let name = unit.name.as_str();
        let stated = |directive, other: &str| WaitOrigin::Stated {
            unit: unit.name.clone(),
            directive,
            name: UnitName::known(other),
        };
        for earlier in words(unit.values(After)) {
            self.wait(name, earlier, stated(After, earlier));
        }
        for later in words(unit.values(Before)) {
            self.wait(later, name, stated(Before, later));
        }
        for wanted in words(unit.values(Wants)).chain(words(unit.values(BindsTo))) {
            self.want(name, wanted);
        }
        for target in words(unit.values(WantedBy)) {
            self.want(target, name);
        }
        if kind(name) == "service" && writes_to_journal(unit) {
            self.wait(name, "systemd-journald.socket", WaitOrigin::Journal);
        }
        if kind(name) == "service" && is_on_the_bus(unit) {
            self.wait(name, "dbus.socket", WaitOrigin::Bus);
        }
        let index = self.index(name);
        self.mounts.push((index, mounts(unit)));
        self.declare(name, has_defaults(unit));
    }

    /// Records that the unit has a file, and adds its default dependencies.
    fn declare(&mut self, name: &str, defaults: bool) {
        let index = self.index(name);
        self.defaults[index] = Some(defaults && self.defaults[index].unwrap_or(true));
        if !defaults {
            return;
        }
        let Defaults { after, before } = Defaults::of(name);
        let of = || WaitOrigin::Default { unit: UnitName::known(name) };
        for earlier in after {
            self.wait(name, earlier, of());
        }
        for later in before {
            self.wait(later, name, of());
        }
    }

    fn index(&mut self, name: &str) -> usize {
        let name = template_of(name);
        if let Some(&index) = self.indices.get(name.as_ref()) {
            return index;
        }
        self.indices.insert(name.clone().into_owned(), self.names.len());
        self.names.push(name.into_owned());
        self.defaults.push(None);
        self.names.len() - 1
    }

    fn wait(&mut self, later: &str, earlier: &str, origin: WaitOrigin) {
        let pair = (self.index(later), self.index(earlier));
        // systemd ignores a unit's dependency on itself, and instances of one template do not wait
        // for each other in a cycle.
        if pair.0 != pair.1 {
            self.waits.push((pair, origin));
        }
    }

    fn want(&mut self, target: &str, unit: &str) {
        let pair = (self.index(target), self.index(unit));
        if kind(target) == "target" && pair.0 != pair.1 {
            self.wants.push((
                pair,
                WaitOrigin::Wanted { target: UnitName::known(target), unit: UnitName::known(unit) },
            ));
        }
    }

    fn finish(mut self, given: HashSet<UnitName>) -> WaitGraph {
        // A unit of which only the name is known probably is an ordinary one. If it does not exist,
        // the additional waits do no harm.
        for index in 0..self.names.len() {
            if self.defaults[index].is_none() {
                self.declare(&self.names[index].clone(), true);
            }
        }
        self.triggers();
        self.mounts();
        self.sort();
        let mut waits: BTreeMap<Pair, Vec<WaitOrigin>> = BTreeMap::new();
        for (pair, origin) in self.waits {
            waits.entry(pair).or_default().push(origin);
        }
        // systemd does not know the extra waits.
        let known = |origins: &Vec<WaitOrigin>| {
            origins.iter().any(|origin| !matches!(origin, WaitOrigin::Extra(_)))
        };
        let (mut wanted, mut reversed) =
            (BTreeMap::<Pair, Vec<WaitOrigin>>::new(), BTreeMap::<Pair, Vec<WaitOrigin>>::new());
        for (pair, origin) in self.wants {
            let defaults = |index: usize| self.defaults[index].unwrap_or(true);
            if defaults(pair.0) && defaults(pair.1) {
                let opposite = (pair.1, pair.0);
                // If two targets want each other, systemd may order them either way.
                let opposed =
                    waits.get(&opposite).is_some_and(known) || wanted.contains_key(&opposite);
                let map = if opposed { &mut reversed } else { &mut wanted };
                map.entry(pair).or_default().push(origin);
            }
        }
        WaitGraph {
            names: self.names.into_iter().map(UnitName::known).collect(),
            given,
            waits,
            wanted,
            reversed,
        }
    }

    fn triggers(&mut self) {
        let existing = self.names.len();
        for index in 0..existing {
            let name = self.names[index].clone();
            for other in triggered(&name)
                .into_iter()
                .filter(|other| self.indices.contains_key(other))
                .collect::<Vec<_>>()
            {
                self.wait(&other, &name, WaitOrigin::Triggered);
            }
        }
    }

    fn mounts(&mut self) {
        let mut mounts = std::mem::take(&mut self.mounts);
        mounts.extend(self.names.iter().map(|name| mounts_over(name)).enumerate());
        for (index, above) in mounts {
            for mount in above {
                if let Some(&earlier) =
                    self.indices.get(&mount).filter(|&&earlier| earlier != index)
                {
                    self.waits.push(((index, earlier), WaitOrigin::Mounts));
                }
            }
        }
    }

    /// Numbers the units in the order of their names, and sorts all lists.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_unstable_by(|&one, &other| self.names[one].cmp(&self.names[other]));
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new;
        }
        self.names = order.iter().map(|&old| std::mem::take(&mut self.names[old])).collect();
        self.defaults = order.iter().map(|&old| self.defaults[old]).collect();
        self.indices.clear();
        for list in [&mut self.waits, &mut self.wants] {
            for ((later, earlier), _) in &mut *list {
                (*later, *earlier) = (rank[*later], rank[*earlier]);
            }
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// The unit names in the values of a directive.
fn words(values: &[Value]) -> impl Iterator<Item = &str> {
    values.iter().flat_map(|value| value.as_str().split_ascii_whitespace())
}
