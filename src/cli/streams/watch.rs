//! Notices output that was lost, whichever command wrote it.

use std::io;
use std::io::{ErrorKind, Write};

use super::Streams;
use crate::cli::Status;

/// A stream that remembers whether output was lost.
struct Watched<'a> {
    inner: &'a mut dyn Write,
    is_incomplete: bool,
}

impl Watched<'_> {
    /// A reader that closes a pipe, as a pager does, has read enough, which is not an error.
    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.is_incomplete |= result.as_ref().is_err_and(|error| {
            !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::Interrupted)
        });
        result
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}

/// Runs with streams whose errors make the status at least [`Status::Refused`]. For standard error,
/// the status is the only place where the error can be reported.
pub(in crate::cli) fn watched(
    streams: &mut Streams<'_>,
    run: impl FnOnce(&mut Streams<'_>) -> Status,
) -> Status {
    let mut stdout = Watched { inner: streams.stdout, is_incomplete: false };
    let mut stderr = Watched { inner: streams.stderr, is_incomplete: false };
    let status = run(&mut Streams {
        stdin: streams.stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        on_terminal: streams.on_terminal,
        colours: streams.colours,
    });
    if stdout.is_incomplete || stderr.is_incomplete { status.max(Status::Refused) } else { status }
}
