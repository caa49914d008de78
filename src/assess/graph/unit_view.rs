//! The graph of units: what the directives of the migrated units name.

use std::collections::{BTreeMap, BTreeSet};

use super::sketch::{Sketch, source_place};
use super::{Column, EdgeKind, Graph, GraphNode, GraphView, NodeKind, OutsideKind};
use crate::assess::effort::Effort;
use crate::lower::event_unit;
use crate::migrate::{Migration, UnitRelation};
use crate::systemd::{Directive, UnitName};

/// The targets that are points of the boot or of the shutdown (systemd.special(7), bootup(7)).
const MILESTONES: [(&str, Column); 25] = [
    ("sysinit.target", Column::EarlyBoot),
    ("basic.target", Column::EarlyBoot),
    ("local-fs-pre.target", Column::EarlyBoot),
    ("local-fs.target", Column::FileSystems),
    ("remote-fs-pre.target", Column::FileSystems),
    ("remote-fs.target", Column::FileSystems),
    ("swap.target", Column::FileSystems),
    ("network-pre.target", Column::Network),
    ("network.target", Column::Network),
    ("network-online.target", Column::Network),
    ("multi-user.target", Column::RunLevel),
    ("graphical.target", Column::RunLevel),
    ("default.target", Column::RunLevel),
    ("getty.target", Column::RunLevel),
    ("rescue.target", Column::ByEvent),
    ("emergency.target", Column::ByEvent),
    ("sockets.target", Column::ByEvent),
    ("paths.target", Column::ByEvent),
    ("timers.target", Column::ByEvent),
    ("shutdown.target", Column::Shutdown),
    ("umount.target", Column::Shutdown),
    ("final.target", Column::Shutdown),
    ("reboot.target", Column::Shutdown),
    ("poweroff.target", Column::Shutdown),
    ("halt.target", Column::Shutdown),
];

/// The states of a job in the names of the units that stand for them.
const STATES: [&str; 6] = ["starting", "started", "stopping", "ended", "succeeded", "failed"];

/// What one directive says of two units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum DirectiveEffect {
    /// The second is started.
    Starts,
    /// The second stops when the first does.
    StopsAlong,
    /// The second stops when the first starts.
    StopsFor,
    /// The second is later.
    Orders,
}

