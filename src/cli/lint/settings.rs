//! Combines the command line and the configuration of a path.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::configuration::Configuration;
use super::file_patterns::{FilePatterns, canonical};
use super::selection::{Layer, Selection, Selector};
use super::shell_check::{Checker, Wanted};
use crate::cli::arguments::{DialectOf, FailOn, LintArguments};
use crate::diagnostic::{Diagnostic, Rule};
use crate::jobset::Outside;
use crate::lower::options::Options;
use crate::text::bytes::encode;
use crate::text::source::Sources;

pub(super) struct Settings {
    pub(super) selection: Selection,
    pub(super) fail_on: FailOn,
    pub(super) migration: bool,
    pub(super) options: Options,
    pub(super) outside: Outside,
    excluded: FilePatterns,
    per_file: Vec<(FilePatterns, Vec<Selector>)>,
    pub(super) checker: Arc<Checker>,
    pub(super) known: Vec<&'static Rule>,
}

impl Settings {
    /// `file` is the configuration, `rc` that of `ShellCheck`.
    pub(super) fn new(
        arguments: &LintArguments,
        (file, rc): (Option<&Path>, Option<&Path>),
        known: &[&'static Rule],
    ) -> Result<Self, String> {
        let configuration = match file {
            Some(file) => Configuration::load(file, known)?,
            None => Configuration::default(),
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
            exclude,
            per_file_ignores,
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
        let checker = Checker::new(wanted)?.with_level(least).with_rc(rc);
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
            excluded: FilePatterns::of(file, exclude.iter().map(String::as_str)),
            per_file: per_file_ignores
                .into_iter()
                .map(|(pattern, rules)| (FilePatterns::of(file, [pattern.as_str()]), rules))
                .collect(),
            checker: Arc::new(checker),
            known: known.to_vec(),
        })
    }

    /// Which files and directories of a tree are not looked at.
    pub(super) fn exclusion(
        &self,
        named: &Path,
    ) -> impl Fn(&Path, bool) -> bool + Send + Sync + 'static {
        let (patterns, named) = (self.excluded.clone(), named.to_owned());
        let canonical = fs::canonicalize(&named).unwrap_or_else(|_| named.clone());
        move |path, is_directory| {
            !patterns.is_empty()
                && path.strip_prefix(&named).is_ok_and(|below| {
                    patterns.matches_canonical(&canonical.join(below), is_directory)
                })
        }
    }

    /// Whether a file in a tree is not looked at.
    pub(super) fn is_excluded(&self, path: &Path) -> bool {
        self.excluded.matches(path, false)
    }

    /// The rules that are not reported for a file, as it is shown.
    pub(super) fn ignored_in(&self, shown: &str) -> Vec<&Selector> {
        if self.per_file.is_empty() {
            return Vec::new();
        }
        let bytes = encode(shown);
        let path = canonical(Path::new(OsStr::from_bytes(&bytes)));
        let of_file = self.per_file.iter().filter(|(patterns, _)| patterns.matches(&path, false));
        of_file.flat_map(|(_, rules)| rules).collect()
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
    pub(super) fn select(&self, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
        let ignored = self.ignored_in(sources.conf.path());
        let chosen = std::mem::take(diagnostics).into_iter().filter_map(|diagnostic| {
            if ignored.iter().any(|selector| selector.matches_finding(&diagnostic)) {
                return None;
            }
            let is_of_job = !diagnostic.rule.category.is_about_units();
            let diagnostic = if self.migration {
                diagnostic
            } else {
                diagnostic.without_unit().filter(|_| is_of_job)?
            };
            let severity = self.selection.keeps_finding(&diagnostic)?;
            Some(diagnostic.severity(severity))
        });
        *diagnostics = chosen.collect();
    }
}
