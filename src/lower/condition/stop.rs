//! `stop on`: what stops the unit.

use super::bind::{bind, in_order};
use super::call::{Call, StartOrStop, after_start, before_start};
use super::event::trigger::{Side, Trigger, is_early};
use super::event_unit;
use super::event_unit::{Ended, EventUnit};
use super::paths::{ConditionLeaf, EventMeaning, path_span, paths};
use super::peer::Peer;
use super::relations::{Inversion, Relations, push, push_known};
use super::shutdown::before_remote_file_systems;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::{
    DISTINGUISHED_RUNLEVELS, FOLLOWS_END, JOINED_STOP_CONDITION, MUTUAL_CONFLICT,
    START_AND_STOP_BY_ONE_JOB, STOP_AT_MILESTONE, UNBOUND_CRASH,
};
use crate::jobset::JobKind;
use crate::lower::companion_unit::{drop_in, stopping, systemctl};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section, UnitName};
use crate::text::source::Span;
use crate::upstart::ast::Phase;
use crate::upstart::condition::Condition;
use crate::upstart::events::JobState;
use crate::upstart::job::Stated;

/// What the stop condition says of the end of the system. init stops a job then only if the
/// condition says so, and else kills its processes together with all others, so that neither its
/// pre-stop nor its post-stop runs. systemd stops every unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum AtEnd {
    /// It stops the job, or it may do so.
    Stops,
    /// It names run levels, but none of those at the end.
    Spared,
    /// Nothing.
    Unsaid,
}

/// Lowers `stop on`, with the relations of `start on` as a basis.
pub(super) fn stop(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    inversion: Option<&Inversion>,
    relations: &mut Relations,
) -> AtEnd {
    lowering.exact(condition.stanza, &[]);
    let Some(paths) = paths(lowering, condition, Side::Stop) else { return AtEnd::Stops };
    let events = || paths.iter().flatten().map(|EventMeaning(leaf, _)| &leaf.value);
    let at_end = if events().any(may_come_at_end) {
        AtEnd::Stops
    } else if events().any(|event| matches!(event, Trigger::Runlevels(_))) {
        AtEnd::Spared
    } else {
        AtEnd::Unsaid
    };
    for path in &paths {
        // An event that always happens, or a state that always holds, adds nothing to a path.
        let asked: Vec<&ConditionLeaf> = path
            .iter()
            .map(|EventMeaning(leaf, _)| leaf)
            .filter(|leaf| !matches!(leaf.value, Trigger::Given))
            .collect();
        if lowering.job.is_task() && asked.iter().any(|leaf| is_over_then(&leaf.value, inversion)) {
            continue;
        }
        match asked.as_slice() {
            [] => {}
            [leaf] => {
                stop_by(lowering, condition, leaf, relations);
                relations.attribute(leaf.span);
            }
            [first, ..] => {
                let diagnostic = JOINED_STOP_CONDITION
                    .at(
                        path_span(path).unwrap_or(first.span),
                        "a unit cannot be stopped by two events together",
                    )
                    .note("at shutdown systemd stops it anyway")
                    .help("if one of them is enough, write only this event");
                lowering.remark(
                    Section::Unit,
                    &JOINED_STOP_CONDITION,
                    "the stop condition joins several events and is missing.",
                );
                lowering.manual(condition.stanza, &[], diagnostic);
            }
        }
    }
    at_end
}

/// Whether the event may come when the system goes down.
fn may_come_at_end(event: &Trigger) -> bool {
    match event {
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => levels.down(),
        // What is known of a job that starts at the end is in its own condition.
        Trigger::Job { peer, state } => {
            matches!(state, JobState::Stopping | JobState::Stopped) || !peer.present()
        }
        Trigger::Given
        | Trigger::Reached(_)
        | Trigger::BeforeUnit(_)
        | Trigger::Virtualization(_)
        | Trigger::Never => false,
        Trigger::Unit(_)
        | Trigger::End { .. }
        | Trigger::Custom(_)
        | Trigger::Companion
        | Trigger::Shutdown { .. }
        | Trigger::NetworkGoes
        | Trigger::RemoteFilesystemsGone
        | Trigger::Beyond => true,
    }
}

/// Whether the work of a task is over when the event comes: the other job waited with its stop until
/// the task had ended (`init/job.c`, `job_emit_event`).
fn is_over_then(event: &Trigger, inversion: Option<&Inversion>) -> bool {
    match (event, inversion) {
        (
            Trigger::Job { peer, state: JobState::Starting | JobState::Started },
            Some(Inversion::Stopping(unit)),
        ) => peer.unit == *unit,
        _ => false,
    }
}

