//! A job that does not say what it is.

use super::{Example, Lint, Subject};
use crate::diagnostic::{Diagnostic, Rule, Severity};

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U140",
        name: "no-description",
        severity: Severity::Note,
        explanation: "A job has no `description`. It is what `initctl list` and people have to go by, and it becomes `Description=` of the unit. Write one line.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/no-description/bad.conf"),
        good: include_str!("../../fixtures/lint/no-description/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if subject.job.description.is_some() || subject.job.stanzas.is_empty() {
        return;
    }
    found.push(rule.at(subject.job.place(), "the job has no description").help("add a line `description \"TEXT\"`"));
}
