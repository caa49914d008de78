//! Upstart's commands for people and for scripts that are not part of a job. They are the shared
//! functions, as programs.

use indoc::indoc;

use crate::jobset::JobSet;
use crate::jobset::distribution::followed_names;
use crate::lower::own_files;
use crate::systemd::Text;
use crate::systemd::layout::Output;

/// The commands that call functions of the program, which is `initctl`.
const OTHERS: [&str; 5] = ["reload", "restart", "start", "status", "stop"];

/// What makes commands of the functions.
const COMMANDS: &str = include_str!("commands.sh");

/// What comes before the functions in the program.
const BEFORE: &str = indoc! {r"
    # shellcheck disable=SC1007,SC2034,SC2086,SC2154 # empty values, `eval`, words that are split
    #
    # `start`, `stop`, `restart`, `reload`, `status` and `initctl` print what Upstart's commands
    # printed, and fail where those failed; systemctl does the work. Below, JOB is the name of a job
    # and UNIT that of a unit.

"};

/// What the functions do before each call, in the program.
const NOTE: &str = indoc! {r#"
    upstart_note "$verb" "$@" >/dev/null 2>&1 || :
"#};

/// What the functions do before they call systemctl for a job, in the program.
const BEFORE_START: &str = "[ \"$verb\" != start ] || upstart_lost \"$@\"\n";

/// The files of the commands. They are the same for all jobs but for a table.
pub fn commands(job_set: &JobSet) -> Vec<Output> {
    let others: Vec<&str> =
        if job_set.names_distributions() { followed_names().collect() } else { Vec::new() };
    let functions = super::text_with(job_set, true, &others, (NOTE, BEFORE_START));
    // The comment at the beginning is about the file that scripts take in.
    let functions = functions.split_once("\n\n").map_or("", |(_, functions)| functions);
    let program = ("initctl", format!("{BEFORE}{functions}{COMMANDS}"));
    let take_in = format!(". /{}\n", own_files::command("initctl"));
    let others = OTHERS.map(|name| (name, take_in.clone()));
    let file = |(name, text): (&str, String)| {
        let header = Text::new(&own_files::made(&format!("Upstart's command {name}."))).comment();
        Output { path: own_files::command(name), text: format!("#!/bin/sh\n{header}\n{text}") }
    };
    [program].into_iter().chain(others).map(file).collect()
}
