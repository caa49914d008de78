//! Commands without a shell: systemd splits the words, replaces the variables and opens the files as
//! the shell of the job did.

mod expansion;
mod known;
mod redirected;

pub(in crate::lower) use redirected::Streams;

use std::ops::Range;

use super::reading::ScriptUse;
use crate::lower::lowering::Lowering;
use crate::lower::shape::Shape;
use crate::shell::{self, SimpleCommand};
use crate::systemd::{Argument, Command, Feature, Text};
use crate::text::bytes::encode;
use crate::upstart::ast::Phase;
use crate::upstart::exec::direct_argv;

/// The command of a phase, and what its text says besides.
pub(super) struct PhaseCommand {
    /// The command.
    pub(super) command: Command,
    /// Where the unit has to send its output.
    pub(super) streams: Streams,
    /// The comments that are not in the command.
    pub(super) comments: Vec<Text>,
}

impl PhaseCommand {
    /// The command with a physical line for each line over which the source folds it.
    pub(super) fn folded(mut self, reading: &ScriptUse<'_>) -> Self {
        let [found] = reading.shell.commands.as_slice() else { return self };
        let is_exec = reading.is_script() && found.name() == Some("exec");
        let read = &found.words[usize::from(is_exec)..];
        // env(1) may come before the words of the text.
        let Some(others) = self.command.argv.len().checked_sub(read.len()) else { return self };
        // In the order of the text.
        let folds = reading.stated.value.folds();
        let is_fold = |gap: Range<usize>| {
            reading.text_at(&gap).is_some_and(|between| between.contains('\n'))
                || folds
                    .get(folds.partition_point(|&fold| fold < gap.start))
                    .is_some_and(|fold| gap.contains(fold))
        };
        self.command.folds = (1..read.len())
            .filter(|&index| is_fold(read[index - 1].range.end..read[index].range.start))
            .map(|index| others + index)
            .collect();
        self
    }
}

impl From<Command> for PhaseCommand {
    fn from(command: Command) -> Self {
        Self { command, streams: Streams::default(), comments: Vec::new() }
    }
}

/// The command of literal words. `None` if it takes a shell.
pub(super) fn of_literals(lowering: &Lowering<'_>, words: &[String]) -> Option<PhaseCommand> {
    let (program, arguments) = words.split_first()?;
    let arguments = arguments.iter().map(|word| Argument::Word(encode(word).into_owned()));
    Some(command(lowering, program, arguments.collect())?.into())
}

/// The command of an `exec` stanza. `None` if it takes a shell.
pub(super) fn of_exec(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    shape: Shape,
    text: &str,
) -> Option<PhaseCommand> {
    if let Some(words) = direct_argv(text) {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        return of_literals(lowering, &words);
    }
    let found = shell::alone(text, &reading.shell)?;
    // The shell reads `exec` in front of the text, on its first line.
    let is_first = text[..found.range.start].bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    if !is_first || !reading.shell.comments.is_empty() {
        return None;
    }
    of_words(lowering, reading, shape, (found, &found.words))
}

/// The only command of a `script`, with the comments beside it. `None` if it takes a shell.
///
/// `exec` turns the shell into the program. A program without `exec` has the shell as its parent,
/// unless the shell executes the last command of a text in its own place, as some do; that makes a
/// difference for the main process, which init and systemd watch and send signals to.
pub(super) fn of_script(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    shape: Shape,
    text: &str,
) -> Option<PhaseCommand> {
    let found = shell::alone(text, &reading.shell)?;
    let words = match found.name()? {
        "exec" => &found.words[1..],
        name if reading.phase != Phase::Main && !shell::is_builtin(name) => &found.words,
        _ => return None,
    };
    let comments: Vec<&str> = reading
        .shell
        .comments
        .iter()
        .map(|range| text.get(range.clone()))
        .collect::<Option<_>>()?;
    // The first line of a file that is executed would mean something else.
    if comments.iter().any(|comment| comment.starts_with("#!")) {
        return None;
    }
    let mut direct = of_words(lowering, reading, shape, (found, words))?;
    direct.comments = comments
        .iter()
        .map(|comment| {
            let text = &comment[1..];
            Text::new(text.strip_prefix(' ').unwrap_or(text))
        })
        .collect();
    Some(direct)
}

/// The command of these words, which the shell would execute in its place.
fn of_words(
    lowering: &Lowering<'_>,
    reading: &ScriptUse<'_>,
    shape: Shape,
    (found, words): (&SimpleCommand, &[shell::Word]),
) -> Option<PhaseCommand> {
    let (program, arguments) = words.split_first()?;
    // systemd does not replace variables in the program (systemd.service(5), "Command lines").
    let program = expansion::fixed(lowering, program)?;
    // This could be an option of `exec`.
    if program.is_empty() || program.starts_with('-') {
        return None;
    }
    let arguments = arguments
        .iter()
        .map(|word| expansion::argument(lowering, word))
        .collect::<Option<Vec<Argument>>>()?;
    let redirections = found
        .redirections
        .iter()
        .map(|range| shell::redirection(reading.text_at(range)?))
        .collect::<Option<Vec<_>>>()?;
    let streams = redirected::of(lowering, reading.phase, shape, &redirections)?;
    let command = command(lowering, &program, arguments)?;
    Some(PhaseCommand { streams, ..command.into() })
}

/// A program and its arguments; `None` if only a shell can find the program.
fn command(lowering: &Lowering<'_>, program: &str, arguments: Vec<Argument>) -> Option<Command> {
    if program.contains('/') && !program.starts_with('/') {
        return None;
    }
    // systemd searches a path of its own, and none below version 239 (systemd.service(5), "Command
    // lines"). env(1) searches that of the job.
    let is_found = program.starts_with('/')
        || lowering.has(Feature::ProgramWithoutPath) && !sets_path(lowering);
    let env = (!is_found).then(|| Argument::Word(b"/usr/bin/env".to_vec()));
    // env(1) would take it for a variable.
    if env.is_some() && program.contains('=') {
        return None;
    }
    let program = Argument::Word(encode(program).into_owned());
    let mut command = Command::new(env.into_iter().chain([program]).chain(arguments));
    let has_dollar =
        |argument: &Argument| matches!(argument, Argument::Word(word) if word.contains(&b'$'));
    command.prefix.literal_dollar =
        lowering.has(Feature::LiteralDollarPrefix) && command.argv.iter().any(has_dollar);
    // The shell accepts names of programs that systemd refuses.
    command.refusal().is_none().then_some(command)
}

/// Whether the job has a `PATH` of its own.
fn sets_path(lowering: &Lowering<'_>) -> bool {
    let is_path = |word: &str| word == "PATH" || word.starts_with("PATH=");
    let job = lowering.job;
    job.env.iter().any(|stated| is_path(&stated.value))
        || job.imports.iter().flat_map(|stated| &stated.value).any(|word| is_path(&word.value))
}
