//! Commands of Upstart without the name of a job, which concern the job of the script.

use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::{JobControl, Verb};

/// Whether a script declines to run the job.
pub(in crate::lower) fn declines(phase: Phase, uses: &[JobControl]) -> bool {
    uses.iter().any(|usage| own(phase, usage.verb()) == Own::Decline && usage.is_bare())
}

/// The command by which a pre-stop cancels the stop.
pub(in crate::lower) fn vetoes(phase: Phase, uses: &[JobControl]) -> Option<&JobControl> {
    uses.iter()
        .find(|usage| phase == Phase::PreStop && usage.verb() == Verb::Start && usage.is_bare())
}

/// The meaning of a command without the name of a job in a phase. It concerns the job itself
/// (`util/initctl.c`, `start_action`, `stop_action`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower::process) enum Own {
    /// `stop` in pre-start: do not run the job.
    Decline,
    /// No effect: `start` in pre-start and pre-stop, and `stop` in pre-stop.
    Nothing,
    /// A request to systemd without waiting for it. Upstart did not wait either.
    Ask,
}

/// What a command without the name of a job means in this phase.
pub(in crate::lower::process) fn own(phase: Phase, verb: Verb) -> Own {
    match (phase, verb) {
        (Phase::PreStart, Verb::Stop) => Own::Decline,
        (Phase::PreStart | Phase::PreStop, Verb::Start) | (Phase::PreStop, Verb::Stop) => {
            Own::Nothing
        }
        _ => Own::Ask,
    }
}
