//! Standard input, output and error.

use std::io;
use std::io::{ErrorKind, Read, Write};

use super::Status;
use super::arguments::Colour;
use super::panic::Bug;
use crate::report::Style;
use crate::text::bytes::encode;
use crate::text::visible::visible_lines;

/// Where the program reads and prints.
pub struct Streams<'a> {
    pub stdin: &'a mut dyn Read,
    pub stdout: &'a mut dyn Write,
    pub stderr: &'a mut dyn Write,
    /// Whether a terminal is behind standard output, and would act on what is printed.
    pub on_terminal: bool,
    /// What to do where `--color` says nothing.
    pub colours: Colours,
}

/// Whether the streams are such that colours are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Colours {
    pub stdout: bool,
    pub stderr: bool,
}

impl Colours {
    /// Asks the terminal and the environment: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM`.
    pub fn detected() -> Self {
        Self {
            stdout: anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
            stderr: anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never,
        }
    }
}

impl Streams<'_> {
    /// Prints all of it at once.
    pub(super) fn print(&mut self, bytes: &[u8]) -> Status {
        match self.stdout.write_all(bytes).and_then(|()| self.stdout.flush()) {
            Ok(()) => Status::Done,
            // Who closes a pipe has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Status::Done,
            Err(error) => {
                self.complain(&format!("cannot write to standard output: {error}"));
                Status::Refused
            }
        }
    }

    /// Prints text of files: to the byte, so that it can be used, and harmless where a terminal is
    /// behind it.
    pub(super) fn print_text(&mut self, text: &str) -> Status {
        if self.on_terminal {
            self.print(visible_lines(text).as_bytes())
        } else {
            self.print(&encode(text))
        }
    }

    /// Says something on standard error. There is nowhere to report that this failed.
    pub(super) fn say(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
    }

    pub(super) fn complain(&mut self, message: &str) {
        self.say(&format!("error: {message}\n"));
    }

    pub(super) fn usage(&mut self, message: &str) -> Status {
        self.complain(message);
        self.say("\nFor more information, try '--help'.\n");
        Status::Usage
    }

    pub(super) fn bug(&mut self, bug: &Bug) -> Status {
        self.say(&bug.to_string());
        Status::Bug
    }

    /// Prints what clap has to say: help, the version, or that the usage is wrong.
    pub(super) fn clap(&mut self, error: &clap::Error) -> Status {
        let text = error.render();
        let coloured = if error.use_stderr() { self.colours.stderr } else { self.colours.stdout };
        let text = if coloured { text.ansi().to_string() } else { text.to_string() };
        if error.use_stderr() {
            self.say(&text);
            Status::Usage
        } else {
            self.print(text.as_bytes())
        }
    }

    pub(super) fn style(&self, colour: Colour) -> Style {
        let coloured = match colour {
            Colour::Auto => self.colours.stderr,
            Colour::Always => true,
            Colour::Never => false,
        };
        if coloured { Style::Coloured } else { Style::Plain }
    }
}
