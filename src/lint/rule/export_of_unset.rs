//! Finds an `export` of a variable that the job does not have.

use super::unset_home::brings_nothing;
use super::variable_of_other_phase::assignment;
use crate::diagnostic::registry::EXPORT_OF_UNSET;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::events::event_carries;

pub(in crate::lint) static LINT: Lint = Lint { rule: &EXPORT_OF_UNSET, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if !brings_nothing(subject) {
        return;
    }
    let job = subject.job;
    let is_set = |name: &str| {
        let by_env =
            job.env.iter().any(|env| env.value.split('=').next().is_some_and(|key| key == name));
        let by_event = job.start_on.iter().flat_map(|start| start.value.leaves()).any(|event| {
            event_carries(&event.name.value, name) != Some(false)
                || event.args.iter().any(|word| word.value.starts_with(name))
        });
        let by_instance =
            job.instance.as_ref().is_some_and(|instance| instance.value.contains(name));
        by_env || by_event || by_instance || matches!(name, "PATH" | "TERM" | "UPSTART_EVENTS")
    };
    for word in job.export.iter().flat_map(|export| &export.value) {
        let name = word.value.as_str();
        if is_set(name) {
            continue;
        }
        let diagnostic = rule
            .at(word.span, format!("nothing sets `{}`, so it is not exported", lossy(name)))
            .note("the events of the job carry the variables of `env` and of the events that start it")
            .help(format!("add `env {}=VALUE`, or remove the `export`", lossy(name)));
        let by_script = subject
            .scripts
            .iter()
            .find_map(|script| Some(script.span(&assignment(script, name)?.range)));
        found.push(match by_script {
            Some(place) => {
                diagnostic.related(place, "this sets it in the shell of the script only")
            }
            None => diagnostic,
        });
    }
}
