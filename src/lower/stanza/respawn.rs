//! `respawn`, `respawn limit`, `normal exit`.

use super::kill::{Signals, is_clean, signal_name};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::{
    COUNTED_STARTS, IMPOSSIBLE_EXIT_STATUS, RESPAWN_BEFORE_SYSTEMD_244,
    RESPAWN_LIMIT_WITHOUT_RESPAWN, RESPAWN_OF_SHUTDOWN_JOB, RESPAWN_WITHOUT_MAIN,
    RETRIED_PRE_START,
};
use crate::lower::companion_unit;
use crate::lower::lowering::Lowering;
use crate::lower::process::Processes;
use crate::lower::process::main_program::is_always_there;
use crate::lower::shape::Shape;
use crate::shell::{Context, SimpleCommand};
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Section, Value};
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::ast::{Phase, RespawnLimit};
use crate::upstart::job::Stated;
use crate::upstart::signal::ExitStatus;

/// When and how often systemd restarts the unit after the end of its main process.
#[derive(Debug)]
pub(in crate::lower) struct Respawn {
    /// Whether only a failure leads to a restart. A task that succeeds is done
    /// (`init/job_process.c`, `job_process_terminated`).
    only_failing: bool,
    /// The limit on respawns.
    limit: RespawnLimit,
    /// The command that prevents a restart when what runs before the main process has failed.
    pub(crate) stay_down: Option<Command>,
    /// The command that resets the count of starts when the unit is stopped.
    pub(crate) recount: Option<Command>,
    /// The statuses of the main process that prevent a restart, because a step before the program
    /// has failed.
    pub(crate) set_up_failures: Vec<u8>,
}

impl Respawn {
    /// The value of `Restart=` (systemd.service(5), `Restart=`).
    pub(crate) fn restart(&self) -> Value {
        Value::keyword(if self.only_failing { "on-failure" } else { "always" })
    }

    /// The number of respawns, and the interval for them in seconds; `None` if there is no limit.
    pub(crate) fn limit(&self) -> Option<(i32, i32)> {
        match self.limit {
            RespawnLimit::Within { count, interval } if count > 0 && interval > 0 => {
                Some((count, interval))
            }
            RespawnLimit::Unlimited | RespawnLimit::Within { .. } => None,
        }
    }

    /// Whether the limit ends a loop of crashes also with the delay of 100 ms that systemd has
    /// before each restart by default (systemd.service(5), `RestartSec=`). So does no limit.
    pub(crate) fn is_limited_by_default_delay(&self) -> bool {
        self.limit().is_none_or(|(count, interval)| {
            let (count, interval) = (i64::from(count), i64::from(interval));
            // The delays take at most half of the interval; the program takes the rest.
            count * 100 <= interval * 1000 / 2
        })
    }
}

/// The seconds that the post-stop of a service waits, if it does nothing else and the job is
/// respawned: a plain unit waits before a restart only.
pub(in crate::lower) fn delay(lowering: &Lowering<'_>) -> Option<u32> {
    let job = lowering.job;
    if lowering.is_exact() || job.respawn.is_none() || job.is_task() || !lowering.has_main() {
        return None;
    }
    let shell = &lowering.scripts.of(Phase::PostStop)?.shell;
    let [command] = shell.commands.as_slice() else { return None };
    let words: Vec<&str> =
        command.words.iter().map(|word| word.literal.as_deref()).collect::<Option<_>>()?;
    let words = words.strip_prefix(&["exec"]).unwrap_or(&words);
    let [program, seconds] = words else { return None };
    let is_plain = ["sleep", "/bin/sleep"].contains(program)
        && command.redirections.is_empty()
        && command.assignments.is_empty()
        && command.context == Context::TOP
        && shell.comments.is_empty()
        && shell.lost.is_none();
    seconds.parse().ok().filter(|_| is_plain)
}

/// Lowers `respawn` and `normal exit`. `None` if systemd does not restart the unit.
pub(in crate::lower) fn lower(
    lowering: &mut Lowering<'_>,
    shape: Shape,
    processes: &Processes,
    signals: &Signals,
) -> Option<Respawn> {
    normal_exit(lowering, signals);
    respawn(lowering, shape, processes)
}

