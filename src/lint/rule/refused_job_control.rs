//! Finds a job with `setuid` that starts or stops jobs, which init refuses to its user.

use crate::diagnostic::registry::REFUSED_JOB_CONTROL;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::check::Lint;
use crate::lint::{PhaseScript, Subject};
use crate::shell::program;
use crate::text::bytes::lossy;
use crate::upstart::ast::Phase;
use crate::upstart::script::job_control::{JobControl, Verb};

pub(in crate::lint) static LINT: Lint = Lint { rule: &REFUSED_JOB_CONTROL, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let Some(setuid) = &subject.job.setuid else { return };
    // The init of a session obeys its own user.
    if subject.is_of_session() || setuid.value == "root" {
        return;
    }
    let user = lossy(&setuid.value);
    for script in &subject.scripts {
        let refused = |usage: &&JobControl| asks_init(usage) && !changes_user(script, usage);
        let Some(usage) = script.uses.commands.iter().find(refused) else { continue };
        let command = match usage.verb() {
            Verb::Initctl => "initctl emit",
            verb => verb.name(),
        };
        let mut diagnostic = rule
            .at(script.span(&usage.range), format!("init refuses `{command}` to the user `{user}`"))
            .related(setuid.span, "all processes of the job run as this user")
            .note("init obeys only its own user, root");
        if script.phase == Phase::PreStart && usage.stops_own_job() {
            diagnostic = diagnostic.note(
                "the command fails, so pre-start fails as well, and the start is reported as failed",
            );
        }
        found.push(if script.phase == Phase::Main {
            diagnostic.help("move the command to a job without `setuid`")
        } else {
            diagnostic.help(format!(
                "remove `setuid`, and change the user where the program starts: `exec start-stop-daemon --start --chuid {user} --exec PROGRAM`"
            ))
        });
    }
}

/// Whether the command changes something in init, and does not only ask for a state.
fn asks_init(usage: &JobControl) -> bool {
    match usage.verb() {
        Verb::Start | Verb::Stop | Verb::Restart => true,
        Verb::Initctl => usage.subcommand() == Some("emit"),
        Verb::Reload | Verb::Status => false,
    }
}

/// Whether another program, such as sudo, runs the command as another user.
fn changes_user(script: &PhaseScript<'_>, usage: &JobControl) -> bool {
    let command = script.reading.commands.iter().rfind(|command| {
        command.range.start <= usage.range.start && usage.range.end <= command.range.end
    });
    command.is_some_and(|command| {
        let changes = ["sudo", "su", "runuser", "pkexec", "doas"];
        program::chain(command).iter().any(|program| changes.contains(&program.name))
    })
}
