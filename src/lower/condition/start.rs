//! `start on`: what brings the unit in, and what it starts after.

use super::alternatives::{is_superseded, keep_shared_wants, only_rescue, virtualization};
use super::event::trigger::{Role, Side, Trigger, is_early};
use super::paths::{ConditionLeaf, EventMeaning, path_span, paths};
use super::peer::Peer;
use super::relations::{Followed, Joined, Relations, push, push_known};
use super::shutdown::going_down;
use super::{Activation, event_unit, latch};
use crate::diagnostic::registry::{
    DISTINGUISHED_RUNLEVELS, EARLY_EVENT, END_OF_UNKNOWN_JOB, JOINED_EVENTS, LATCHED_EVENT,
    UNTRANSLATABLE_EVENT,
};
use crate::jobset::JobKind;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section, UnitName};
use crate::text::source::Span;
use crate::upstart::ast::Console;
use crate::upstart::condition::Condition;
use crate::upstart::events::{JobState, Milestone};
use crate::upstart::job::Stated;
use crate::upstart::runlevels::Runlevels;

/// Lowers `start on`.
pub(in crate::lower) fn start(lowering: &mut Lowering<'_>) -> Activation {
    let mut activation = Activation {
        start: Relations::default(),
        inversion: None,
        starter: None,
        on_the_way_down: false,
    };
    let Some(condition) = &lowering.job.start_on else { return activation };
    lowering.exact(condition.stanza, &[]);
    let Some(paths) = paths(lowering, condition, Side::Start) else { return activation };
    let (down, up): (Vec<_>, Vec<_>) = paths
        .into_iter()
        .partition(|path| path.iter().any(|EventMeaning(leaf)| leaf.value.role() == Role::Ending));
    if up.is_empty() {
        going_down(lowering, condition, &down, &mut activation);
        return activation;
    }
    for path in &down {
        let diagnostic = DISTINGUISHED_RUNLEVELS
            .at(
                path_span(path).unwrap_or(condition.span),
                "the unit does not run again when the system, or that job, goes down",
            )
            .note("a unit either comes up with the system, or does its work on the way down")
            .help("write a second job for the way down");
        lowering.remark(
            Section::Unit,
            diagnostic.rule,
            "the part of the start condition that is about going down is missing.",
        );
        lowering.manual(condition.stanza, &[], diagnostic);
    }
    let dialect = lowering.job.dialect;
    let (superseded, up): (Vec<_>, Vec<_>) =
        up.iter().cloned().partition(|path| is_superseded(path, &up, dialect));
    for EventMeaning(leaf) in superseded.iter().flatten() {
        if let Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) = leaf.value {
            told_apart(lowering, condition, leaf.span, levels);
        }
    }
    let mut reached = Vec::new();
    for path in &up {
        if path.iter().any(|EventMeaning(leaf)| leaf.value.role() == Role::Lost) {
            // The finding is at the event.
            continue;
        }
        coming_up(lowering, condition, path, &up, &mut activation.start);
        reached.push(path);
    }
    keep_shared_wants(lowering, condition, &reached, &mut activation.start);
    if only_rescue(&reached) {
        activation.start.early |= !reached.is_empty();
    }
    activation.start.attribute(condition.span);
    virtualization(lowering, condition, &reached, &mut activation.start);
    if reached.is_empty() {
        lowering.remark(
            Section::Unit,
            &UNTRANSLATABLE_EVENT,
            "nothing is left of the start condition; start the unit by hand or by another unit.",
        );
    }
    activation
}

