//! From what a phase runs to a command line: init's rule of shell or no shell, scripts inline.

use std::borrow::Cow;
use std::ops::Range;

use super::companion::{Companion, made_for};
use super::context::Lowering;
use super::job_control_left;
use super::own_files;
use super::prelude::{Named, Prelude, declines, vetoes};
use crate::ast::{Body, Phase, Process};
use crate::command::direct_argv;
use crate::conversion::Output;
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{EXEC_OF_ASSIGNMENT, EXEC_OF_COMPOUND_COMMAND, LONG_SCRIPT, SCRIPT_OUTSIDE_OF_ROOT};
use crate::instance::Instance;
use crate::job::{Job, Stated};
use crate::script::ReadScript;
use crate::shell;
use crate::shell::job_control::{self, JobControl, Uses};
use crate::source::{Span, encode};
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Value};

/// The longest text that Linux takes as one argument is 131071 bytes; decision: files above this.
const INLINE_MAX: usize = 100 * 1024;

/// systemd below 235 cuts lines at 2048 bytes; the name of the directive and the program stand in front.
const OLD_LINE_MAX: usize = 1980;

/// What the text of a phase is made of, read once.
pub(super) struct Reading<'a> {
    pub(super) phase: Phase,
    pub(super) stated: &'a Stated<Process>,
    pub(super) shell: Cow<'a, shell::Reading>,
    pub(super) control: Cow<'a, Uses>,
    /// The part of the text of the phase that was read.
    part: Range<usize>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(job: &'a Job, script: &'a ReadScript) -> Option<Self> {
        let ReadScript { phase, shell, control, .. } = script;
        let stated = job.process(*phase)?;
        let text = &stated.value.text().value;
        let (mut shell, mut control) = (Cow::Borrowed(shell), Cow::Borrowed(control));
        if let Some((end, _)) = unreached(text, &shell).filter(|_| stated.value.body() == Body::Exec) {
            // The shell becomes the first command, so the rest of a list never runs.
            let reached = shell.to_mut();
            reached.commands.retain(|command| command.range.end <= end);
            reached.background.retain(|range| range.end <= end);
            control = Cow::Owned(job_control::find(text, &shell));
        }
        Some(Self { phase: *phase, stated, shell, control, part: 0..text.len() })
    }

    /// Reads what is left of a script when its beginning is said otherwise.
    pub(super) fn part(&self, text: &str, offset: usize) -> Self {
        let shell = shell::read(text);
        let control = job_control::find(text, &shell);
        let part = offset..offset + text.len();
        Self { phase: self.phase, stated: self.stated, shell: Cow::Owned(shell), control: Cow::Owned(control), part }
    }

    /// The text that was read.
    fn text(&self) -> &'a str {
        self.stated.value.text().value.get(self.part.clone()).unwrap_or_default()
    }

    pub(super) fn is_script(&self) -> bool {
        self.stated.value.body() == Body::Script
    }

    /// Whether the text declines to run the job.
    pub(super) fn declines(&self) -> bool {
        declines(self.phase, &self.control.commands)
    }

    /// The command by which a pre-stop calls the stop off.
    pub(super) fn veto(&self) -> Option<&JobControl> {
        vetoes(self.phase, &self.control.commands)
    }

    fn prelude<'b>(&'b self, lowering: &Lowering<'b>, own_unit: &'b str, decline: &'b str) -> Prelude<'b> {
        let no_wait = lowering.world.facts.not_waiting.contains(&(lowering.job.name.0.clone(), self.phase));
        let mut templates: Vec<Named<'b>> = Vec::new();
        for usage in &self.control.commands {
            if let Some(named) = self.named(lowering, usage)
                && !templates.contains(&named)
            {
                templates.push(named);
            }
        }
        let world = lowering.world;
        let plain = |event: &&str| world.is_whole() && !world.followers(event).is_some_and(|followers| followers.by_variable);
        let plain_events = self.control.commands.iter().filter_map(JobControl::emits).filter(plain).collect();
        let single = self.control.commands.iter().filter_map(|usage| self.single(lowering, usage)).collect();
        Prelude { phase: self.phase, own_unit, decline, uses: &self.control.commands, no_wait, plain_events, single, templates }
    }

    /// The job of a command where what is given behind it is the one variable that names the instance.
    fn single<'b>(&'b self, lowering: &Lowering<'_>, usage: &'b JobControl) -> Option<&'b str> {
        let operands = usage.operands();
        let [(job, _), (_, place)] = operands.as_slice() else { return None };
        let variable = lowering.world.sibling((*job)?)?.instance.variable()?;
        let (key, _) = self.text_at(place)?.split_once('=')?;
        (key == variable).then_some((*job)?)
    }

    /// The job with instances that a command is about, unless the values behind it are those that name the instance.
    fn named<'b>(&'b self, lowering: &Lowering<'b>, usage: &'b JobControl) -> Option<Named<'b>> {
        let operands = usage.operands();
        let (job, given) = operands.split_first()?;
        let sibling = lowering.world.sibling(job.0?)?;
        let Instance::Template { variables, default } = &sibling.instance else { return None };
        let keys = given.iter().map(|(_, place)| self.text_at(place).and_then(|word| word.split_once('=')).map(|(key, _)| key));
        let as_given = keys.eq(variables.iter().map(|variable| Some(variable.as_str())));
        // The name goes into single quotes.
        let writable = !job.0?.contains('\'');
        (!as_given && writable).then(|| Named { job: job.0.unwrap_or_default(), variables, default: default.as_deref() })
    }

    /// What stands somewhere in the text.
    pub(super) fn text_at(&self, range: &Range<usize>) -> Option<&str> {
        self.stated.value.text().value.get(self.part.start + range.start..self.part.start + range.end)
    }

    /// The place in the source of a part of the text.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        self.stated.value.place(&(self.part.start + range.start..self.part.start + range.end))
    }
}