/// Decides when and how often systemd restarts the unit.
fn respawn(lowering: &mut Lowering<'_>, shape: Shape, processes: &Processes) -> Option<Respawn> {
    let job = lowering.job;
    let Some(respawn) = &job.respawn else {
        if let Some(limit) = &job.respawn_limit {
            let diagnostic = RESPAWN_LIMIT_WITHOUT_RESPAWN
                .at(limit.span, "`respawn limit` without `respawn` has no effect")
                .note("init does not start the process again when it ends")
                .unit_note("nor does systemd")
                .help("add a line `respawn`, or remove this one");
            lowering.dropped(limit.stanza, diagnostic);
        }
        return None;
    };
    let limit_stanza = job.respawn_limit.as_ref().map(|limit| limit.stanza);
    let is_inverted = shape == Shape::Inverted;
    if !lowering.has_main() || is_inverted {
        let diagnostic = if is_inverted {
            RESPAWN_OF_SHUTDOWN_JOB
                .at(respawn.span, "a process that runs at the end of something is not respawned")
                .label("has no effect here")
                .help("let the process itself try again")
        } else {
            RESPAWN_WITHOUT_MAIN
                .at(respawn.span, "`respawn` has no effect: the job has no main process")
                .help("remove the line, or add an `exec` or `script`")
        };
        if let Some(stanza) = limit_stanza {
            lowering.dropped(stanza, diagnostic.clone());
            lowering.diagnostics.pop();
        }
        lowering.dropped(respawn.stanza, diagnostic);
        return None;
    }
    if job.is_task() && !lowering.has(Feature::RestartOneshot) {
        let diagnostic = RESPAWN_BEFORE_SYSTEMD_244
            .at(respawn.span, "systemd below 244 does not restart tasks")
            .note(format!(
                "units are being written for systemd {}",
                lowering.options.systemd_version
            ));
        lowering.remark(
            Section::Service,
            diagnostic.rule,
            "no Restart=on-failure: that needs systemd 244 for a task.",
        );
        if let Some(stanza) = limit_stanza {
            lowering.ledger.record(stanza, Disposition::Manual, &[], Some(diagnostic.rule));
        }
        lowering.manual(respawn.stanza, &[], diagnostic);
        return None;
    }
    let mut decided = Respawn {
        only_failing: job.is_task(),
        limit: job.respawn_limit(),
        stay_down: None,
        recount: None,
        set_up_failures: Vec::new(),
    };
    // A limit ends the loop of a unit that cannot be set up.
    if lowering.is_exact() || decided.limit().is_none() {
        decided.set_up_failures = set_up_failures(lowering, processes);
    }
    if let Some(stanza) = limit_stanza {
        let limits = [Directive::StartLimitIntervalSec, Directive::StartLimitBurst];
        lowering.exact(stanza, if decided.limit().is_some() { &limits } else { &limits[..1] });
        decided.recount = recount(lowering, &decided, processes);
    }
    let mut directives = vec![Directive::Restart];
    if lowering.is_exact() || !decided.is_limited_by_default_delay() {
        directives.push(Directive::RestartSec);
    }
    if !decided.set_up_failures.is_empty() {
        directives.push(Directive::RestartPreventExitStatus);
    }
    let prepares = processes.run_before() || processes.decline();
    // A program that cannot be executed fails so fast that a limit soon ends the loop.
    let is_endless = decided.limit().is_none();
    if lowering.is_exact()
        && (prepares || processes.main.forks() && is_endless && may_be_missing(lowering, processes))
    {
        decided.stay_down = stay_down(lowering, processes);
    }
    let Some(pre_start) = job.process(Phase::PreStart).filter(|_| prepares) else {
        if decided.stay_down.is_some() {
            directives.push(Directive::ExecStopPost);
        }
        lowering.exact(respawn.stanza, &directives);
        return Some(decided);
    };
    let pre_start = job.stanzas[pre_start.stanza.0].span;
    prepared(lowering, respawn, (pre_start, processes.decline()), (&decided, directives));
    Some(decided)
}

/// The longest interval, in seconds, in which starts by hand do not reach the limit: it is the
/// default of systemd (systemd-system.conf(5), `DefaultStartLimitIntervalSec=`).
const SHORT: i32 = 10;

/// Reports a limit that starts by hand can reach, and returns the command that keeps them from it.
/// systemd counts every start; Upstart counts respawns only (`init/job_process.c`,
/// `job_process_catch_runaway`).
fn recount(
    lowering: &mut Lowering<'_>,
    decided: &Respawn,
    processes: &Processes,
) -> Option<Command> {
    let limit = lowering.job.respawn_limit.as_ref()?;
    let (_, interval) = decided.limit().filter(|(_, interval)| *interval > SHORT)?;
    let resets = lowering.is_exact()
        && lowering.job.chroot.is_none()
        && lowering.has(Feature::FullPrivilegesPrefix)
        && processes.main.is_known()
        && !lowering.job.is_task();
    let diagnostic = COUNTED_STARTS.at(
        limit.span,
        format!("once the limit is reached, `systemctl start` fails for up to {interval} seconds"),
    );
    let diagnostic = if resets {
        diagnostic.note("Upstart started the job at once; a stop by hand resets the count")
    } else {
        diagnostic.note("systemd counts starts by hand as well; Upstart did not")
    };
    let limits = [Directive::StartLimitIntervalSec, Directive::StartLimitBurst];
    let help = format!(
        "run `systemctl reset-failed {}` to let it start again",
        lowering.name.instance_escaped("NAME")
    );
    lowering.approximate(limit.stanza, &limits, diagnostic.help(help));
    if !resets {
        return None;
    }
    lowering.ledger.record(limit.stanza, Disposition::Approximate, &[Directive::ExecStop], None);
    // MAINPID is not set when the main process has ended by itself (systemd.service(5),
    // `ExecStop=`).
    let script = "[ -z \"$MAINPID\" ] || /bin/systemctl reset-failed \"$0\"";
    let mut command = Command::words(["/bin/sh", "-c", script]);
    command.argv.push(Argument::Specifier("%n"));
    let literal_dollar = lowering.has(Feature::LiteralDollarPrefix);
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, literal_dollar };
    Some(command)
}

