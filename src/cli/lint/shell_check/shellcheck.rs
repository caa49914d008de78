//! `ShellCheck`: what may be wrong in a script that a shell can read.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::{Answer, child};
use crate::text::bytes::lossy;

/// The line that says how init runs scripts. `ShellCheck` knows the dialect and that errors end the
/// script from it.
const SHEBANG: &str = "#!/bin/dash -e\n";

/// What makes no sense for a job.
///
/// * 1090, 1091: a sourced file is not followed, as it need not be on this machine;
/// * 1128: a `#!` of the script itself stands behind ours;
/// * 2148: there is no `#!`;
/// * 2154: a variable in small letters is not set: the job's `env` or an event sets it.
const EXCLUDED: &str = "SC1090,SC1091,SC1128,SC2148,SC2154";

/// One thing that `ShellCheck` says, with places of the text that it was handed.
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
    /// Line and column, both from 1; columns count characters, a tab as one.
    pub(super) fn start(&self) -> (usize, usize) {
        (self.line.saturating_sub(1), self.column)
    }

    pub(super) fn end(&self) -> (usize, usize) {
        (self.end_line.saturating_sub(1), self.end_column)
    }

    /// Whether `ShellCheck` calls it an error or a warning, and not info or style.
    pub(super) fn matters(&self) -> bool {
        !matches!(self.level.as_str(), "info" | "style")
    }
}

/// Hands the text to `ShellCheck`.
pub(super) fn ask(program: &Path, text: &str, limit: Duration) -> Answer<Vec<ShellCheckComment>> {
    // A byte that is no text becomes one character, as it is one in ours, so that columns agree.
    let input = format!("{SHEBANG}{}", lossy(text));
    let mut command = Command::new(program);
    command.args(["--norc", "-f", "json1", "-s", "dash", "-e", EXCLUDED, "-"]);
    // What is found is to depend on the script alone.
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
