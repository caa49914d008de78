//! Variables that jobs export to their events: the unit of the job writes them, before the event
//! starts others.

use std::collections::BTreeMap;

use super::{own, reader, with_privileges, writer};
use crate::jobset::{JobKind, Owner};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::condition::call::{after_start, before_start, crashed, may_crash};
use crate::lower::condition::peer::{Peer, peer};
use crate::lower::lowering::Lowering;
use crate::systemd::{Argument, Command, Directive, Unit, Value};
use crate::upstart::events::JobState;

/// The drop-ins for the units of the jobs whose events start this one, and carry variables that this
/// one uses.
pub(super) fn lower(lowering: &Lowering<'_>) -> Vec<Companion> {
    let (Some(own), Some(condition)) = (own(lowering), &lowering.job.start_on) else {
        return Vec::new();
    };
    let mut parts: BTreeMap<&str, Unit> = BTreeMap::new();
    for event in condition.value.leaves() {
        let state = JobState::named(&event.name.value);
        let job = event.job().and_then(|(named, _)| named.one());
        let (Some(state), Some(job)) = (state, job) else { continue };
        let Some(sibling) = lowering.job_set.sibling(job).filter(|sibling| {
            sibling.owner == Owner::User && !sibling.chrooted && job != lowering.job.name.0
        }) else {
            continue;
        };
        let keys: Vec<&str> = sibling
            .exports
            .iter()
            .filter(|name| own.travelling.contains(*name))
            .map(String::as_str)
            .collect();
        let Some(peer) = peer(lowering, job).filter(|_| !keys.is_empty()) else { continue };
        let join = condition.value.joins().then(|| format!("--join={}.{job}", state.name()));
        let words: Vec<String> = writer::call()
            .split(' ')
            .map(str::to_owned)
            .chain(["export".to_owned()])
            .chain(join)
            .chain([keys.join(",")])
            .collect();
        let target = if peer.unit.is_template() && lowering.name.is_template() {
            Argument::Unit(lowering.name.own_instance())
        } else {
            Argument::Word(reader(lowering).into())
        };
        let part = parts.entry(job).or_insert_with(|| {
            let mut part = Unit::new(sibling.unit.clone());
            part.header.push(made_for(lowering));
            part
        });
        for (directive, value) in lines(lowering, &peer, state, (&words, target)) {
            part.add(directive, value);
        }
    }
    let stem = lowering.name.stem();
    parts
        .into_values()
        .map(|part| Companion::DropIn {
            to: part.name.clone(),
            // systemd reads drop-ins in the order of their names (systemd.unit(5)), and those that
            // start others come later.
            name: format!("00-variables-{stem}"),
            part,
        })
        .collect()
}

/// The lines that write the variables as the job gets into this state.
fn lines(
    lowering: &Lowering<'_>,
    peer: &Peer,
    state: JobState,
    (words, target): (&[String], Argument),
) -> Vec<(Directive, Value)> {
    let is_task = peer.kind == Some(JobKind::Task);
    let mut command = Command::words(words.iter().map(String::as_str));
    command.argv.push(target.clone());
    command.prefix = with_privileges();
    let value = Value::command(&command);
    match state {
        JobState::Starting => vec![(before_start(lowering), value)],
        JobState::Started => vec![(after_start(is_task), value)],
        JobState::Stopping if is_task => vec![(Directive::ExecStopPost, value)],
        JobState::Stopping => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let after_crash = may_crash(peer)
                .then(|| (Directive::ExecStopPost, crashed(lowering, &words, target)));
            [(Directive::ExecStop, value)].into_iter().chain(after_crash).collect()
        }
        JobState::Stopped => vec![(Directive::ExecStopPost, value)],
    }
}
