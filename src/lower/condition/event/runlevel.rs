//! `runlevel`.

use super::trigger::{Classified, Trigger, value};
use crate::diagnostic::registry::{IMPOSSIBLE_RUNLEVEL, UNMATCHED_VARIABLE};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::text::bytes::lossy;
use crate::upstart::condition::Event;
use crate::upstart::runlevels::Runlevels;

/// The run levels that the event matches. An error is the finding that it matches none. `position`
/// is that of a run level without `RUNLEVEL=`.
pub(super) fn runlevel_set(
    event: &Event,
    position: Option<usize>,
) -> Result<Runlevels, Box<Diagnostic>> {
    let Some((negated, pattern)) = value(event, "RUNLEVEL", position) else {
        return Ok(Runlevels::ALL);
    };
    // `[!$RUNLEVEL]` matches any level except the one at which the job was started.
    let levels = Runlevels::matching(pattern, negated).unwrap_or(Runlevels::ALL);
    if levels.is_empty() {
        let bracketed =
            pattern.len() > 1 && pattern.chars().all(|character| "0123456Ss!".contains(character));
        let word = event
            .args
            .iter()
            .find(|word| word.value.contains(pattern))
            .map_or(event.name.span, |word| word.span);
        let mut diagnostic = IMPOSSIBLE_RUNLEVEL
            .at(word, format!("there is no run level `{}`", lossy(pattern)))
            .note("the condition is never met");
        if pattern.ends_with(',') {
            diagnostic = diagnostic.help("write `and` or `or` in place of the comma");
        }
        if bracketed {
            diagnostic = diagnostic
                .help("put the levels into brackets")
                .changing_edit(word, event_word(event, pattern, &format!("[{pattern}]")));
        }
        return Err(Box::new(diagnostic));
    }
    Ok(levels)
}

/// The argument that contains the pattern, with the pattern replaced.
fn event_word(event: &Event, pattern: &str, replacement: &str) -> String {
    event
        .args
        .iter()
        .find(|word| word.value.contains(pattern))
        .map_or_else(|| replacement.to_owned(), |word| word.value.replace(pattern, replacement))
}

/// Turns `runlevel` into the set of its levels.
pub(super) fn runlevel(event: &Event) -> Classified {
    let levels = match runlevel_set(event, Some(0)) {
        Ok(levels) => levels,
        Err(diagnostic) => {
            return Classified::with(Trigger::Never, Disposition::Dropped, *diagnostic);
        }
    };
    let mut classified = Classified::exact(Trigger::Runlevels(levels));
    if value(event, "PREVLEVEL", Some(1)).is_some() {
        classified.disposition = Disposition::Approximate;
        classified.diagnostics.push(
            UNMATCHED_VARIABLE
                .at(event.span(), "the previous run level is not looked at")
                .note("systemd does not keep it; the unit starts whatever came before")
                .help("check whether the unit does harm when it starts in every boot"),
        );
    }
    classified
}
