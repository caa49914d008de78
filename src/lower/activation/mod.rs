//! `start on` and `stop on` become ordering, pulls, bindings and `[Install]`.
//!
//! A condition is read leaf by leaf, brought into normal form, and each path of it gives what has to be
//! said: after what the unit starts, what brings it in, what takes it down. The paths are united, which is
//! safe because `After=` does nothing for a unit that is not being started.

mod announced;
mod down;
mod followed;
mod latch;
mod start;
mod stop;

use std::collections::{BTreeMap, BTreeSet};

use super::context::Lowering;
use super::node;
use super::shape::Shape;
use super::trigger::{Side, Trigger, bus_name, classify};
use crate::ast::{Condition, Event};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{EARLY_UNIT, SPRAWLING_CONDITION, UNBOUND_INSTANCE};
use crate::event::{Dnf, Expr};
use crate::job::Stated;
use crate::source::{Span, Spanned};
use crate::systemd::{Directive, Section, UnitName};
use followed::{Followed, Joined};

pub(super) use start::start;

/// What a condition asks of the unit. Names are in the order in which they were written.
#[derive(Debug)]
struct Relations {
    after: Vec<UnitName>,
    before: Vec<UnitName>,
    wants: Vec<UnitName>,
    requisite: Vec<UnitName>,
    wanted_by: Vec<UnitName>,
    conflicts: Vec<UnitName>,
    part_of: Vec<UnitName>,
    stop_propagated_from: Vec<UnitName>,
    binds_to: Vec<UnitName>,
    /// `ConditionVirtualization=` values.
    virtualization: Vec<String>,
    /// The unit starts before the ordinary ones.
    early: bool,
    /// Off where they would make a cycle.
    default_dependencies: bool,
    /// Which event of a condition brought a name in.
    origins: BTreeMap<UnitName, Span>,
    /// What only some of the alternatives of the start condition are about.
    optional: BTreeSet<UnitName>,
    /// The jobs whose start is waited for.
    followed: Vec<Followed>,
    /// Jobs that all have to be there.
    joined: Vec<Joined>,
    /// Units that stop this one themselves, by a drop-in.
    stopped_by: Vec<UnitName>,
}

impl Relations {
    /// Says of all names that are new that they come from here.
    fn attribute(&mut self, span: Span) {
        let Self { after, before, wants, wanted_by, conflicts, part_of, stop_propagated_from, binds_to, origins, .. } = self;
        for name in [after, before, wants, wanted_by, conflicts, part_of, stop_propagated_from, binds_to].into_iter().flatten() {
            if !origins.contains_key(name) {
                origins.insert(name.clone(), span);
            }
        }
    }
}

impl Default for Relations {
    fn default() -> Self {
        Self {
            after: Vec::new(),
            before: Vec::new(),
            wants: Vec::new(),
            requisite: Vec::new(),
            wanted_by: Vec::new(),
            conflicts: Vec::new(),
            part_of: Vec::new(),
            stop_propagated_from: Vec::new(),
            binds_to: Vec::new(),
            virtualization: Vec::new(),
            early: false,
            default_dependencies: true,
            origins: BTreeMap::new(),
            optional: BTreeSet::new(),
            followed: Vec::new(),
            joined: Vec::new(),
            stopped_by: Vec::new(),
        }
    }
}

fn push(list: &mut Vec<UnitName>, name: &UnitName) {
    if !list.contains(name) {
        list.push(name.clone());
    }
}

fn push_known(list: &mut Vec<UnitName>, name: &'static str) {
    push(list, &UnitName::known(name));
}

/// When the process of an inverted job runs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inversion {
    Shutdown,
    Stopping(UnitName),
}

type Leaf = Spanned<Trigger>;

/// Leaves are compared by what they mean.
#[derive(Clone, Debug)]
struct Meant(Leaf);

impl PartialEq for Meant {
    fn eq(&self, other: &Self) -> bool {
        self.0.value == other.0.value
    }
}

/// The start condition of a job, read.
pub(super) struct Activation {
    start: Relations,
    inversion: Option<Inversion>,
    /// Run levels 0 or 6 alone: the unit is started by the way down itself.
    on_the_way_down: bool,
}