/// Stops the unit at one event.
fn stop_by(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    leaf: &ConditionLeaf,
    relations: &mut Relations,
) {
    match &leaf.value {
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => {
            if levels.tells_running_apart() || (levels.running() && !levels.down()) {
                let diagnostic = DISTINGUISHED_RUNLEVELS
                    .at(leaf.span, "systemd does not stop a unit between the run levels 2 to 5")
                    .note("at shutdown it stops the unit anyway")
                    .help("if the machine changes between them, stop the unit there by hand");
                lowering.approximate(condition.stanza, &[], diagnostic);
            }
        }
        Trigger::Job { peer, state } => {
            stop_by_job(lowering, condition, leaf.span, peer, *state, relations);
        }
        Trigger::Unit(unit) if unit.as_str().ends_with(".device") => {
            push(&mut relations.after, unit);
            push(&mut relations.binds_to, unit);
            lowering.exact(condition.stanza, &[Directive::BindsTo, Directive::After]);
        }
        // The conflict also stops the target when this unit starts. That does no harm: the target
        // only transports a request.
        Trigger::Unit(unit) if unit.as_str().ends_with(".target") => {
            if stop_by_event(lowering, condition, leaf.span, unit, relations) {
                lowering.exact(condition.stanza, &[Directive::Conflicts, Directive::Before]);
            }
        }
        Trigger::Unit(unit) => {
            let diagnostic = STOP_AT_MILESTONE
                .at(leaf.span, format!("a unit is not stopped when {unit} starts"))
                .note(format!("`Conflicts=` would also stop {unit} when this unit starts"))
                .help(format!(
                    "write a second service that is wanted by {unit} and ordered after it, with {}",
                    stopping(lowering)
                ));
            lowering.remark(Section::Unit, &STOP_AT_MILESTONE, "the stop condition is missing.");
            lowering.manual(condition.stanza, &[], diagnostic);
        }
        Trigger::Custom(node) => {
            stop_by_event(lowering, condition, leaf.span, node, relations);
        }
        Trigger::Shutdown { unit, state } => {
            // systemd stops the unit at shutdown in any case.
            let ordered = in_order(lowering, unit, *state, relations);
            lowering.exact(condition.stanza, ordered.as_slice());
        }
        // A unit that comes before the network can only stop after it: systemd stops units in the
        // reverse of the order in which they start (systemd.unit(5), `Before=`, `After=`).
        Trigger::NetworkGoes
            if relations.before.contains(&UnitName::known("network-pre.target")) =>
        {
            let diagnostic = STOP_AT_MILESTONE
                .at(leaf.span, "a unit that starts before the network stops after it has gone")
                .note("systemd stops units in the reverse of the order in which it starts them");
            lowering.approximate(condition.stanza, &[], diagnostic);
        }
        Trigger::NetworkGoes => {
            push_known(&mut relations.after, "network.target");
            lowering.exact(condition.stanza, &[Directive::After]);
        }
        Trigger::RemoteFilesystemsGone
            if relations.after.contains(&UnitName::known("remote-fs.target")) =>
        {
            let diagnostic = STOP_AT_MILESTONE
                .at(leaf.span, "a unit that starts after the remote file systems stops before they go")
                .note("systemd stops units in the reverse of the order in which it starts them")
                .help("if it has to outlive them, remove `After=remote-fs.target` and add `Before=remote-fs-pre.target`");
            lowering.approximate(condition.stanza, &[], diagnostic);
        }
        Trigger::RemoteFilesystemsGone => {
            before_remote_file_systems(relations);
            lowering.exact(condition.stanza, &[Directive::Before, Directive::Wants]);
        }
        Trigger::Reached(_) | Trigger::BeforeUnit(_) | Trigger::Virtualization(_) => {
            let diagnostic = STOP_AT_MILESTONE
                .at(leaf.span, "a unit is not stopped when the boot gets there")
                .note("the unit runs until it is stopped by hand, or the system goes down")
                .help("let the process end by itself when it is not needed any more");
            lowering.remark(Section::Unit, &STOP_AT_MILESTONE, "the stop condition is missing.");
            lowering.manual(condition.stanza, &[], diagnostic);
        }
        Trigger::End { peer, state, ended } => {
            stop_by_state(lowering, condition, (leaf.span, *ended), (peer, *state), relations);
        }
        // The finding is at the event.
        Trigger::Given | Trigger::Companion | Trigger::Never | Trigger::Beyond => {}
    }
}

