//! Finds a main process that exits at once because it runs everything in the background.

use crate::diagnostic::registry::BACKGROUND_AT_END;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::Context;
use crate::upstart::ast::{Expect, Phase};

pub(in crate::lint) static LINT: Lint = Lint { rule: &BACKGROUND_AT_END, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    // With `expect fork`, the one background process is the main process.
    if subject.job.expects() == Expect::Fork || subject.job.is_task() {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    let Some(background) =
        script.reading.background.last().filter(|_| script.reading.lost.is_none())
    else {
        return;
    };
    let behind = script.text().get(background.end..).unwrap_or_default();
    let is_last =
        behind.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    let is_own = script
        .reading
        .commands
        .iter()
        .rfind(|command| background.contains(&command.range.start))
        .is_some_and(|command| {
            !command.context.has(
                Context::CONDITIONAL | Context::LOOP | Context::FUNCTION | Context::SUBSTITUTION,
            )
        });
    if !is_last || !is_own {
        return;
    }
    let ampersand = background.end.saturating_sub(1)..background.end;
    let blanks = script
        .text()
        .get(..ampersand.start)
        .map_or(ampersand.start, |before| before.trim_end().len());
    let diagnostic = rule
        .at(script.span(&ampersand), "the command goes to the background, and the job has ended")
        .note("init does not know the process that goes on, and neither stops nor respawns it")
        .help("delete the `&`");
    found.push(if script.is_exact() {
        diagnostic.changing_edit(script.span(&(blanks..ampersand.end)), "")
    } else {
        diagnostic
    });
}
