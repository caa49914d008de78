//! Finds a `respawn` that never gives up.

use crate::diagnostic::registry::UNLIMITED_RESPAWN;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::ast::{Phase, RespawnLimit};

pub(in crate::lint) static LINT: Lint = Lint { rule: &UNLIMITED_RESPAWN, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let (Some(respawn), Some(limit)) = (&job.respawn, &job.respawn_limit) else { return };
    let Some(zero) = unlimited(limit.value) else { return };
    // A script that sleeps limits how often it runs.
    let sleeps = subject.scripts.iter().any(|script| {
        matches!(script.phase, Phase::Main | Phase::PreStart | Phase::PostStart | Phase::PostStop)
            && script.reading.commands.iter().any(|command| command.name() == Some("sleep"))
    });
    if sleeps || job.process(Phase::Main).is_none() {
        return;
    }
    let message = if zero {
        "a limit of 0 has no effect"
    } else {
        "this job is restarted any number of times"
    };
    found.push(
        rule.at(limit.span, message)
            .related(respawn.span, "init restarts the job without a pause")
            .note("a program that fails at once is started again and again, and fills its log")
            .help("write a limit, such as `respawn limit 10 5`, or `sleep` in post-stop"),
    );
}

/// Whether a limit is 0, if there is none.
fn unlimited(limit: RespawnLimit) -> Option<bool> {
    match limit {
        RespawnLimit::Unlimited => Some(false),
        RespawnLimit::Within { count, interval } => (count <= 0 || interval <= 0).then_some(true),
    }
}
