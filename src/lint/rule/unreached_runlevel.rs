//! Finds a job for run levels into which the system does not boot.

use crate::diagnostic::registry::UNREACHED_RUNLEVEL;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::condition::{Condition, Event, EventArgument};
use crate::upstart::dialect::Dialect;
use crate::upstart::dialect::family::Family;
use crate::upstart::expression::Expr;
use crate::upstart::runlevels::Runlevels;

pub(in crate::lint) static LINT: Lint = Lint { rule: &UNREACHED_RUNLEVEL, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let Some(start) = &job.start_on else { return };
    let is_ubuntu = match (job.dialect, subject.family()) {
        (Dialect::Upstart113, Some(Family::Debian)) => true,
        (Dialect::Upstart113, None) => false,
        _ => return,
    };
    // Several conditions were alternatives once; another rule reports that the last one replaces them.
    let replaces = job.stanzas.iter().any(|record| record.replaced_by == Some(start.stanza));
    if replaces {
        return;
    }
    // Tasks are for the change of a level, and not for the system at that level.
    if job.is_task() || reached(&start.value) {
        return;
    }
    let leaves = start.value.leaves();
    let Some((event, pattern)) = leaves.into_iter().find_map(|event| Some((event, missed(event)?)))
    else {
        return;
    };
    let mut diagnostic = rule
        .at(
            event.span(),
            format!("Debian and Ubuntu do not boot into a run level of `{}`", lossy(pattern)),
        )
        .note("they boot into run level 2, so the boot does not start the job")
        .help("write `runlevel [2345]`");
    if !is_ubuntu {
        diagnostic.severity = Severity::Note;
    }
    found.push(diagnostic);
}

/// Whether the boot into run level 2 may meet the condition.
fn reached(condition: &Condition) -> bool {
    match condition {
        Expr::Leaf(event) => missed(event).is_none(),
        Expr::And(left, right) => reached(left) && reached(right),
        Expr::Or(left, right) => reached(left) || reached(right),
    }
}

/// The levels of an event, if they are levels of a running system without 2.
fn missed(event: &Event) -> Option<&str> {
    if event.name.value != "runlevel" {
        return None;
    }
    let (pattern, negated) =
        event.arguments().enumerate().find_map(|(index, (argument, _))| match argument {
            EventArgument::Positional(pattern) if index == 0 => Some((pattern, false)),
            EventArgument::Equal("RUNLEVEL", pattern) => Some((pattern, false)),
            EventArgument::Unequal("RUNLEVEL", pattern) => Some((pattern, true)),
            EventArgument::Positional(_)
            | EventArgument::Equal(..)
            | EventArgument::Unequal(..) => None,
        })?;
    let levels = Runlevels::matching(pattern, negated)?;
    (levels.running() && !levels.overlaps(Runlevels::BOOT_OF_DEBIAN)).then_some(pattern)
}
