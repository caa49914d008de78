//! The one file of a migration with the functions that stand for Upstart's commands. Scripts take it
//! in by one line, and the directory decides what it knows of jobs.

pub(super) mod commands;
mod table;

use crate::jobset::JobSet;
use crate::lower::companion::Companion;
use crate::lower::own_files;
use crate::systemd::Text;
use crate::systemd::layout::Output;

use super::functions::{LIST, STATUS};
use crate::lower::process::variables::{give, tell};

/// The text of the functions. What depends on the directory is put in place of words like `@TABLE@`.
const FUNCTIONS: &str = include_str!("functions.sh");

/// What differs from script to script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower::process) struct Circumstances {
    /// The script must not wait for what it starts.
    pub(in crate::lower::process) no_wait: bool,
    /// The script must not wait for what it stops.
    pub(in crate::lower::process) no_wait_for_stop: bool,
    /// The script may run when the system goes down.
    pub(in crate::lower::process) at_shutdown: bool,
}

impl Circumstances {
    /// Shell text that sets what differs, before text that defines the functions.
    pub(super) fn before(self, functions: &str) -> String {
        let set = [
            (self.no_wait, "upstart_start=--no-block"),
            (self.no_wait_for_stop, "upstart_stop=--no-block"),
            (self.at_shutdown, "upstart_at_shutdown=yes"),
        ];
        let set: Vec<&str> =
            set.into_iter().filter(|(is_set, _)| *is_set).map(|(_, set)| set).collect();
        let end = if functions.lines().count() > 1 { "\n" } else { "; " };
        if set.is_empty() { functions.to_owned() } else { set.join(" ") + end + functions }
    }
}

/// The line of a script that takes the file in.
pub(super) fn line() -> String {
    format!(". /{}\n", own_files::functions())
}

/// The file as a companion. It is the same for every job of the directory.
pub(super) fn companion(job_set: &JobSet) -> Companion {
    let header = Text::new(&own_files::made("Job control for scripts.")).comment();
    let text = format!("{header}\n{}", text(job_set));
    Companion::File(Output { path: own_files::functions(), text })
}

/// The text of the file below its first line.
fn text(job_set: &JobSet) -> String {
    text_with(job_set, job_set.is_listed(), &[], ("", ""))
}

/// The functions, with what they do before each call, and before each call of systemctl for a job.
/// `others` are names of jobs that are not in the directory.
fn text_with(
    job_set: &JobSet,
    is_listed: bool,
    others: &[&str],
    (note, before): (&str, &str),
) -> String {
    let text = FUNCTIONS
        .replace("    @NOTE@\n", &indented(note))
        .replace("    @TABLE@\n", &indented(&table::rows(job_set, others)))
        .replace("    @GIVE@\n", &indented(&(give(job_set) + before)))
        .replace("    @EMIT@\n", &indented(&tell(job_set)));
    let text = if is_listed {
        let call = format!("upstart_list{}", table::jobs(job_set, "            "));
        format!("{}{LIST}\n", text.replace("upstart_list ;;", &format!("{call} ;;")))
    } else {
        text.replace("        list) upstart_list ;;\n", "")
    };
    text + STATUS
}

/// The functions for a script that cannot take the file in, without what is said of the file.
pub(super) fn within_script(job_set: &JobSet) -> String {
    let text = text(job_set);
    let lines = text.split_inclusive('\n').filter(|line| !line.trim().is_empty());
    lines.skip_while(|line| line.starts_with('#')).collect()
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}
