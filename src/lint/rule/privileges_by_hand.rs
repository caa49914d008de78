//! Finds a program such as `su` that changes the user, instead of `setuid`.

use crate::diagnostic::registry::PRIVILEGES_BY_HAND;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::program::Program;
use crate::shell::wrapper;
use crate::shell::wrapper::{Effect, User, Wrapper};
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::ast::Phase;

pub(in crate::lint) static LINT: Lint = Lint { rule: &PRIVILEGES_BY_HAND, check };

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

/// The user that the program changes to, if the name is literal and not root.
fn user<'p>(program: &'p Program<'_>) -> Option<&'p str> {
    let wrapper = wrapper::find(program.name)?;
    let Effect::User(named) = wrapper.change else { return None };
    let user = match named {
        User::Option(options) => program.option(options)?.1,
        User::FirstArgument => program.arguments.first()?.literal.as_deref()?,
        User::Operand => operand(program, wrapper)?,
    };
    let user = user.split(':').next().unwrap_or_default();
    let is_name = !user.is_empty()
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    (is_name && user != "root").then_some(user)
}

/// Parses `su [OPTION...] [-] [USER]`, with options anywhere. Without USER, `su` starts a shell of
/// root.
fn operand<'p>(program: &'p Program<'_>, wrapper: &Wrapper) -> Option<&'p str> {
    let mut arguments = program.arguments.iter();
    while let Some(word) = arguments.next() {
        match word.literal.as_deref()? {
            option if wrapper.with_value.contains(&option) => {
                arguments.next();
            }
            option if option.starts_with('-') => {}
            user => return Some(user),
        }
    }
    None
}