/// Where the first command of `exec FIRST && SECOND` ends, and the operator behind it.
fn unreached<'t>(text: &'t str, shell: &shell::Reading) -> Option<(usize, &'t str)> {
    let first = shell.commands.first().filter(|command| command.range.start == 0)?;
    let rest = text.get(first.range.end..)?.trim_start();
    let operator = ["&&", "||", ";"].into_iter().find(|operator| rest.starts_with(operator))?;
    (rest != operator).then(|| (first.range.end, &rest[..operator.len()]))
}

/// Shell text around that of a phase, each line ended. Any of it makes a shell necessary.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrapping<'a> {
    /// Before the functions that stand for Upstart's commands.
    pub(super) first: &'a str,
    /// Before the text.
    pub(super) before: &'a str,
    pub(super) behind: &'a str,
    /// What `stop` in pre-start does.
    pub(super) decline: &'a str,
}

/// The command of a phase. `own_unit` is shell text that names the unit of the job.
pub(super) fn command(lowering: &mut Lowering<'_>, reading: &Reading<'_>, own_unit: &str, wrapping: Wrapping<'_>, text: &str) -> Command {
    job_control_left::report(lowering, reading);
    let Wrapping { first, before, behind, decline } = wrapping;
    let front = [&instance_parts(lowering.instance), first, &reading.prelude(lowering, own_unit, decline).text(), before].concat();
    match reading.stated.value.body() {
        // init takes the common indentation away, unless a blank line is in its way.
        Body::Script => script(lowering, reading, &format!("{front}{}{behind}", shell::dedent(text, &reading.shell))),
        Body::Exec => exec(lowering, reading, &front, text, behind),
    }
}

fn exec(lowering: &mut Lowering<'_>, reading: &Reading<'_>, before: &str, text: &str, behind: &str) -> Command {
    let controls = reading.control.commands.iter().any(|usage| !usage.external);
    if controls {
        // The shell's `exec` would pass a function by. Without it, what follows the command would run.
        let end = unreached(text, &reading.shell).map_or(text.len(), |(end, _)| end);
        report_gotchas(lowering, reading, text);
        return script(lowering, reading, &format!("{before}{}\n{behind}", &text[..end]));
    }
    if before.is_empty() {
        let words =
            direct_argv(text).map(|words| words.into_iter().map(str::to_owned).collect()).or_else(|| shell::words(text, &reading.shell));
        if let Some(words) = words
            && let Some(command) = direct(&words)
        {
            return command;
        }
    }
    report_gotchas(lowering, reading, text);
    // Behind the command comes nothing: the shell has become it.
    script(lowering, reading, &format!("{before}exec {text}\n"))
}

