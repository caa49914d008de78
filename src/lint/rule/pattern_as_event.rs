//! Finds event names that contain patterns, which init does not expand.

use crate::diagnostic::registry::PATTERN_AS_EVENT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::events;

pub(in crate::lint) static LINT: Lint = Lint { rule: &PATTERN_AS_EVENT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        let name = event.name.value.as_str();
        if name.contains(['*', '?', '$']) && events::never(name).is_none() {
            found.push(
                rule.at(event.name.span, format!("`{}` is compared letter by letter", lossy(name)))
                    .note("no event has this name, so the condition is never met")
                    .help("name the events, joined with `or`"),
            );
        }
    }
}
