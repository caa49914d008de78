//! Finds a umask with which every user can change the files of the job.

use crate::diagnostic::registry::WORLD_WRITABLE_UMASK;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;

pub(in crate::lint) static LINT: Lint = Lint { rule: &WORLD_WRITABLE_UMASK, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(umask) = subject.job.umask.as_ref().filter(|umask| umask.value & 0o002 == 0) else {
        return;
    };
    let narrower = umask.value | 0o002;
    found.push(
        rule.at(umask.span, "every user can write the files that the job makes")
            .help(format!("remove the permission: `umask {narrower:03o}`"))
            .changing_edit(umask.span, format!("{narrower:03o}")),
    );
}
