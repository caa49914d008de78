//! `ShellCheck`: possible mistakes in a script that a shell can read.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use clap::ValueEnum;
use serde::Deserialize;

use super::Answer;
use crate::cli::child;
use crate::text::bytes::lossy;

/// From this line `ShellCheck` knows the dialect, and that errors end the script, which is how init
/// runs scripts.
const SHEBANG: &str = "#!/bin/dash -e\n";

/// Checks that do not apply to jobs:
///
/// * 1090, 1091: a sourced file cannot be followed; it may not exist on this machine;
/// * 1128: a `#!` line of the script comes after the one that is added;
/// * 2069: `2>&1 > FILE`, which a rule of this program reports;
/// * 2148: there is no `#!` line;
/// * 2154: a variable in lower case is not set; the job's `env` or an event sets it;
/// * 3010, 3020, 3039, 3044, 3046, 3051: a command or a redirection of bash, which rules of this
///   program report unless /bin/sh is bash.
const EXCLUDED: &str =
    "SC1090,SC1091,SC1128,SC2069,SC2148,SC2154,SC3010,SC3020,SC3039,SC3044,SC3046,SC3051";

/// The levels of comments, the most severe first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(in crate::cli) enum ShellCheckLevel {
    Error,
    #[default]
    Warning,
    Info,
    Style,
}

/// A comment of `ShellCheck`. Positions refer to the text that it was given.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShellCheckComment {
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    pub(super) code: u32,
    pub(super) message: String,
}

#[derive(Deserialize)]
struct ShellCheckReport {
    comments: Vec<ShellCheckComment>,
}

impl ShellCheckComment {
    /// Line and column, both from 1. Columns count characters; a tab is one.
    pub(super) fn start(&self) -> (usize, usize) {
        (self.line.saturating_sub(1), self.column)
    }

    pub(super) fn end(&self) -> (usize, usize) {
        (self.end_line.saturating_sub(1), self.end_column)
    }

    /// A level that is not known is taken for the most severe.
    pub(super) fn level(&self) -> ShellCheckLevel {
        match self.level.as_str() {
            "warning" => ShellCheckLevel::Warning,
            "info" => ShellCheckLevel::Info,
            "style" => ShellCheckLevel::Style,
            _ => ShellCheckLevel::Error,
        }
    }
}

/// Runs `ShellCheck` on the text. It reads the `.shellcheckrc` of the directory `rc`; without one it
/// reads none, not even that of the user, so that the findings depend on the project only.
pub(super) fn ask(
    program: &Path,
    rc: Option<&Path>,
    text: &str,
    limit: Duration,
) -> Answer<Vec<ShellCheckComment>> {
    // A byte that is not UTF-8 becomes one character, as in the source, so that columns agree.
    let input = format!("{SHEBANG}{}", lossy(text));
    let mut command = Command::new(program);
    command.args(["-f", "json1", "-s", "dash", "-e", EXCLUDED]);
    // A text on standard input is in the working directory for it.
    match rc {
        Some(directory) => command.current_dir(directory),
        None => command.arg("--norc"),
    };
    command.arg("-");
    command.env_remove("SHELLCHECK_OPTS").env("LC_ALL", "C.UTF-8");
    let ended = child::run(&mut command, input.into_bytes(), limit)?;
    match ended.status {
        Some(0 | 1) => serde_json::from_slice::<ShellCheckReport>(&ended.stdout)
            .map(|report| report.comments)
            .map_err(|error| format!("its answer is not understood: {error}")),
        _ => Err(String::from_utf8_lossy(&ended.stderr)
            .lines()
            .next()
            .unwrap_or("it failed without a word")
            .to_owned()),
    }
}
