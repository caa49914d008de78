//! Turns the process of a phase into a command line, with or without a shell.

use std::borrow::Cow;

use super::control::Replaced;
use super::direct::{self, PhaseCommand};
use super::files_of_init;
use super::reading::{ScriptUse, unreached};
use super::{script_file, unreplaced};
use crate::diagnostic::registry::{EXEC_OF_ASSIGNMENT, EXEC_OF_COMPOUND_COMMAND};
use crate::diagnostic::{Disposition, Severity};
use crate::lower::lowering::Lowering;
use crate::lower::shape::Shape;
use crate::shell;
use crate::systemd::{Argument, Command, Directive, Feature, Value};
use crate::text::bytes::encode;
use crate::upstart::ast::{Body, Phase};
use crate::upstart::instances::Instance;

/// The most bytes of a script that is written inline. Linux takes up to 131071 bytes as one
/// argument (execve(2), "Limits on size of arguments and environment").
const INLINE_MAX: usize = 100 * 1024;

/// The most bytes of a line of a script for systemd below 235, which cuts lines at 2048 bytes. The
/// name of the directive and the program come first in the line.
const OLD_LINE_MAX: usize = 1980;

/// Shell text around the text of a phase. Each line ends with a newline, and any text requires a
/// shell.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::lower) struct Wrapping<'a> {
    /// Comes before the functions that replace Upstart's commands.
    pub(crate) first: &'a str,
    /// Comes between these functions and the text of the phase.
    pub(crate) before: &'a str,
    /// Comes after the text of the phase.
    pub(crate) behind: &'a str,
    /// The command that `stop` in pre-start becomes.
    pub(crate) decline: &'a str,
}

/// The command of a phase that runs `text`. `own_unit` is shell text that yields the name of the
/// job's unit, and `at_shutdown` is whether the phase may run when the system goes down. `at_boot` is
/// whether it may run before all file systems are mounted.
pub(super) fn command(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    (own_unit, at_shutdown, at_boot, shape): (&str, bool, bool, Shape),
    wrapping: Wrapping<'_>,
    text: &str,
) -> PhaseCommand {
    unreplaced::report(lowering, reading);
    files_of_init::report(lowering, reading);
    let Wrapping { first, before, behind, decline } = wrapping;
    let replaced =
        reading.prelude(lowering, (own_unit, at_shutdown), decline).replaced(&reading.control);
    if let Some(functions) = &replaced.takes_in {
        lowering.ledger.file(reading.stated.stanza, &functions.output().path);
        lowering.companion(functions.clone());
    }
    let front = [&instance_parts(lowering.instance), first, &replaced.front, before].concat();
    match reading.stated.value.body() {
        // init removes the common indentation, unless a blank line prevents that (libnih,
        // `nih/config.c`, `nih_config_parse_block`).
        Body::Script => {
            if front.is_empty() && behind.is_empty() {
                let direct = if reading.control.commands.is_empty() {
                    direct::of_script(lowering, reading, shape, text)
                } else {
                    direct_call(lowering, reading, &replaced, text)
                };
                if let Some(direct) = direct {
                    return direct.folded(reading);
                }
            }
            let (text, shell) = match replaced.control.edited(text) {
                Some(edited) => {
                    let shell = shell::read(&edited);
                    (Cow::Owned(edited), Cow::Owned(shell))
                }
                None => (Cow::Borrowed(text), Cow::Borrowed(reading.shell.as_ref())),
            };
            let shown = shell::readable(&text, &shell);
            let command = fed_shell(lowering, reading, (&front, &shown, behind))
                .unwrap_or_else(|| script(lowering, reading, &format!("{front}{shown}{behind}")));
            if !script_file::is_wanted(lowering, &shown, &command, at_boot) {
                return command.into();
            }
            let text = shell::dedent(&text, &shell);
            script_file::written(lowering, reading, &format!("{front}{text}{behind}")).into()
        }
        Body::Exec => exec(lowering, (reading, &replaced), shape, text, (&front, behind)),
    }
}

