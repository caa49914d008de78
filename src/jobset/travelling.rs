//! The variables of events and of `start` that reach the units of a directory: something in the
//! directory gives them, so that it can write them to a file before it starts the unit.

use std::collections::{BTreeMap, BTreeSet};

use super::Survey;
use super::survey::KnownJob;
use crate::text::bytes::encode;
use crate::upstart::events;
use crate::upstart::events::{JobState, Meaning};
use crate::upstart::instances::Instance;
use crate::upstart::job::Job;

/// For each job, the variables that something in the directory may give it when it starts, and that
/// the job uses. `given` are the variables after `start JOB` in the scripts of the directory.
pub(super) fn travelling(
    jobs: &[KnownJob<'_>],
    survey: &Survey,
    given: &BTreeSet<(String, String)>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for KnownJob { job, .. } in jobs {
        let after_start =
            given.iter().filter(|(name, _)| *name == job.name.0).map(|(_, key)| key.as_str());
        let with_events =
            job.start_on.iter().flat_map(|condition| condition.value.leaves()).flat_map(|event| {
                match JobState::named(&event.name.value) {
                    Some(_) => event
                        .job()
                        .and_then(|(named, _)| survey.siblings.get(named.one()?))
                        .map(|sibling| sibling.exports.iter().map(String::as_str).collect())
                        .unwrap_or_default(),
                    None if is_systems(&event.name.value) => Vec::new(),
                    None => emitted(survey, &event.name.value),
                }
            });
        let instance = Instance::of(job);
        let used: BTreeSet<String> = after_start
            .chain(with_events)
            .filter(|name| is_name(name) && !instance.sets(name) && uses(job, name))
            .map(str::to_owned)
            .collect();
        if !used.is_empty() {
            found.insert(job.name.0.clone(), used);
        }
    }
    found
}

/// The variables that jobs export to the events which start others, as far as these use them; each
/// with the job that exports it.
pub(super) fn passed_on(jobs: &[KnownJob<'_>], survey: &Survey) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for KnownJob { job, .. } in jobs {
        let instance = Instance::of(job);
        let leaves = job.start_on.iter().flat_map(|condition| condition.value.leaves());
        for exporter in leaves.filter_map(|event| event.job()?.0.one()) {
            let exports = survey.siblings.get(exporter).map_or(&[][..], |known| &known.exports);
            let used = exports
                .iter()
                .filter(|name| is_name(name) && !instance.sets(name) && uses(job, name));
            found.extend(used.map(|name| (exporter.to_owned(), name.clone())));
        }
    }
    found
}

/// Whether units of systemd stand for an event, so that the command which emits it starts nothing.
fn is_systems(event: &str) -> bool {
    events::is_followed_elsewhere(event)
        || events::find(event).is_some_and(|row| {
            matches!(row.meaning, Meaning::Given | Meaning::Container | Meaning::NotContainer)
        })
}

/// The variables with which scripts emit the event.
fn emitted<'a>(survey: &'a Survey, event: &str) -> Vec<&'a str> {
    let emitters = survey.emitters.iter().filter(|emitter| emitter.event == event);
    emitters
        .filter_map(|emitter| emitter.variables.as_ref())
        .flatten()
        .map(|variable| variable.name.as_str())
        .collect()
}

/// Whether systemd accepts the name of a variable (systemd.exec(5), `Environment=`).
fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
}

/// Whether the job passes the variable on, or has its name in the text of a process: in the script,
/// or in what the script hands to a program. Only a name in capitals stands out among other words.
fn uses(job: &Job, variable: &str) -> bool {
    let words = job.export.iter().chain(&job.imports).flat_map(|stated| &stated.value);
    words.into_iter().any(|word| word.value == variable)
        || job.processes.values().any(|process| {
            let text = encode(&process.value.text().value);
            mentions(&text, variable)
        })
}

/// Whether the text expands the variable, or names it if its name is in capitals.
fn mentions(text: &[u8], variable: &str) -> bool {
    let word = variable.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_in_capitals = !variable.bytes().any(|byte| byte.is_ascii_lowercase());
    (0..text.len()).filter(|at| text[*at..].starts_with(word)).any(|at| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.last().is_some_and(is_part)
            && !after.first().is_some_and(is_part)
            && (is_in_capitals || before.ends_with(b"$") || before.ends_with(b"${"))
    })
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn names_are_words() {
        for (text, name, expected) in [
            ("a $WHO", "WHO", true),
            ("${WHO}", "WHO", true),
            ("env=WHO", "WHO", true),
            ("$WHOM", "WHO", false),
            ("A_WHO", "WHO", false),
            ("/srv/app", "app", false),
            ("/srv/${app:-x}", "app", true),
        ] {
            assert_eq!(mentions(text.as_bytes(), name), expected, "{text}");
        }
    }
}
