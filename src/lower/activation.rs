//! `start on` and `stop on` become ordering, pulls, bindings and `[Install]`.
//!
//! A condition is read leaf by leaf, brought into normal form, and each path of it gives what has to be
//! said: after what the unit starts, what brings it in, what takes it down. The paths are united, which is
//! safe because `After=` does nothing for a unit that is not being started.

use super::context::Lowering;
use super::event_table::{JobState, Milestone};
use super::instance::Instance;
use super::names::{Kind, Peer};
use super::process::Shape;
use super::runlevel::Runlevels;
use super::trigger::{BEYOND, COMPANION, Side, Trigger, classify, is_early, node};
use crate::ast::{Condition, Console, Event};
use crate::diagnostic::{Disposition, Rule, Severity};
use crate::event::{Dnf, Expr};
use crate::job::Stated;
use crate::source::{Span, Spanned, lossy};
use crate::systemd::{Directive, Section, UnitName, Value};

pub(super) static RULES: [&Rule; 16] = [
    &UNBOUND_CRASH,
    &CONTRADICTION,
    &UNBOUND,
    &EARLY,
    &FOLLOWS_FAILED,
    &STOPPED_TASK,
    &TOGETHER,
    &LATCH,
    &AND_EVENTS,
    &CONFLICTS,
    &RUNLEVELS,
    &CONDITION_OF_ONE_PATH,
    &TOO_MANY,
    &STOP_AND,
    &STOP_BY_EVENT,
    &SHUTDOWN_JOB,
];

static EARLY: Rule = Rule {
    code: "U226",
    name: "early-event",
    severity: Severity::Warning,
    explanation: "Under Upstart this job ran at the very beginning of the boot, before file systems were mounted. The unit starts with the ordinary services, when everything \
that it could need is there. If something early depends on it, give it `DefaultDependencies=no`, `Before=sysinit.target` and `WantedBy=sysinit.target`.",
};

static FOLLOWS_FAILED: Rule = Rule {
    code: "U231",
    name: "follows-failed-job",
    severity: Severity::Note,
    explanation: "`start on started X` becomes `After=`, `Wants=` and `WantedBy=` X. Two things differ: the unit also starts when X was to start and failed, and starting the unit \
by hand brings X up, too. `Requisite=` would prevent both, but would also stop the unit whenever X stops.",
};

static STOPPED_TASK: Rule = Rule {
    code: "U232",
    name: "end-of-unknown-job",
    severity: Severity::Warning,
    explanation: "`start on stopped X` means two different things: after a task it means that its work is done, after a service that it has gone. One file does not show which of them \
X is. The unit is ordered after a task; if X is a service, take `WantedBy=` and `After=` away, and put `OnSuccess=` and `OnFailure=` with the name of this unit into a drop-in for X.",
};

static TOGETHER: Rule = Rule {
    code: "U233",
    name: "joined-jobs",
    severity: Severity::Note,
    explanation: "A job that starts when several others have started is brought in by each of them, and brings the others in itself. Upstart waited until all of them had been started \
by somebody else.",
};

static LATCH: Rule = Rule {
    code: "U234",
    name: "latched-event",
    severity: Severity::Note,
    explanation: "Upstart remembers an event until the rest of the condition holds. A unit does not remember: when it is started by the event it waits for what is being started at that \
moment, and no longer.",
};

static AND_EVENTS: Rule = Rule {
    code: "U235",
    name: "joined-events",
    severity: Severity::Warning,
    explanation: "The job starts when two passing events have both happened, in any order. Units remember no events, so nothing can start this unit by itself. If one of the events always \
comes last, hang the unit on that one alone.",
};

static CONFLICTS: Rule = Rule {
    code: "U236",
    name: "mutual-conflict",
    severity: Severity::Warning,
    explanation: "`stop on starting X` and `stop on started X` become `Conflicts=`, which works both ways: starting X stops this unit, and starting this unit stops X. Upstart only did the \
first.",
};

static RUNLEVELS: Rule = Rule {
    code: "U237",
    name: "distinguished-runlevels",
    severity: Severity::Warning,
    explanation: "systemd knows multi-user.target and graphical.target. It does not tell the run levels 2, 3 and 4 apart, and does not leave one of them for another. The unit belongs to all \
of them.",
};

