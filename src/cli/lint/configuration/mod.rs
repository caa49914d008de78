//! The settings of a project: `upstart2systemd.toml`.
//!
//! `src/cli/lint/configuration/configuration.schema.json` describes the file for editors. All keys
//! are optional, and the command line overrides them.

pub(super) mod find;
mod toml_file;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::selection::{Layer, Selector};
use super::shell_check::{ShellCheckLevel, Wanted};
use crate::assess::minutes::Minutes;
use crate::cli::arguments::{DialectOf, FailOn, StyleOf};
use crate::cli::input;
use crate::diagnostic::Rule;
use crate::diagnostic::registry::RULES;
use crate::jobset::{KnownNames, Outside};
use crate::lower::options::Style;
use crate::systemd::UnitName;
use crate::systemd::release::Release;

/// The settings for the jobs beside and below the file. `None` if the file lacks the key.
#[derive(Debug, Default)]
pub(in crate::cli) struct Configuration {
    /// `select`, `ignore` and `severity`
    pub(crate) rules: Layer,
    pub(crate) fail_on: Option<FailOn>,
    /// The version of Upstart that the jobs are written for.
    pub(crate) dialect: Option<DialectOf>,
    pub(crate) systemd_version: Option<u32>,
    /// Whether to report what changes when the jobs are converted.
    pub(crate) migration: Option<bool>,
    pub(crate) shellcheck: Option<Wanted>,
    pub(crate) shellcheck_severity: Option<ShellCheckLevel>,
    /// Events that are emitted outside of the jobs; also patterns.
    pub(crate) events: Vec<String>,
    /// Jobs that exist elsewhere; also patterns.
    pub(crate) jobs: Vec<String>,
    /// Files and directories that `lint` does not look at, as in a `.gitignore` beside the file.
    pub(crate) exclude: Vec<String>,
    /// Rules that are not reported for files that match a pattern, as in a `.gitignore`.
    pub(crate) per_file_ignores: Vec<(String, Vec<Selector>)>,
    /// How the jobs are converted.
    pub(crate) migrate: MigrationSettings,
    /// The units that jobs became which are not in the directory, by their names.
    pub(crate) units_of_jobs: BTreeMap<String, UnitName>,
    /// The units that stand for events, by their names.
    pub(crate) units_of_events: BTreeMap<String, UnitName>,
}

/// The table `migrate`.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct MigrationSettings {
    style: Option<StyleOf>,
    /// The release to write for.
    pub(crate) target: Option<Release>,
    /// The patterns of the jobs to convert; all if there are none.
    pub(crate) only: Vec<String>,
    /// The patterns of the jobs not to convert.
    pub(crate) exclude: Vec<String>,
    /// How long each kind of task takes that a migration leaves to people.
    pub(crate) minutes: Minutes,
    /// What exists outside of the directory.
    pub(crate) outside: Outside,
}

impl MigrationSettings {
    /// The style of the command line, else that of the configuration, else the default.
    pub(crate) fn style(&self, given: Option<StyleOf>) -> Style {
        given.or(self.style).map_or_else(Style::default, Style::from)
    }
}

impl Configuration {
    /// The configuration for the jobs at `path`, a file or a directory: the file in the nearest
    /// directory at or above it. The search ends at the top of a Git working tree. If there is no
    /// file, all settings are unset. `Err` is a message with the position of the mistake.
    pub(crate) fn of(path: &Path, known: &[&'static Rule]) -> Result<Self, String> {
        match Self::file_of(path) {
            Some(file) => Self::load(&file, known),
            None => Ok(Self::default()),
        }
    }

    /// The file of the configuration for the jobs at `path`.
    pub(crate) fn file_of(path: &Path) -> Option<PathBuf> {
        find::nearest(path)
    }

    /// What the configuration says of converting the jobs at `path`.
    pub(crate) fn of_migration(path: &Path) -> Result<MigrationSettings, String> {
        let path = if path.as_os_str() == input::STDIN { Path::new(".") } else { path };
        let configuration = Self::of(path, RULES)?;
        let outside = configuration.outside();
        let migrate = configuration.migrate;
        Ok(MigrationSettings { outside, ..migrate })
    }

    /// What exists outside of the directory.
    pub(crate) fn outside(&self) -> Outside {
        let names = |patterns: &[String]| {
            let mut names = KnownNames::default();
            for pattern in patterns {
                names.insert_pattern(pattern);
            }
            names
        };
        Outside {
            events: names(&self.events),
            jobs: names(&self.jobs),
            units_of_jobs: self.units_of_jobs.clone(),
            units_of_events: self.units_of_events.clone(),
            ..Outside::default()
        }
    }

    /// Reads this configuration file, wherever it is.
    pub(crate) fn load(file: &Path, known: &[&'static Rule]) -> Result<Self, String> {
        let shown = input::shown(file);
        let bytes = find::read(file)
            .map_err(|why| format!("{}: {why}", crate::text::visible::visible(&shown)))?;
        toml_file::read(&shown, bytes, known)
    }
}
