//! Finds a pre-start that waits for something without a limit.

use crate::diagnostic::registry::UNLIMITED_WAIT;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::ast::Phase;
use crate::upstart::script::waiting_loop;

pub(in crate::lint) static LINT: Lint = Lint { rule: &UNLIMITED_WAIT, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(start) = &subject.job.start_on else { return };
    let Some(script) = subject.script(Phase::PreStart) else { return };
    let Some(sleep) = waiting_loop::sleep_without_limit(script.text(), script.reading) else {
        return;
    };
    // The emitters of these wait until the job is up.
    let leaves = start.value.leaves();
    let blocked = leaves.iter().find_map(|event| match event.name.value.as_str() {
        "starting" => event.job()?.0.one().map(|job| format!("`{job}` waits with it")),
        "mounted" | "mounting" => Some("mountall, and with it the boot, waits with it".to_owned()),
        _ => None,
    });
    let diagnostic = rule
        .at(script.span(&sleep.range), "this loop waits without a limit")
        .note("init never ends a pre-start: until the loop ends, the job does not start, and `stop` has no effect")
        .help("name what it waits for in `start on`, or count the rounds and give up");
    found.push(match blocked {
        Some(blocked) => diagnostic.note(blocked),
        None => diagnostic,
    });
}
