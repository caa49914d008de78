//! How a unit comes before another one with whose start it starts (`starting X`).

use super::peer::Peer;
use super::relations::{Relations, push};
use crate::lower::lowering::Lowering;
use crate::systemd::UnitName;
use crate::upstart::events::JobState;

/// Whether the unit is only ordered before the other one, which wants it. The stop of that would wait
/// for this one, and this one for that, if it were to stop this one first.
pub(super) fn is_plain_gate(lowering: &Lowering<'_>, peer: &Peer) -> bool {
    let job = lowering.job;
    let follows_stop = job
        .stop_on
        .iter()
        .flat_map(|condition| condition.value.leaves())
        .any(|event| JobState::named(&event.name.value).is_some());
    !lowering.is_exact() && !follows_stop && !is_one_of_circle(lowering, peer)
}

/// Whether the other unit cannot wait for this one, because they wait for each other.
pub(super) fn is_one_of_circle(lowering: &Lowering<'_>, peer: &Peer) -> bool {
    lowering.job_set.facts.not_gated.contains(&(lowering.name.clone(), peer.unit.clone()))
}

/// Orders the unit before a unit that starts early in the boot.
pub(super) fn before(unit: &UnitName, relations: &mut Relations) {
    push(&mut relations.before, unit);
    relations.early = true;
    // These targets are passive: only the unit that is ordered before them pulls them in
    // (systemd.special(7)).
    if unit.as_str().ends_with("-pre.target") {
        push(&mut relations.wants, unit);
    }
}
