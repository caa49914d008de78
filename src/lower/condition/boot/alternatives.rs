//! Alternatives of a start condition: those that one boot reaches one after the other, and what not
//! all of them imply.

use super::super::event::trigger::{Role, Trigger};
use super::super::paths::EventMeaning;
use super::super::relations::Relations;
use crate::diagnostic::registry::CONDITION_OF_ONE_ALTERNATIVE;
use crate::lower::companion_unit::drop_in;
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, UnitName, Value};
use crate::upstart::condition::Condition;
use crate::upstart::dialect::Dialect;
use crate::upstart::events::Milestone;
use crate::upstart::job::Stated;
use crate::upstart::runlevels::Runlevels;

/// Points that every boot reaches, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    /// Before the network is configured, which waits until the unit has started. It counts as the
    /// first, because the other alternatives promise no such thing.
    Gate,
    /// A milestone before the run level.
    Before(Milestone),
    /// The run level, which is reached when the file systems and the network are there
    /// (`conf/rc-sysinit.conf`).
    Level,
    /// The scripts of the run level have run.
    Scripts,
}

/// The point of the boot at which a path holds. `None` if something else has to happen, too.
fn point(path: &[EventMeaning]) -> Option<Point> {
    let mut latest = None;
    for EventMeaning(leaf, _) in path {
        let point = match &leaf.value {
            Trigger::Given | Trigger::Virtualization(_) => continue,
            Trigger::Reached(Milestone::BeforeNetwork) => Point::Gate,
            Trigger::Reached(Milestone::Network) => Point::Level,
            Trigger::Reached(milestone) => Point::Before(*milestone),
            Trigger::Runlevels(levels) if levels.running() => Point::Level,
            Trigger::AfterRunlevel(levels) if levels.running() => Point::Scripts,
            Trigger::Runlevels(_)
            | Trigger::AfterRunlevel(_)
            | Trigger::Job { .. }
            | Trigger::End { .. }
            | Trigger::Unit(_)
            | Trigger::BeforeUnit(_)
            | Trigger::Custom(_)
            | Trigger::Companion
            | Trigger::Shutdown { .. }
            | Trigger::NetworkGoes
            | Trigger::RemoteFilesystemsGone
            | Trigger::Never
            | Trigger::Beyond => return None,
        };
        latest = latest.max(Some(point));
    }
    latest
}

/// Whether the unit is started at an earlier point of the same boot by another path, so that this
/// one adds nothing.
pub(in crate::lower::condition) fn is_superseded(
    path: &[EventMeaning],
    all: &[Vec<EventMeaning>],
    dialect: Dialect,
) -> bool {
    let Some(own) = point(path) else { return false };
    all.iter().any(|other| {
        other != path
            && point(other).is_some_and(|other| other < own)
            && happens(other, dialect)
            && covers(other, path)
    }) || (!happens(path, dialect)
        && all.iter().any(|other| point(other).is_some() && happens(other, dialect)))
}

/// Whether the milestones of a path are reached on a system of this dialect: mountall(8) and the
/// scripts of ifupdown, which announce them, came with Ubuntu 9.10.
fn happens(path: &[EventMeaning], dialect: Dialect) -> bool {
    match dialect {
        Dialect::Upstart113 | Dialect::ChromeOs => true,
        Dialect::Upstart06 | Dialect::Upstart03 => !path.iter().any(|EventMeaning(leaf, _)| {
            matches!(leaf.value, Trigger::Reached(milestone) if milestone != Milestone::Startup)
        }),
    }
}

/// Whether the earlier of two paths holds in every boot in which the later one does: it depends on
/// nothing else, and its run levels include those of the later one.
fn covers(earlier: &[EventMeaning], later: &[EventMeaning]) -> bool {
    let is_included = |levels: Runlevels| {
        !levels.tells_running_apart()
            || later.iter().any(|EventMeaning(leaf, _)| {
                matches!(leaf.value, Trigger::Runlevels(same) | Trigger::AfterRunlevel(same) if same == levels)
            })
    };
    earlier.iter().all(|event| match &event.0.value {
        Trigger::Virtualization(_) => later.contains(event),
        Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => is_included(*levels),
        _ => true,
    })
}

