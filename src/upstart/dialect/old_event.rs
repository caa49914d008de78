//! Events of Upstart before 0.5 and their later names (NEWS of 0.3.5 and 0.5.0).

use crate::text::source::{Spanned, SpannedWord};
use crate::upstart::condition::Event;
use crate::upstart::events::JobState;

/// The states of a job, which were events `JOB/STATE` before 0.3.5.
const STATES: [(&str, &str); 4] = [
    ("/start", "starting"),
    ("/started", "started"),
    ("/stop", "stopping"),
    ("/stopped", "stopped"),
];

/// The same event under its later name. What is inserted gets the place of what it replaces.
pub fn modern(event: Event) -> Event {
    let Event { name, args } = event;
    let name_span = name.span;
    let at = |text: &str| Spanned::new(text.to_owned(), name_span);
    match name.value.as_str() {
        "ctrlaltdel" => Event { name: at("control-alt-delete"), args },
        "kbdrequest" => Event { name: at("keyboard-request"), args },
        // telinit(8) emitted it before it switched to one of these run levels.
        "shutdown" => Event { name: at("runlevel"), args: vec![at("[016]")] },
        state if JobState::named(state).is_some() => Event { name, args: of_rc(args) },
        other => {
            if let Some(level) = other.strip_prefix("runlevel-").filter(|level| is_level(level)) {
                return Event { name: at("runlevel"), args: vec![at(level)] };
            }
            match STATES
                .iter()
                .find_map(|(ending, state)| Some((other.strip_suffix(ending)?, state)))
            {
                Some((job, state)) => Event {
                    name: at(state),
                    args: of_rc(std::iter::once(at(job)).chain(args).collect()),
                },
                None => Event { name, args },
            }
        }
    }
}

/// Each run level had a job of its own, such as `rc2`. Now there is one job `rc`, which exports the
/// run level.
fn of_rc(args: Vec<SpannedWord>) -> Vec<SpannedWord> {
    let Some((job, more)) = args.split_first() else { return args };
    match job.value.strip_prefix("rc").filter(|level| is_level(level) && *level != "S") {
        Some(level) => {
            let rc = [
                Spanned::new("rc".to_owned(), job.span),
                Spanned::new(format!("RUNLEVEL={level}"), job.span),
            ];
            rc.into_iter().chain(more.iter().cloned()).collect()
        }
        None => args,
    }
}

fn is_level(text: &str) -> bool {
    matches!(text, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "S")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::{Origin, Span};

    #[test]
    fn old_names_become_those_of_today() {
        for (old, new) in [
            ("runlevel-2", "runlevel 2"),
            ("runlevel 2", "runlevel 2"),
            ("runlevel-x", "runlevel-x"),
            ("stopped rc2", "stopped rc RUNLEVEL=2"),
            ("stopped rcS", "stopped rcS"),
            ("stopped rc-default", "stopped rc-default"),
            ("dbus/started", "started dbus"),
            ("rc3/stopped", "stopped rc RUNLEVEL=3"),
            ("shutdown", "runlevel [016]"),
            ("ctrlaltdel", "control-alt-delete"),
            ("startup", "startup"),
            ("stopped", "stopped"),
        ] {
            let span = Span::new(Origin::Conf, 3..7);
            let mut words = old.split(' ').map(|word| Spanned::new(word.to_owned(), span));
            let event = modern(Event { name: words.next().unwrap(), args: words.collect() });
            let said: Vec<&str> = std::iter::once(&event.name)
                .chain(&event.args)
                .map(|word| word.value.as_str())
                .collect();
            assert_eq!(said.join(" "), new);
            assert!(event.args.iter().all(|word| word.span == span));
        }
    }
}
