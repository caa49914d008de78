//! What is known of the program that the main process becomes: whether it stays in the foreground,
//! whether its children are to outlive it, and how it ends when it is stopped.

use super::reading::ScriptUse;
use crate::diagnostic::registry::{
    DAEMONISING_PROGRAM, LEAVES_THE_UNIT, PROCESS_GROUP_KILL, STOPPED_TASK,
};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lower::condition::Conditions;
use crate::lower::lowering::Lowering;
use crate::lower::own_files;
use crate::lower::shape::Shape;
use crate::lower::stanza::expect::MainProcess;
use crate::shell::program::{Program, chain, remaining, user};
use crate::shell::{SimpleCommand, Word};
use crate::systemd::{Directive, Value};
use crate::text::bytes::lossy;
use crate::upstart::ast::Expect;
use crate::upstart::daemons;
use crate::upstart::signal::Signal;

/// Sets how systemd ends the program, and reports what it leaves behind. Returns whether processes of
/// the unit live on when it stops.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    reading: &ScriptUse<'_>,
    shape: Shape,
    main: MainProcess,
) -> bool {
    if !matches!(shape, Shape::Service | Shape::Task) {
        return false;
    }
    let is_task = shape == Shape::Task;
    let commands = remaining(&reading.shell, reading.text(), !reading.is_script());
    // systemd would stop the shell alone, and not the program that it waits for.
    let becomes = |name: Option<&str>| !reading.is_script() || name == Some("exec");
    let mut outlived = commands.iter().any(|command| {
        becomes(command.name())
            && by_variable(lowering, reading, command).any(daemons::is_outlived_by_name)
    });
    for command in &commands {
        let chain = chain(command);
        let Some(program) = chain.last() else { continue };
        if !is_task && is_virtual_machine(reading, program, command) {
            // They catch the kill signal, and end with 128 and its number. To Upstart every end by a
            // stop is a success (`init/job_process.c`, `job_process_terminated`).
            let signal = lowering.job.kill_signal.as_ref().map_or(Signal::TERM, |kill| kill.value);
            if [Signal::TERM, Signal::INT, Signal::HUP].contains(&signal) {
                lowering.add(Directive::SuccessExitStatus, Value::number(128 + signal.0));
            }
        }
        let keeps = daemons::leaves_terminal(program);
        let follows = lowering.job.expects() != Expect::None;
        let left = if follows || keeps && is_task { None } else { leaves(&chain) };
        let is_daemon = left.is_none() && main.is_known() && becomes(command.name());
        outlived |= keeps || is_daemon && daemons::is_outlived(program);
        if let Some((program, word)) = left {
            lowering.diagnostics.push(left_behind(reading, program, word, is_task));
        }
        if let Some(session) = chain.iter().find(|program| opens_session(program)) {
            lowering.diagnostics.push(session_of(reading, session));
        }
    }
    if outlived {
        // Upstart signals the process group of the main process, which such children have left
        // (`init/system.c`, `system_kill`).
        lowering.set(Directive::KillMode, Value::keyword("process"));
    }
    outlived
}

/// The names of the programs that a variable may name which the shell becomes: `exec "$DAEMON"`.
fn by_variable<'a>(
    lowering: &'a Lowering<'_>,
    reading: &'a ScriptUse<'_>,
    command: &SimpleCommand,
) -> impl Iterator<Item = &'a str> {
    let word = command.words.iter().find(|word| word.literal.as_deref() != Some("exec"));
    let text = word.and_then(|word| reading.text_at(&word.range)).unwrap_or_default();
    let variable = text.trim_matches('"').strip_prefix('$').unwrap_or_default();
    let variable = variable.trim_start_matches('{').trim_end_matches('}').to_owned();
    let assigned = reading.shell.commands.iter().flat_map(|command| &command.assignments);
    let stated = lowering.job.env.iter().map(|env| env.value.as_str());
    assigned.filter_map(|word| word.literal.as_deref()).chain(stated).filter_map(move |text| {
        let (name, value) = text.split_once('=')?;
        (name == variable).then(|| value.rsplit('/').next().unwrap_or(value))
    })
}

/// Whether every system has what systemd executes: the shell, env(1), and the scripts that come with
/// the unit.
pub(in crate::lower) fn is_always_there(program: &[u8]) -> bool {
    [&b"/bin/sh"[..], b"/usr/bin/env"].contains(&program) || own_files::is_script(program)
}

/// Whether what systemd executes is a shell.
pub(in crate::lower) fn is_shell(program: &[u8]) -> bool {
    let name = program.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    [&b"sh"[..], b"bash", b"dash", b"ksh", b"zsh"].contains(&name)
}

/// Whether the program is a virtual machine of Java or Node.js.
pub(in crate::lower) fn is_virtual_machine(
    reading: &ScriptUse<'_>,
    program: &Program<'_>,
    command: &SimpleCommand,
) -> bool {
    let is_java = |word: &Word| {
        let text = reading.text_at(&word.range).unwrap_or_default();
        text.trim_matches(['"', '\'']).ends_with("/bin/java")
    };
    ["java", "jsvc", "node", "nodejs"].contains(&program.name)
        || program.name.rsplit_once('.').is_some_and(|(_, ending)| ending == "jar")
        // `exec "$JAVA_HOME/bin/java"`: the name of the program is not certain, but for its end.
        || command.name() == Some("exec") && command.words.get(1).is_some_and(is_java)
        || command.words.first().is_some_and(is_java)
}

