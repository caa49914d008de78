//! Findings of shells and of `ShellCheck` about the scripts of jobs.
//!
//! `sh -n` is run only on scripts that this program's own reader of shell text cannot follow to the
//! end. A test checks that a shell accepts all scripts that it can, so most scripts cost nothing.
//! The others are checked in parallel, and each text only once. Scripts are passed to other
//! programs only on their standard input.

mod piece;
mod shellcheck;
mod syntax;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use clap::ValueEnum;
use rayon::prelude::*;

use super::configuration::find::nearest_of;
use crate::cli::child;
use crate::diagnostic::registry::{SHELL_SYNTAX_ERROR, SHELLCHECK, UNCHECKED_SCRIPT};
use crate::diagnostic::{Diagnostic, Rule, Severity, ShellCheckCode};
use crate::lint::{PhaseScript, Subject};
use crate::text::source::Span;
use piece::Piece;
pub(in crate::cli) use shellcheck::ShellCheckLevel;
use syntax::Complaint;

/// The rule for comments of `ShellCheck` with the level info or style.
static SHELLCHECK_NOTE: Rule = SHELLCHECK.with_severity(Severity::Note);

/// The time limit for a program on one script.
const LIMIT: Duration = Duration::from_secs(5);

/// What init adds to the environment of a job (`init/job_process.c`, `job_process_spawn`), and to
/// the events about one (`init/job.c`, `job_emit_event`).
const SET_BY_INIT: [&str; 9] = [
    "UPSTART_JOB",
    "UPSTART_INSTANCE",
    "UPSTART_EVENTS",
    "UPSTART_STOP_EVENTS",
    "JOB",
    "INSTANCE",
    "RESULT",
    "PROCESS",
    "EXIT_STATUS",
];

/// Whether to run `ShellCheck` on scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Wanted {
    /// If it is installed
    Auto,
    Never,
    Always,
}

/// The programs that check scripts, with their results so far.
pub(in crate::cli) struct Checker {
    sh: Option<PathBuf>,
    shellcheck: Option<PathBuf>,
    /// The least severe level that is reported.
    least: ShellCheckLevel,
    /// The directory whose `.shellcheckrc` applies.
    rc: Option<PathBuf>,
    limit: Duration,
    syntax: Answers<Option<Complaint>>,
    comments: Answers<Vec<shellcheck::ShellCheckComment>>,
}

/// The result of a program for a text, or the reason why there is none.
type Answer<T> = Result<T, String>;

/// The results by text. A thread that needs a result that another computes waits for it.
type Answers<T> = Mutex<HashMap<String, Arc<OnceLock<Answer<T>>>>>;

impl Checker {
    /// Looks for the programs. Fails with a message if `ShellCheck` is required but not installed.
    pub(crate) fn new(wanted: Wanted) -> Result<Self, String> {
        let shellcheck = match wanted {
            Wanted::Never => None,
            Wanted::Auto | Wanted::Always => child::installed("shellcheck"),
        };
        if wanted == Wanted::Always && shellcheck.is_none() {
            return Err(
                "`--shellcheck always`: shellcheck not found in PATH; install it or use `auto`"
                    .to_owned(),
            );
        }
        let sh = Some(PathBuf::from("/bin/sh")).filter(|sh| child::is_program(sh));
        Ok(Self {
            sh,
            shellcheck,
            least: ShellCheckLevel::default(),
            rc: None,
            limit: LIMIT,
            syntax: Mutex::default(),
            comments: Mutex::default(),
        })
    }

    /// Reports comments of `ShellCheck` of this level or above.
    pub(crate) fn with_level(self, least: ShellCheckLevel) -> Self {
        Self { least, ..self }
    }

    /// The configuration of `ShellCheck` that is nearest to the jobs at a path.
    pub(crate) fn rc_of(path: &Path) -> Option<PathBuf> {
        nearest_of(path, &[".shellcheckrc", "shellcheckrc"])
    }

    /// Has `ShellCheck` read this configuration.
    pub(crate) fn with_rc(self, file: Option<&Path>) -> Self {
        let rc = file.and_then(|file| file.parent().map(Path::to_owned));
        // The answers so far are those without it.
        Self { rc, comments: Mutex::default(), ..self }
    }

    /// Whether findings of this rule would have been reported. True for rules of other checks.
    pub(crate) fn looks_for(&self, rule: &Rule) -> bool {
        match rule.code {
            code if code == SHELL_SYNTAX_ERROR.code => self.sh.is_some(),
            code if code == SHELLCHECK.code => self.shellcheck.is_some(),
            // A program may fail on one run and not on another, so absence proves nothing.
            code => code != UNCHECKED_SCRIPT.code,
        }
    }