/// Records what became of `respawn` in a job with a pre-start.
fn prepared(
    lowering: &mut Lowering<'_>,
    respawn: &Stated<()>,
    (pre_start, declines): (Span, bool),
    (decided, mut directives): (&Respawn, Vec<Directive>),
) {
    let job = lowering.job;
    let is_endless = decided.limit().is_none();
    if decided.stay_down.is_some() {
        directives.push(Directive::ExecStopPost);
    }
    let missing = [(&job.setuid, "user"), (&job.chdir, "directory")]
        .into_iter()
        .find_map(|(stated, what)| Some((stated.as_ref()?, what)));
    match missing {
        // A command that decides whether the unit starts has the same steps before it, and systemd
        // takes their failure for a no (systemd.service(5), `ExecCondition=`).
        Some((stated, what)) if is_endless && declines => {
            let message = format!(
                "the unit is skipped without a failure while its {what} `{}` is missing",
                lossy(&stated.value)
            );
            let diagnostic = RETRIED_PRE_START
                .at(respawn.span, message)
                .related(stated.span, "under Upstart the start fails when this fails");
            lowering.approximate(respawn.stanza, &directives, diagnostic);
            if decided.stay_down.is_none() && !only_prepares(lowering) {
                retried(lowering, respawn, pre_start, (is_endless, directives));
            }
        }
        // systemd cannot run the command that stops the unit either.
        Some((stated, what)) if is_endless && decided.stay_down.is_some() => {
            let message = format!(
                "systemd starts the unit again and again while its {what} `{}` is missing",
                lossy(&stated.value)
            );
            let diagnostic = RETRIED_PRE_START
                .at(respawn.span, message)
                .related(stated.span, "Upstart gives up at once when this fails")
                .help("set a limit, such as `respawn limit 10 5`");
            lowering.approximate(respawn.stanza, &directives, diagnostic);
        }
        _ if decided.stay_down.is_some() || only_prepares(lowering) => {
            lowering.exact(respawn.stanza, &directives);
        }
        _ => retried(lowering, respawn, pre_start, (is_endless, directives)),
    }
}

/// Reports that systemd starts the unit again when its pre-start has failed.
fn retried(
    lowering: &mut Lowering<'_>,
    respawn: &Stated<()>,
    pre_start: Span,
    (is_endless, directives): (bool, Vec<Directive>),
) {
    let message = if is_endless {
        "systemd also restarts the unit when pre-start fails, again and again"
    } else {
        "systemd also restarts the unit when pre-start fails, up to the limit"
    };
    let diagnostic = RETRIED_PRE_START
        .at(respawn.span, message)
        .related(pre_start, "Upstart gives up at once when this fails");
    lowering.approximate(respawn.stanza, &directives, diagnostic);
}

/// Commands that make or remove what the program needs, and hardly ever fail.
const PREPARING: [&str; 20] = [
    ".", ":", "[", "cd", "chgrp", "chmod", "chown", "echo", "exit", "export", "install", "ln",
    "mkdir", "rm", "rmdir", "set", "test", "touch", "true", "umask",
];

/// Whether pre-start only prepares files and directories, or does not end at what fails in it.
fn only_prepares(lowering: &Lowering<'_>) -> bool {
    let Some(script) = lowering.scripts.of(Phase::PreStart) else { return true };
    let prepares = |command: &SimpleCommand| {
        let words: Vec<Option<&str>> =
            command.words.iter().map(|word| word.literal.as_deref()).collect();
        match words.as_slice() {
            [] => true,
            [Some("exit"), Some(status)] => *status == "0",
            [Some("exec"), Some(name), ..] | [Some(name), ..] => {
                let name = name.rsplit('/').next().unwrap_or(name);
                PREPARING.contains(&name) || command.context.has(Context::TESTED)
            }
            [None, ..] => command.context.has(Context::TESTED),
        }
    };
    script.shell.lost.is_none() && script.shell.commands.iter().all(prepares)
}

