//! The program: the streams of the process, and the command line of the library.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use upstart2systemd::cli;
use upstart2systemd::cli::{Colours, Streams};

fn main() -> ExitCode {
    cli::quiet_panics();
    let (mut stdin, mut stdout, mut stderr) = (io::stdin(), io::stdout(), io::stderr());
    let on_terminal = stdout.is_terminal();
    let mut streams = Streams {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        on_terminal,
        colours: Colours::detected(),
    };
    cli::run(std::env::args_os(), &mut streams).into()
}
