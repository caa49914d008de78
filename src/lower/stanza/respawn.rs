//! `respawn`, `respawn limit`, `normal exit`.

use super::expect::MainProcess;
use super::kill::{Signals, is_clean, signal_name};
use crate::diagnostic::registry::{
    IMPOSSIBLE_EXIT_STATUS, RESPAWN_BEFORE_SYSTEMD_244, RESPAWN_LIMIT_WITHOUT_RESPAWN,
    RESPAWN_OF_SHUTDOWN_JOB, RESPAWN_WITHOUT_MAIN, RETRIED_PRE_START,
};
use crate::lower::lowering::Lowering;
use crate::lower::process::Processes;
use crate::lower::shape::Shape;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Section, Value};
use crate::upstart::ast::{Phase, RespawnLimit};
use crate::upstart::signal::ExitStatus;

/// When and how often systemd restarts the unit after the end of its main process.
#[derive(Debug)]
pub(in crate::lower) struct Respawn {
    /// Whether only a failure leads to a restart. A task that succeeds is done
    /// (`init/job_process.c`, `job_process_terminated`).
    only_failing: bool,
    /// The limit on respawns.
    limit: RespawnLimit,
    /// The command that prevents a restart when pre-start has failed.
    pub(crate) stay_down: Option<Command>,
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
                .note("the job is not respawned, under Upstart and under systemd")
                .help("add a line `respawn`, or delete this one");
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
                .at(respawn.span, "there is no main process that could respawn")
                .label("has no effect")
                .help("delete the line, or give the job an `exec` or `script`")
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
            lowering.ledger.record(
                stanza,
                crate::diagnostic::Disposition::Manual,
                &[],
                Some(diagnostic.rule),
            );
        }
        lowering.manual(respawn.stanza, &[], diagnostic);
        return None;
    }
    let mut decided =
        Respawn { only_failing: job.is_task(), limit: job.respawn_limit(), stay_down: None };
    if let Some(stanza) = limit_stanza {
        let limits = [Directive::StartLimitIntervalSec, Directive::StartLimitBurst];
        lowering.exact(stanza, if decided.limit().is_some() { &limits } else { &limits[..1] });
    }
    let directives =
        [Directive::Restart, Directive::RestartSec, Directive::RestartPreventExitStatus];
    // A pre-start that may decline the start may also fail.
    let runs_first = processes.run_before() || processes.decline();
    let Some(pre_start) = job.process(Phase::PreStart).filter(|_| runs_first) else {
        lowering.exact(respawn.stanza, &directives);
        return Some(decided);
    };
    decided.stay_down = stay_down(lowering, processes);
    if decided.stay_down.is_some() {
        lowering
            .exact(respawn.stanza, &[directives.as_slice(), &[Directive::ExecStopPost]].concat());
    } else {
        let diagnostic = RETRIED_PRE_START
            .at(respawn.span, "systemd also restarts the unit when pre-start fails")
            .related(
                job.stanzas[pre_start.stanza.0].span,
                "Upstart gives up at once when this fails",
            );
        lowering.approximate(respawn.stanza, &directives, diagnostic);
    }
    Some(decided)
}

/// The command by which the unit stops itself when pre-start has failed, which prevents a restart.
/// Upstart does not respawn such a job (`init/job_process.c`, `job_process_terminated`). `None` if
/// the unit cannot do that.
fn stay_down(lowering: &Lowering<'_>, processes: &Processes) -> Option<Command> {
    let forks = match processes.main {
        MainProcess::Forked | MainProcess::Unknown => true,
        MainProcess::Executed => false,
    };
    let can =
        lowering.has(Feature::FullPrivilegesPrefix) && lowering.has(Feature::ExitCodeVariable);
    if forks || lowering.job.chroot.is_some() || !can {
        return None;
    }
    // systemd does not regard a declined start as a failure, and does not restart the unit.
    let declined =
        if processes.decline() { " || [ \"$SERVICE_RESULT\" = exec-condition ]" } else { "" };
    let script = format!("[ \"$EXIT_CODE\" ]{declined} || /bin/systemctl --no-block stop \"$0\"");
    let mut command = Command::new([
        Argument::Word(b"/bin/sh".to_vec()),
        Argument::Word(b"-c".to_vec()),
        Argument::Word(script.into_bytes()),
        Argument::Specifier("%n"),
    ]);
    let literal_dollar = lowering.has(Feature::LiteralDollarPrefix);
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, literal_dollar };
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
                    .help("a status is a number from 0 to 255");
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
