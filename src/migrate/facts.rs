//! What is learned from lowering one job and has to be known when another one is lowered.

use std::collections::BTreeSet;

use super::cycles::{dropped, weight};
use super::member::{Member, by_unit};
use crate::jobset::survey::jobs_named;
use crate::jobset::{Facts, JobSet};
use crate::lower::{Companion, During, Wait, event_unit};
use crate::systemd::ordering::{Cycle, Edge, WaitOrigin, break_cycles};
use crate::systemd::{Directive, Unit, UnitName};
use crate::upstart::job::Job;

/// What the units of all jobs show.
pub(super) struct Learned {
    /// The facts, old and new.
    pub(super) facts: Facts,
    /// The ordering cycles that remain when scripts no longer wait for what they start.
    pub(super) cycles: Vec<Cycle>,
}

/// Learns facts from the units. Facts are only added, never removed; therefore the learning ends.
pub(super) fn learn(members: &[Member], known: &Facts) -> Learned {
    let mut facts = known.clone();
    let by_unit = by_unit(members);
    for member in members {
        let (Some(job), Some(lowered)) = (member.job(), member.lowered()) else { continue };
        let Some(unit) = &lowered.unit else { continue };
        facts
            .event_units
            .extend(lowered.companions.iter().filter_map(Companion::event_unit).cloned());
        if lowered.at_shutdown {
            facts.at_shutdown.insert(member.name.clone());
            if let Some(units) = &lowered.shutdown {
                facts.shutdown.insert(unit.name.clone(), units.clone());
            }
        }
        if lowered.is_early {
            facts.early.insert(unit.name.clone());
            let earlier =
                lowered.related(Directive::After).filter(|name| by_unit.contains_key(name));
            facts.before_early.extend(earlier.cloned());
        }
        for other in started_before(job, members) {
            let Some((unit, lowered)) = members[other].made() else { continue };
            facts
                .after
                .entry(unit.name.clone())
                .or_insert_with(|| lowered.related(Directive::After).cloned().collect());
        }
        for wait in lowered.waits.iter().filter(|wait| wait.during == During::OtherStop) {
            // Units stop in the reverse of the order in which they start.
            if lowered.related(Directive::After).any(|name| *name == wait.unit) {
                facts.not_waiting_for_stop.insert((member.name.clone(), wait.phase));
            }
        }
        for wait in lowered.waits.iter().filter(|wait| wait.during == During::Stop) {
            let other = by_unit.get(&wait.unit).and_then(|&index| members[index].made());
            if other.is_some_and(|(_, other)| {
                other.related(Directive::After).any(|name| *name == unit.name)
            }) {
                facts.not_waiting.insert((member.name.clone(), wait.phase));
            }
        }
    }
    let waits: Vec<(&Member, &Wait)> = members
        .iter()
        .flat_map(|member| {
            member
                .lowered()
                .into_iter()
                .flat_map(|lowered| &lowered.waits)
                .map(move |wait| (member, wait))
        })
        .filter(|(member, wait)| wait.during == During::Start && member.unit().is_some())
        .collect();
    let mut extra: Vec<(UnitName, UnitName)> = waits
        .iter()
        .filter_map(|(member, wait)| Some((member.unit()?.name.clone(), wait.unit.clone())))
        .collect();
    let gates = members.iter().filter_map(Member::made).flat_map(|(unit, lowered)| {
        lowered.gated.iter().map(|gated| (gated.clone(), unit.name.clone()))
    });
    extra.extend(gates);
    let before_events = extra.len();
    extra.extend(members.iter().flat_map(awaited));
    let units: Vec<&Unit> = members.iter().flat_map(units).collect();
    let mut cycles = break_cycles(&units, &extra, &|edge| {
        let latest = extras(edge).into_iter().max();
        match latest {
            // An event unit waits for what follows the event, as `initctl emit` did.
            Some(index) if index >= before_events => None,
            // A unit waits for what starts before it.
            Some(index) if index >= waits.len() => Some(GATE),
            _ => weight(edge, members, &by_unit),
        }
    });
    for cycle in &cycles {
        for index in dropped(cycle).map(extras).into_iter().flatten() {
            if let Some((member, wait)) = waits.get(index) {
                facts.not_waiting.insert((member.name.clone(), wait.phase));
            } else {
                let (later, earlier) = extra[index].clone();
                facts.not_gated.insert((earlier, later));
            }
        }
    }
    cycles.retain(|cycle| {
        !dropped(cycle).is_some_and(|edge| {
            edge.origins.iter().all(|origin| matches!(origin, WaitOrigin::Extra(_)))
        })
    });
    Learned { facts, cycles }
}

