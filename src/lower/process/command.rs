//! Turns the process of a phase into a command line, with or without a shell. Scripts are written
//! inline.

use std::borrow::Cow;

use super::control::Replaced;
use super::direct::{self, PhaseCommand};
use super::files_of_init;
use super::reading::{ScriptUse, unreached};
use super::unreplaced;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{
    EXEC_OF_ASSIGNMENT, EXEC_OF_COMPOUND_COMMAND, LONG_SCRIPT, SCRIPT_OUTSIDE_OF_ROOT,
};
use crate::lower::companion::Companion;
use crate::lower::companion_unit::made_for;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::lower::shape::Shape;
use crate::shell;
use crate::systemd::layout::Output;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Value};
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
/// job's unit, and `at_shutdown` is whether the phase may run when the system goes down.
pub(super) fn command(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    (own_unit, at_shutdown, shape): (&str, bool, Shape),
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
                    return direct;
                }
            }
            let text = match replaced.control.edited(text) {
                Some(edited) => shell::dedent(&edited, &shell::read(&edited)),
                None => shell::dedent(text, &reading.shell),
            };
            script(lowering, reading, &format!("{front}{text}{behind}")).into()
        }
        Body::Exec => exec(lowering, (reading, &replaced), shape, text, (&front, behind)),
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
        return direct;
    }
    report_gotchas(lowering, reading, text);
    // Nothing can follow: the shell has become the command.
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
pub(super) fn script(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, text: &str) -> Command {
    let shell = if text == reading.text() {
        Cow::Borrowed(reading.shell.as_ref())
    } else {
        Cow::Owned(shell::read(text))
    };
    let text = text.get(..shell.end).unwrap_or(text);
    let bytes = encode(text);
    let mut argv: Vec<Argument> =
        [&b"/bin/sh"[..], b"-e"].map(|word| Argument::Word(word.to_vec())).to_vec();
    if bytes.len() > INLINE_MAX {
        argv.push(Argument::Word(script_file(lowering, reading, text).into_bytes()));
        return Command::new(argv);
    }
    let file = argv.clone();
    argv.push(Argument::Word(b"-c".to_vec()));
    argv.push(Argument::Script {
        text: bytes.clone().into_owned(),
        breaks: byte_offsets(text, &shell.breaks),
        joins: byte_offsets(text, &shell.joins),
    });
    let prefix =
        Prefix { literal_dollar: lowering.has(Feature::LiteralDollarPrefix), ..Prefix::default() };
    let command = Command { prefix, argv };
    // systemd would read the rest of a cut line as a directive.
    let cut = !lowering.has(Feature::LongLine)
        && Value::command(&command).as_str().lines().any(|line| line.len() > OLD_LINE_MAX);
    if cut {
        let path = script_file(lowering, reading, text);
        return Command::new(file.into_iter().chain([Argument::Word(path.into_bytes())]));
    }
    command
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

/// Puts a script that is too long for a unit into a companion, or reports that it needs one.
/// Returns the absolute path.
fn script_file(lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>, text: &str) -> String {
    let path = own_files::script(lowering.name.stem(), reading.phase.name());
    let absolute = format!("/{path}");
    if lowering.options.companions {
        lowering.ledger.file(reading.stated.stanza, &path);
        if let Some(chroot) = &lowering.job.chroot {
            let diagnostic = SCRIPT_OUTSIDE_OF_ROOT
                .at(
                    lowering.job.stanzas[reading.stated.stanza.0].span,
                    format!("the script goes to {absolute}, which the job does not see"),
                )
                .related(chroot.span, "the job runs in this directory")
                .help("copy the file to the same path below that directory");
            lowering.manual(reading.stated.stanza, &[], diagnostic);
        }
        let header = made_for(lowering).comment();
        lowering.companion(Companion::File(Output { path, text: format!("{header}\n{text}\n") }));
    } else {
        let diagnostic = LONG_SCRIPT
            .at(
                lowering.job.stanzas[reading.stated.stanza.0].span,
                format!("a text of {} bytes for the shell does not fit into a unit", text.len()),
            )
            .label("needs a file of its own")
            .help("give a directory to write to: `-o DIR`");
        lowering.manual(reading.stated.stanza, &[], diagnostic);
    }
    absolute
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
            .note("the job fails under Upstart, and the unit fails in the same way")
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
            .note("`exec` turns the shell into the first command; the unit does the same")
            .help("put the commands into a `script` if all of them are meant to run");
        lowering.ledger.record(
            reading.stated.stanza,
            Disposition::Approximate,
            &[],
            Some(&EXEC_OF_COMPOUND_COMMAND),
        );
        lowering.diagnostics.push(diagnostic);
    }
}