/// The statuses by which systemd reports that a step before the program has failed, for the steps
/// that the unit has (systemd.exec(5), "Process Exit Codes"). Upstart does not respawn such a job:
/// its goal becomes stop (`init/job.c`, `job_child_error_handler`).
fn set_up_failures(lowering: &Lowering<'_>, processes: &Processes) -> Vec<u8> {
    // What systemd executes for a daemon that forks is not the main process, whose status counts.
    if processes.main.forks() {
        return Vec::new();
    }
    let job = lowering.job;
    let is_root = |path: &str| path.bytes().all(|byte| byte == b'/');
    [
        (200, job.chdir.as_ref().is_some_and(|stated| !is_root(&stated.value))),
        (201, job.nice.is_some()),
        (203, may_be_missing(lowering, processes)),
        (205, !job.limits.is_empty()),
        (206, job.oom.is_some()),
        (210, job.chroot.as_ref().is_some_and(|stated| !is_root(&stated.value))),
        (216, job.setgid.is_some()),
        (217, job.setuid.is_some()),
        (231, job.apparmor_switch.is_some()),
    ]
    .into_iter()
    .filter_map(|(status, has_step)| has_step.then_some(status))
    .collect()
}

/// Whether systemd may not find what it executes as the main process. If a shell or env(1) does not
/// find the program, the process has run, for Upstart as well.
fn may_be_missing(lowering: &Lowering<'_>, processes: &Processes) -> bool {
    lowering.job.chroot.is_some() || !processes.commands.main_program().is_some_and(is_always_there)
}

/// The command by which the unit stops itself when the main process was not started, which prevents
/// a restart. Upstart does not respawn such a job (`init/job_process.c`, `job_process_terminated`).
/// `None` if the unit cannot do that.
fn stay_down(lowering: &Lowering<'_>, processes: &Processes) -> Option<Command> {
    let can =
        lowering.has(Feature::FullPrivilegesPrefix) && lowering.has(Feature::ExitCodeVariable);
    if lowering.job.chroot.is_some() || !can {
        return None;
    }
    // systemd does not regard a declined start as a failure, and does not restart the unit.
    let declined = "[ \"$SERVICE_RESULT\" = exec-condition ]";
    let stop = "/bin/systemctl --no-block stop \"$0\"";
    let script = if processes.main.forks() {
        // The first process of a daemon is not the main process, so EXIT_CODE says nothing of it.
        // systemd shows how its command has ended: not at all, or before the program.
        let mut ends = String::from("*\"status=0/0 }\"");
        if may_be_missing(lowering, processes) {
            ends.push_str(" | *\"status=203 }\"");
        }
        let but = if processes.decline() { format!("{declined} || ") } else { String::new() };
        format!(
            "{but}case $(/bin/systemctl show -p ExecStart \"$0\") in\n    {ends}) {stop} ;;\nesac"
        )
    } else {
        let but = if processes.decline() { format!(" || {declined}") } else { String::new() };
        format!("[ \"$EXIT_CODE\" ]{but} || {stop}")
    };
    let mut command = companion_unit::shell(lowering, &["-c"], &script);
    command.argv.push(Argument::Specifier("%n"));
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, ..command.prefix };
    Some(command)
}

/// Turns `normal exit` into `SuccessExitStatus=` and `RestartPreventExitStatus=`.
fn normal_exit(lowering: &mut Lowering<'_>, signals: &Signals) {
    let job = lowering.job;
    if let Some(signal) = signals.unclean {
        // Without this, systemd would regard the unit as failed after a stop by this signal.
        lowering.add(Directive::SuccessExitStatus, Value::measure(signal_name(signal)));
    }
    let respawns = job.respawn.is_some() && lowering.has_main();
    for stated in &job.normal_exit {
        let word = match stated.value {
            ExitStatus::Code(code) if code > 255 => {
                let diagnostic = IMPOSSIBLE_EXIT_STATUS
                    .at(stated.span, format!("no process ends with status {code}"))
                    .help("use a number from 0 to 255");
                lowering.dropped(stated.stanza, diagnostic);
                continue;
            }
            ExitStatus::Code(code) => code.to_string(),
            ExitStatus::Signal(signal) => signal_name(signal),
        };
        let mut directives = Vec::new();
        if !is_clean(stated.value) {
            lowering.add(Directive::SuccessExitStatus, Value::measure(&word));
            directives.push(Directive::SuccessExitStatus);
        }
        if respawns && !(job.is_task() && stated.value == ExitStatus::Code(0)) {
            lowering.add(Directive::RestartPreventExitStatus, Value::measure(&word));
            directives.push(Directive::RestartPreventExitStatus);
        }
        lowering.exact(stated.stanza, &directives);
    }
}
