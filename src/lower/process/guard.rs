//! A pre-start that calls `stop` declines to run the job. It becomes `Condition...=` directives and
//! `ExecCondition=`.

use super::command::Wrapping;
use super::placement::{Placement, Slot};
use super::reading::ScriptUse;
use crate::diagnostic::registry::{PLAIN_UNIT, START_GUARD_BEFORE_SYSTEMD_243};
use crate::lower::lowering::Lowering;
use crate::shell;
use crate::systemd::value::literal;
use crate::systemd::{Command, Directive, Feature, Value};
use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::in_place_of;
use crate::upstart::script::leading_guards::{FileTest, FileTestKind, leading_guards};

/// The command that remains of the pre-start, and its slot. `None` if conditions of the unit
/// express all of it.
pub(in crate::lower) fn lower(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    placement: &Placement<'_>,
    text: &str,
) -> Option<(Slot, Command)> {
    let stanza = reading.stated.stanza;
    let job = lowering.job;
    let (mut text, mut rest_of) = (text, None);
    // systemd checks conditions itself, as root and outside of the root directory of the unit, and
    // skips post-stop if one fails (systemd.unit(5), "Conditions and Asserts"). It does so before it
    // creates what the tests may look for.
    let notices = noticed(lowering);
    if reading.is_script()
        && (notices.is_none() || !lowering.is_exact())
        && job.chroot.is_none()
        && job.tmpfiles.is_empty()
    {
        let (tests, end) = conditions(text, &reading.shell);
        if let Some(notices) = notices.filter(|_| !tests.is_empty()) {
            let diagnostic = PLAIN_UNIT
                .at(job.stanzas[stanza.0].span, notices)
                .help("use `--style exact`, which runs the test as a command of the unit");
            lowering.approximate(stanza, &[], diagnostic);
        }
        for (directive, value) in tests {
            lowering.add(directive, value);
            lowering.exact(stanza, &[directive]);
        }
        let rest = text[end..].trim_start_matches('\n');
        if rest.trim().is_empty() {
            return None;
        }
        if rest.len() < text.len() {
            rest_of = Some(reading.part(rest, text.len() - rest.len()));
            text = rest;
        }
    }
    let reading = rest_of.as_ref().unwrap_or(reading);
    if !reading.declines() {
        return Some(placement.run_before(lowering, reading, text));
    }
    if lowering.has(Feature::ExecCondition) {
        let command = placement.wrapped(lowering, reading, verdict(reading), text);
        lowering.exact(stanza, &[Slot::Guard.directive(placement.shape)]);
        return Some((Slot::Guard, command));
    }
    let decline =
        format!("systemctl --no-block stop {}; while :; do sleep 1; done", placement.own_unit);
    let wrapping = Wrapping {
        first: "# `stop` has systemd stop the unit, which also ends this script.\n",
        decline: &decline,
        ..Wrapping::default()
    };
    let command = placement.wrapped(lowering, reading, wrapping, text);
    let diagnostic = START_GUARD_BEFORE_SYSTEMD_243
        .at(job.stanzas[stanza.0].span, "`stop` in pre-start cancels the start of the unit")
        .note("`ExecCondition=` would skip it quietly, but needs systemd 243");
    lowering.approximate(stanza, &[Slot::PreStart.directive(placement.shape)], diagnostic);
    Some((Slot::PreStart, command))
}

/// What differs if systemd itself checks a condition in place of the script, if anything does.
fn noticed(lowering: &Lowering<'_>) -> Option<&'static str> {
    let job = lowering.job;
    if job.process(Phase::PostStop).is_some() {
        Some("when the condition does not hold, post-stop does not run either")
    } else if job.setuid.is_some() && !lowering.has_account_of_main {
        Some("systemd checks the condition as root, not as the user of the job")
    } else {
        None
    }
}

/// The comment above the function that sets the exit status.
const MEANING: &str = "# `stop` declines to run the job: status 1 skips the unit, 255 fails it.\n";

/// Shell text that turns the end of a script into an exit status for `ExecCondition=`: 1 to 254
/// skip the unit, and 255 fails it (systemd.service(5), `ExecCondition=`).
fn verdict(reading: &ScriptUse<'_>) -> Wrapping<'static> {
    let plain = Wrapping {
        first: MEANING,
        before: "upstart_verdict() { [ $? = 0 ] || exit 255; [ -z \"${upstart_declined-}\" ] || exit 1; }\ntrap upstart_verdict EXIT\n",
        behind: "",
        decline: "upstart_declined=1",
    };
    let leaves_the_shell = reading.shell.commands.iter().any(|command| match command.name() {
        Some("exec") => command.words.len() > 1,
        Some("trap") => true,
        _ => false,
    });
    let in_another_shell = reading
        .control
        .commands
        .iter()
        .any(|usage| usage.stops_own_job() && !usage.context.is_in_the_shell_itself());
    if !(leaves_the_shell || in_another_shell)
        || reading.shell.lost.is_some()
        || !reading.is_script()
    {
        return plain;
    }
    // The shell of the script may have become another program by the end, or the shell that
    // declines may be another one. A file records that the script declined.
    Wrapping {
        first: MEANING,
        before: "upstart_declined=$(mktemp) || exit 255\n\
            upstart_verdict() {\n\
            \x20   [ $? = 0 ] || { rm -f \"$upstart_declined\"; exit 255; }\n\
            \x20   [ ! -s \"$upstart_declined\" ] || { rm -f \"$upstart_declined\"; exit 1; }\n\
            \x20   rm -f \"$upstart_declined\"\n\
            }\n\
            trap upstart_verdict EXIT\n\
            (\n",
        behind: ")\n",
        decline: "echo >\"$upstart_declined\"",
    }
}

/// The conditions that are equivalent to the tests at the beginning of a script, and the offset of
/// the rest of the script.
fn conditions(text: &str, shell: &shell::Script) -> (Vec<(Directive, Value)>, usize) {
    let guards = leading_guards(text, shell).guards;
    let (mut found, mut end) = (Vec::new(), 0);
    // All tests of a statement become conditions, or none of them.
    for statement in guards.chunk_by(|first, second| first.range == second.range) {
        let Some(tests) = statement.iter().map(condition).collect::<Option<Vec<_>>>() else {
            break;
        };
        found.extend(tests);
        end = statement.last().map_or(end, |test| test.range.end);
    }
    (found, end)
}

/// The condition that is equivalent to a file test, if there is one.
fn condition(test: &FileTest) -> Option<(Directive, Value)> {
    let directive = match test.kind {
        FileTestKind::Exists => Directive::ConditionPathExists,
        FileTestKind::IsDirectory => Directive::ConditionPathIsDirectory,
        FileTestKind::IsExecutable => Directive::ConditionFileIsExecutable,
        // The conditions of systemd for these differ from the tests of a shell.
        FileTestKind::IsRegular
        | FileTestKind::IsNotEmpty
        | FileTestKind::IsReadable
        | FileTestKind::IsSymbolicLink => return None,
    };
    let sign = if test.negated { "!" } else { "" };
    Some((directive, literal(&format!("{sign}{}", in_place_of(&test.path)))?))
}
