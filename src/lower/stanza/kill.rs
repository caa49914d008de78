//! How a job is stopped and reloaded: `kill signal`, `kill timeout`, `reload signal`.

use super::respawn;
use crate::diagnostic::Severity;
use crate::diagnostic::registry::{
    IMPOSSIBLE_SIGNAL, KILL_TIMEOUT_ZERO, RELOAD_WITHOUT_MAIN_PID, SHARED_STOP_TIMEOUT,
    SHUTDOWN_JOB, SIGNAL_WITHOUT_MAIN,
};
use crate::lower::lowering::Lowering;
use crate::lower::process::Processes;
use crate::lower::shape::Shape;
use crate::shell::{Context, SimpleCommand};
use crate::systemd::{Argument, Command, Directive, Feature, Value};
use crate::text::list;
use crate::upstart::ast::Phase;
use crate::upstart::daemons;
use crate::upstart::script::ReadScript;
use crate::upstart::signal::{ExitStatus, Signal};

/// The signals that systemd sends to the main process.
#[derive(Debug, Default)]
pub(in crate::lower) struct Signals {
    /// The kill signal, if systemd regards a unit that ends by it as failed.
    pub(crate) unclean: Option<Signal>,
    /// The command that sends the reload signal.
    pub(crate) reload: Option<Command>,
}

/// Turns the stanzas into `KillSignal=`, `TimeoutStopSec=` and the command of `ExecReload=`.
pub(in crate::lower) fn lower(
    lowering: &mut Lowering<'_>,
    shape: Shape,
    processes: &Processes,
) -> Signals {
    let job = lowering.job;
    let mut signals = Signals::default();
    // The work of an inverted unit is in `ExecStop=`. A unit without a main process only has the
    // commands of its phases to stop. Upstart let both take any time: its timer only runs for a
    // main process (`init/job_process.c`, `job_process_kill`).
    let has_post_stop = job.process(Phase::PostStop).is_some();
    if shape == Shape::Inverted || !lowering.has_main() && has_post_stop {
        lowering.set(Directive::TimeoutStopSec, Value::keyword("infinity"));
    }
    if shape == Shape::State && has_post_stop && leaves_process(lowering) {
        // init has no process to kill then, and post-stop finds what pre-start has left
        // (`init/job.c`, `job_next_state`). systemd would kill it before (systemd.kill(5),
        // `KillMode=`).
        lowering.set(Directive::KillMode, Value::keyword("process"));
    }
    if !lowering.has_main() || shape == Shape::Inverted {
        let has_main = lowering.has_main();
        for (stanza, span) in [
            job.kill_timeout.as_ref().map(|stated| (stated.stanza, stated.span)),
            job.kill_signal.as_ref().map(|stated| (stated.stanza, stated.span)),
            job.reload_signal.as_ref().map(|stated| (stated.stanza, stated.span)),
        ]
        .into_iter()
        .flatten()
        {
            let keyword = job.stanzas[stanza.0].keyword;
            let diagnostic = if has_main {
                SHUTDOWN_JOB.at(
                    span,
                    format!("`{keyword}` has no effect: the process runs while the unit stops"),
                )
            } else {
                SIGNAL_WITHOUT_MAIN
                    .at(span, format!("`{keyword}` has no effect: the job has no main process"))
                    .help("remove the line")
            };
            lowering.dropped(stanza, diagnostic);
        }
        return signals;
    }
    timeout(lowering, shape);
    if let Some(signal) = &job.kill_signal {
        if (1..=64).contains(&signal.value.0) {
            if signal.value != Signal::TERM {
                lowering.set(Directive::KillSignal, Value::measure(signal_name(signal.value)));
                let is_good = is_clean(ExitStatus::Signal(signal.value));
                signals.unclean = Some(signal.value).filter(|_| !is_good);
            }
            lowering.exact(signal.stanza, &[Directive::KillSignal]);
        } else {
            let diagnostic = IMPOSSIBLE_SIGNAL
                .at(signal.span, format!("there is no signal {}", signal.value.0))
                .note("init cannot send it; the process gets SIGKILL after the kill timeout")
                .help("use the name of a signal, such as `TERM`");
            lowering.dropped(signal.stanza, diagnostic);
        }
    }
    signals.reload = reload(lowering, processes, shape);
    signals
}

/// Whether a command of pre-start may leave a process behind.
fn leaves_process(lowering: &Lowering<'_>) -> bool {
    let Some(script) = lowering.scripts.of(Phase::PreStart) else { return false };
    !script.shell.background.is_empty()
        || script
            .shell
            .commands
            .iter()
            .any(|command| !command.words.is_empty() && daemons::may_leave_process(command.name()))
}

/// A timeout in seconds that is enough for most scripts: the default of systemd
/// (systemd-system.conf(5), `DefaultTimeoutStopSec=`).
const AMPLE: u32 = 90;

