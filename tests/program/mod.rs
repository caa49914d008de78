//! Runs the program.

#![allow(dead_code, reason = "not every test uses all of it")]

pub(crate) mod analyze;
pub(crate) mod distribution;
#[path = "../../src/cli/tests/skipped.rs"]
pub(crate) mod skipped;
pub(crate) mod system;
pub(crate) mod test_directory;

use std::io::{PipeWriter, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");

/// Environment variables that change the output of the program.
const VARIABLES: [&str; 8] = [
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "NO_COLOR",
    "SHELLCHECK_OPTS",
    "UPSTART2SYSTEMD_COLOR",
    "UPSTART2SYSTEMD_CONFIG",
    "UPSTART2SYSTEMD_FAIL_ON",
    "UPSTART2SYSTEMD_FORMAT",
];

/// The program, without these variables of the environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command
}

/// What `--format` takes, in the order of the help: clap lists it after a value that it refuses.
pub(crate) fn formats() -> Vec<String> {
    let refused = program().args(["lint", "-", "--format", "?"]).output().unwrap();
    let text = String::from_utf8(refused.stderr).unwrap();
    let (_, list) = text.split_once("[possible values: ").unwrap();
    list.split_once(']').unwrap().0.split(", ").map(str::to_owned).collect()
}

pub(crate) fn run(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The write fails if the program closes its input without reading it.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

pub(crate) fn path(directory: &Path, name: &str) -> String {
    directory.join(name).to_str().unwrap().to_owned()
}

/// A pipe whose reading end is closed before the program writes.
pub(crate) fn closed_pipe() -> PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}
