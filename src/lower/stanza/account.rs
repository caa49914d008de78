//! `setuid` and `setgid`.

use crate::diagnostic::registry::{NUMERIC_USER, SHARED_NOBODY, UNUSABLE_USER_NAME};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Feature, Section, Value};
use crate::text::bytes::lossy;
use crate::upstart::job::Stated;

/// Turns `setuid` and `setgid` into `User=` and `Group=` (systemd.exec(5), `User=`).
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    for (stated, directive) in [(&job.setuid, Directive::User), (&job.setgid, Directive::Group)] {
        if let Some(stated) = stated {
            account(lowering, stated, directive);
        }
    }
}

fn account(lowering: &mut Lowering<'_>, stated: &Stated<String>, directive: Directive) {
    let name = lossy(&stated.value);
    if !is_accepted(lowering, &name) {
        let diagnostic = if name.starts_with('$') {
            UNUSABLE_USER_NAME
                .at(stated.span, "init does not expand a variable here, so the job never starts")
                .help(format!("write the name of the account into `{}=`", directive.name()))
        } else {
            UNUSABLE_USER_NAME
                .at(
                    stated.span,
                    format!("systemd does not accept `{name}` as the name of an account"),
                )
                .help(format!("rename the account, and write it into `{}=`", directive.name()))
        };
        lowering.remark(
            Section::Service,
            diagnostic.rule,
            &format!(
                "{}= is missing: systemd does not accept `{name}` as the name of an account.",
                directive.name()
            ),
        );
        lowering.manual(stated.stanza, &[], diagnostic);
        return;
    }
    if directive == Directive::User && name == "nobody" {
        lowering.set(directive, Value::number(65534));
        lowering.comment(
            directive,
            &SHARED_NOBODY,
            "nobody, by its number because systemd warns of the name.",
        );
        let diagnostic = SHARED_NOBODY
            .at(stated.span, "several services share the user `nobody`")
            .help("give the service its own user, for example with `DynamicUser=yes`");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
        return;
    }
    lowering.set(directive, Value::line(&name));
    if is_number(&name) {
        let diagnostic = NUMERIC_USER
            .at(stated.span, format!("Upstart looks for an account with the name `{name}`"))
            .note("init looks accounts up by name; the job does not start if none is called so")
            .unit_note("systemd takes a number for the id itself, which is probably what was meant")
            .help("use the name of the account");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
    } else {
        lowering.exact(stated.stanza, &[directive]);
    }
}

/// Whether this version of systemd accepts the name of an account.
fn is_accepted(lowering: &Lowering<'_>, name: &str) -> bool {
    if is_number(name) {
        return is_id(name);
    }
    is_portable(name) || (lowering.has(Feature::AnyAccountName) && is_relaxed(name))
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether systemd takes the number for the id of an account: two ids and leading zeros are refused
/// (systemd's `parse_uid()`).
fn is_id(name: &str) -> bool {
    let id = name.parse::<u32>().ok().filter(|_| name == "0" || !name.starts_with('0'));
    id.is_some_and(|id| id != 65535 && id != u32::MAX)
}

/// Whether every version of systemd accepts the name (systemd.exec(5), `User=`): the strict form of
/// systemd's `valid_user_group_name()`.
fn is_portable(name: &str) -> bool {
    let body = name.strip_suffix('$').unwrap_or(name);
    !body.is_empty()
        && ![".", ".."].contains(&name)
        && name.len() <= 31
        && !body.starts_with(['-', '.'])
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Whether newer versions accept the name, with a line in the journal: the relaxed form of
/// systemd's `valid_user_group_name()` (systemd.io, "User/Group Name Syntax"). A backslash at the end
/// would join the next line. A `$` begins a variable, which neither init nor systemd expands
/// (`init/job_process.c`, `job_process_spawn_with_fd`: `getpwnam`).
fn is_relaxed(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('$')
        && ![".", ".."].contains(&name)
        && name.trim() == name
        && !name.ends_with('\\')
        && !name.contains([':', '/', char::REPLACEMENT_CHARACTER])
        && !name.contains(char::is_control)
        && !name.strip_prefix('-').is_some_and(is_number)
}
