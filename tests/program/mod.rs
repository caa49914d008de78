//! The program as it is run.

#![allow(dead_code, reason = "not every test uses all of it")]

pub(crate) mod analyze;
pub(crate) mod distribution;
#[path = "../../src/skipped.rs"]
pub(crate) mod skipped;
pub(crate) mod system;

use std::io::{PipeWriter, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");

pub(crate) fn run(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input closes it.
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
