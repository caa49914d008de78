//! `start on`: what brings the unit in, and what it starts after.

use super::boot::alternatives::{is_superseded, keep_shared_wants, only_rescue, virtualization};
use super::boot::emitted;
use super::boot::{Booted, pull_by_boot, pull_by_runlevel};
use super::call::{Call, StartOrStop, before_start};
use super::event::trigger::{Role, Side, Trigger, is_early};
use super::gate::{before, is_one_of_circle, is_plain_gate};
use super::paths::{ConditionLeaf, EventMeaning, path_span, paths};
use super::peer::Peer;
use super::relations::{Followed, Gated, Joined, Relations, push, push_known};
use super::shutdown::{can_be_started, going_down};
use super::{Activation, boot, event_unit, latch};
use crate::diagnostic::registry::{
    DISTINGUISHED_RUNLEVELS, END_OF_UNKNOWN_JOB, JOINED_EVENTS, LATCHED_EVENT, NEWER_DIRECTIVE,
    ORDERING_CYCLE, UNTRANSLATABLE_EVENT,
};
use crate::jobset::JobKind;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Feature, Section, UnitName};
use crate::text::source::Span;
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
    let (down, up): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| {
        path.iter().any(|EventMeaning(leaf, _)| leaf.value.role() == Role::Ending)
    });
    // The finding about a lost event is at the event.
    let is_down = up.iter().all(|path| is_lost(path)) && !down.is_empty();
    let by_starter = !down.is_empty() && can_be_started(lowering, &down);
    if is_down || by_starter {
        going_down(lowering, condition, &down, &mut activation);
    }
    if is_down {
        return activation;
    }
    for path in down.iter().filter(|_| !by_starter) {
        let diagnostic = DISTINGUISHED_RUNLEVELS
            .at(
                path_span(path).unwrap_or(condition.span),
                "the unit does not run again when the system, or that job, stops",
            )
            .note("a unit either starts with the system, or does its work when the system stops")
            .help("write a second job for the shutdown");
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
    for EventMeaning(leaf, _) in superseded.iter().flatten() {
        if let Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) = leaf.value {
            told_apart(lowering, condition, leaf.span, levels);
        }
    }
    let booted = boot::check(lowering, condition, &up);
    let (mut reached, mut unjoined) = (Vec::new(), Vec::new());
    for path in &up {
        if is_lost(path) {
            continue;
        }
        let pulled = activation.start.wanted_by.len();
        if !coming_up(lowering, condition, path, &up, &mut activation.start) {
            unjoined.push(path);
        }
        if booted == Booted::No && boot::is_of_boot(path) {
            activation.start.wanted_by.truncate(pulled);
        }
        emitted::also_by_scripts(lowering, condition, path, &mut activation.start);
        reached.push(path);
    }
    if !unjoined.is_empty() {
        let is_started = unjoined.len() < reached.len()
            || unjoined.iter().any(|path| {
                path.iter().any(|EventMeaning(leaf, _)| leaf.value == Trigger::Companion)
            });
        let text = if is_started {
            "the start condition joins passing events; the unit does not wait for all of them."
        } else {
            "the start condition joins passing events; nothing starts this unit by itself."
        };
        lowering.remark(Section::Unit, &JOINED_EVENTS, text);
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

/// Whether the path has an event that never happens or has no counterpart.
fn is_lost(path: &[EventMeaning]) -> bool {
    path.iter().any(|EventMeaning(leaf, _)| leaf.value.role() == Role::Lost)
}

/// Lowers a path that holds when the system comes up, or at an event. Returns whether the unit is
/// started when the whole path holds.
fn coming_up(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    path: &[EventMeaning],
    all: &[Vec<EventMeaning>],
    relations: &mut Relations,
) -> bool {
    let leaves = path.iter().map(|EventMeaning(leaf, _)| leaf).collect();
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
            .help("tie the unit to the event that always comes last");
        for leaf in transient.iter().take(2) {
            diagnostic = diagnostic.related(leaf.span, "this passes");
        }
        lowering.manual(condition.stanza, &[], diagnostic);
        return false;
    }
    for leaf in &leaves {
        let optional = !all
            .iter()
            .all(|path| path.iter().any(|EventMeaning(other, _)| other.value == leaf.value));
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
        return true;
    }
    // The unit is brought in by a passing event, else by the boot, else by each of the jobs.
    if let Some(leaf) = transient.first() {
        pull(condition, &leaf.value, relations);
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
    true
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
            Milestone::Startup | Milestone::FirstMounts | Milestone::VirtualFilesystems => {}
            Milestone::Tmp | Milestone::LocalFilesystems => {
                push_known(&mut relations.after, "local-fs.target");
            }
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
        Trigger::End { .. }
        | Trigger::Given
        | Trigger::Virtualization(_)
        | Trigger::Companion
        | Trigger::Shutdown { .. }
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Never
        | Trigger::Beyond => {}
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
            .at(span, "the unit runs when the system starts, not again when it stops")
            .help("if it has to do something at shutdown, put that into `ExecStop=` and add `RemainAfterExit=yes`");
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
        JobState::Starting if let Some(node) = event_unit::of_group(lowering, peer) => {
            // The unit starts as soon as it can, and the other one has nothing to wait for.
            push(&mut relations.after, unit);
            let optional = relations.optional.contains(unit);
            let node = Some(node);
            relations.followed.push(Followed { peer: peer.clone(), span, optional, alone, node });
        }
        JobState::Starting
            if let Some(node) = event_unit::of(lowering, peer, JobState::Starting)
                .filter(|_| !alone || !is_plain_gate(lowering, peer)) =>
        {
            let is_waited_for = !is_one_of_circle(lowering, peer);
            if is_waited_for {
                push(&mut relations.before, &node.unit);
                lowering.exact(condition.stanza, &[Directive::Before, Directive::WantedBy]);
            } else {
                let diagnostic = ORDERING_CYCLE
                    .at(span, format!("{unit} does not wait for this unit, because they wait for each other"))
                    .help(format!("check whether {unit} needs to wait; otherwise let one of the jobs wait for something else"));
                lowering.approximate(condition.stanza, &[Directive::WantedBy], diagnostic);
            }
            if peer.traits.prepares && before_start(lowering) != Directive::ExecCondition {
                let version = lowering.options.systemd_version;
                let since = Feature::ExecCondition.since();
                let diagnostic = NEWER_DIRECTIVE
                    .at(span, format!("the pre-start of {unit} runs before this unit starts"))
                    .note(format!("another order takes `ExecCondition=` of systemd {since}, and the units are for {version}"));
                lowering.approximate(condition.stanza, &[Directive::WantedBy], diagnostic);
            }
            relations.gated.push(Gated { peer: peer.clone(), span, node, is_waited_for });
        }
        JobState::Starting => {
            match (is_early(peer), unit.as_str()) {
                // mountall does the work between these two targets.
                (_, "local-fs.target") => {
                    before(&UnitName::known("local-fs-pre.target"), relations);
                }
                // rc-sysinit starts when all file systems are mounted (`conf/rc-sysinit.conf`). The
                // network was there as well, but no target that it comes before could be waited for.
                (_, "basic.target") => {
                    push_known(&mut relations.after, "local-fs.target");
                    before(unit, relations);
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
            if unit.as_str() == "basic.target" {
                // So rc-sysinit has started, and what it waits for is there.
                network(relations);
                push_known(&mut relations.after, "remote-fs.target");
            } else if !is_boot_target {
                push(&mut relations.after, unit);
            }
        }
        JobState::Started => {
            let node = event_unit::of(lowering, peer, JobState::Started);
            // A task is at work when it has started, and `After=` would wait for its end.
            match &node {
                Some(node) if peer.kind == Some(JobKind::Task) => {
                    push(&mut relations.after, &node.unit);
                }
                _ => push(&mut relations.after, unit),
            }
            let optional = relations.optional.contains(unit);
            relations.followed.push(Followed { peer: peer.clone(), span, optional, alone, node });
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
fn pull(condition: &Stated<Condition>, trigger: &Trigger, relations: &mut Relations) {
    match trigger {
        Trigger::Unit(unit) => push(&mut relations.wanted_by, unit),
        Trigger::BeforeUnit(unit) => push(
            &mut relations.wanted_by,
            &UnitName::known(unit.as_str().replace("-pre.target", ".target")),
        ),
        Trigger::Custom(node) => push(&mut relations.wanted_by, node),
        Trigger::Job { peer, .. } => {
            let gated = relations.gated.iter().find(|gated| gated.peer == *peer);
            let by = gated.map_or(&peer.unit, |gated| &gated.node.unit).clone();
            push(&mut relations.wanted_by, &by);
        }
        Trigger::End { peer, state, ended } => relations.calls.push(Call {
            stanza: condition.stanza,
            peer: peer.clone(),
            state: *state,
            ended: *ended,
            verb: StartOrStop::Start,
        }),
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
