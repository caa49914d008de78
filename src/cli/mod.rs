//! The command line: the only part of the program that reads files, writes files, and prints.

mod arguments;

mod command;
mod input;
mod lint;
mod migrate;
mod open_directory;
mod overlay;
mod panic;
mod process;
mod progress;
mod reporting;

mod status;
mod streams;
mod write_file;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::Path;

use clap::{Command, CommandFactory, Parser};

use crate::diagnostic::registry;
use crate::text::suggestion;
use crate::text::visible::visible;
use arguments::{Arguments, ProgramCommand};
use command::{
    after_boot, assess, compat, convert, draw_graph, explain, find_callers, install, parse, verify,
};

use process::{child, signals};

pub use panic::quiet_panics;
pub use status::Status;
use streams::watched;
pub use streams::{Colours, Streams};

/// Runs the program with these arguments, of which the first is its name. All output goes to the
/// streams and to files.
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> Status {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(message) = misspelt_command(arguments.get(1)) {
        return streams.usage(&message);
    }
    watched(streams, |streams| {
        let outcome = panic::caught(|| match Arguments::try_parse_from(arguments) {
            Ok(arguments) => match arguments.output_file().map(Path::to_owned) {
                Some(path) => to_file(&path, arguments, streams),
                None => dispatch(arguments, streams),
            },
            Err(error) => streams.clap(&error),
        });
        outcome.unwrap_or_else(|bug| streams.bug(&bug))
    })
}

/// Runs a command whose standard output goes to a file, which is replaced at the end. It stays as
/// it is if the command line is wrong.
fn to_file(path: &Path, arguments: Arguments, streams: &mut Streams<'_>) -> Status {
    let mut bytes = Vec::new();
    let status = dispatch(
        arguments,
        &mut Streams {
            stdin: streams.stdin,
            stdout: &mut bytes,
            stderr: streams.stderr,
            on_terminal: false,
            colours: Colours { stdout: false, ..streams.colours },
        },
    );
    match status {
        Status::Usage | Status::Bug => status,
        Status::Done | Status::Findings | Status::Refused => {
            status.max(reporting::write_report(path, &bytes, streams))
        }
    }
}

/// The message for a first argument that is nearly a command, and not a file to convert.
fn misspelt_command(first: Option<&OsString>) -> Option<String> {
    let word = first?.to_str()?;
    let program = Arguments::command();
    let commands = || {
        program.get_subcommands().filter(|command| !command.is_hide_set()).map(Command::get_name)
    };
    if program.find_subcommand(word).is_some() || Path::new(word).exists() {
        return None;
    }
    let meant = suggestion::closest(word, commands())?;
    Some(format!("there is no file and no command `{}`; did you mean `{meant}`?", visible(word)))
}

fn dispatch(arguments: Arguments, streams: &mut Streams<'_>) -> Status {
    match arguments.command {
        None => convert::run(&arguments.convert, streams, &crate::convert::convert_in),
        Some(ProgramCommand::Convert(arguments)) => {
            convert::run(&arguments, streams, &crate::convert::convert_in)
        }
        Some(ProgramCommand::Parse(arguments)) => parse::run(&arguments, streams),
        Some(ProgramCommand::Explain(arguments)) => {
            explain::run(arguments.rule.as_deref(), registry::RULES, streams)
        }
        Some(ProgramCommand::Migrate(arguments)) => migrate::run(&arguments, streams),
        Some(ProgramCommand::Compat(arguments)) => compat::run(&arguments, streams),
        Some(ProgramCommand::Install(arguments)) => install::install(&arguments, streams),
        Some(ProgramCommand::Uninstall(arguments)) => install::uninstall(&arguments, streams),
        Some(ProgramCommand::Lint(arguments)) => lint::run(&arguments, streams),
        Some(ProgramCommand::Callers(arguments)) => find_callers::run(&arguments, streams),
        Some(ProgramCommand::Compare(arguments)) => after_boot::run(&arguments, streams),
        Some(ProgramCommand::Verify(arguments)) => verify::run(&arguments, streams),
        Some(ProgramCommand::Report(arguments)) => assess::run(&arguments, streams),
        Some(ProgramCommand::Graph(arguments)) => draw_graph::run(&arguments, streams),
        Some(ProgramCommand::Completions(_)) => not_there(
            "completions",
            "`upstart2systemd --help` lists the commands and options",
            streams,
        ),
        Some(ProgramCommand::Man(_)) => not_there("man", "see `upstart2systemd --help`", streams),
    }
}

fn not_there(name: &str, instead: &str, streams: &mut Streams<'_>) -> Status {
    streams.usage(&format!("this version has no command `{name}`: {instead}; a file of that name is given as `./{name}`"))
}
