//! Finds an event that both starts and stops the job.

use std::collections::HashMap;

use crate::diagnostic::registry::SAME_EVENT_TWICE;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::condition::Event;
use crate::upstart::events;

pub(in crate::lint) static LINT: Lint = Lint { rule: &SAME_EVENT_TWICE, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let (Some(start), Some(stop)) = (&subject.job.start_on, &subject.job.stop_on) else { return };
    let starting: HashMap<_, _> =
        start.value.leaves().into_iter().map(|event| (identity(event), event)).collect();
    for event in stop.value.leaves() {
        if events::is_by_hand(&event.name.value) {
            continue;
        }
        let Some(same) = starting.get(&identity(event)) else { continue };
        let diagnostic = rule
            .at(
                event.span(),
                format!("`{}` both starts and stops the job", lossy(&event.name.value)),
            )
            .related(same.span(), "the same event starts it")
            .note("a running job is stopped and started again");
        let levels = event.args.first().filter(|word| {
            event.name.value == "runlevel"
                && word.value.starts_with('[')
                && !word.value.starts_with("[!")
        });
        found.push(match levels {
            Some(levels) => {
                diagnostic.help(format!("write `runlevel {}`", levels.value.replacen('[', "[!", 1)))
            }
            None => diagnostic.help("delete one of them"),
        });
    }
}

/// The name and arguments of an event, for comparison.
fn identity(event: &Event) -> (&str, Vec<&str>) {
    (&event.name.value, event.args.iter().map(|word| word.value.as_str()).collect())
}