static CONDITION_OF_ONE_PATH: Rule = Rule {
    code: "U238",
    name: "condition-of-one-alternative",
    severity: Severity::Warning,
    explanation: "`container` and `not-container` become `ConditionVirtualization=`, which holds for the whole unit. Here only one of several alternatives depends on it, so the condition is \
left out, and the unit also starts where that alternative would not have counted.",
};

static TOO_MANY: Rule = Rule {
    code: "U239",
    name: "sprawling-condition",
    severity: Severity::Warning,
    explanation: "Written out as alternatives, the condition has more than 64 of them. No job that anybody wrote comes near that; simplify it.",
};

static STOP_AND: Rule = Rule {
    code: "U240",
    name: "joined-stop-condition",
    severity: Severity::Warning,
    explanation: "The job stops when several things have happened. systemd can only bind a unit to each of them alone, so only what the shutdown of the system does anyway is kept.",
};

static STOP_BY_EVENT: Rule = Rule {
    code: "U249",
    name: "stop-at-milestone",
    severity: Severity::Warning,
    explanation: "The job stops when the boot reaches a certain point. Units are not stopped by that. A unit that is needed only until then can be a `Type=oneshot` unit that ends by itself, \
or have `Conflicts=` with a unit that starts at that point.",
};

static UNBOUND: Rule = Rule {
    code: "U257",
    name: "unbound-instance",
    severity: Severity::Warning,
    explanation: "The job has instances, and its start condition does not say which: they are named by a variable that the event or whoever starts the job has to give. \
`systemctl add-wants TARGET foo@NAME.service` starts an instance together with another unit; where the event is about a device, a udev rule can name the instance.",
};

static UNBOUND_CRASH: Rule = Rule {
    code: "U259",
    name: "unbound-crash",
    severity: Severity::Warning,
    explanation: "`stop on stopping X` stops the job whenever X ends, also when it ends by itself. `BindsTo=` says that, but a unit that is bound to another one cannot start where the other one is \
not installed, and one file does not show what is. `PartOf=` stops and restarts the unit together with X whenever somebody stops or restarts X. Where X is sure to be there, write `BindsTo=X` in the place \
of `PartOf=` and `Wants=`.",
};

static CONTRADICTION: Rule = Rule {
    code: "U260",
    name: "start-and-stop-by-one-job",
    severity: Severity::Warning,
    explanation: "The job starts with another one and stops when that one has started (or the other way round): it runs beside it for a moment. systemd refuses to start two units together that \
conflict, so the stop condition is left out. Let the process end by itself, or stop it from an `ExecStartPost=` of the other unit.",
};

static SHUTDOWN_JOB: Rule = Rule {
    code: "U256",
    name: "shutdown-job",
    severity: Severity::Note,
    explanation: "A job that starts at run level 0 or 6 runs while the system goes down. The unit starts with the system and does nothing; its work is in `ExecStop=`, which systemd runs when \
it stops the unit, at shutdown, or by `systemctl stop`.",
};

/// What a condition asks of the unit. Names are in the order in which they were written.
#[derive(Debug, Default)]
struct Relations {
    after: Vec<UnitName>,
    before: Vec<UnitName>,
    wants: Vec<UnitName>,
    wanted_by: Vec<UnitName>,
    conflicts: Vec<UnitName>,
    part_of: Vec<UnitName>,
    binds_to: Vec<UnitName>,
    /// `ConditionVirtualization=` values.
    virtualization: Vec<String>,
    /// The unit starts before the ordinary ones, so the default dependencies would make a cycle.
    early: bool,
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

/// The conditions of a job, read.
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

/// Reads `start on`.
pub(super) fn start(lowering: &mut Lowering<'_>) -> Activation {
    let mut activation = Activation { start: Relations::default(), inversion: None, on_the_way_down: false };
    let Some(condition) = &lowering.job.start_on else { return activation };
    lowering.exact(condition.stanza, &[]);
    let Some(paths) = paths(lowering, condition, Side::Start) else { return activation };
    let (down, up): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| goes_down(path));
    if up.is_empty() {
        for path in &down {
            going_down(lowering, condition, path, &mut activation);
        }
        return activation;
    }
    for path in &down {
        let diagnostic = RUNLEVELS
            .at(path_span(path).unwrap_or(condition.span), "the unit does not run again when the system, or that job, goes down")
            .note("a unit either comes up with the system, or does its work on the way down");
        lowering.remark(Section::Unit, diagnostic.rule, "the part of the start condition that is about going down is missing.");
        lowering.manual(condition.stanza, &[], diagnostic);
    }
    let mut reached = Vec::new();
    let alternatives = up.len() > 1;
    for path in &up {
        if path.iter().any(|Meant(leaf)| matches!(leaf.value, Trigger::Never | Trigger::Beyond)) {
            // Said where the event stands.
            continue;
        }
        coming_up(lowering, condition, path, alternatives, &mut activation.start);
        reached.push(path);
    }
    virtualization(lowering, condition, &reached, &mut activation.start);
    if reached.is_empty() {
        lowering.remark(Section::Unit, &BEYOND, "nothing is left of the start condition; start the unit by hand or by another unit.");
    }
    activation
}

