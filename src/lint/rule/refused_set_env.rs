//! Finds a script that changes the environment of its job, which init refuses.

use crate::diagnostic::registry::REFUSED_SET_ENV;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::upstart::script::job_control::{JobControl, Verb, changes_environment};

pub(in crate::lint) static LINT: Lint = Lint { rule: &REFUSED_SET_ENV, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    // The init of a session does what it is asked for (`init/control.c`, `control_set_env`).
    if subject.is_of_session() || !subject.job.is_of_system() {
        return;
    }
    for script in &subject.scripts {
        let first = script.uses.commands.iter().find_map(|usage| Some((usage, refused(usage)?)));
        let Some((usage, verb)) = first else { continue };
        found.push(
            rule.at(script.span(&usage.range), format!("init refuses `initctl {verb}`"))
                .note("it fails with `Not permissible to modify PID 1 job environment` outside of a session, and a script ends at the first command that fails")
                .help("set the variable with `env`, or in each script that reads it"),
        );
    }
}

/// The subcommand, if it changes the environment of a job.
fn refused(usage: &JobControl) -> Option<&str> {
    (usage.command == Verb::Initctl)
        .then(|| usage.subcommand())
        .flatten()
        .filter(|verb| changes_environment(verb))
}