    /// The findings about scripts, in the order of the scripts.
    pub(crate) fn check(&self, subject: &Subject<'_>) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = subject
            .scripts
            .par_iter()
            .flat_map_iter(|script| {
                let piece = Piece::of(script).map(|piece| {
                    piece.with_source(subject.written(script.stated.value.text().span))
                });
                piece.map_or_else(Vec::new, |piece| self.piece(subject, script, &piece))
            })
            .collect();
        // A check may have several reasons for the same text.
        let mut seen = BTreeSet::new();
        found.retain(|found| seen.insert((found.span, found.message.clone())));
        found
    }

    fn piece(
        &self,
        subject: &Subject<'_>,
        script: &PhaseScript<'_>,
        piece: &Piece<'_>,
    ) -> Vec<Diagnostic> {
        if let Some(sh) = self.sh.as_deref().filter(|_| piece.is_doubtful()) {
            match answer(&self.syntax, piece.text(), |text| syntax::ask(sh, text, self.limit)) {
                Ok(None) => {}
                // `ShellCheck` would stop at the same place.
                Ok(Some(complaint)) => return vec![refused(piece, &complaint)],
                Err(why) => {
                    return vec![
                        UNCHECKED_SCRIPT
                            .at(piece.whole(), format!("`sh -n` did not check this: {why}")),
                    ];
                }
            }
        }
        let Some(program) = &self.shellcheck else { return Vec::new() };
        match answer(&self.comments, piece.text(), |text| {
            shellcheck::ask(program, self.rc.as_deref(), text, self.limit)
        }) {
            Ok(comments) => comments
                .iter()
                .filter(|comment| comment.level() <= self.least)
                .map(|comment| (comment, piece.place_between(comment.start(), comment.end())))
                .filter(|(comment, place)| !is_explained(subject, script, comment.code, *place))
                .map(|(comment, place)| commented(comment, place))
                .collect(),
            Err(why) => vec![
                UNCHECKED_SCRIPT.at(piece.whole(), format!("ShellCheck did not check this: {why}")),
            ],
        }
    }
}

/// Returns the result for this text, computing it on the first call.
fn answer<T: Clone>(
    answers: &Answers<T>,
    text: &str,
    ask: impl FnOnce(&str) -> Answer<T>,
) -> Answer<T> {
    let cell = Arc::clone(
        answers.lock().unwrap_or_else(PoisonError::into_inner).entry(text.to_owned()).or_default(),
    );
    cell.get_or_init(|| ask(text)).clone()
}

fn refused(piece: &Piece<'_>, complaint: &Complaint) -> Diagnostic {
    let place = complaint.line.map_or_else(|| piece.whole(), |line| piece.line(line));
    let diagnostic =
        SHELL_SYNTAX_ERROR.at(place, format!("shell syntax error: {}", complaint.message));
    let diagnostic = match piece.open_quote().filter(|quote| quote.start < place.start) {
        Some(quote) => diagnostic.related(quote, "this is never closed"),
        None => diagnostic,
    };
    diagnostic
        .note("the shell stops here with an error when the job runs, after it has run what comes before")
        .help("fix the script; `sh -n FILE` checks it")
}

fn commented(comment: &shellcheck::ShellCheckComment, place: Span) -> Diagnostic {
    let is_note = comment.level() >= ShellCheckLevel::Info;
    let rule = if is_note { &SHELLCHECK_NOTE } else { &SHELLCHECK };
    let code = ShellCheckCode(comment.code);
    rule.at(place, format!("{code}: {}", comment.message)).note(code.page())
}

/// Whether the job explains what `ShellCheck` finds odd in a script:
///
/// * 2153: a variable in capitals that the script does not set may be misspelled, but the job or
///   init sets it;
/// * 2317, 2329: a command is never reached, or a function never called, but by a trap.
fn is_explained(subject: &Subject<'_>, script: &PhaseScript<'_>, code: u32, place: Span) -> bool {
    match code {
        2153 => {
            let written = subject.written(place).trim_start_matches(['$', '{']);
            let end = written.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = written.get(..end.unwrap_or(written.len())).unwrap_or_default();
            let is_exported = subject
                .job
                .export
                .iter()
                .flat_map(|export| &export.value)
                .any(|word| word.value == name);
            is_exported || SET_BY_INIT.contains(&name) || subject.is_set(script, name)
        }
        2317 | 2329 => script.reading.commands.iter().any(|command| command.name() == Some("trap")),
        _ => false,
    }
}
