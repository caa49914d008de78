//! `setuid` and `setgid`.

use crate::diagnostic::registry::{NUMERIC_USER, SHARED_NOBODY, UNUSABLE_USER_NAME};
use crate::lower::lowering::Lowering;
use crate::systemd::{Directive, Section, Value};
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
    if !is_account_name(&name) {
        let diagnostic = UNUSABLE_USER_NAME
            .at(stated.span, format!("systemd does not accept `{name}` as the name of an account"))
            .help(format!("rename the account, and write it into `{}=`", directive.name()));
        lowering.remark(
            Section::Service,
            diagnostic.rule,
            &format!(
                "{}= is missing: `{name}` is no name of an account for systemd.",
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
            .help("give the service a user of its own, for example with `DynamicUser=yes`");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
        return;
    }
    lowering.set(directive, Value::line(&name));
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let diagnostic = NUMERIC_USER
            .at(stated.span, format!("Upstart looks for an account with the name `{name}`"))
            .note("systemd takes a number for the id itself, which is probably what was meant")
            .help("write the name of the account");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
    } else {
        lowering.exact(stated.stanza, &[directive]);
    }
}

/// Whether every version of systemd accepts the name (systemd.exec(5), `User=`): the strict form of
/// systemd's `valid_user_group_name()`, or a number.
fn is_account_name(name: &str) -> bool {
    let body = name.strip_suffix('$').unwrap_or(name);
    !body.is_empty()
        && name.len() <= 31
        && !body.starts_with(['-', '.'])
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
