//! Units that wait for each other: the waits that are removed from an ordering cycle, and the
//! findings about them.

use std::collections::BTreeMap;

use super::member::{Member, by_unit};
use crate::diagnostic::registry::ORDERING_CYCLE;
use crate::diagnostic::{Diagnostic, Disposition};
use crate::systemd::ordering::{Cycle, Edge, Remedy, WaitOrigin};
use crate::systemd::{Directive, Section, Text, UnitName, Value};
use crate::text::source::Span;

/// The wait that is removed from the cycle; `None` if the cycle ends in another way.
pub(super) fn dropped(cycle: &Cycle) -> Option<&Edge> {
    match cycle.remedy {
        Remedy::Drop(index) => cycle.edges.get(index),
        Remedy::State { .. } | Remedy::Unbreakable => None,
    }
}

/// How much is lost if a wait is removed. The smallest weight is removed first. `None` if the wait
/// comes from systemd or the distribution and cannot be removed.
pub(super) fn weight(
    edge: &Edge,
    members: &[Member],
    by_unit: &BTreeMap<&UnitName, usize>,
) -> Option<u32> {
    let mut heaviest = 0;
    for origin in &edge.origins {
        heaviest = heaviest.max(match origin {
            // A script that does not wait loses least: the units that it starts still start.
            WaitOrigin::Extra(_) => 1,
            WaitOrigin::Stated { unit, directive, name } => {
                let lowered = members[*by_unit.get(unit)?].lowered()?;
                let states = |directive: Directive| {
                    lowered.related(directive).any(|related| related == name)
                };
                if [
                    Directive::Requisite,
                    Directive::BindsTo,
                    Directive::PartOf,
                    Directive::StopPropagatedFrom,
                ]
                .into_iter()
                .any(states)
                {
                    5
                } else if *directive == Directive::Before {
                    4
                } else if lowered.optional.contains(name) {
                    2
                } else {
                    3
                }
            }
            WaitOrigin::Shipped { .. }
            | WaitOrigin::Default { .. }
            | WaitOrigin::Wanted { .. }
            | WaitOrigin::Triggered
            | WaitOrigin::Journal
            | WaitOrigin::Bus
            | WaitOrigin::Mounts => {
                return None;
            }
        });
    }
    Some(heaviest)
}

/// Applies the remedy of each cycle to the units, and reports what is lost.
pub(super) fn straighten(members: &mut [Member], cycles: Vec<Cycle>) {
    for cycle in cycles {
        match &cycle.remedy {
            Remedy::State { unit, directive, name } => {
                if let Some(index) = by_unit(members).get(unit).copied()
                    && let Some(unit) =
                        members[index].lowered_mut().and_then(|lowered| lowered.unit.as_mut())
                {
                    unit.add(*directive, Value::unit(name));
                }
            }
            Remedy::Drop(_) => {
                let Some(edge) = dropped(&cycle) else { continue };
                for origin in &edge.origins {
                    if let WaitOrigin::Stated { unit, directive, name } = origin {
                        drop_wait(members, &cycle, (unit, *directive, name));
                    }
                }
            }
            Remedy::Unbreakable => report_unbreakable(members, &cycle),
        }
    }
}

/// Removes an ordering directive from a unit, and reports it.
fn drop_wait(
    members: &mut [Member],
    cycle: &Cycle,
    (unit, directive, name): (&UnitName, Directive, &UnitName),
) {
    let index_of = by_unit(members);
    let Some(index) = index_of.get(unit).copied() else { return };
    let diagnostic = {
        let Some(lowered) = members[index].lowered() else { return };
        let span =
            lowered.origins.get(name).copied().or_else(|| Some(members[index].job()?.place()));
        let Some(span) = span else { return };
        let message = format!(
            "{unit} is not ordered {} {name}, because they wait for each other",
            if directive == Directive::Before { "before" } else { "after" }
        );
        chain(ORDERING_CYCLE.at(span, message), members, cycle, (index, span)).help(
            "check whether it needs to wait; otherwise let one of the jobs wait for something else",
        )
    };
    let Some(lowered) = members[index].lowered_mut() else { return };
    let span = diagnostic.span;
    if let Some(unit) = &mut lowered.unit {
        unit.remove_value(directive, &Value::unit(name));
        let word = if directive == Directive::Before { "before" } else { "after" };
        unit.remark(
            Section::Unit,
            Text::new(&format!(
                "{}: was ordered {word} {name}; that made a circle.",
                ORDERING_CYCLE.code
            )),
        );
    }
    for outcome in lowered.stanzas.iter_mut().filter(|outcome| {
        outcome.span.origin == span.origin && outcome.span.range().contains(&span.start)
    }) {
        if outcome.disposition < Disposition::Approximate {
            outcome.disposition = Disposition::Approximate;
            outcome.code = Some(ORDERING_CYCLE.code);
        }
    }
    lowered.diagnostics.push(diagnostic);
}

/// Adds the lines that cause the cycle to a finding.
fn chain(
    mut diagnostic: Diagnostic,
    members: &[Member],
    cycle: &Cycle,
    (own, own_span): (usize, Span),
) -> Diagnostic {
    let index_of = by_unit(members);
    let mut steps = Vec::new();
    for edge in &cycle.edges {
        let step = format!("{} waits for {}", edge.later, edge.earlier);
        let stated = edge.origins.iter().find_map(|origin| match origin {
            WaitOrigin::Stated { unit, name, .. } => Some((*index_of.get(unit)?, name)),
            _ => None,
        });
        match stated {
            Some((index, name)) => {
                let Some(span) =
                    members[index].lowered().and_then(|lowered| lowered.origins.get(name)).copied()
                else {
                    steps.push(step);
                    continue;
                };
                if index == own && span == own_span {
                    diagnostic.label.get_or_insert_with(|| step.clone());
                } else if index == own {
                    diagnostic.related.push((span, step.clone()));
                } else {
                    diagnostic.elsewhere.push((members[index].place(span), step.clone()));
                }
                steps.push(step);
            }
            None => steps.push(format!("{step}{}", implied(edge))),
        }
    }
    diagnostic.note(steps.join(",\n"))
}

/// The reason for a wait that no condition states.
fn implied(edge: &Edge) -> &'static str {
    match edge.origins.first() {
        Some(WaitOrigin::Wanted { .. }) => ", as a target does for all that it wants",
        Some(WaitOrigin::Default { .. }) => ", as every ordinary unit does",
        Some(WaitOrigin::Shipped { .. }) => ", as the system has it",
        Some(WaitOrigin::Extra(_)) => ", because of a script or of what starts before it",
        Some(
            WaitOrigin::Triggered
            | WaitOrigin::Journal
            | WaitOrigin::Bus
            | WaitOrigin::Mounts
            | WaitOrigin::Stated { .. },
        )
        | None => "",
    }
}

/// Reports a cycle in which no wait can be removed.
fn report_unbreakable(members: &mut [Member], cycle: &Cycle) {
    let place = {
        let index_of = by_unit(members);
        cycle.edges.iter().find_map(|edge| index_of.get(&edge.later).copied())
    };
    let Some(index) = place else { return };
    let Some(span) = members[index].job().map(crate::upstart::job::Job::place) else { return };
    let diagnostic = chain(
        ORDERING_CYCLE.at(
            span,
            "this unit and others wait for each other, and none of the waits can be left out",
        ),
        members,
        cycle,
        (index, span),
    )
    .help("change the start conditions; otherwise systemd leaves one of the units out of the boot");
    if let Some(lowered) = members[index].lowered_mut() {
        lowered.diagnostics.push(diagnostic);
    }
}
