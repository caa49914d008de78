//! What a project says once and for all: `upstart2systemd.toml`.
//!
//! The file is described for editors by `src/cli/configuration.schema.json`. Everything in it can
//! be left out, and the command line goes before it.

mod find;
mod toml_file;

#[cfg(test)]
mod tests;

use std::path::Path;

use super::selection::Layer;
use super::shell_check::Wanted;
use crate::cli::arguments::{DialectOf, FailOn};
use crate::cli::input;
use crate::diagnostic::Rule;

/// What is said about the jobs beside and below the file; `None` where it says nothing.
#[derive(Debug, Default)]
pub(in crate::cli) struct Configuration {
    /// `select`, `ignore` and `severity`
    pub(crate) rules: Layer,
    pub(crate) fail_on: Option<FailOn>,
    /// Whose Upstart reads the jobs.
    pub(crate) dialect: Option<DialectOf>,
    pub(crate) systemd_version: Option<u32>,
    /// Whether to tell what changes when the jobs are converted.
    pub(crate) migration: Option<bool>,
    pub(crate) shellcheck: Option<Wanted>,
    /// Events that something outside of the jobs emits.
    pub(crate) events: Vec<String>,
    /// Jobs that exist elsewhere.
    pub(crate) jobs: Vec<String>,
}

impl Configuration {
    /// The configuration of the jobs at `path`, a file or a directory: that of the nearest
    /// directory at or above it. The search ends at the top of a Git working tree. Without a file,
    /// nothing is said. `Err` is a message for a person, with the place of the mistake.
    pub(crate) fn of(path: &Path, known: &[&'static Rule]) -> Result<Self, String> {
        match find::nearest(path) {
            Some(file) => Self::load(&file, known),
            None => Ok(Self::default()),
        }
    }

    /// Reads this file, wherever it is.
    pub(crate) fn load(file: &Path, known: &[&'static Rule]) -> Result<Self, String> {
        let shown = input::shown(file);
        let bytes = find::read(file)
            .map_err(|why| format!("{}: {why}", crate::text::visible::visible(&shown)))?;
        toml_file::read(&shown, bytes, known)
    }
}
