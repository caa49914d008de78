//! What the job says about itself: description, author, version, usage, emits, export, debug, manual.

use super::context::Lowering;
use crate::diagnostic::{Rule, Severity};
use crate::source::lossy;
use crate::systemd::{Directive, Text, Value};

pub(super) static RULES: [&Rule; 2] = [&EXPORT, &DEBUG];

static EXPORT: Rule = Rule {
    code: "U241",
    name: "exported-variable",
    severity: Severity::Note,
    explanation: "`export` adds variables of the job to its `starting`, `started`, `stopping` and `stopped` events, so that other jobs can \
match on them (`start on started foo KIND=x`). Units do not carry variables from one to another. Where no other job matches on the \
variable, nothing is lost; where one does, write its unit so that it does not need the variable.",
};

static DEBUG: Rule = Rule {
    code: "U242",
    name: "debug-stanza",
    severity: Severity::Note,
    explanation: "`debug` stops a process of the job before it is executed, so that a debugger can be attached, but only when init itself runs \
with --debug. systemd has nothing like it; start the program under a debugger instead.",
};

pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    if let Some(description) = &job.description {
        lowering.set(Directive::Description, Value::line(&lossy(&description.value)));
        lowering.exact(description.stanza, &[Directive::Description]);
    }
    // systemd has no place for these; a comment keeps them for whoever reads the unit.
    for (title, stated) in [("Author", &job.author), ("Version", &job.version), ("Usage", &job.usage)] {
        if let Some(stated) = stated {
            lowering.unit.header.push(Text::new(&format!("{title}: {}", lossy(&stated.value))));
            lowering.exact(stated.stanza, &[]);
        }
    }
    let emits: Vec<_> = job.emits.iter().flat_map(|stated| stated.value.iter().map(|word| lossy(&word.value))).collect();
    if !emits.is_empty() {
        lowering.unit.header.push(Text::new(&format!("Emits: {}", emits.join(" "))));
    }
    for stated in &job.emits {
        lowering.exact(stated.stanza, &[]);
    }
    for stated in &job.export {
        let names: Vec<_> = stated.value.iter().map(|word| format!("`{}`", word.value)).collect();
        let diagnostic = EXPORT
            .at(stated.span, format!("{} cannot be passed on to other units", names.join(", ")))
            .label("not carried by systemd")
            .note("under Upstart, jobs that wait for this one could match on it or read it");
        lowering.dropped(stated.stanza, diagnostic);
    }
    if let Some(debug) = &job.debug {
        let diagnostic = DEBUG.at(debug.span, "`debug` has no counterpart").note("it only had an effect when init ran with --debug");
        lowering.dropped(debug.stanza, diagnostic);
    }
}