/// The command of a script whose last command is a shell that reads a here-document. A person writes
/// that document as an argument of the shell.
fn fed_shell(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    (front, text, behind): (&str, &str, &str),
) -> Option<Command> {
    if lowering.is_exact() || !text.contains("<<") {
        return None;
    }
    let shell = shell::read(text);
    if front.is_empty()
        && behind.is_empty()
        && let Some((mut words, inner)) = shell::only_shell(text, &shell)
        && inner.len() <= INLINE_MAX
    {
        words.push("-c".to_owned());
        let mut command = direct::of_literals(lowering, &words)?.command;
        command.argv.push(inline(lowering, &inner, &shell::read(&inner)));
        command.prefix.literal_dollar = lowering.has(Feature::LiteralDollarPrefix);
        return Some(command);
    }
    let text = shell::as_argument(text, &shell)?;
    Some(script(lowering, reading, &format!("{front}{text}{behind}")))
}

/// The argument of a shell that is its script.
fn inline(lowering: &Lowering<'_>, text: &str, reading: &shell::Script) -> Argument {
    let text = shell::fold_lines(text, reading);
    let (breaks, joins) = shell::line_ends(&text, &shell::read(&text));
    Argument::Script {
        text: encode(&text).into_owned(),
        breaks: byte_offsets(&text, &breaks),
        joins: byte_offsets(&text, &joins),
        ignored_comments: lowering.has(Feature::CommentWithinValue),
    }
}