/// The alternatives of a condition; what there is to say about its events is said.
fn paths(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, side: Side) -> Option<Vec<Vec<Meant>>> {
    let expr = read(lowering, condition, &condition.value, side);
    if let Ok(Dnf(paths)) = expr.normalize() {
        return Some(paths);
    }
    let diagnostic = TOO_MANY.at(condition.span, "the condition has more than 64 alternatives").help("simplify it");
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

/// Whether the path is about something that ends: the system, or another job.
fn goes_down(path: &[Meant]) -> bool {
    path.iter().any(|Meant(leaf)| match &leaf.value {
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => levels.down() && !levels.running(),
        Trigger::Job { state, .. } => *state == JobState::Stopping,
        Trigger::NetworkGoes | Trigger::RemoteFilesystemsGone => true,
        Trigger::Given
        | Trigger::Reached(_)
        | Trigger::Unit(_)
        | Trigger::BeforeUnit(_)
        | Trigger::Virtualization(_)
        | Trigger::Custom(_)
        | Trigger::Companion
        | Trigger::Never
        | Trigger::Beyond => false,
    })
}

/// A path on the way down: the work is done when something stops.
fn going_down(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, path: &[Meant], activation: &mut Activation) {
    for Meant(leaf) in path {
        match &leaf.value {
            Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => shutdown(lowering, condition, leaf.span, *levels, activation),
            Trigger::Job { peer, state: JobState::Stopping, .. } => {
                let relations = &mut activation.start;
                push(&mut relations.after, &peer.unit);
                push(&mut relations.wanted_by, &peer.unit);
                bind(lowering, condition, leaf.span, peer, relations);
                activation.inversion = Some(Inversion::Stopping(peer.unit.clone()));
            }
            Trigger::NetworkGoes => {
                push_known(&mut activation.start.after, "network.target");
                shutdown(lowering, condition, leaf.span, Runlevels::ALL, activation);
            }
            Trigger::RemoteFilesystemsGone => {
                push_known(&mut activation.start.before, "remote-fs-pre.target");
                shutdown(lowering, condition, leaf.span, Runlevels::ALL, activation);
            }
            Trigger::Job { peer, .. } => push(&mut activation.start.after, &peer.unit),
            Trigger::Virtualization(kind) => activation.start.virtualization.push(kind.clone()),
            Trigger::Given
            | Trigger::Reached(_)
            | Trigger::Unit(_)
            | Trigger::BeforeUnit(_)
            | Trigger::Custom(_)
            | Trigger::Companion
            | Trigger::Never
            | Trigger::Beyond => {}
        }
    }
}

fn shutdown(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, span: Span, levels: Runlevels, activation: &mut Activation) {
    let relations = &mut activation.start;
    if levels.halt() != levels.reboot() && activation.inversion.is_none() {
        // systemd tells these two apart by the target that it goes down to.
        let targets: &[&'static str] = if levels.reboot() { &["reboot.target"] } else { &["poweroff.target", "halt.target"] };
        relations.early = true;
        for target in targets {
            push_known(&mut relations.wanted_by, target);
        }
        push_known(&mut relations.before, "shutdown.target");
        activation.on_the_way_down = true;
        lowering.exact(condition.stanza, &[Directive::WantedBy, Directive::Before, Directive::DefaultDependencies]);
        return;
    }
    push_known(&mut relations.wanted_by, "multi-user.target");
    activation.inversion = Some(Inversion::Shutdown);
    let diagnostic = SHUTDOWN_JOB
        .at(span, "the work is done when systemd stops the unit")
        .note("the unit comes up with the system, so that there is something to stop");
    lowering.approximate(condition.stanza, &[Directive::ExecStop, Directive::WantedBy], diagnostic);
}

/// A path on the way up.
fn coming_up(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, path: &[Meant], alternatives: bool, relations: &mut Relations) {
    let leaves: Vec<&Leaf> = path.iter().map(|Meant(leaf)| leaf).collect();
    let span = path_span(path).unwrap_or(condition.span);
    let milestone = leaves.iter().any(|leaf| is_milestone(&leaf.value));
    let transient: Vec<&&Leaf> = leaves.iter().filter(|leaf| is_transient(&leaf.value)).collect();
    let jobs: Vec<(&Peer, JobState)> = leaves
        .iter()
        .filter_map(|leaf| match &leaf.value {
            Trigger::Job { peer, state, .. } if !is_early(peer) => Some((peer, *state)),
            _ => None,
        })
        .collect();
    if transient.len() > 1 {
        let mut diagnostic = AND_EVENTS
            .at(span, "nothing remembers that the first of these events has happened")
            .help("hang the unit on the one that always comes last");
        for leaf in transient.iter().take(2) {
            diagnostic = diagnostic.related(leaf.span, "this passes");
        }
        lowering.remark(Section::Unit, &AND_EVENTS, "the start condition joins passing events; nothing starts this unit by itself.");
        lowering.manual(condition.stanza, &[], diagnostic);
        return;
    }
    for leaf in &leaves {
        contribute(lowering, condition, leaf, alternatives, relations);
    }
    // Who brings the unit in: a passing event, else the boot, else each of the jobs.
    if let Some(leaf) = transient.first() {
        pull(&leaf.value, relations);
        if leaves.len() > 1 && (milestone || !jobs.is_empty()) && !matches!(leaf.value, Trigger::Companion) {
            let diagnostic = LATCH
                .at(leaf.span, "this event is not remembered until the rest of the condition holds")
                .note("the unit is started when it happens, after what is being started at that moment");
            lowering.approximate(condition.stanza, &[], diagnostic);
        }
    } else if jobs.is_empty() || milestone {
        for leaf in &leaves {
            if let Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) = leaf.value {
                pull_by_runlevel(levels, relations);
            }
        }
        let pulled = leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Runlevels(_) | Trigger::AfterRunlevel(_)));
        if !pulled {
            pull_by_boot(lowering, condition, span, &leaves, relations);
        }
    } else {
        for (peer, _) in &jobs {
            push(&mut relations.wanted_by, &peer.unit);
        }
        if jobs.len() > 1 {
            let diagnostic = TOGETHER
                .at(span, "each of these jobs brings the others in, too")
                .note("Upstart waited until somebody had started all of them");
            lowering.approximate(condition.stanza, &[Directive::WantedBy, Directive::Wants], diagnostic);
        }
    }
}

