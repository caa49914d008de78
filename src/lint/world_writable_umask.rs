//! Files that everybody can change.

use super::{Example, Lint, Subject};
use crate::diagnostic::{Diagnostic, Rule, Severity};

pub(super) static LINT: Lint = Lint {
    rule: Rule {
        code: "U146",
        name: "world-writable-umask",
        severity: Severity::Warning,
        explanation: "The permission to write is not taken away from others, so every user can change the files that the job makes, unless the program itself asks for less. Take it \
away: `umask 002` lets the group write, `umask 022` only the owner. The latter is the default.",
    },
    example: Example {
        bad: include_str!("../../fixtures/lint/world-writable-umask/bad.conf"),
        good: include_str!("../../fixtures/lint/world-writable-umask/good.conf"),
    },
    check,
};

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(umask) = subject.job.umask.as_ref().filter(|umask| umask.value & 0o002 == 0) else { return };
    let narrower = umask.value | 0o002;
    found.push(
        rule.at(umask.span, "every user can write the files that the job makes")
            .help(format!("take the permission away: `umask {narrower:03o}`"))
            .changing_edit(umask.span, format!("{narrower:03o}")),
    );
}
