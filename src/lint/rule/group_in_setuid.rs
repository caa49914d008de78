//! Finds a user and a group in one `setuid` or `setgid`.

use crate::diagnostic::registry::GROUP_IN_SETUID;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;

pub(in crate::lint) static LINT: Lint = Lint { rule: &GROUP_IN_SETUID, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    for (stated, keyword) in [(&job.setuid, "setuid"), (&job.setgid, "setgid")] {
        let Some(stated) = stated else { continue };
        let Some((user, group)) = stated.value.split_once(':') else { continue };
        if !is_name(user) || !is_name(group) {
            continue;
        }
        let diagnostic = rule
            .at(stated.span, format!("no account is called `{}`", lossy(&stated.value)))
            .note(format!("`{keyword}` takes one name; the job fails to start"));
        let is_bare = subject.written(stated.span) == stated.value;
        let meant = format!("setuid {user}\nsetgid {group}");
        found.push(if keyword == "setgid" {
            diagnostic.help(format!("write `setgid {group}`"))
        } else if job.setgid.is_some() {
            diagnostic.help(format!("write `setuid {user}`"))
        } else if is_bare {
            diagnostic
                .help("write `setuid` and `setgid`, each with its name")
                .changing_edit(stated.span, meant.trim_start_matches("setuid "))
        } else {
            diagnostic.help("write `setuid` and `setgid`, each with its name")
        });
    }
}

/// Whether it is a name, and not a part of a template.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