/// The command of an `exec` stanza. init runs it without a shell unless it has a character that is
/// special to the shell, and else as `exec TEXT` in `/bin/sh -e` (`init/job_process.c`,
/// `job_process_start`).
fn exec(
    lowering: &mut Lowering<'_>,
    (reading, replaced): (&ScriptUse<'_>, &Replaced),
    shape: Shape,
    text: &str,
    (before, behind): (&str, &str),
) -> PhaseCommand {
    let controls = reading.control.commands.iter().any(|usage| !usage.external);
    if controls {
        // `exec` in a shell would look for a program and skip the function of that name. Without
        // `exec`, the commands after the first one would run; they are cut off.
        let end = unreached(text, &reading.shell).map_or(text.len(), |(end, _)| end);
        report_gotchas(lowering, reading, text);
        let text = &text[..end];
        if before.is_empty()
            && behind.is_empty()
            && let Some(direct) = direct_call(lowering, reading, replaced, text)
        {
            return direct;
        }
        let text = replaced.control.edited(text).map_or(Cow::Borrowed(text), Cow::Owned);
        return script(lowering, reading, &format!("{before}{text}\n{behind}")).into();
    }
    if before.is_empty()
        && let Some(direct) = direct::of_exec(lowering, reading, shape, text)
    {
        return direct.folded(reading);
    }
    report_gotchas(lowering, reading, text);
    // Nothing can follow: the shell has become the command.
    let text = shell::fold(text, &reading.shell, reading.stated.value.folds());
    script(lowering, reading, &format!("{before}exec {text}\n")).into()
}

/// The command of a text whose only command is a call that became one of systemctl. The main process
/// of a script is its shell.
fn direct_call(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    replaced: &Replaced,
    text: &str,
) -> Option<PhaseCommand> {
    if !replaced.only_commands || reading.is_script() && reading.phase == Phase::Main {
        return None;
    }
    let text = replaced.control.edited(text)?;
    let text = text.trim_matches([' ', '\t', '\n']);
    let words = shell::words(text, &shell::read(text))?;
    direct::of_literals(lowering, words.strip_prefix(&["exec".to_owned()]).unwrap_or(&words))
}

/// A command that runs `text` in `/bin/sh -e`: inline, or from a file if it is too long.
fn script(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, text: &str) -> Command {
    let shell = if text == reading.text() {
        Cow::Borrowed(reading.shell.as_ref())
    } else {
        Cow::Owned(shell::read(text))
    };
    let text = text.get(..shell.end).unwrap_or(text);
    if encode(text).len() > INLINE_MAX {
        return script_file::written(lowering, reading, text);
    }
    let mut command = Command::words(["/bin/sh", "-e", "-c"]);
    command.argv.push(inline(lowering, text, &shell));
    command.prefix.literal_dollar = lowering.has(Feature::LiteralDollarPrefix);
    // systemd would read the rest of a cut line as a directive.
    let cut = !lowering.has(Feature::LongLine)
        && Value::command(&command).as_str().lines().any(|line| line.len() > OLD_LINE_MAX);
    if cut { script_file::written(lowering, reading, text) } else { command }
}

/// Converts offsets in the text to offsets in the bytes that the text represents.
fn byte_offsets(text: &str, offsets: &[usize]) -> Vec<usize> {
    if encode(text).len() == text.len() {
        return offsets.to_vec();
    }
    // An offset may be after the last newline, which has been removed.
    offsets
        .iter()
        .filter_map(|&offset| text.get(..offset))
        .map(|before| encode(before).len())
        .collect()
}

/// Shell text that sets the variables of the instance, if several variables name it: the name of
/// the instance is their values, joined by colons.
fn instance_parts(instance: &Instance) -> String {
    let mut out = String::new();
    let Some((last, others)) = instance.parts().split_last() else { return out };
    out.push_str("upstart_rest=$UPSTART_INSTANCE\n");
    for name in others {
        out.push_str(&format!(
            "export {name}=\"${{upstart_rest%%:*}}\"\nupstart_rest=${{upstart_rest#*:}}\n"
        ));
    }
    out.push_str(&format!("export {last}=\"$upstart_rest\"\n"));
    out
}

/// Whether nothing is lost although the rest of the text from `start` never runs: `|| true` after a
/// command whose status init ignores (`init/job_process.c`, `job_process_terminated`).
fn is_harmless(phase: Phase, text: &str, start: usize) -> bool {
    let rest = text.get(start..).unwrap_or_default().trim();
    let only_succeeds = rest
        .strip_prefix("||")
        .is_some_and(|rest| matches!(rest.trim(), "true" | ":" | "/bin/true" | "exit 0"));
    only_succeeds && matches!(phase, Phase::PostStart | Phase::PreStop)
}

/// Reports what an `exec` stanza appears to run but does not.
fn report_gotchas(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, text: &str) {
    let span = reading.stated.value.text().span;
    let Some(first) = reading.shell.commands.first() else { return };
    if !first.assignments.is_empty() && first.range.start == 0 {
        let diagnostic = EXEC_OF_ASSIGNMENT
            .at(
                reading.span(&first.range),
                "the shell looks for a program with the name of this assignment",
            )
            .note("the job fails at every start")
            .unit_note("the unit fails in the same way")
            .help("use an `env` stanza, or `exec env NAME=value program`");
        lowering.ledger.record(
            reading.stated.stanza,
            Disposition::Approximate,
            &[Directive::ExecStart],
            Some(&EXEC_OF_ASSIGNMENT),
        );
        lowering.diagnostics.push(diagnostic);
    }
    if let Some((start, operator)) = unreached(text, &reading.shell) {
        let diagnostic = EXEC_OF_COMPOUND_COMMAND
            .at(
                if span.end - span.start == text.len() {
                    reading.span(&(start..text.len()))
                } else {
                    span
                },
                format!("what follows `{operator}` never runs"),
            )
            .note("`exec` replaces the shell, so nothing after the first command runs")
            .unit_note("the unit does the same")
            .help("use a `script` to run all of the commands")
            .severity(if is_harmless(reading.phase, text, start) {
                Severity::Note
            } else {
                EXEC_OF_COMPOUND_COMMAND.severity
            });
        lowering.ledger.record(
            reading.stated.stanza,
            Disposition::Approximate,
            &[],
            Some(&EXEC_OF_COMPOUND_COMMAND),
        );
        lowering.diagnostics.push(diagnostic);
    }
}