/// The phases that `TimeoutStopSec=` bounds as well.
fn bounded(lowering: &Lowering<'_>) -> Vec<Phase> {
    let job = lowering.job;
    // The pre-stop of a task is not carried over and needs no time.
    [Phase::PreStop, Phase::PostStop]
        .into_iter()
        .filter(|&phase| job.process(phase).is_some())
        .filter(|&phase| phase != Phase::PreStop || !job.is_task())
        .filter(|&phase| phase != Phase::PostStop || respawn::delay(lowering).is_none())
        .collect()
}

/// Whether all paths of a command are below /run, where there is little and all of it in memory.
fn is_transient(command: &SimpleCommand) -> bool {
    command.words.iter().skip(1).filter_map(|word| word.literal.as_deref()).all(|word| {
        word.starts_with('-') || word.starts_with("/run/") || word.starts_with("/var/run/")
    }) && command.words.iter().all(|word| word.literal.is_some())
}

/// Whether the script visibly takes no time: it only removes or makes a file, says something, or
/// tests something.
fn is_quick(script: &ReadScript) -> bool {
    let shell = &script.shell;
    let is_quick = |command: &SimpleCommand| {
        let options = command.words.iter().skip(1).filter_map(|word| word.literal.as_deref());
        let mut options = options.filter(|word| word.starts_with('-'));
        let is_plain = command.redirections.is_empty()
            && !command.context.has(Context::LOOP | Context::FUNCTION);
        is_plain
            && match command.name().and_then(|name| name.rsplit('/').next()) {
                Some("rm") => options.all(|option| option == "-f") || is_transient(command),
                Some("rmdir" | "touch" | "echo" | "test" | "[" | "true" | ":" | "exit") => true,
                _ => false,
            }
    };
    shell.lost.is_none() && shell.background.is_empty() && shell.commands.iter().all(is_quick)
}

/// Whether the script of this phase asks for more time, as it may need it.
pub(in crate::lower) fn asks_for_time(lowering: &Lowering<'_>, shape: Shape, phase: Phase) -> bool {
    extends(lowering, shape) && !lowering.scripts.of(phase).is_some_and(is_quick)
}

/// Whether pre-stop and post-stop ask for more time than the kill timeout that the job states
/// (`sd_notify(3)`, `EXTEND_TIMEOUT_USEC=`).
fn extends(lowering: &Lowering<'_>, shape: Shape) -> bool {
    let is_short = |seconds: u32| (1..AMPLE).contains(&seconds);
    lowering.has_main()
        && shape != Shape::Inverted
        && lowering.job.kill_timeout.as_ref().is_some_and(|stated| is_short(stated.value))
        && !all_quick(lowering)
        // The program and the socket are outside of another root directory.
        && lowering.job.chroot.is_none()
        && lowering.has(Feature::ExtendedTimeout)
}

/// Whether all scripts that `TimeoutStopSec=` bounds visibly take no time.
fn all_quick(lowering: &Lowering<'_>) -> bool {
    bounded(lowering).into_iter().all(|phase| lowering.scripts.of(phase).is_some_and(is_quick))
}

/// Sets `TimeoutStopSec=`. It also bounds the commands of pre-stop and post-stop
/// (systemd.service(5), `TimeoutStopSec=`). init only sets a timer when it kills the main process
/// (`init/job_process.c`, `job_process_kill`).
fn timeout(lowering: &mut Lowering<'_>, shape: Shape) {
    let job = lowering.job;
    let seconds = job.kill_timeout().max(1);
    let bounded = bounded(lowering);
    let directive = Directive::TimeoutStopSec;
    let Some(&first) = bounded.first() else {
        lowering.set(directive, Value::number(seconds));
        match &job.kill_timeout {
            Some(stated) if stated.value == 0 => kill_zero(lowering),
            Some(stated) => lowering.exact(stated.stanza, &[directive]),
            None => {}
        }
        return;
    };
    if all_quick(lowering) && job.kill_timeout.as_ref().is_none_or(|stated| stated.value > 0) {
        lowering.set(directive, Value::number(seconds));
        if let Some(stated) = &job.kill_timeout {
            lowering.exact(stated.stanza, &[directive]);
        }
        return;
    }
    if extends(lowering, shape)
        && let Some(stated) = &job.kill_timeout
    {
        lowering.set(directive, Value::number(seconds));
        lowering.set(Directive::NotifyAccess, Value::keyword("all"));
        lowering.exact(stated.stanza, &[directive, Directive::NotifyAccess]);
        return;
    }
    let phases: Vec<&str> = bounded.iter().map(|phase| phase.name()).collect();
    let names = list::and(&phases);
    let stated = job.kill_timeout.as_ref().filter(|stated| stated.value > 0);
    // A process that ignores its kill signal lives longer then; a script that is cut short does not
    // do what it is there for.
    let given = seconds.max(AMPLE);
    lowering.set(directive, Value::number(given));
    if let Some(stated) = stated.filter(|stated| stated.value >= AMPLE) {
        lowering.exact(stated.stanza, &[directive]);
        return;
    }
    let stanza = job.stanzas[job.processes[&first].stanza.0].span;
    let diagnostic = SHARED_STOP_TIMEOUT
        .at(job.kill_timeout.as_ref().map_or(stanza, |stated| stated.span), format!("a process that ignores its kill signal is killed after {given} seconds, not after {seconds}"))
        .note(format!("the timeout also ends {names}, which Upstart let take any time"))
        .help("lower `TimeoutStopSec=` if the scripts are quick");
    lowering.comment(
        directive,
        &SHARED_STOP_TIMEOUT,
        &format!("also limits {names}; Upstart sent SIGKILL after {seconds} s."),
    );
    if let Some(stated) = stated {
        lowering.approximate(stated.stanza, &[directive], diagnostic);
        return;
    }
    match &job.kill_timeout {
        Some(zero) => {
            lowering.approximate(zero.stanza, &[directive], diagnostic);
            kill_zero(lowering);
        }
        None => lowering.approximate(job.processes[&first].stanza, &[directive], diagnostic),
    }
}

