//! Finds a program by a relative path in a job without a directory.

use crate::diagnostic::registry::RELATIVE_PROGRAM;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::program;
use crate::shell::program::Program;
use crate::shell::{Context, Word};

pub(in crate::lint) static LINT: Lint = Lint { rule: &RELATIVE_PROGRAM, check };

/// Programs that may run another one in another directory.
const CHANGE_DIRECTORY: [&str; 9] =
    ["chroot", "env", "nsenter", "runuser", "schroot", "start-stop-daemon", "su", "sudo", "chpst"];

/// Interpreters, whose first argument is a file in the directory.
const INTERPRETERS: [&str; 9] =
    ["bash", "dash", "node", "nodejs", "perl", "php", "python", "ruby", "sh"];

/// Directories of the root directory, so that a relative path may be one that works.
const OF_ROOT: [&str; 16] = [
    "bin", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc", "root", "run",
    "sbin", "srv", "usr", "var",
];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    // The init of a session runs in the directory of the user.
    let is_elsewhere =
        job.chdir.as_ref().is_some_and(|chdir| chdir.value != "/") || job.chroot.is_some();
    if is_elsewhere || subject.is_of_session() || job.start_on.is_none() {
        return;
    }
    for script in &subject.scripts {
        let Some((path, word)) = relative(script) else { continue };
        found.push(
            rule.at(script.span(&word.range), format!("`{path}` is searched for in `/`"))
                .note("a job without `chdir` runs in the root directory")
                .help("write the whole path, or add `chdir DIRECTORY`"),
        );
    }
}

fn relative<'s>(script: &'s PhaseScript<'_>) -> Option<(&'s str, &'s Word)> {
    let end = script.reading.lost.unwrap_or(usize::MAX);
    for command in script.reading.commands.iter().filter(|command| command.range.end <= end) {
        if command.context.has(Context::FUNCTION) {
            continue;
        }
        let chain = program::chain(command);
        let names = || chain.iter().map(|program| program.name);
        // What a sourced file does is unknown.
        if names().any(|name| matches!(name, "cd" | "chdir" | "pushd" | "." | "source" | "eval")) {
            return None;
        }
        if names().any(|name| CHANGE_DIRECTORY.contains(&name)) {
            continue;
        }
        let found = chain.last().and_then(|program| file(program));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The relative path of the file that the program is, or interprets.
fn file<'r>(program: &Program<'r>) -> Option<(&'r str, &'r Word)> {
    let path = program.word.literal.as_deref()?;
    if is_relative(path) {
        return Some((path, program.word));
    }
    let interpreter = program.name.trim_end_matches(|end: char| end.is_ascii_digit() || end == '.');
    if !INTERPRETERS.contains(&interpreter) {
        return None;
    }
    let word = *program.arguments.first()?;
    let path = word.literal.as_deref()?;
    let is_script =
        [".js", ".php", ".pl", ".py", ".rb", ".sh"].iter().any(|end| path.ends_with(end));
    let is_file = is_script && (is_relative(path) || (is_plain(path) && !path.contains('/')));
    is_file.then_some((path, word))
}

/// Whether it is a relative path in plain characters, so not one of a template, and with a slash, so
/// that it is not searched for in PATH.
fn is_relative(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    is_plain(path) && path.contains('/') && !OF_ROOT.contains(&first)
}

fn is_plain(path: &str) -> bool {
    path.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '.')
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./+".contains(&byte))
}