impl Activation {
    pub(super) fn shape(&self, lowering: &Lowering<'_>) -> Shape {
        if self.inversion.is_some() && lowering.has_main() {
            Shape::Inverted
        } else if !lowering.has_main() {
            Shape::State
        } else if lowering.job.is_task() || self.on_the_way_down {
            Shape::Task
        } else {
            Shape::Service
        }
    }
}

/// What both conditions of a job came to.
#[derive(Debug)]
pub(super) struct Conditions {
    /// The units that are named in the unit, by directive.
    pub(super) relations: Vec<(Directive, UnitName)>,
    /// `ConditionVirtualization=` values.
    pub(super) virtualization: Vec<String>,
    pub(super) default_dependencies: bool,
    /// Which event of a condition brought a unit into the relations.
    pub(super) origins: BTreeMap<UnitName, Span>,
    /// Those of them that only some of the alternatives are about.
    pub(super) optional: BTreeSet<UnitName>,
    /// The unit starts before the ordinary ones.
    pub(super) is_early: bool,
    /// It does its work when the system goes down.
    pub(super) at_shutdown: bool,
    /// The unit that starts this one when all has happened that has to.
    pub(super) joined: Option<UnitName>,
    /// The name by which the bus starts the unit.
    pub(super) bus_name: Option<String>,
}

impl Conditions {
    /// Whether the unit is started by something that may happen again and again.
    pub(super) fn start_repeatedly(&self) -> bool {
        let by_event = self
            .relations
            .iter()
            .any(|(directive, by)| *directive == Directive::WantedBy && (node::is_event(by.as_str()) || by.as_str().ends_with(".device")));
        by_event || self.joined.is_some()
    }
}

/// The alternatives of a condition; what there is to say about its events is said.
fn paths(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, side: Side) -> Option<Vec<Vec<Meant>>> {
    let expr = read(lowering, condition, &condition.value, side);
    if let Ok(Dnf(paths)) = expr.normalize() {
        return Some(paths);
    }
    let diagnostic = SPRAWLING_CONDITION.at(condition.span, "the condition has more than 64 alternatives").help("simplify it");
    lowering.manual(condition.stanza, &[], diagnostic);
    None
}

fn read(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, expr: &Expr<Event>, side: Side) -> Expr<Meant> {
    match expr {
        Expr::Leaf(event) => {
            let classified = classify(lowering, event, side);
            let rule = classified.diagnostics.first().map(|diagnostic| diagnostic.rule);
            lowering.ledger.record(condition.stanza, classified.disposition, &[], rule);
            lowering.diagnostics.extend(classified.diagnostics);
            for companion in classified.companions {
                lowering.ledger.file(condition.stanza, &companion.output().path);
                lowering.companion(companion);
            }
            Expr::Leaf(Meant(Spanned::new(classified.trigger, event.span())))
        }
        Expr::And(left, right) => {
            Expr::And(Box::new(read(lowering, condition, left, side)), Box::new(read(lowering, condition, right, side)))
        }
        Expr::Or(left, right) => {
            Expr::Or(Box::new(read(lowering, condition, left, side)), Box::new(read(lowering, condition, right, side)))
        }
    }
}

fn path_span(path: &[Meant]) -> Option<Span> {
    path.iter().map(|Meant(leaf)| leaf.span).reduce(Span::to)
}

/// Reads `stop on`. Returns what both conditions come to.
pub(super) fn lower(lowering: &mut Lowering<'_>, activation: Activation) -> Conditions {
    let Activation { mut start, inversion, on_the_way_down } = activation;
    let at_shutdown = on_the_way_down || inversion == Some(Inversion::Shutdown);
    let mut joined = None;
    if let Some(condition) = &lowering.job.stop_on {
        stop::stop(lowering, condition, &mut start);
        start.attribute(condition.span);
    }
    if let Some(condition) = &lowering.job.start_on {
        joined = followed::lower(lowering, condition, &mut start);
    }
    if let Some(manual) = &lowering.job.manual {
        // No [Install] section: nothing starts the unit by itself.
        lowering.exact(manual.stanza, &[]);
    }
    settled(lowering, start, (at_shutdown, joined))
}