/// Reports `kill timeout 0`, which makes init abort (`init/job_process.c`,
/// `job_process_set_kill_timer`).
fn kill_zero(lowering: &mut Lowering<'_>) {
    if let Some(stated) = &lowering.job.kill_timeout {
        let diagnostic = KILL_TIMEOUT_ZERO
            .at(stated.span, "`kill timeout 0` makes init abort when the job is stopped")
            .unit_note("0 would mean to wait for ever in systemd; the unit gets 1 second")
            .help("use the number of seconds that the process may take to end");
        lowering.approximate(stated.stanza, &[Directive::TimeoutStopSec], diagnostic);
    }
}

/// The command that sends the reload signal to the main process.
fn reload(lowering: &mut Lowering<'_>, processes: &Processes, shape: Shape) -> Option<Command> {
    let job = lowering.job;
    let signal = job.reload_signal();
    if shape == Shape::Task || !(1..=64).contains(&signal.0) {
        if let Some(stated) = &job.reload_signal {
            let diagnostic = if shape == Shape::Task {
                RELOAD_WITHOUT_MAIN_PID
                    .at(stated.span, "a task cannot be reloaded")
                    .note("systemd only reloads a unit that is active, and a task never is")
                    .severity(Severity::Note)
            } else if signal.0 == 0 {
                // kill(2) with the signal 0 sends nothing and succeeds: some jobs want that.
                IMPOSSIBLE_SIGNAL
                    .at(stated.span, "`reload` of this job does nothing: 0 is not a signal")
                    .unit_note("the unit has no `ExecReload=`")
                    .severity(Severity::Note)
            } else {
                IMPOSSIBLE_SIGNAL
                    .at(stated.span, format!("there is no signal {}", signal.0))
                    .note("init cannot send it, and `reload` does nothing")
                    .unit_note("the unit has no `ExecReload=`")
                    .help("use the name of a signal, such as `HUP`")
            };
            lowering.dropped(stated.stanza, diagnostic);
        }
        return None;
    }
    if !processes.main.is_known() {
        if let Some(stated) = &job.reload_signal {
            let diagnostic = RELOAD_WITHOUT_MAIN_PID
                .at(stated.span, "systemd does not know which process to send this to")
                .help(
                    "add `PIDFile=` and `ExecReload=` to the unit if the daemon writes a pid file",
                );
            lowering.manual(stated.stanza, &[], diagnostic);
        }
        return None;
    }
    let name = signal.name().map_or_else(|| signal.0.to_string(), str::to_owned);
    let kill = Command::new([
        Argument::Word(b"/bin/kill".to_vec()),
        Argument::Word(format!("-{name}").into_bytes()),
        Argument::Variable("MAINPID".into()),
    ]);
    if let Some(stated) = &job.reload_signal {
        lowering.exact(stated.stanza, &[Directive::ExecReload]);
    }
    Some(kill)
}

/// Whether systemd regards this status as a success by default (systemd.service(5),
/// `SuccessExitStatus=`).
pub(in crate::lower) fn is_clean(status: ExitStatus) -> bool {
    match status {
        ExitStatus::Code(code) => code == 0,
        ExitStatus::Signal(signal) => {
            [Signal::HUP, Signal::INT, Signal::TERM, Signal::PIPE].contains(&signal)
        }
    }
}

/// The name of a signal, such as `SIGQUIT`, or its number if it has no name.
pub(in crate::lower) fn signal_name(signal: Signal) -> String {
    signal.name().map_or_else(|| signal.0.to_string(), |name| format!("SIG{name}"))
}
