//! An event that both starts and stops the job.

use std::collections::HashMap;

use super::{Example, Lint, Subject};
use crate::ast::Event;
use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::source::lossy;

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U166",
        name: "same-event-twice",
        severity: Severity::Warning,
        explanation: "The same event, with the same arguments, stands in `start on` and in `stop on`. init looks at `stop on` first, so the event stops the job and starts it again. \
With `runlevel` the usual slip is a `!` that is missing: `start on runlevel [2345]` goes with `stop on runlevel [!2345]`.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/same-event-twice/bad.conf"),
        good: include_str!("../../fixtures/lint/same-event-twice/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let (Some(start), Some(stop)) = (&subject.job.start_on, &subject.job.stop_on) else { return };
    let starting: HashMap<_, _> = start.value.leaves().into_iter().map(|event| (identity(event), event)).collect();
    for event in stop.value.leaves() {
        let Some(same) = starting.get(&identity(event)) else { continue };
        let diagnostic = rule
            .at(event.span(), format!("`{}` stops the job here, and starts it as well", lossy(&event.name.value)))
            .related(same.span(), "the same event starts it")
            .note("a running job is stopped and started again");
        let levels = event
            .args
            .first()
            .filter(|word| event.name.value == "runlevel" && word.value.starts_with('[') && !word.value.starts_with("[!"));
        found.push(match levels {
            Some(levels) => diagnostic.help(format!("write `runlevel {}`", levels.value.replacen('[', "[!", 1))),
            None => diagnostic.help("delete one of them"),
        });
    }
}

/// What two events have in common that are the same.
fn identity(event: &Event) -> (&str, Vec<&str>) {
    (&event.name.value, event.args.iter().map(|word| word.value.as_str()).collect())
}