/// Whether every path is one of the rescue run level.
pub(in crate::lower::condition) fn only_rescue(paths: &[&Vec<EventMeaning>]) -> bool {
    paths.iter().all(|path| {
        path.iter().any(|EventMeaning(leaf, _)| {
            matches!(leaf.value, Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels)
                if levels.rescue() && !levels.running())
        })
    })
}

/// Takes away the `Wants=` that only some of the paths imply. An order without it harms no other
/// path, but a unit that is brought in is brought in whichever path holds.
pub(in crate::lower::condition) fn keep_shared_wants(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    paths: &[&Vec<EventMeaning>],
    relations: &mut Relations,
) {
    let online = UnitName::known("network-online.target");
    // Nothing but a person starts a job that is manual.
    if lowering.job.manual.is_some()
        || !relations.wants.contains(&online)
        || paths.iter().all(|path| implies_network(path))
    {
        return;
    }
    relations.wants.retain(|name| *name != online);
    let boots: Vec<UnitName> = ["multi-user.target", "graphical.target"]
        .into_iter()
        .map(UnitName::known)
        .filter(|target| relations.wanted_by.contains(target))
        .collect();
    if lowering.options.companions && !boots.is_empty() {
        // The boot brings the network in, and the other alternatives do not.
        for target in boots {
            let companion = drop_in(lowering, &target, [(Directive::Wants, Value::unit(&online))]);
            lowering.ledger.file(condition.stanza, &companion.output().path);
            lowering.companion(companion);
        }
        return;
    }
    let diagnostic = CONDITION_OF_ONE_ALTERNATIVE
        .at(condition.span, "only some of the alternatives imply that the network is up")
        .note("the unit waits for the network only where something else brings network-online.target in")
        .help("if it needs the network in every boot, run `systemctl add-wants multi-user.target network-online.target`");
    lowering.approximate(condition.stanza, &[], diagnostic);
}

/// Whether the network is configured whenever the path holds.
fn implies_network(path: &[EventMeaning]) -> bool {
    path.iter().any(|EventMeaning(leaf, _)| {
        leaf.value.role() == Role::Milestone
            && match &leaf.value {
                Trigger::Reached(milestone) => *milestone == Milestone::Network,
                Trigger::Runlevels(levels) | Trigger::AfterRunlevel(levels) => levels.running(),
                // rc-sysinit (`conf/rc-sysinit.conf`).
                Trigger::Job { peer, .. } => peer.unit.as_str() == "basic.target",
                _ => false,
            }
    })
}

/// Adds `ConditionVirtualization=`. It applies to the whole unit, and therefore needs an event in
/// every alternative.
pub(in crate::lower::condition) fn virtualization(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    paths: &[&Vec<EventMeaning>],
    relations: &mut Relations,
) {
    let kinds: Vec<Vec<&String>> = paths
        .iter()
        .map(|path| {
            path.iter()
                .filter_map(|EventMeaning(leaf, _)| match &leaf.value {
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
        let diagnostic = CONDITION_OF_ONE_ALTERNATIVE
            .at(condition.span, "only some of the alternatives depend on a container")
            .note("the unit does not look at it at all")
            .help("add `ConditionVirtualization=` if the unit must not start elsewhere");
        lowering.approximate(condition.stanza, &[], diagnostic);
        return;
    }
    let mut wanted: Vec<&String> = Vec::new();
    for kind in kinds.iter().flatten() {
        if !wanted.contains(kind) {
            wanted.push(kind);
        }
    }
    // Of several conditions with `|`, at least one has to hold (systemd.unit(5), "Conditions and
    // Asserts").
    let sign = if wanted.len() > 1 { "|" } else { "" };
    relations.virtualization.extend(wanted.iter().map(|kind| format!("{sign}{kind}")));
}