/// Stops the unit when the event unit is started. Returns `false` if that event also starts the
/// unit.
fn stop_by_event(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    span: Span,
    node: &UnitName,
    relations: &mut Relations,
) -> bool {
    if relations.wanted_by.contains(node)
        || relations.joined.iter().any(|joined| joined.units.contains(node))
    {
        let diagnostic = START_AND_STOP_BY_ONE_JOB
            .at(span, format!("a unit cannot be both started and stopped by {node}"))
            .note("Upstart stopped the job if it ran, and started it again")
            .help(format!(
                "write a second service that is wanted by {node}, with `ExecStart=/bin/systemctl --no-block restart {}`",
                lowering.name
            ));
        lowering.remark(
            Section::Unit,
            &START_AND_STOP_BY_ONE_JOB,
            &format!("goes on when {node} starts it again."),
        );
        lowering.manual(condition.stanza, &[], diagnostic);
        return false;
    }
    // `Before=` makes the emitter of the event wait until the unit has stopped.
    push(&mut relations.conflicts, node);
    push(&mut relations.before, node);
    true
}

/// Stops the unit at an event of another job.
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
        JobState::Stopping | JobState::Stopped if unit.as_str().ends_with(".target") => {
            // systemd stops the unit at shutdown before the units that it is ordered after.
            if !["basic.target", "sysinit.target"].contains(&unit.as_str()) && !started_before {
                push(&mut relations.after, unit);
            }
            lowering.exact(condition.stanza, &[Directive::After]);
        }
        JobState::Stopping | JobState::Stopped
            if peer.calls(lowering) && !stays_tied(peer, state, relations) =>
        {
            let how = (span, Ended::Any);
            if !stop_by_state(lowering, condition, how, (peer, state), relations) {
                return;
            }
            if state == JobState::Stopped && peer.kind != Some(JobKind::Task) {
                outlive(lowering, condition, (span, peer), relations);
            } else {
                lowering.exact(condition.stanza, &[]);
            }
        }
        JobState::Stopping | JobState::Stopped => {
            // `BindsTo=` brings the other unit in, which is only correct if that unit alone brings
            // this one in.
            let follows = relations.follows(unit);
            if !relations.binds_to.contains(unit) {
                bind(lowering, condition, (span, follows), (peer, state), relations);
            }
            // A task has ended before that unit is up.
            if state == JobState::Stopping && started_before && !lowering.job.is_task() {
                let diagnostic = UNBOUND_CRASH
                    .at(span, format!("the unit stops after {unit}, because it starts before it"))
                    .note("Upstart stopped it first");
                lowering.approximate(condition.stanza, &[Directive::Before], diagnostic);
            }
            let started_after = relations.after.contains(unit);
            if started_before || started_after {
                let ordered = if started_before { Directive::Before } else { Directive::After };
                lowering.exact(condition.stanza, &[ordered]);
            } else if state == JobState::Stopped {
                outlive(lowering, condition, (span, peer), relations);
            } else {
                not_before(lowering, condition, (span, unit));
            }
        }
        JobState::Starting | JobState::Started if is_early(peer) => {
            // A conflict would stop a unit that the whole boot depends on.
            let diagnostic = STOP_AT_MILESTONE
                .at(span, "a unit is not stopped when the boot gets there")
                .note(format!("{unit} is part of every boot"))
                .help("let the process end by itself when it is not needed any more");
            lowering.remark(Section::Unit, &STOP_AT_MILESTONE, "the stop condition is missing.");
            lowering.manual(condition.stanza, &[], diagnostic);
        }
        JobState::Starting | JobState::Started => {
            if relations.wanted_by.contains(unit)
                || relations.followed.iter().any(|followed| followed.peer.unit == *unit)
            {
                let diagnostic = START_AND_STOP_BY_ONE_JOB
                    .at(span, format!("a unit cannot start together with {unit} and be stopped by its start"))
                    .help(format!("let the process end by itself, or stop it from an `ExecStartPost=` of {unit}"));
                lowering.remark(
                    Section::Unit,
                    &START_AND_STOP_BY_ONE_JOB,
                    &format!("does not stop when {unit} has started."),
                );
                lowering.manual(condition.stanza, &[], diagnostic);
                return;
            }
            if peer.calls(lowering) {
                let how = (span, Ended::Any);
                stop_by_state(lowering, condition, how, (peer, state), relations);
                return;
            }
            if stop_from_there(lowering, condition, state, peer) {
                push(&mut relations.stopped_by, unit);
                return;
            }
            push(&mut relations.conflicts, unit);
            if state == JobState::Starting && !relations.after.contains(unit) {
                push(&mut relations.before, unit);
            }
            let diagnostic = MUTUAL_CONFLICT
                .at(span, format!("starting this unit also stops {unit}"))
                .note("`Conflicts=` works both ways; under Upstart only the start of the other job had an effect")
                .help(format!("to have only that, stop this unit from an `ExecStartPost=` of {unit}"));
            lowering.comment(
                Directive::Conflicts,
                &MUTUAL_CONFLICT,
                &format!("works both ways; Upstart only stopped this job when {unit} started."),
            );
            lowering.approximate(condition.stanza, &[Directive::Conflicts], diagnostic);
        }
    }
}