fn is_milestone(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Reached(_) | Trigger::Runlevels(_) | Trigger::AfterRunlevel(_) => true,
        Trigger::Job { peer, state, .. } => is_early(peer) && *state != JobState::Starting,
        Trigger::Given
        | Trigger::Unit(_)
        | Trigger::BeforeUnit(_)
        | Trigger::Virtualization(_)
        | Trigger::Custom(_)
        | Trigger::Companion
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => false,
    }
}

/// Happens and is over, so that it has to bring the unit in by itself.
fn is_transient(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Unit(_) | Trigger::BeforeUnit(_) | Trigger::Custom(_) | Trigger::Companion => true,
        Trigger::Job { state, .. } => *state == JobState::Starting,
        Trigger::Given
        | Trigger::Reached(_)
        | Trigger::Runlevels(_)
        | Trigger::AfterRunlevel(_)
        | Trigger::Virtualization(_)
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => false,
    }
}

/// Ordering, and what is wanted along with the unit.
fn contribute(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, leaf: &Leaf, alternatives: bool, relations: &mut Relations) {
    match &leaf.value {
        Trigger::Reached(milestone) => match milestone {
            Milestone::Startup | Milestone::VirtualFilesystems => {}
            Milestone::LocalFilesystems => push_known(&mut relations.after, "local-fs.target"),
            Milestone::Swaps => push_known(&mut relations.after, "swap.target"),
            Milestone::RemoteFilesystems | Milestone::Filesystem => push_known(&mut relations.after, "remote-fs.target"),
            Milestone::Network => network(relations),
        },
        Trigger::Runlevels(levels) => {
            if levels.running() {
                // rc-sysinit goes to the run level when file systems are mounted and the network is up.
                network(relations);
                push_known(&mut relations.after, "remote-fs.target");
            }
            told_apart(lowering, condition, leaf.span, *levels);
        }
        Trigger::AfterRunlevel(levels) => {
            push_known(&mut relations.after, if levels.only_graphical() { "graphical.target" } else { "multi-user.target" });
            told_apart(lowering, condition, leaf.span, *levels);
        }
        Trigger::Job { peer, state, result } => {
            job(lowering, condition, leaf.span, (peer, *state, result.as_deref()), relations);
            // One of several alternatives is enough: the unit must not bring the others in.
            if alternatives {
                relations.wants.retain(|wanted| *wanted != peer.unit);
            }
        }
        Trigger::Unit(unit) => push(&mut relations.after, unit),
        Trigger::BeforeUnit(unit) => {
            push(&mut relations.before, unit);
            relations.early = true;
        }
        Trigger::Custom(event) => push(&mut relations.before, &node(event)),
        Trigger::Given
        | Trigger::Virtualization(_)
        | Trigger::Companion
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => {}
    }
}