/// Lowers a path that holds when the system comes up, or at an event.
fn coming_up(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    path: &[EventMeaning],
    all: &[Vec<EventMeaning>],
    relations: &mut Relations,
) {
    let leaves = path.iter().map(|EventMeaning(leaf)| leaf).collect();
    let leaves = before_network(lowering, condition, leaves);
    let span = path_span(path).unwrap_or(condition.span);
    let milestone = leaves.iter().any(|leaf| leaf.value.role() == Role::Milestone);
    let transient: Vec<&&ConditionLeaf> =
        leaves.iter().filter(|leaf| leaf.value.role() == Role::Passing).collect();
    let jobs: Vec<(&Peer, JobState)> = leaves
        .iter()
        .filter_map(|leaf| match &leaf.value {
            Trigger::Job { peer, state } if !is_early(peer) => Some((peer, *state)),
            _ => None,
        })
        .collect();
    let terms = latch::terms(lowering, path, all);
    if transient.len() > 1 && terms.is_none() {
        let mut diagnostic = JOINED_EVENTS
            .at(span, "nothing remembers that the first of these events has happened")
            .help("hang the unit on the one that always comes last");
        for leaf in transient.iter().take(2) {
            diagnostic = diagnostic.related(leaf.span, "this passes");
        }
        lowering.remark(
            Section::Unit,
            &JOINED_EVENTS,
            "the start condition joins passing events; nothing starts this unit by itself.",
        );
        lowering.manual(condition.stanza, &[], diagnostic);
        return;
    }
    for leaf in &leaves {
        let optional = !all
            .iter()
            .all(|path| path.iter().any(|EventMeaning(other)| other.value == leaf.value));
        // The unit does not have to bring in what is remembered.
        let alone = leaves.len() == 1 || terms.is_some();
        contribute(lowering, condition, leaf, (optional, alone), relations);
        relations.attribute(leaf.span);
    }
    if let Some(terms) = terms {
        let units = terms.iter().map(|term| term.unit.clone()).collect();
        relations.joined.push(Joined {
            span,
            units,
            terms: Some(terms),
            optional: all.len() > 1,
            stay: false,
        });
        return;
    }
    // The unit is brought in by a passing event, else by the boot, else by each of the jobs.
    if let Some(leaf) = transient.first() {
        pull(&leaf.value, relations);
        if leaves.len() > 1
            && (milestone || !jobs.is_empty())
            && !matches!(leaf.value, Trigger::Companion)
        {
            let diagnostic = LATCHED_EVENT
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
        let pulled = leaves
            .iter()
            .any(|leaf| matches!(leaf.value, Trigger::Runlevels(_) | Trigger::AfterRunlevel(_)));
        if !pulled {
            pull_by_boot(lowering, condition, span, &leaves, relations);
        }
    } else {
        for (peer, _) in &jobs {
            push(&mut relations.wanted_by, &peer.unit);
        }
        if jobs.len() > 1 {
            let stays = |(peer, state): &(&Peer, JobState)| {
                peer.present() && *state == JobState::Started && peer.kind != Some(JobKind::Task)
            };
            relations.joined.push(Joined {
                span,
                units: jobs.iter().map(|(peer, _)| peer.unit.clone()).collect(),
                terms: None,
                optional: all.len() > 1,
                stay: jobs.iter().all(stays),
            });
        }
    }
}

/// Leaves out what a unit cannot wait for that comes before the network: the network itself, and
/// remote file systems, which need it.
fn before_network<'a>(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    leaves: Vec<&'a ConditionLeaf>,
) -> Vec<&'a ConditionLeaf> {
    let Some(before) =
        leaves.iter().find(|leaf| leaf.value == Trigger::Reached(Milestone::BeforeNetwork))
    else {
        return leaves;
    };
    let is_later = |leaf: &&ConditionLeaf| match &leaf.value {
        Trigger::Reached(milestone) => *milestone > Milestone::BeforeNetwork,
        Trigger::Runlevels(_) | Trigger::AfterRunlevel(_) => true,
        _ => false,
    };
    if let Some(later) = leaves.iter().copied().find(is_later) {
        let diagnostic = LATCHED_EVENT
            .at(later.span, "the unit does not wait for this, which needs the network")
            .related(before.span, "the unit comes before the network because of this");
        lowering.approximate(condition.stanza, &[], diagnostic);
    }
    leaves.into_iter().filter(|leaf| !is_later(leaf)).collect()
}

