//! Finds login variables in a system job, for which init does not set them.

use std::ops::Range;

use super::variable_of_other_phase::assignment;
use crate::diagnostic::registry::UNSET_HOME;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::upstart::events;
use crate::upstart::events::{Meaning, Milestone};

pub(in crate::lint) static LINT: Lint = Lint { rule: &UNSET_HOME, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if !brings_nothing(subject) {
        return;
    }
    // Another rule reports a variable that one phase sets and another uses.
    let elsewhere =
        |name: &str| subject.scripts.iter().any(|script| assignment(script, name).is_some());
    for script in &subject.scripts {
        let used = |name: &str| {
            script
                .reading
                .variables
                .iter()
                .find(|(used, range)| used == name && !script.has_default(range.end))
        };
        // A file that is sourced may set it, but not before it is found.
        let unset = |name: &str, range: &Range<usize>| {
            !subject.is_set_before(script, name, range.end) && !elsewhere(name)
        };
        let Some((name, range)) = ["HOME", "USER", "LOGNAME"]
            .into_iter()
            .find_map(|name| used(name).filter(|(_, range)| unset(name, range)))
        else {
            if let Some(tilde) = tilde(script).filter(|tilde| unset("HOME", tilde)) {
                found.push(
                    rule.at(script.span(&tilde), "`~` is not expanded, because `HOME` is not set")
                        .note("a job of the system has no variables of a login, also not with `setuid`; dash, the /bin/sh of Debian and Ubuntu, leaves the `~` as it is")
                        .help("write the path out, or add `env HOME=DIRECTORY`"),
                );
            }
            continue;
        };
        found.push(
            rule.at(script.span(range), format!("`{name}` is not set"))
                .note("a job of the system has no variables of a login, also not with `setuid`")
                .help(format!("set it with `env {name}=VALUE`, or write the value out")),
        );
    }
}

/// The first `~` that a shell would replace by the value of `HOME`.
fn tilde(script: &PhaseScript<'_>) -> Option<Range<usize>> {
    let end = script.reading.lost.unwrap_or(usize::MAX);
    let commands = script.reading.commands.iter().filter(|command| command.range.end <= end);
    let words = commands.flat_map(|command| &command.words);
    words.map(|word| word.range.clone()).find_map(|range| {
        let text = script.text().get(range.clone())?;
        (text == "~" || text.starts_with("~/")).then_some(range.start..range.start + 1)
    })
}

/// Whether the job is a system job and no event that starts it can carry such a variable. Other
/// jobs may export any variable, and users may pass any when they start a job or emit an event.
pub(in crate::lint) fn brings_nothing(subject: &Subject<'_>) -> bool {
    let Some(start) = &subject.job.start_on else { return false };
    start.value.leaves().iter().all(|event| {
        match events::find(&event.name.value).map(|row| row.meaning) {
            Some(
                Meaning::Reached(
                    Milestone::LocalFilesystems
                    | Milestone::RemoteFilesystems
                    | Milestone::Filesystem
                    | Milestone::Network,
                )
                | Meaning::Runlevel
                | Meaning::Mounted
                | Meaning::Mounting
                | Meaning::NetworkUp
                | Meaning::NetworkDown,
            ) => true,
            Some(_) | None => false,
        }
    })
}
