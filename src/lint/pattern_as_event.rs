//! Names of events are not patterns.

use super::{Example, Lint, Subject};
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::event_table;
use crate::source::lossy;

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U163",
        name: "pattern-as-event",
        severity: Severity::Warning,
        explanation: "The name of an event is compared letter by letter: `*`, `?` and variables mean nothing in it. Only the values of its arguments are patterns. `start on \
*-device-added` waits for an event whose name begins with a star. Name each event, joined with `or`. In `emits`, which is for documentation, patterns are usual.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/pattern-as-event/bad.conf"),
        good: include_str!("../../fixtures/lint/pattern-as-event/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for event in subject.events() {
        let name = event.name.value.as_str();
        if name.contains(['*', '?', '$']) && event_table::never(name).is_none() {
            found.push(
                rule.at(event.name.span, format!("`{}` is compared letter by letter", lossy(name)))
                    .note("no event has this name, so the condition is never met")
                    .help("name the events, joined with `or`"),
            );
        }
    }
}