/// The program that goes to the background, and the argument that makes it do so.
fn leaves<'c, 's>(chain: &'c [Program<'s>]) -> Option<(&'c Program<'s>, &'c Word)> {
    chain
        .iter()
        .find_map(|program| Some((program, daemons::left_by_start_stop_daemon(program)?)))
        .or_else(|| chain.last().and_then(|program| Some((program, daemons::leaves(program)?))))
        .or_else(|| {
            let terminal = chain.last().filter(|program| daemons::leaves_terminal(program));
            terminal.map(|program| (program, program.word))
        })
}

/// The finding about a daemon that nothing follows.
fn left_behind(
    reading: &ScriptUse<'_>,
    program: &Program<'_>,
    word: &Word,
    is_task: bool,
) -> Diagnostic {
    let place = reading.span(&word.range);
    if is_task {
        let message = format!("`{}` goes to the background, and ends with the task", program.name);
        let mut diagnostic = PROCESS_GROUP_KILL
            .at(place, message)
            .note("systemd ends all processes of a unit that is done; Upstart let go of them")
            .help("delete `task`, and keep the program in the foreground");
        diagnostic.severity = Severity::Warning;
        return diagnostic;
    }
    let diagnostic = DAEMONISING_PROGRAM
        .at(
            place,
            format!("`{}` goes to the background, and init does not follow it", program.name),
        )
        .note("the job ends when the first process does, and the daemon is not stopped with it");
    let diagnostic = if daemons::leaves_elsewhere(program) {
        diagnostic
    } else {
        diagnostic.unit_note("systemd ends the daemon at once, with the unit")
    };
    match daemons::way_to_stay(program) {
        Some(option) => diagnostic.help(format!(
            "keep it in the foreground with `{option}`, or add `expect fork` or `expect daemon`"
        )),
        None if daemons::leaves_elsewhere(program) => diagnostic.help("keep it in the foreground"),
        None => {
            diagnostic.help("keep it in the foreground, or add `expect fork` or `expect daemon`")
        }
    }
}

/// Whether the program opens a session of PAM in which `pam_systemd(8)` is usual: `su` on all
/// distributions, the others on some.
fn opens_session(program: &Program<'_>) -> bool {
    match program.name {
        "su" | "sudo" => true,
        "runuser" => program.flag(&["-", "-l", "--login"]).is_some(),
        _ => false,
    }
}

/// The finding about a program that `su` and its kin start in a session.
fn session_of(reading: &ScriptUse<'_>, program: &Program<'_>) -> Diagnostic {
    let name = program.name;
    let mut diagnostic = LEAVES_THE_UNIT
        .at(
            reading.span(&program.word.range),
            format!("`{name}` opens a session, and the program may leave the unit for it"),
        )
        .note(
            "pam_systemd moves it to the scope of the session; a stop of the unit leaves it alone",
        );
    if name != "su" {
        // Of sudo(8) and runuser(1), the files in /etc/pam.d have pam_systemd on Fedora and RHEL,
        // and not on Debian and Ubuntu.
        diagnostic.severity = Severity::Note;
    }
    match user(program) {
        Some(user) => {
            diagnostic.help(format!("write `setuid {}`, and call the program itself", lossy(user)))
        }
        None => diagnostic.help("write `setuid` with the user, and call the program itself"),
    }
}

/// Reports that the unit of a task is failed after it was stopped at its work. SIGTERM is a failure of
/// a unit of type `oneshot` alone (systemd.service(5), `SuccessExitStatus=`). To init every end by a
/// stop is a success (`init/job_process.c`, `job_process_terminated`).
pub(super) fn stopped_at_work(lowering: &mut Lowering<'_>, shape: Shape, conditions: &Conditions) {
    let Some(stop_on) = lowering.job.stop_on.as_ref().filter(|_| shape == Shape::Task) else {
        return;
    };
    let stops = |directive: Directive| {
        matches!(
            directive,
            Directive::Conflicts
                | Directive::PartOf
                | Directive::BindsTo
                | Directive::StopPropagatedFrom
        )
    };
    let others = conditions.relations.iter().filter(|(directive, _)| stops(*directive));
    // At the end of the system nobody sees it.
    let mut others = others.filter(|(_, unit)| !unit.as_str().ends_with(".target"));
    if others.next().is_some() {
        lowering.diagnostics.push(
            STOPPED_TASK
                .at(stop_on.span, "a task that is stopped at its work leaves the unit failed")
                .note("to Upstart an end by a stop is a success, to systemd SIGTERM is a failure of a oneshot service")
                .help("add `SuccessExitStatus=SIGTERM` if the failed unit would be in the way"),
        );
    }
}
