//! Standard input, output and error.

mod watch;

use std::io;
use std::io::{ErrorKind, Read, Write};

use super::Status;
use super::panic::Bug;
use crate::text::bytes::encode;
use crate::text::visible::visible_lines;
pub(super) use watch::watched;

/// The streams that the program reads from and prints to.
pub struct Streams<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output, for units and other results.
    pub stdout: &'a mut dyn Write,
    /// Standard error, for messages and reports.
    pub stderr: &'a mut dyn Write,
    /// Whether standard output is a terminal, which would act on control characters.
    pub on_terminal: bool,
    /// Whether to colour if `--color` is not given.
    pub colours: Colours,
}

/// For each stream, whether it supports colours.
#[derive(Clone, Copy, Debug)]
pub struct Colours {
    /// Whether standard output supports colours.
    pub stdout: bool,
    /// Whether standard error supports colours.
    pub stderr: bool,
}

impl Colours {
    /// Detects colours from the terminal and the environment: `NO_COLOR`, `CLICOLOR`,
    /// `CLICOLOR_FORCE` and `TERM`.
    pub fn detected() -> Self {
        Self {
            stdout: anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
            stderr: anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never,
        }
    }
}

impl Streams<'_> {
    /// Prints all bytes at once.
    pub(super) fn print(&mut self, bytes: &[u8]) -> Status {
        match self.stdout.write_all(bytes).and_then(|()| self.stdout.flush()) {
            Ok(()) => Status::Done,
            // A reader that closes a pipe has read enough, which is not an error.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Status::Done,
            Err(error) => {
                self.error(&format!("cannot write to standard output: {error}"));
                Status::Refused
            }
        }
    }

    /// Prints the text of files: byte by byte, so that it can be used, or made visible if standard
    /// output is a terminal.
    pub(super) fn print_text(&mut self, text: &str) -> Status {
        if self.on_terminal {
            self.print(visible_lines(text).as_bytes())
        } else {
            self.print(&encode(text))
        }
    }

    /// Prints to standard error. A failure is ignored, because there is no other stream to report
    /// it on.
    pub(super) fn report(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
    }

    pub(super) fn error(&mut self, message: &str) {
        self.report(&format!("error: {message}\n"));
    }

    pub(super) fn usage(&mut self, message: &str) -> Status {
        self.error(message);
        self.report("\nFor more information, try '--help'.\n");
        Status::Usage
    }

    pub(super) fn bug(&mut self, bug: &Bug) -> Status {
        self.report(&bug.to_string());
        Status::Bug
    }

    /// Prints a message of clap: help, the version, or a usage error.
    pub(super) fn clap(&mut self, error: &clap::Error) -> Status {
        let text = error.render();
        let coloured = if error.use_stderr() { self.colours.stderr } else { self.colours.stdout };
        let text = if coloured { text.ansi().to_string() } else { text.to_string() };
        if error.use_stderr() {
            self.report(&text);
            Status::Usage
        } else {
            self.print(text.as_bytes())
        }
    }
}
