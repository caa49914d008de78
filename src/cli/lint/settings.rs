//! Combines the command line and the configuration of a path.

use std::path::Path;
use std::sync::Arc;

use super::configuration::Configuration;
use super::selection::{Layer, Selection};
use super::shell_check::{Checker, Wanted};
use crate::cli::arguments::{DialectOf, FailOn, LintArguments};
use crate::cli::input::STDIN;
use crate::diagnostic::{Diagnostic, Rule};
use crate::jobset::Outside;
use crate::lower::options::Options;

pub(super) struct Settings {
    pub(super) selection: Selection,
    pub(super) fail_on: FailOn,
    pub(super) migration: bool,
    pub(super) options: Options,
    pub(super) outside: Outside,
    pub(super) checker: Arc<Checker>,
    pub(super) known: Vec<&'static Rule>,
}

impl Settings {
    pub(super) fn new(
        arguments: &LintArguments,
        path: &Path,
        known: &[&'static Rule],
    ) -> Result<Self, String> {
        let configuration = match &arguments.config {
            Some(file) => Configuration::load(file, known)?,
            // For standard input, the configuration of the working directory applies.
            None => Configuration::of(
                if path.as_os_str() == STDIN { Path::new(".") } else { path },
                known,
            )?,
        };
        let outside = configuration.outside();
        let Configuration {
            rules,
            fail_on,
            dialect,
            systemd_version,
            migration,
            shellcheck,
            shellcheck_severity,
            migrate,
            ..
        } = configuration;
        let version = arguments
            .systemd_version
            .or(systemd_version)
            .or(migrate.target.map(|release| release.systemd))
            .unwrap_or(Options::DEFAULT_SYSTEMD_VERSION);
        let dialect = arguments.dialect.or(dialect).unwrap_or(DialectOf::Auto).into();
        let command_line = Layer::new(&arguments.select, &arguments.ignore, known)?;
        let wanted = arguments.shellcheck.or(shellcheck).unwrap_or(Wanted::Auto);
        let least = arguments.shellcheck_severity.or(shellcheck_severity).unwrap_or_default();
        let checker = Checker::new(wanted)?.with_level(least).with_rc_of(path);
        Ok(Self {
            selection: Selection::new([rules, command_line]),
            fail_on: arguments.reporting.fail_on.or(fail_on).unwrap_or(FailOn::Warning),
            migration: arguments.migration || migration.unwrap_or_default(),
            options: Options {
                systemd_version: version,
                companions: true,
                dialect,
                style: migrate.style(None),
                ..Options::default()
            },
            outside,
            checker: Arc::new(checker),
            known: known.to_vec(),
        })
    }

    /// Whether findings of a rule would be reported. `between` is true if the jobs are checked as a
    /// directory.
    pub(super) fn looks_for(&self, rule: &'static Rule, between: bool) -> bool {
        self.selection.keeps(rule).is_some()
            && self.checker.looks_for(rule)
            && (self.migration || !rule.category.is_about_units())
            && (between || !rule.category.is_between())
    }

    /// Removes findings that are not wanted, and sets the severity of the others.
    pub(super) fn select(&self, diagnostics: &mut Vec<Diagnostic>) {
        let chosen = std::mem::take(diagnostics).into_iter().filter_map(|diagnostic| {
            let is_of_job = !diagnostic.rule.category.is_about_units();
            let diagnostic = if self.migration {
                diagnostic
            } else {
                diagnostic.staying_on_upstart().filter(|_| is_of_job)?
            };
            let severity = self.selection.keeps_finding(&diagnostic)?;
            Some(diagnostic.severity(severity))
        });
        *diagnostics = chosen.collect();
    }
}