fn network(relations: &mut Relations) {
    push_known(&mut relations.wants, "network-online.target");
    push_known(&mut relations.after, "network-online.target");
}

fn told_apart(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, span: Span, levels: Runlevels) {
    // A single level is what a machine boots to, so only a set that leaves some out on purpose is worth a word.
    if levels.running() && levels.down() && lowering.job.is_task() {
        let diagnostic = RUNLEVELS
            .at(span, "the unit runs when the system comes up, not again when it goes down")
            .help("if it is to do something on the way down, put that into `ExecStop=` and add `RemainAfterExit=yes`");
        lowering.approximate(condition.stanza, &[], diagnostic);
    }
}

fn job(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    (peer, state, result): (&Peer, JobState, Option<&str>),
    relations: &mut Relations,
) {
    let unit = &peer.unit;
    let is_boot_target = ["sysinit.target", "basic.target"].contains(&unit.as_str());
    match state {
        JobState::Starting => {
            push(&mut relations.before, unit);
            if is_early(peer) {
                relations.early = true;
            }
            lowering.exact(condition.stanza, &[Directive::Before, Directive::WantedBy]);
        }
        JobState::Started | JobState::Stopped if is_early(peer) => {
            if !is_boot_target {
                push(&mut relations.after, unit);
            }
        }
        JobState::Started => {
            push(&mut relations.after, unit);
            push(&mut relations.wants, unit);
            let diagnostic = FOLLOWS_FAILED
                .at(span, format!("the unit also starts when {unit} failed to start"))
                .note("starting the unit by hand brings that unit up, too");
            lowering.approximate(condition.stanza, &[Directive::After, Directive::Wants, Directive::WantedBy], diagnostic);
        }
        JobState::Stopped => {
            push(&mut relations.after, unit);
            if let Some(result) = result {
                let directive = if result == "ok" { "OnSuccess" } else { "OnFailure" };
                let diagnostic = COMPANION
                    .at(span, format!("this needs a drop-in for {unit}"))
                    .help(format!("write {unit}.d/upstart.conf with `[Unit] {directive}={}`", lowering.unit.name));
                lowering.manual(condition.stanza, &[], diagnostic);
            } else if peer.kind == Some(Kind::Task) {
                lowering.exact(condition.stanza, &[Directive::After, Directive::WantedBy]);
            } else {
                let diagnostic = STOPPED_TASK
                    .at(span, format!("{unit} is taken for a task whose end is waited for"))
                    .help(format!("if it is a service, use `OnSuccess=` and `OnFailure=` in a drop-in for {unit}"));
                lowering.approximate(condition.stanza, &[Directive::After, Directive::WantedBy], diagnostic);
            }
        }
        JobState::Stopping => {}
    }
}

fn pull(trigger: &Trigger, relations: &mut Relations) {
    match trigger {
        Trigger::Unit(unit) | Trigger::BeforeUnit(unit) => push(&mut relations.wanted_by, unit),
        Trigger::Custom(event) => push(&mut relations.wanted_by, &node(event)),
        Trigger::Job { peer, .. } => push(&mut relations.wanted_by, &peer.unit),
        Trigger::Given
        | Trigger::Reached(_)
        | Trigger::Runlevels(_)
        | Trigger::AfterRunlevel(_)
        | Trigger::Virtualization(_)
        | Trigger::Companion
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => {}
    }
}

