//! Events of init and its bridges that a script of the directory emits as well. The unit follows
//! what systemd has in place of the event, and the script starts it in addition.

use super::super::event_unit::EventUnit;
use super::super::paths::EventMeaning;
use super::super::relations::{Relations, push};
use crate::jobset::{Emitter, Owner};
use crate::lower::lowering::Lowering;
use crate::systemd::escape_instance;
use crate::text::bytes::encode;
use crate::text::glob;
use crate::upstart::condition::{Condition, Event, EventArgument};
use crate::upstart::events::is_followed_elsewhere;
use crate::upstart::job::Stated;

/// The commands of other jobs of the directory that emit the event. The jobs of distributions do
/// not run any more.
pub(in crate::lower::condition) fn by_scripts<'a>(
    lowering: &'a Lowering<'_>,
    event: &str,
) -> impl Iterator<Item = &'a Emitter> {
    let job_set = lowering.job_set;
    job_set.emitters(event).iter().filter(|emitter| {
        let sibling = job_set.sibling(&emitter.job);
        emitter.variables.is_some()
            && emitter.job != lowering.job.name.0
            && sibling.is_some_and(|sibling| sibling.owner == Owner::User)
    })
}

/// Lets the scripts of the directory that emit the event of a path start the unit. If the path waits
/// for several events or values, the finding is at the command.
pub(in crate::lower::condition) fn also_by_scripts(
    lowering: &mut Lowering<'_>,
    condition: &Stated<Condition>,
    path: &[EventMeaning],
    relations: &mut Relations,
) {
    let [EventMeaning(leaf, _)] = path else { return };
    let leaves = condition.value.leaves();
    let Some(event) = leaves.into_iter().find(|event| event.span() == leaf.span) else { return };
    let name = event.name.value.as_str();
    if !lowering.options.companions
        || lowering.name.is_template()
        || !is_followed_elsewhere(name)
        || !by_scripts(lowering, name).any(|emitter| may_match(emitter, event))
    {
        return;
    }
    let Some(node) = node(event) else { return };
    push(&mut relations.wanted_by, &node.unit);
    let companion = node.companion(lowering);
    lowering.ledger.file(condition.stanza, &companion.output().path);
    lowering.companion(companion);
}

/// The event unit for an event without arguments, or with one variable that has one value.
fn node(event: &Event) -> Option<EventUnit> {
    let name = event.name.value.as_str();
    if event.args.is_empty() {
        return EventUnit::of(name).ok();
    }
    let (key, value) = event.one_value()?;
    EventUnit::with(name, key, &escape_instance(&encode(value))).ok()
}

/// Whether the command may emit the event with the values that the condition names.
fn may_match(emitter: &Emitter, event: &Event) -> bool {
    event.arguments().all(|(argument, _)| {
        let EventArgument::Equal(key, pattern) = argument else { return true };
        let carried = emitter.variables.iter().flatten().find(|carried| carried.name == key);
        carried
            .and_then(|carried| carried.value.as_deref())
            .is_none_or(|value| glob::matches(pattern, value))
    })
}
