//! What a project says once and for all: `upstart2systemd.toml`.
//!
//! The file is described for editors by `src/cli/configuration.schema.json`. Everything in it can be left out, and the command line goes before it.

mod find;
mod read;

#[cfg(test)]
mod tests;

use std::path::Path;

use super::arguments::{DialectOf, FailOn};
use super::input;
use super::selection::Layer;
use super::shell_check::Wanted;
use crate::diagnostic::Rule;

/// What is said about the jobs beside and below the file; `None` where it says nothing.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// `select`, `ignore` and `severity`
    pub(super) rules: Layer,
    pub(super) fail_on: Option<FailOn>,
    /// Whose Upstart reads the jobs.
    pub(super) dialect: Option<DialectOf>,
    pub(super) systemd_version: Option<u32>,
    /// Whether to tell what changes when the jobs are converted.
    pub(super) migration: Option<bool>,
    pub(super) shellcheck: Option<Wanted>,
    /// Events that something outside of the jobs emits.
    pub(super) events: Vec<String>,
    /// Jobs that exist elsewhere.
    pub(super) jobs: Vec<String>,
}

impl Configuration {
    /// The configuration of the jobs at `path`, a file or a directory: that of the nearest directory at or above it. The search ends at the top of
    /// a Git working tree. Without a file, nothing is said. `Err` is a message for a person, with the place of the mistake.
    pub(super) fn of(path: &Path, known: &[&'static Rule]) -> Result<Self, String> {
        match find::nearest(path) {
            Some(file) => Self::load(&file, known),
            None => Ok(Self::default()),
        }
    }

    /// Reads this file, wherever it is.
    pub(super) fn load(file: &Path, known: &[&'static Rule]) -> Result<Self, String> {
        let shown = input::shown(file);
        let bytes = find::read(file).map_err(|why| format!("{}: {why}", crate::report::visible(&shown)))?;
        read::read(&shown, bytes, known)
    }
}
