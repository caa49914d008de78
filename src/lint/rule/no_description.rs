//! Finds a job without a description.

use crate::diagnostic::registry::NO_DESCRIPTION;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;

pub(in crate::lint) static LINT: Lint = Lint { rule: &NO_DESCRIPTION, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    if subject.job.description.is_some() || subject.job.stanzas.is_empty() {
        return;
    }
    found.push(
        rule.at(subject.job.place(), "the job has no description")
            .help("add a line `description \"TEXT\"`"),
    );
}
