//! Variables that another job exports to its events.

use super::trigger::{Classified, Side, never_with};
use crate::lower::lowering::Lowering;
use crate::text::bytes::lossy;
use crate::text::glob;
use crate::text::source::Span;
use crate::upstart::condition::{Event, EventArgument};

/// The variables of the events of every job (`init/job.c`, `job_emit_event`).
const OF_EVERY_JOB: [&str; 6] =
    ["JOB", "INSTANCE", "RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL"];

/// What an argument about a variable of the other job comes to, if the directory decides that:
/// `Ok` if it always passes, an error if it never does. `None` if it is not decided.
pub(super) fn decided(
    lowering: &Lowering<'_>,
    event: &Event,
    job: &str,
    (argument, span): (EventArgument<'_>, Span),
    side: Side,
) -> Option<Result<(), Box<Classified>>> {
    let (key, pattern, negated) = match argument {
        EventArgument::Equal(key, pattern) => (key, pattern, false),
        EventArgument::Unequal(key, pattern) => (key, pattern, true),
        EventArgument::Positional(_) => return None,
    };
    if OF_EVERY_JOB.contains(&key) || pattern.contains('$') {
        return None;
    }
    let sibling = lowering.job_set.sibling(job)?;
    let (shown, variable) = (lossy(job), lossy(key));
    if !sibling.exports.iter().any(|export| export == key) {
        let why = format!("`{shown}` does not export `{variable}`");
        let help = format!("add `export {variable}` to `{shown}`, or take the argument away");
        return Some(Err(Box::new(never_with(event, span, (&why, &help), side))));
    }
    let value = sibling.fixed.get(key)?;
    if glob::matches(pattern, value) != negated {
        return Some(Ok(()));
    }
    let why = format!(
        "`{shown}` has `env {variable}={}`, and nothing gives it another value",
        lossy(value)
    );
    let help = "write the value that the job has, or take the condition away";
    Some(Err(Box::new(never_with(event, span, (&why, help), side))))
}