/// Reports that nothing lets the unit stop before the other one: `After=` would, but a unit that only
/// the stop condition names may start late or never, and the unit would wait for it.
fn not_before(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    (span, unit): (Span, &UnitName),
) {
    let note = format!("it stops beside {unit}, not before it");
    let help = format!("add `After={unit}` if this unit may wait until {unit} has started");
    let same = |found: &Diagnostic| found.rule.code == UNBOUND_CRASH.code && found.span == span;
    match lowering.diagnostics.pop() {
        Some(found) if same(&found) => lowering.diagnostics.push(found.note(note).help(help)),
        other => {
            lowering.diagnostics.extend(other);
            let diagnostic = UNBOUND_CRASH.at(span, note).help(help);
            lowering.approximate(condition.stanza, &[Directive::PartOf], diagnostic);
        }
    }
}

/// Lets the unit stop after another one at shutdown, if that one would not wait with its start for
/// the pre-start of this one.
fn outlive(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    (span, peer): (Span, &Peer),
    relations: &mut Relations,
) {
    let unit = &peer.unit;
    let by_it = relations.followed.iter().any(|followed| followed.peer.unit == *unit)
        || relations.gated.iter().any(|gated| gated.peer.unit == *unit);
    let is_slow = lowering.job.process(Phase::PreStart).is_some()
        || lowering.job.process(Phase::PostStart).is_some();
    relations.after.retain(|name| name != unit);
    if by_it || !is_slow {
        push(&mut relations.before, unit);
        lowering.exact(condition.stanza, &[Directive::Before]);
        return;
    }
    let diagnostic = FOLLOWS_END
        .at(span, format!("at a shutdown the unit stops beside {unit}, not after it"))
        .help(format!(
            "add `Before={unit}` if {unit} may wait at the boot until this unit has started"
        ));
    lowering.approximate(condition.stanza, &[], diagnostic);
}

/// Whether the unit stops along with another one by relations. They also bring the unit back when
/// that one is restarted, and a start by hand brings that one up. Nothing of that matters for a
/// state that only stands for others.
fn stays_tied(peer: &Peer, state: JobState, relations: &Relations) -> bool {
    state == JobState::Stopping
        && peer.kind == Some(JobKind::State)
        && relations.followed.iter().any(|followed| followed.peer.unit == peer.unit)
}

/// Stops the unit when another job gets to a state. The unit of that job starts the event unit for
/// the state, and that conflicts with this one. Returns `false` if that state also starts the unit.
fn stop_by_state(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    (span, ended): (Span, Ended),
    (peer, state): (&Peer, JobState),
    relations: &mut Relations,
) -> bool {
    let node = match (state, ended) {
        // An instance stops the one of the same name.
        _ if peer.unit.is_own_instance() => None,
        (JobState::Stopped, ended) => {
            EventUnit::ended(peer, ended).ok().filter(|node| !node.looks())
        }
        (state, Ended::Any) => event_unit::of(lowering, peer, state),
        _ => None,
    };
    let Some(node) = node else {
        relations.calls.push(Call {
            stanza: condition.stanza,
            peer: peer.clone(),
            state,
            ended,
            verb: StartOrStop::Stop,
        });
        return true;
    };
    if !stop_by_event(lowering, condition, span, &node.unit, relations) {
        return false;
    }
    event_unit::write(lowering, condition.stanza, (&node, peer));
    true
}

/// Adds a drop-in by which the other unit stops this one when it starts. `Conflicts=` would also
/// work in the other direction. Returns whether the other unit can do that.
fn stop_from_there(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    state: JobState,
    peer: &Peer,
) -> bool {
    let can = peer.can_call(lowering);
    if can {
        let is_task = peer.kind == Some(JobKind::Task);
        let (directive, words): (Directive, &[&str]) = match state {
            // `starting` ends when this unit has stopped.
            JobState::Starting => (before_start(lowering), &["stop"]),
            JobState::Started | JobState::Stopping | JobState::Stopped => {
                (after_start(is_task), &["--no-block", "stop"])
            }
        };
        let stop = systemctl(lowering, words, &peer.unit);
        let companion = drop_in(lowering, &peer.unit, [(directive, stop)]);
        lowering.ledger.file(condition.stanza, &companion.output().path);
        lowering.companion(companion);
    }
    can
}