/// How much is lost if a unit does not wait for what starts before it: as much as if an order is
/// left out that only one condition asks for.
const GATE: u32 = 4;

/// The waits of scripts among the origins of an edge, by their index.
fn extras(edge: &Edge) -> Vec<usize> {
    edge.origins
        .iter()
        .filter_map(|origin| match origin {
            WaitOrigin::Extra(index) => Some(*index),
            _ => None,
        })
        .collect()
}

/// What event units wait for because of the drop-ins that a job adds to them.
fn awaited(member: &Member) -> Vec<(UnitName, UnitName)> {
    let (Some(lowered), Some(unit)) = (member.lowered(), member.unit()) else { return Vec::new() };
    lowered.companions.iter().flat_map(|companion| companion.awaits(&unit.name)).collect()
}

/// The unit of a job, and the units among its companions.
fn units(member: &Member) -> Vec<&Unit> {
    let Some(lowered) = member.lowered() else { return Vec::new() };
    let companions = lowered.companions.iter().filter_map(|companion| match companion {
        Companion::Unit(unit) => Some(unit),
        Companion::DropIn { .. } | Companion::File(_) => None,
    });
    lowered.unit.iter().chain(companions).collect()
}

/// The members directly before which the job starts: `start on starting X`.
fn started_before(job: &Job, members: &[Member]) -> Vec<usize> {
    let Some(condition) = &job.start_on else { return Vec::new() };
    let starting =
        condition.value.leaves().into_iter().filter(|event| event.name.value == "starting");
    let names = starting.filter_map(|event| event.job()?.0.one());
    names
        .filter_map(|name| members.binary_search_by(|member| member.name.as_str().cmp(name)).ok())
        .collect()
}

/// For each member, whether the new facts require that it is lowered again.
pub(super) fn concerned(members: &[Member], job_set: &JobSet, facts: &Facts) -> Vec<bool> {
    let known = &job_set.facts;
    let is_newly_last =
        |job: &str| facts.at_shutdown.contains(job) && !known.at_shutdown.contains(job);
    let scripts: BTreeSet<&str> = facts
        .not_waiting
        .difference(&known.not_waiting)
        .chain(facts.not_waiting_for_stop.difference(&known.not_waiting_for_stop))
        .map(|(job, _)| job.as_str())
        .collect();
    let mut changed: BTreeSet<&UnitName> = facts.early.difference(&known.early).collect();
    changed.extend(facts.after.keys().filter(|unit| !known.after.contains_key(*unit)));
    let emitted =
        |unit: &UnitName| facts.event_units.contains(unit) && !known.event_units.contains(unit);
    members
        .iter()
        .map(|member| {
            let Some((job, unit)) = member.job().zip(member.unit()) else { return false };
            let is_new = |units: &BTreeSet<UnitName>, before: &BTreeSet<UnitName>| {
                units.contains(&unit.name) && !before.contains(&unit.name)
            };
            let is_gate_no_more = |facts: &Facts| {
                facts.not_gated.iter().filter(|(first, _)| *first == unit.name).count()
            };
            scripts.contains(member.name.as_str())
                || job_set.events_of(&member.name).filter_map(event_unit).any(|unit| emitted(&unit))
                || is_gate_no_more(facts) != is_gate_no_more(known)
                || jobs_named(job).any(is_newly_last)
                || is_new(&facts.before_early, &known.before_early)
                || started_before(job, members)
                    .into_iter()
                    .filter_map(|other| members[other].unit())
                    .any(|other| changed.contains(&other.name))
        })
        .collect()
}
