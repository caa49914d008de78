//! Finds a password in `env`, which every user can read.

use crate::diagnostic::registry::SECRET_IN_ENV;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::text::bytes::lossy;
use crate::upstart::ast::Stanza;

pub(in crate::lint) static LINT: Lint = Lint { rule: &SECRET_IN_ENV, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    for stanza in subject.stanzas() {
        let Stanza::Env(word) = &stanza.value else { continue };
        let Some((name, value)) = word.value.split_once('=') else { continue };
        if holds_secret(name, value) {
            found.push(
                rule.at(
                    word.span,
                    format!("`{}` holds a secret that every user can read", lossy(name)),
                )
                .help("put it into a file that only the user of the program can read"),
            );
        }
    }
}

/// Whether a variable of this name and value holds a secret.
pub fn holds_secret(name: &str, value: &str) -> bool {
    is_secret_name(name) && is_given(value) || has_credentials(value)
}

/// Whether a variable of this name holds a secret rather than information about one.
fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split(['_', '-']).collect();
    let pair = |first: &str, second: &str| parts.windows(2).any(|pair| pair == [first, second]);
    let about = [
        "FILE",
        "PATH",
        "DIR",
        "NAME",
        "ID",
        "URL",
        "URI",
        "HOST",
        "TTL",
        "TIMEOUT",
        "LENGTH",
        "LIFETIME",
        "TYPE",
        "ALGORITHM",
        "PROVIDER",
    ];
    if parts.last().is_some_and(|last| about.contains(last)) {
        return false;
    }
    let one = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "PGPASSWORD",
    ];
    parts.iter().any(|part| one.contains(part))
        || pair("API", "KEY")
        || pair("PRIVATE", "KEY")
        || pair("ACCESS", "KEY")
}

/// Whether a value is the secret itself and not a switch, a path, or a placeholder.
fn is_given(value: &str) -> bool {
    let is_switch = ["", "yes", "no", "true", "false", "on", "off", "none", "null"]
        .contains(&value.to_ascii_lowercase().as_str());
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() < 4;
    let is_path = value.starts_with(['/', '.', '~']);
    !(is_switch || is_number || is_path || is_filled_in(value))
}

fn is_filled_in(value: &str) -> bool {
    value.contains(['$', '`', '<', '{', '*'])
        || value.starts_with('@') && value.ends_with('@')
        || value.starts_with('%') && value.ends_with('%')
}

/// Matches `scheme://user:password@host`.
fn has_credentials(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    let is_scheme = scheme.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric());
    is_scheme
        && user
            .split_once(':')
            .is_some_and(|(_, password)| !password.is_empty() && !is_filled_in(password))
}