fn pull_by_runlevel(levels: Runlevels, relations: &mut Relations) {
    if levels.only_graphical() {
        push_known(&mut relations.wanted_by, "graphical.target");
    } else if levels.running() {
        push_known(&mut relations.wanted_by, "multi-user.target");
    } else if levels.rescue() {
        push_known(&mut relations.wanted_by, "rescue.target");
        relations.early = true;
        push_known(&mut relations.before, "shutdown.target");
        push_known(&mut relations.conflicts, "shutdown.target");
    }
}

/// Jobs that are early by what they are, whatever else the directory holds.
const EARLY_JOBS: [&str; 6] = ["hostname", "modprobe", "module-init-tools", "kmod", "udev", "udevtrigger"];

fn pull_by_boot(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, span: Span, leaves: &[&Leaf], relations: &mut Relations) {
    let job = lowering.job;
    let only_early = leaves.iter().all(|leaf| {
        matches!(leaf.value, Trigger::Reached(Milestone::Startup | Milestone::VirtualFilesystems) | Trigger::Virtualization(_))
    });
    let startup = leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Reached(Milestone::Startup)));
    if only_early && (EARLY_JOBS.contains(&job.name.0.as_str()) || (startup && job.console() == Console::Owner)) {
        relations.early = true;
        push_known(&mut relations.after, "systemd-remount-fs.service");
        push_known(&mut relations.before, "sysinit.target");
        push_known(&mut relations.before, "shutdown.target");
        push_known(&mut relations.conflicts, "shutdown.target");
        push_known(&mut relations.wanted_by, "sysinit.target");
        return;
    }
    push_known(&mut relations.wanted_by, "multi-user.target");
    if only_early && leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Reached(_))) {
        let diagnostic = EARLY
            .at(span, "the unit starts later than the job did, with the ordinary services")
            .help("if something early needs it, see `upstart2systemd explain early-event`");
        lowering.approximate(condition.stanza, &[Directive::WantedBy], diagnostic);
    }
}

/// `ConditionVirtualization=` holds for the unit as a whole, so every alternative must ask for it.
fn virtualization(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, paths: &[&Vec<Meant>], relations: &mut Relations) {
    let kinds: Vec<Vec<&String>> = paths
        .iter()
        .map(|path| {
            path.iter()
                .filter_map(|Meant(leaf)| match &leaf.value {
                    Trigger::Virtualization(kind) => Some(kind),
                    _ => None,
                })
                .collect()
        })
        .collect();
    if kinds.iter().all(Vec::is_empty) {
        return;
    }
    if kinds.iter().any(|kinds| kinds.len() != 1) {
        let all_of_one = kinds.len() == 1;
        if all_of_one {
            relations.virtualization.extend(kinds[0].iter().map(|kind| (*kind).clone()));
            return;
        }
        let diagnostic = CONDITION_OF_ONE_PATH
            .at(condition.span, "only some of the alternatives depend on a container")
            .note("the unit does not look at it at all");
        lowering.approximate(condition.stanza, &[], diagnostic);
        return;
    }
    let mut wanted: Vec<&String> = Vec::new();
    for kind in kinds.iter().flatten() {
        if !wanted.contains(kind) {
            wanted.push(kind);
        }
    }
    // Of several lines with `|` one has to hold.
    let sign = if wanted.len() > 1 { "|" } else { "" };
    relations.virtualization.extend(wanted.iter().map(|kind| format!("{sign}{kind}")));
}

/// Reads `stop on`, and writes both conditions into the unit.
pub(super) fn lower(lowering: &mut Lowering<'_>, activation: Activation, instance: &Instance) {
    let Activation { mut start, .. } = activation;
    if let Some(condition) = &lowering.job.stop_on {
        stop(lowering, condition, &mut start);
    }
    if let Some(manual) = &lowering.job.manual {
        // No [Install] section: nothing starts the unit by itself.
        lowering.exact(manual.stanza, &[]);
    }
    write(lowering, start, instance);
}