/// Adds the ordering of one event, and the units that the unit brings in because of it.
fn contribute(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    leaf: &ConditionLeaf,
    (optional, alone): (bool, bool),
    relations: &mut Relations,
) {
    match &leaf.value {
        Trigger::Reached(milestone) => match milestone {
            Milestone::Startup | Milestone::VirtualFilesystems => {}
            Milestone::LocalFilesystems => push_known(&mut relations.after, "local-fs.target"),
            Milestone::Swaps => push_known(&mut relations.after, "swap.target"),
            Milestone::RemoteFilesystems | Milestone::Filesystem => {
                push_known(&mut relations.after, "remote-fs.target");
            }
            Milestone::Network => network(relations),
            Milestone::BeforeNetwork => {
                push_known(&mut relations.after, "local-fs.target");
                before(&UnitName::known("network-pre.target"), relations);
            }
        },
        Trigger::Runlevels(levels) => {
            if levels.running() {
                // rc-sysinit changes to the run level when file systems are mounted and the network
                // is up (`conf/rc-sysinit.conf`).
                network(relations);
                push_known(&mut relations.after, "remote-fs.target");
            }
            told_apart(lowering, condition, leaf.span, *levels);
        }
        Trigger::AfterRunlevel(levels) => {
            if levels.running() {
                // `rc` starts when the run level is reached (`conf/rc.conf`), so its end comes
                // after all that the run level implied.
                network(relations);
                push_known(&mut relations.after, "remote-fs.target");
            }
            push_known(
                &mut relations.after,
                if levels.only_graphical() { "graphical.target" } else { "multi-user.target" },
            );
            told_apart(lowering, condition, leaf.span, *levels);
        }
        Trigger::Job { peer, state } => {
            if optional {
                relations.optional.insert(peer.unit.clone());
            }
            job(lowering, condition, (leaf.span, alone), (peer, *state), relations);
        }
        Trigger::Unit(unit) => push(&mut relations.after, unit),
        Trigger::BeforeUnit(unit) => before(unit, relations),
        Trigger::Custom(node) => push(&mut relations.before, node),
        Trigger::Given
        | Trigger::Virtualization(_)
        | Trigger::Companion
        | Trigger::Shutdown { .. }
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => {}
    }
}

/// Orders the unit before a unit that starts early in the boot.
fn before(unit: &UnitName, relations: &mut Relations) {
    push(&mut relations.before, unit);
    relations.early = true;
    // These targets are passive: only the unit that is ordered before them pulls them in
    // (systemd.special(7)).
    if unit.as_str().ends_with("-pre.target") {
        push(&mut relations.wants, unit);
    }
}

/// Orders the unit after the network is configured.
fn network(relations: &mut Relations) {
    push_known(&mut relations.wants, "network-online.target");
    push_known(&mut relations.after, "network-online.target");
}

/// Reports a task that would also run on the way down.
fn told_apart(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    levels: Runlevels,
) {
    // A single level is what a machine boots to. Only a set that omits levels on purpose is
    // reported.
    if levels.running() && levels.down() && lowering.job.is_task() {
        let diagnostic = DISTINGUISHED_RUNLEVELS
            .at(span, "the unit runs when the system comes up, not again when it goes down")
            .help("if it is to do something on the way down, put that into `ExecStop=` and add `RemainAfterExit=yes`");
        lowering.approximate(condition.stanza, &[], diagnostic);
    }
}