/// A program and its arguments without a shell; `None` where only a shell can find the program.
fn direct(words: &[String]) -> Option<Command> {
    let program = words.first()?;
    if program.contains('/') && !program.starts_with('/') {
        return None;
    }
    // By itself systemd looks in a path of its own, and not at all below version 239; env(1) looks in that of the job.
    let env = (!program.starts_with('/')).then_some("/usr/bin/env");
    let command = Command::words(env.into_iter().chain(words.iter().map(String::as_str)).map(|word| encode(word).into_owned()));
    // The shell takes names of programs that systemd does not.
    command.refusal().is_none().then_some(command)
}

fn script(lowering: &mut Lowering<'_>, reading: &Reading<'_>, text: &str) -> Command {
    let shell = if text == reading.text() { Cow::Borrowed(reading.shell.as_ref()) } else { Cow::Owned(shell::read(text)) };
    let text = text.get(..shell.end).unwrap_or(text);
    let bytes = encode(text);
    let mut argv: Vec<Argument> = [&b"/bin/sh"[..], b"-e"].map(|word| Argument::Word(word.to_vec())).to_vec();
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
    let prefix = Prefix { literal_dollar: lowering.has(Feature::LiteralDollarPrefix), ..Prefix::default() };
    let command = Command { prefix, argv };
    // Half a line would be read as a directive of its own.
    let cut = !lowering.has(Feature::LongLine) && Value::command(&command).as_str().lines().any(|line| line.len() > OLD_LINE_MAX);
    if cut {
        let path = script_file(lowering, reading, text);
        return Command::new(file.into_iter().chain([Argument::Word(path.into_bytes())]));
    }
    command
}

/// Offsets in the text as offsets in the bytes that it stands for.
fn byte_offsets(text: &str, offsets: &[usize]) -> Vec<usize> {
    if encode(text).len() == text.len() {
        return offsets.to_vec();
    }
    // The newline at the end, behind which one of them may be, has been taken off.
    offsets.iter().filter_map(|&offset| text.get(..offset)).map(|before| encode(before).len()).collect()
}

/// A script that is too long for a unit, in a file beside it.
fn script_file(lowering: &mut Lowering<'_>, reading: &Reading<'_>, text: &str) -> String {
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

/// Where several variables name the instance, each process cuts its own out of the joined values.
fn instance_parts(instance: &Instance) -> String {
    let mut out = String::new();
    let Some((last, others)) = instance.parts().split_last() else { return out };
    out.push_str("upstart_rest=$UPSTART_INSTANCE\n");
    for name in others {
        out.push_str(&format!("export {name}=\"${{upstart_rest%%:*}}\"\nupstart_rest=${{upstart_rest#*:}}\n"));
    }
    out.push_str(&format!("export {last}=\"$upstart_rest\"\n"));
    out
}

/// Says what the job does not do although it looks so.
fn report_gotchas(lowering: &mut Lowering<'_>, reading: &Reading<'_>, text: &str) {
    let span = reading.stated.value.text().span;
    let Some(first) = reading.shell.commands.first() else { return };
    if !first.assignments.is_empty() && first.range.start == 0 {
        let diagnostic = EXEC_OF_ASSIGNMENT
            .at(reading.span(&first.range), "the shell looks for a program with the name of this assignment")
            .note("the job fails under Upstart, and the unit fails in the same way")
            .help("use an `env` stanza, or `exec env NAME=value program`");
        lowering.ledger.record(reading.stated.stanza, Disposition::Approximate, &[Directive::ExecStart], Some(&EXEC_OF_ASSIGNMENT));
        lowering.diagnostics.push(diagnostic);
    }
    if let Some((start, operator)) = unreached(text, &reading.shell) {
        let diagnostic = EXEC_OF_COMPOUND_COMMAND
            .at(
                if span.end - span.start == text.len() { reading.span(&(start..text.len())) } else { span },
                format!("what follows `{operator}` never runs"),
            )
            .note("`exec` turns the shell into the first command; the unit does the same")
            .help("put the commands into a `script` if all of them are meant to run");
        lowering.ledger.record(reading.stated.stanza, Disposition::Approximate, &[], Some(&EXEC_OF_COMPOUND_COMMAND));
        lowering.diagnostics.push(diagnostic);
    }
}
