//! Finds a program such as `su` that changes the user, instead of `setuid`.

use crate::diagnostic::registry::PRIVILEGES_BY_HAND;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::program::user;
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &PRIVILEGES_BY_HAND, check };

/// Whether the job is reported: `setuid` could replace the program that changes the user.
pub(super) fn applies(subject: &Subject<'_>) -> bool {
    let mut found = Vec::new();
    check(subject, &PRIVILEGES_BY_HAND, &mut found);
    !found.is_empty()
}

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let [script] = subject.scripts.as_slice() else { return };
    // Other commands of the script may need root.
    if script.phase != Phase::Main
        || script.reading.commands.len() > 1
        || subject.job.setuid.is_some()
    {
        return;
    }
    let programs = script.programs();
    let Some((program, user)) =
        programs.iter().flatten().find_map(|program| Some((program, user(program)?)))
    else {
        return;
    };
    let diagnostic = rule
        .at(
            script.span(&program.word.range),
            format!("`{}` changes to the user `{}`", program.name, lossy(user)),
        )
        .note("init can do that itself, without a process in between")
        .help(format!("write `setuid {}`, and call the program itself", lossy(user)));
    let Some(record) = subject.job.stanzas.get(script.stated.stanza.0) else { return };
    let is_plain = script.is_exec()
        && script.is_exact()
        && program.name == "setuidgid"
        && program.word.range.start == 0;
    let behind = program.arguments.get(1).filter(|_| is_plain);
    found.push(match behind {
        Some(behind) => diagnostic
            .changing_edit(
                Span::new(record.span.origin, record.span.start..record.span.start),
                format!("setuid {user}\n"),
            )
            .changing_edit(script.span(&(0..behind.range.start)), ""),
        None => diagnostic,
    });
}
