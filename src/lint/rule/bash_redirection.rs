//! Finds `&>`, which is a redirection to bash, and two things to dash.

use std::ops::Range;

use crate::diagnostic::registry::BASH_REDIRECTION;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::upstart::dialect::family::Family;

pub(in crate::lint) static LINT: Lint = Lint { rule: &BASH_REDIRECTION, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    // On Red Hat /bin/sh is bash, which takes it for a redirection.
    if subject.family() == Some(Family::RedHat) {
        return;
    }
    for script in &subject.scripts {
        let places =
            script.reading.background.iter().filter(|range| is_redirection(script.text(), range));
        found.extend(places.map(|place| finding(rule, script, place)));
    }
}

fn finding(rule: &'static Rule, script: &PhaseScript<'_>, place: &Range<usize>) -> Diagnostic {
    let ampersand = place.end - 1;
    let rest = script.text().get(place.end..).unwrap_or_default();
    let (sign, loss) = if rest.starts_with(">>") {
        ("&>>", "nothing of what it prints gets into the file")
    } else {
        ("&>", "the file is emptied, and nothing of what it prints gets there")
    };
    let diagnostic = rule
        .at(
            script.span(&(ampersand..ampersand + sign.len())),
            format!("to dash `{sign}` is not a redirection"),
        )
        .note(format!(
            "dash, the /bin/sh of Debian and Ubuntu, runs the command in the background; {loss}"
        ))
        .help(format!("write `{} FILE 2>&1`", sign.trim_start_matches('&')));
    let of_file = script.reading.commands.iter().find(|command| {
        command.range.start == place.end
            && command.words.is_empty()
            && command.redirections.len() == 1
    });
    match of_file.filter(|_| script.is_exact()) {
        Some(of_file) => {
            let file = script.text().get(of_file.range.clone()).unwrap_or_default();
            let all = script.span(&(ampersand..of_file.range.end));
            diagnostic.changing_edit(all, format!("{file} 2>&1"))
        }
        None => diagnostic,
    }
}

/// Whether what ends a command in the background is the `&` of `&>`.
pub(in crate::lint) fn is_redirection(text: &str, background: &Range<usize>) -> bool {
    text.get(background.end..).is_some_and(|rest| rest.starts_with('>'))
}
