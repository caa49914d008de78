//! Finds `su` or `sudo` as the main process, where `setuid` cannot simply replace it.

use super::privileges_by_hand;
use crate::diagnostic::registry::USER_SWITCHER_AS_MAIN_PROCESS;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::program;
use crate::upstart::ast::{Expect, Phase};

pub(in crate::lint) static LINT: Lint = Lint { rule: &USER_SWITCHER_AS_MAIN_PROCESS, check };

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    if job.is_task() || job.expects() != Expect::None || privileges_by_hand::applies(subject) {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    let commands = program::remaining(script.reading, script.text(), script.is_exec());
    // Without `exec`, the shell is the main process, which another rule reports.
    let stays = commands
        .into_iter()
        .filter(|command| script.is_exec() || command.name() == Some("exec"))
        .flat_map(program::chain)
        .find(|program| matches!(program.name, "su" | "sudo" | "runuser"));
    let Some(program) = stays else { return };
    let name = program.name;
    let signal = job.reload_signal().name().map_or_else(String::new, |name| format!("SIG{name} "));
    found.push(
        rule.at(
            script.span(&program.word.range),
            format!("the main process is `{name}`, which waits for the program that it runs"),
        )
        .note(format!("`{name}` forks, and init follows `{name}`: `reload` sends {signal}to it alone"))
        .help("use `exec start-stop-daemon --start --chuid USER --exec PROGRAM -- ARGUMENTS`, which becomes the program, or `setuid` if all phases may run as that user"),
    );
}