/// Adds the relations to another job whose event the condition names.
fn job(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    (span, alone): (Span, bool),
    (peer, state): (&Peer, JobState),
    relations: &mut Relations,
) {
    let unit = &peer.unit;
    let is_boot_target = ["sysinit.target", "basic.target"].contains(&unit.as_str());
    match state {
        JobState::Starting => {
            match (is_early(peer), unit.as_str()) {
                // mountall does the work between these two targets.
                (_, "local-fs.target") => {
                    before(&UnitName::known("local-fs-pre.target"), relations);
                }
                (true, _) => before(unit, relations),
                (false, _) => {
                    push(&mut relations.before, unit);
                    relations.early |= peer.early;
                }
            }
            // The other unit starts when its own conditions hold, and this one directly before it.
            for earlier in lowering
                .job_set
                .facts
                .after
                .get(unit)
                .into_iter()
                .flatten()
                .filter(|earlier| *earlier != lowering.name)
            {
                push(&mut relations.after, earlier);
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
            let optional = relations.optional.contains(unit);
            let node = event_unit::of(lowering, peer);
            relations.followed.push(Followed { unit: unit.clone(), span, optional, alone, node });
        }
        JobState::Stopped => {
            push(&mut relations.after, unit);
            if peer.kind == Some(JobKind::Task) {
                lowering.exact(condition.stanza, &[Directive::After, Directive::WantedBy]);
            } else {
                let diagnostic = END_OF_UNKNOWN_JOB
                    .at(span, format!("{unit} is taken for a task whose end is waited for"))
                    .help(format!("if it is a service, use `OnSuccess=` and `OnFailure=` in a drop-in for {unit}"));
                lowering.approximate(
                    condition.stanza,
                    &[Directive::After, Directive::WantedBy],
                    diagnostic,
                );
            }
        }
        JobState::Stopping => {}
    }
}

/// Lets a passing event bring the unit in.
fn pull(trigger: &Trigger, relations: &mut Relations) {
    match trigger {
        Trigger::Unit(unit) => push(&mut relations.wanted_by, unit),
        Trigger::BeforeUnit(unit) => push(
            &mut relations.wanted_by,
            &UnitName::known(unit.as_str().replace("-pre.target", ".target")),
        ),
        Trigger::Custom(node) => push(&mut relations.wanted_by, node),
        Trigger::Job { peer, .. } => push(&mut relations.wanted_by, &peer.unit),
        Trigger::Given
        | Trigger::Reached(_)
        | Trigger::Runlevels(_)
        | Trigger::AfterRunlevel(_)
        | Trigger::Virtualization(_)
        | Trigger::Companion
        | Trigger::Shutdown { .. }
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => {}
    }
}

/// Lets the target of a run level bring the unit in.
fn pull_by_runlevel(levels: Runlevels, relations: &mut Relations) {
    if levels.only_graphical() {
        push_known(&mut relations.wanted_by, "graphical.target");
    } else if levels.running() {
        push_known(&mut relations.wanted_by, "multi-user.target");
    } else if levels.rescue() {
        push_known(&mut relations.wanted_by, "rescue.target");
    }
}

/// Jobs that have to run early in the boot in any directory.
const EARLY_JOBS: [&str; 6] =
    ["hostname", "modprobe", "module-init-tools", "kmod", "udev", "udevtrigger"];

/// Lets the boot bring the unit in, early if the job or an early job that follows it requires that.
fn pull_by_boot(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    leaves: &[&ConditionLeaf],
    relations: &mut Relations,
) {
    let job = lowering.job;
    let only_early = leaves.iter().all(|leaf| {
        matches!(
            leaf.value,
            Trigger::Reached(Milestone::Startup | Milestone::VirtualFilesystems)
                | Trigger::Virtualization(_)
        )
    });
    let startup =
        leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Reached(Milestone::Startup)));
    if only_early
        && (EARLY_JOBS.contains(&job.name.0.as_str())
            || lowering.job_set.facts.before_early.contains(lowering.name)
            || (startup && job.console() == Console::Owner))
    {
        relations.early = true;
        push_known(&mut relations.after, "systemd-remount-fs.service");
        push_known(&mut relations.before, "sysinit.target");
        push_known(&mut relations.wanted_by, "sysinit.target");
        return;
    }
    push_known(&mut relations.wanted_by, "multi-user.target");
    if only_early && leaves.iter().any(|leaf| matches!(leaf.value, Trigger::Reached(_))) {
        let diagnostic = EARLY_EVENT
            .at(span, "the unit starts later than the job did, with the ordinary services")
            .help("if something early needs it, see `upstart2systemd explain early-event`");
        lowering.approximate(condition.stanza, &[Directive::WantedBy], diagnostic);
    }
}