/// The effects of some directives on the second of two units, each with the directive.
type Effects = BTreeSet<(DirectiveEffect, &'static str)>;

pub(super) fn graph(migration: &Migration) -> Graph {
    let mut drawing = UnitDrawing::default();
    drawing.add_services(migration);
    let effects = effects(migration);
    for (pair, found) in &effects {
        // An order adds nothing to what else relates two units.
        let (first, second) = pair;
        let is_related = |other: Option<&Effects>| {
            other
                .is_some_and(|all| all.iter().any(|(effect, _)| *effect != DirectiveEffect::Orders))
        };
        let reverse = effects.get(&(second.clone(), first.clone()));
        if is_related(Some(found)) || !is_related(reverse) {
            drawing.add_relation(pair, found);
        }
    }
    drawing.add_emitters(migration);
    drawing.add_triggers();
    drawing.add_latches(migration);
    drawing.place(&effects);
    drawing.sketch.finish(GraphView::Systemd)
}

/// What all directives say, by the units that they are about.
fn effects(migration: &Migration) -> BTreeMap<(UnitName, UnitName), Effects> {
    let mut found: BTreeMap<(UnitName, UnitName), Effects> = BTreeMap::new();
    for UnitRelation { unit, directive, other } in &migration.unit_relations {
        let Some((goes_out, effect)) = effect(*directive) else { continue };
        let (unit, other) = (unit.of_instance(), other.of_instance());
        if unit != other {
            let pair = if goes_out { (unit, other) } else { (other, unit) };
            found.entry(pair).or_default().insert((effect, directive.name()));
        }
    }
    found
}

/// The effect of a directive, and whether it is on the unit that the directive names.
fn effect(directive: Directive) -> Option<(bool, DirectiveEffect)> {
    Some(match directive {
        Directive::Wants | Directive::OnSuccess | Directive::OnFailure => {
            (true, DirectiveEffect::Starts)
        }
        Directive::WantedBy => (false, DirectiveEffect::Starts),
        Directive::BindsTo | Directive::PartOf | Directive::StopPropagatedFrom => {
            (false, DirectiveEffect::StopsAlong)
        }
        Directive::Conflicts => (false, DirectiveEffect::StopsFor),
        Directive::After | Directive::Requisite => (false, DirectiveEffect::Orders),
        Directive::Before => (true, DirectiveEffect::Orders),
        _ => return None,
    })
}

fn milestone(unit: &UnitName) -> Option<Column> {
    let found = MILESTONES.iter().find(|(name, _)| *name == unit.as_str());
    found.map(|(_, column)| *column)
}

#[derive(Default)]
struct UnitDrawing {
    sketch: Sketch,
    nodes: BTreeMap<UnitName, usize>,
    /// The units that are started when the system goes down.
    at_shutdown: BTreeSet<usize>,
}

impl UnitDrawing {
    /// The units of jobs, in the order of their names.
    fn add_services(&mut self, migration: &Migration) {
        let jobs: BTreeMap<&str, _> =
            migration.jobs.iter().map(|job| (job.conversion.job.as_str(), job)).collect();
        let mut services: Vec<_> = migration.services.iter().collect();
        services.sort_by(|first, second| first.unit.cmp(&second.unit));
        for service in services {
            let job = jobs.get(service.job.as_str());
            let first = job.and_then(|job| Some((job, job.conversion.stanzas.first()?)));
            let name = service.unit.to_string();
            let node = self.sketch.add(GraphNode {
                id: format!("{}:{name}", NodeKind::Job.name()),
                kind: NodeKind::Job,
                name: name.clone(),
                column: Column::ByEvent,
                job: Some(service.job.clone()),
                unit: Some(name),
                effort: job.map(|job| Effort::of(job)),
                place: first.map(|(job, stanza)| source_place(&job.sources, stanza.span)),
                starts: None,
                stops: None,
            });
            self.nodes.insert(service.unit.clone(), node);
        }
    }

    /// The node of a unit; `None` if it is a point of the boot.
    fn unit(&mut self, unit: &UnitName) -> Option<usize> {
        if let Some(&node) = self.nodes.get(unit) {
            return Some(node);
        }
        if milestone(unit).is_some() {
            return None;
        }
        let suffix = unit.as_str().rsplit('.').next().unwrap_or_default();
        let kind = match suffix {
            _ if unit.as_str().starts_with("upstart-") => NodeKind::Event,
            "socket" => NodeKind::Outside(OutsideKind::Socket),
            "path" | "mount" | "automount" => NodeKind::Outside(OutsideKind::File),
            "device" => NodeKind::Outside(OutsideKind::Device),
            _ => NodeKind::Outside(OutsideKind::Unit),
        };
        let node = self.sketch.node(kind, unit.as_str());
        self.sketch.nodes[node].unit = Some(unit.to_string());
        self.nodes.insert(unit.clone(), node);
        Some(node)
    }

    fn add_relation(&mut self, (first, second): &(UnitName, UnitName), found: &Effects) {
        let has = |effect| found.iter().any(|(known, _)| *known == effect);
        let (starts, stops) = (has(DirectiveEffect::Starts), has(DirectiveEffect::StopsAlong));
        let (Some(from), Some(to)) = (self.unit(first), self.unit(second)) else { return };
        for (effect, word) in found {
            let kind = match effect {
                DirectiveEffect::StopsFor => EdgeKind::Stops,
                _ if starts && stops => EdgeKind::Bound,
                _ if starts => EdgeKind::Starts,
                _ if stops => EdgeKind::Stops,
                DirectiveEffect::Starts | DirectiveEffect::StopsAlong => EdgeKind::Stops,
                DirectiveEffect::Orders if has(DirectiveEffect::StopsFor) => continue,
                DirectiveEffect::Orders => EdgeKind::Orders,
            };
            self.sketch.edge((from, to), kind, word, []);
        }
    }

    /// The units that stand for events, started by the units whose events they are.
    fn add_emitters(&mut self, migration: &Migration) {
        let events: Vec<(usize, UnitName)> = self
            .nodes
            .iter()
            .filter(|&(_, &node)| self.sketch.nodes[node].kind == NodeKind::Event)
            .map(|(unit, &node)| (node, unit.clone()))
            .collect();
        let of_jobs: BTreeMap<&str, usize> = migration
            .services
            .iter()
            .filter_map(|service| Some((service.job.as_str(), *self.nodes.get(&service.unit)?)))
            .collect();
        let mut emitters: BTreeMap<UnitName, BTreeSet<usize>> = BTreeMap::new();
        for event in migration.job_set.events() {
            let Some(unit) = event_unit(event) else { continue };
            let emitting = migration.job_set.emitters(event).iter();
            let emitting = emitting.filter_map(|emitter| of_jobs.get(emitter.job.as_str()));
            emitters.entry(unit).or_default().extend(emitting);
        }
        for (node, unit) in events {
            for &from in emitters.get(&unit).into_iter().flatten() {
                self.sketch.edge((from, node), EdgeKind::Emits, "emits", []);
            }
            // The name of the unit has the state and the unit whose state it is.
            let state =
                unit.as_str().strip_prefix("upstart-").and_then(|rest| rest.split_once('-'));
            let Some((state, of)) = state.filter(|(state, _)| STATES.contains(state)) else {
                continue;
            };
            if let Some(&from) = self.nodes.get(&UnitName::known(of)) {
                self.sketch.edge((from, node), EdgeKind::Emits, state, []);
            }
        }
    }

    /// The sockets and paths, which start the service of the same name (systemd.socket(5),
    /// `Service=`; systemd.path(5), `Unit=`).
    fn add_triggers(&mut self) {
        let service = |unit: &UnitName| {
            let (name, suffix) = unit.as_str().rsplit_once('.')?;
            let service = UnitName::known(format!("{name}.service"));
            matches!(suffix, "socket" | "path").then(|| self.nodes.get(&service).copied())?
        };
        let triggers: Vec<(usize, usize)> =
            self.nodes.iter().filter_map(|(unit, &node)| Some((node, service(unit)?))).collect();
        for (trigger, service) in triggers {
            self.sketch.edge((trigger, service), EdgeKind::Starts, "triggers", []);
        }
    }

    /// The units that start the unit of a job by a command: each latch remembers one of several
    /// events, and another unit waits until the system goes down. They are files of that job.
    fn add_latches(&mut self, migration: &Migration) {
        for job in &migration.jobs {
            let units: Vec<(UnitName, usize)> = job
                .conversion
                .outputs
                .iter()
                .filter_map(|file| Some(UnitName::known(file.path.rsplit('/').next()?)))
                .filter_map(|unit| Some((unit.clone(), *self.nodes.get(&unit)?)))
                .collect();
            let named = |prefix| {
                let has_prefix =
                    move |unit: &&(UnitName, usize)| unit.0.as_str().starts_with(prefix);
                units.iter().filter(has_prefix).map(|(_, node)| *node)
            };
            let Some(&(_, own)) = units.first() else { continue };
            let joined = named("upstart-joined-").next();
            for latch in named("upstart-latch-") {
                let to = joined.unwrap_or(own);
                self.sketch.edge((latch, to), EdgeKind::StartsByScript, "and", []);
            }
            if let Some(joined) = joined {
                self.sketch.edge((joined, own), EdgeKind::StartsByScript, "and", []);
            }
            for waiting in named("upstart-shutdown-") {
                self.sketch.edge((waiting, own), EdgeKind::StartsByScript, "shutdown", []);
                self.at_shutdown.insert(own);
            }
        }
    }

    /// A unit is where the first is that starts it.
    fn place(&mut self, effects: &BTreeMap<(UnitName, UnitName), Effects>) {
        let mut found: Vec<Option<Column>> = vec![None; self.sketch.nodes.len()];
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); found.len()];
        for (first, second) in effects
            .iter()
            .filter(|(_, all)| all.iter().any(|(effect, _)| *effect == DirectiveEffect::Starts))
            .map(|(pair, _)| pair)
        {
            let Some(&to) = self.nodes.get(second) else { continue };
            match (milestone(first), self.nodes.get(first)) {
                (Some(column), _) => {
                    found[to] = Some(found[to].map_or(column, |other| other.min(column)));
                }
                (None, Some(&from)) => after[from].push(to),
                (None, None) => {}
            }
        }
        for (from, to) in self.sketch.starting() {
            after[from].push(to);
        }
        for &node in &self.at_shutdown {
            found[node] = Some(Column::Shutdown);
        }
        let mut open: Vec<usize> = (0..found.len()).filter(|&node| found[node].is_some()).collect();
        // The earliest first: a column that is found is final.
        open.sort_by_key(|&node| std::cmp::Reverse(found[node]));
        while let Some(node) = open.pop() {
            // What waits for the shutdown is started long before it starts the other.
            for &other in after[node].iter().filter(|other| !self.at_shutdown.contains(other)) {
                if found[other].is_none_or(|column| Some(column) > found[node]) {
                    found[other] = found[node];
                    open.push(other);
                }
            }
        }
        for (node, column) in self.sketch.nodes.iter_mut().zip(found) {
            node.column = column.unwrap_or(Column::ByEvent);
        }
    }
}