fn stop(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, relations: &mut Relations) {
    lowering.exact(condition.stanza, &[]);
    let Some(paths) = paths(lowering, condition, Side::Stop) else { return };
    for path in &paths {
        // What happens anyway, or is there anyway, does not have to be waited for.
        let asked: Vec<&Leaf> = path.iter().map(|Meant(leaf)| leaf).filter(|leaf| !matches!(leaf.value, Trigger::Given)).collect();
        match asked.as_slice() {
            [] => {}
            [leaf] => stop_by(lowering, condition, leaf, relations),
            [first, ..] => {
                let diagnostic = STOP_AND
                    .at(path_span(path).unwrap_or(first.span), "a unit cannot be stopped by two events together")
                    .note("at shutdown systemd stops it anyway");
                lowering.remark(Section::Unit, &STOP_AND, "the stop condition joins several events and is missing.");
                lowering.manual(condition.stanza, &[], diagnostic);
            }
        }
    }
}

fn stop_by(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, leaf: &Leaf, relations: &mut Relations) {
    match &leaf.value {
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => {
            if levels.tells_running_apart() || (levels.running() && !levels.down()) {
                let diagnostic = RUNLEVELS
                    .at(leaf.span, "systemd does not stop a unit between the run levels 2 to 5")
                    .note("at shutdown it stops the unit anyway");
                lowering.approximate(condition.stanza, &[], diagnostic);
            }
        }
        Trigger::Job { peer, state, .. } => stop_by_job(lowering, condition, leaf.span, peer, *state, relations),
        Trigger::Unit(unit) => {
            push(&mut relations.after, unit);
            push(&mut relations.binds_to, unit);
            lowering.exact(condition.stanza, &[Directive::BindsTo, Directive::After]);
        }
        Trigger::Custom(event) => push(&mut relations.conflicts, &node(event)),
        Trigger::NetworkGoes => {
            push_known(&mut relations.after, "network.target");
            lowering.exact(condition.stanza, &[Directive::After]);
        }
        Trigger::RemoteFilesystemsGone => {
            push_known(&mut relations.before, "remote-fs-pre.target");
            lowering.exact(condition.stanza, &[Directive::Before]);
        }
        Trigger::Reached(_) | Trigger::BeforeUnit(_) | Trigger::Virtualization(_) => {
            let diagnostic = STOP_BY_EVENT
                .at(leaf.span, "a unit is not stopped when the boot gets there")
                .note("the unit goes on until somebody stops it, or the system goes down");
            lowering.remark(Section::Unit, &STOP_BY_EVENT, "the stop condition is missing.");
            lowering.manual(condition.stanza, &[], diagnostic);
        }
        // Said where the event stands.
        Trigger::Given | Trigger::Companion | Trigger::Never | Trigger::Beyond => {}
    }
}

/// The unit goes down with another one that it is started with.
fn bind(lowering: &mut Lowering<'_>, condition: &Stated<Condition>, span: Span, peer: &Peer, relations: &mut Relations) {
    let unit = &peer.unit;
    if peer.present {
        relations.wants.retain(|wanted| wanted != unit);
        push(&mut relations.binds_to, unit);
        lowering.exact(condition.stanza, &[Directive::BindsTo]);
        return;
    }
    push(&mut relations.part_of, unit);
    let diagnostic = UNBOUND_CRASH
        .at(span, format!("the unit goes on when {unit} ends by itself"))
        .note("it stops with that unit whenever somebody stops or restarts it")
        .help(format!("if {unit} is always installed along with this one, write `BindsTo=` in the place of `PartOf=` and `Wants=`"));
    lowering.approximate(condition.stanza, &[Directive::PartOf], diagnostic);
}

