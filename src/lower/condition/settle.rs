//! Turns the relations of both conditions into directives of the unit.

use std::collections::BTreeMap;

use super::call::Call;
use super::event::bus_name;
use super::relations::{Relations, push_known};
use super::{AtEnd, Conditions};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{EARLY_UNIT, UNBOUND_INSTANCE};
use crate::jobset::ShutdownUnits;
use crate::lower::lowering::Lowering;
use crate::lower::stanza::instance::example;
use crate::systemd::{Directive, Section, UnitName};
use crate::text::source::Span;
use crate::upstart::condition::Condition;
use crate::upstart::instances::{EVENTS_VARIABLE, Instance};
use crate::upstart::job::Stated;

/// Compares the relations with each other, removes those that contradict others or name the unit
/// itself, and returns the rest.
pub(super) fn settled(
    lowering: &mut Lowering<'_>,
    relations: Relations,
    (at_shutdown, shutdown, at_end, joined): (bool, Option<ShutdownUnits>, AtEnd, Option<UnitName>),
) -> Conditions {
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
        gated,
        calls,
        joined: _,
        stopped_by: _,
    } = relations;
    if early {
        // The part of the default dependencies that concerns the shutdown (systemd.service(5),
        // "Default Dependencies").
        push_known(&mut before, "shutdown.target");
        push_known(&mut conflicts, "shutdown.target");
        starts_early(lowering, &after);
    }
    let (own, instance) = (lowering.name, lowering.instance);
    // Units that conflict are never active together. Neither has to stop along with the other.
    let [part_of, stop_propagated_from] = [part_of, stop_propagated_from]
        .map(|units| units.into_iter().filter(|unit| !conflicts.contains(unit)).collect());
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
    let default_dependencies = default_dependencies && !early;
    // The default dependencies are After=sysinit.target, which comes after these (systemd.special(7)).
    let is_default = |directive: Directive, name: &UnitName| {
        default_dependencies
            && directive == Directive::After
            && ["local-fs.target", "swap.target"].contains(&name.as_str())
    };
    let stop_on = lowering.job.stop_on.as_ref();
    let (mut settled, mut start_directives) = (Vec::new(), Vec::new());
    let mut stop_directives = Vec::new();
    for (directive, names) in lists {
        // A job may name itself in a condition. systemd would ignore a dependency of a unit on
        // itself, with a warning.
        for name in names
            .into_iter()
            .filter(|name| name != own && (instance.is_template() || !name.as_str().contains('%')))
            .filter(|name| !is_default(directive, name))
        {
            let directives = if is_of_stop(stop_on, &origins, directive, &name) {
                &mut stop_directives
            } else {
                &mut start_directives
            };
            if !directives.contains(&directive) {
                directives.push(directive);
            }
            settled.push((directive, name));
        }
    }
    start_directives.extend(virtualization.iter().map(|_| Directive::ConditionVirtualization));
    if !default_dependencies {
        start_directives.push(Directive::DefaultDependencies);
    }
    if let Some(condition) = &lowering.job.start_on {
        lowering.ledger.record(condition.stanza, Disposition::Exact, &start_directives, None);
    }
    if let Some(condition) = stop_on {
        lowering.ledger.wrote(condition.stanza, &stop_directives);
    }
    Conditions {
        relations: settled,
        virtualization,
        default_dependencies,
        origins,
        optional,
        is_early: early,
        at_shutdown,
        shutdown,
        at_end,
        joined,
        gated: gated
            .into_iter()
            .filter(|gated| gated.is_waited_for)
            .map(|gated| gated.peer.unit)
            .collect(),
        called_by: calls.iter().filter_map(Call::origin).collect(),
        // A unit of type `dbus` is ordered after the socket of the bus, which comes after
        // everything early. D-Bus starts the unit all the same, and waits for its name itself.
        bus_name: bus_name(lowering).filter(|_| !early).map(str::to_owned),
    }
}

/// Whether `stop on` asks for a relation.
fn is_of_stop(
    stop_on: Option<&Stated<Condition>>,
    origins: &BTreeMap<UnitName, Span>,
    directive: Directive,
    name: &UnitName,
) -> bool {
    match directive {
        Directive::BindsTo
        | Directive::PartOf
        | Directive::StopPropagatedFrom
        | Directive::Conflicts => true,
        Directive::Before => stop_on.zip(origins.get(name)).is_some_and(|(stop_on, event)| {
            let within = stop_on.span;
            within.origin == event.origin && within.start <= event.start && event.end <= within.end
        }),
        _ => false,
    }
}

/// Reports that the unit starts before the ordinary ones.
fn starts_early(lowering: &mut Lowering<'_>, after: &[UnitName]) {
    if let Some(condition) = &lowering.job.start_on {
        let diagnostic =
            EARLY_UNIT.at(condition.span, "the unit starts before the ordinary services");
        let is_after = |unit: &str| after.contains(&UnitName::known(unit));
        let diagnostic = if is_after("local-fs.target") {
            diagnostic.note(
                "the local file systems are there, but neither the network nor the other services",
            )
        } else {
            let missing = if is_after("systemd-remount-fs.service") {
                "file systems other than the root may not be there"
            } else {
                "file systems other than the root may not be there, and the root may be read-only"
            };
            diagnostic
                .note(missing)
                .help("if it needs more, add `After=local-fs.target`, and check that nothing waits for the unit before that")
        };
        lowering.approximate(condition.stanza, &[Directive::DefaultDependencies], diagnostic);
    }
}

/// The units for `WantedBy=`. A template without a default instance can only be enabled for another
/// template.
fn enabling(lowering: &mut Lowering<'_>, wanted_by: Vec<UnitName>) -> Vec<UnitName> {
    let instance = lowering.instance;
    let Instance::Template { variables, .. } = instance else { return wanted_by };
    let (templates, others): (Vec<_>, Vec<_>) =
        wanted_by.into_iter().partition(UnitName::is_own_instance);
    let mut names: Vec<UnitName> = templates.into_iter().map(|name| name.of_instance()).collect();
    if instance.has_default() {
        if let Some(condition) = &lowering.job.start_on
            && instance.variable() == Some(EVENTS_VARIABLE)
            && condition.value.first_alternative().len() < condition.value.leaves().len()
        {
            let diagnostic = UNBOUND_INSTANCE
                .at(condition.span, "the boot starts one instance, not one for each alternative")
                .note("init names an instance after the events that started it, and lets both run")
                .help("write a second job if the work has to be done again at the later event");
            lowering.approximate(condition.stanza, &[Directive::DefaultInstance], diagnostic);
        }
        names.extend(others);
        return names;
    }
    if let (Some(target), Some(condition)) = (others.first(), &lowering.job.start_on) {
        let unit = example(lowering.name, variables);
        let diagnostic = UNBOUND_INSTANCE
            .at(condition.span, "the condition does not say which instances start")
            .note("it starts none under Upstart either, unless the event carries the variable of the instance")
            .help(format!("add the instances that you need to {target}: `systemctl add-wants {target} {unit}`"));
        lowering.remark(
            Section::Unit,
            &UNBOUND_INSTANCE,
            &format!("enable an instance with: systemctl add-wants {target} {unit}"),
        );
        lowering.manual(condition.stanza, &[], diagnostic);
    }
    names
}