/// What is left of the relations when each is compared with the others.
fn settled(lowering: &mut Lowering<'_>, relations: Relations, (at_shutdown, joined): (bool, Option<UnitName>)) -> Conditions {
    let Relations {
        after,
        mut before,
        wants,
        requisite,
        wanted_by,
        mut conflicts,
        part_of,
        stop_propagated_from,
        binds_to,
        virtualization,
        early,
        default_dependencies,
        origins,
        optional,
        followed: _,
        joined: _,
        stopped_by: _,
    } = relations;
    if early {
        // What the default dependencies say of the shutdown.
        push_known(&mut before, "shutdown.target");
        push_known(&mut conflicts, "shutdown.target");
        if let Some(condition) = &lowering.job.start_on {
            let diagnostic = EARLY_UNIT
                .at(condition.span, "the unit starts before the ordinary services")
                .note("file systems other than the root may not be there, and the root may be read-only")
                .help("if it needs more, add `After=local-fs.target`, and see that nothing waits for the unit before that");
            lowering.approximate(condition.stanza, &[Directive::DefaultDependencies], diagnostic);
        }
    }
    let (own, instance) = (lowering.name, lowering.instance);
    // Two units that conflict are never active together, so neither has to stop along with the other.
    let [part_of, stop_propagated_from] =
        [part_of, stop_propagated_from].map(|units| units.into_iter().filter(|unit| !conflicts.contains(unit)).collect());
    let wanted_by = enabling(lowering, wanted_by);
    let lists = [
        (Directive::Wants, wants),
        (Directive::Requisite, requisite),
        (Directive::BindsTo, binds_to),
        (Directive::PartOf, part_of),
        (Directive::StopPropagatedFrom, stop_propagated_from),
        (Directive::Conflicts, conflicts),
        (Directive::Before, before),
        (Directive::After, after),
        (Directive::WantedBy, wanted_by),
    ];
    let (mut settled, mut start_directives) = (Vec::new(), Vec::new());
    for (directive, names) in lists {
        // A job that names itself in a condition would be refused.
        for name in names.into_iter().filter(|name| name != own && (instance.is_template() || !name.as_str().contains('%'))) {
            settled.push((directive, name));
            if !start_directives.contains(&directive) {
                start_directives.push(directive);
            }
        }
    }
    start_directives.extend(virtualization.iter().map(|_| Directive::ConditionVirtualization));
    let default_dependencies = default_dependencies && !early;
    if !default_dependencies {
        start_directives.push(Directive::DefaultDependencies);
    }
    if let Some(condition) = &lowering.job.start_on {
        start_directives.retain(|directive| !{
            matches!(directive, Directive::BindsTo | Directive::PartOf | Directive::StopPropagatedFrom | Directive::Conflicts)
        });
        lowering.ledger.record(condition.stanza, Disposition::Exact, &start_directives, None);
    }
    Conditions {
        relations: settled,
        virtualization,
        default_dependencies,
        origins,
        optional,
        is_early: early,
        at_shutdown,
        joined,
        bus_name: bus_name(lowering).map(str::to_owned),
    }
}

/// What the unit can be enabled into. A template without a default instance can only be hung on another template.
fn enabling(lowering: &mut Lowering<'_>, wanted_by: Vec<UnitName>) -> Vec<UnitName> {
    let instance = lowering.instance;
    if !instance.is_template() {
        return wanted_by;
    }
    let (templates, others): (Vec<_>, Vec<_>) = wanted_by.into_iter().partition(UnitName::is_own_instance);
    let mut names: Vec<UnitName> = templates.into_iter().map(|name| name.of_instance()).collect();
    if instance.has_default() {
        names.extend(others);
        return names;
    }
    if let (Some(target), Some(condition)) = (others.first(), &lowering.job.start_on) {
        let unit = lowering.name.instance_escaped("NAME");
        let diagnostic = UNBOUND_INSTANCE
            .at(condition.span, "the condition does not say which instances start")
            .note("under Upstart, too, it starts none, unless the event carries the variable of the instance")
            .help(format!("start those that you need with {target}: `systemctl add-wants {target} {unit}`"));
        lowering.remark(Section::Unit, &UNBOUND_INSTANCE, &format!("enable an instance with: systemctl add-wants {target} {unit}"));
        lowering.manual(condition.stanza, &[], diagnostic);
    }
    names
}