fn stop_by_job(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    peer: &Peer,
    state: JobState,
    relations: &mut Relations,
) {
    let unit = &peer.unit;
    let started_before = relations.before.contains(unit);
    match state {
        JobState::Stopping | JobState::Stopped => {
            // Only a unit that is brought in by this one alone may bring it in: BindsTo= does.
            let follows = relations.wants.contains(unit) && relations.wanted_by.contains(unit);
            if follows {
                bind(lowering, condition, span, peer, relations);
            } else if !relations.binds_to.contains(unit) {
                push(&mut relations.part_of, unit);
                lowering.exact(condition.stanza, &[Directive::PartOf]);
            }
            if !started_before {
                if state == JobState::Stopped && !relations.after.contains(unit) {
                    push(&mut relations.before, unit);
                } else {
                    push(&mut relations.after, unit);
                }
            }
            lowering.exact(condition.stanza, &[if started_before { Directive::Before } else { Directive::After }]);
        }
        JobState::Starting | JobState::Started => {
            if relations.wanted_by.contains(unit) || relations.wants.contains(unit) {
                let diagnostic = CONTRADICTION
                    .at(span, format!("a unit cannot start together with {unit} and be stopped by its start"))
                    .help(format!("let the process end by itself, or stop it from an `ExecStartPost=` of {unit}"));
                lowering.remark(Section::Unit, &CONTRADICTION, &format!("does not stop when {unit} has started."));
                lowering.manual(condition.stanza, &[], diagnostic);
                return;
            }
            push(&mut relations.conflicts, unit);
            if state == JobState::Starting && !relations.after.contains(unit) {
                push(&mut relations.before, unit);
            }
            let diagnostic = CONFLICTS
                .at(span, format!("starting this unit also stops {unit}"))
                .note("`Conflicts=` works both ways; under Upstart only the start of the other job had an effect");
            lowering.comment(
                Directive::Conflicts,
                &CONFLICTS,
                &format!("works both ways; Upstart only stopped this job when {unit} started."),
            );
            lowering.approximate(condition.stanza, &[Directive::Conflicts], diagnostic);
        }
    }
}

fn write(lowering: &mut Lowering<'_>, relations: Relations, instance: &Instance) {
    let Relations { after, before, wants, wanted_by, conflicts, part_of, binds_to, virtualization, early } = relations;
    let own = lowering.unit.name.clone();
    // Two units that conflict are never active together, so neither has to stop along with the other.
    let part_of = part_of.into_iter().filter(|unit| !conflicts.contains(unit)).collect();
    let wanted_by = enabling(lowering, wanted_by, instance);
    let lists = [
        (Directive::Wants, wants),
        (Directive::BindsTo, binds_to),
        (Directive::PartOf, part_of),
        (Directive::Conflicts, conflicts),
        (Directive::Before, before),
        (Directive::After, after),
        (Directive::WantedBy, wanted_by),
    ];
    let mut start_directives = Vec::new();
    for (directive, names) in lists {
        // A job that names itself in a condition would be refused.
        for name in names.iter().filter(|name| **name != own) {
            let value = if instance.is_template() || !name.as_str().contains('%') { Value::unit(name) } else { continue };
            lowering.add(directive, value);
            if !start_directives.contains(&directive) {
                start_directives.push(directive);
            }
        }
    }
    for kind in virtualization {
        lowering.add(Directive::ConditionVirtualization, Value::measure(kind));
        start_directives.push(Directive::ConditionVirtualization);
    }
    if early {
        lowering.set(Directive::DefaultDependencies, Value::keyword("no"));
        start_directives.push(Directive::DefaultDependencies);
    }
    if let Some(condition) = &lowering.job.start_on {
        start_directives.retain(|directive| !matches!(directive, Directive::BindsTo | Directive::PartOf | Directive::Conflicts));
        lowering.ledger.record(condition.stanza, Disposition::Exact, &start_directives, None);
    }
}

/// What the unit can be enabled into. A template without a default instance can only be hung on another template.
fn enabling(lowering: &mut Lowering<'_>, wanted_by: Vec<UnitName>, instance: &Instance) -> Vec<UnitName> {
    if !instance.is_template() {
        return wanted_by;
    }
    let (templates, others): (Vec<_>, Vec<_>) = wanted_by.into_iter().partition(|name| name.as_str().contains("@%i."));
    let mut names: Vec<UnitName> = templates.into_iter().map(|name| UnitName::known(name.as_str().replace("@%i.", "@."))).collect();
    if instance.has_default() {
        names.extend(others);
        return names;
    }
    if let (Some(target), Some(condition)) = (others.first(), &lowering.job.start_on) {
        let unit = lowering.unit.name.as_str().replace("@.", "@NAME.");
        let diagnostic = UNBOUND
            .at(condition.span, "the condition does not say which instances start")
            .note("under Upstart, too, it starts none, unless the event carries the variable of the instance")
            .help(format!("start those that you need with {target}: `systemctl add-wants {target} {unit}`"));
        lowering.remark(Section::Unit, &UNBOUND, &format!("enable an instance with: systemctl add-wants {target} {unit}"));
        lowering.manual(condition.stanza, &[], diagnostic);
    }
    names
}

/// Names of the events that a condition waits for, for messages.
pub(super) fn event_names(condition: &Condition) -> Vec<String> {
    condition.leaves().into_iter().map(|event| lossy(&event.name.value).into_owned()).collect()
}
