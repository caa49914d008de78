//! `respawn`, `respawn limit`, `normal exit`.

use super::context::Lowering;
use crate::ast::{ExitStatus, Phase, RespawnLimit, Signal};
use crate::diagnostic::registry::{
    IMPOSSIBLE_EXIT_STATUS, RESPAWN_BEFORE_SYSTEMD_244, RESPAWN_LIMIT_WITHOUT_RESPAWN, RESPAWN_OF_SHUTDOWN_JOB, RESPAWN_WITHOUT_MAIN,
    RETRIED_PRE_START,
};
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Section, Text, Value};

pub(super) fn lower(lowering: &mut Lowering<'_>, inverted: bool) {
    normal_exit(lowering);
    respawn(lowering, inverted);
}

fn respawn(lowering: &mut Lowering<'_>, inverted: bool) {
    let job = lowering.job;
    let Some(respawn) = &job.respawn else {
        if let Some(limit) = &job.respawn_limit {
            let diagnostic = RESPAWN_LIMIT_WITHOUT_RESPAWN
                .at(limit.span, "`respawn limit` without `respawn` has no effect")
                .note("the job is not respawned, under Upstart and under systemd")
                .help("add a line `respawn`, or delete this one");
            lowering.dropped(limit.stanza, diagnostic);
        }
        return;
    };
    let limit_stanza = job.respawn_limit.as_ref().map(|limit| limit.stanza);
    if !lowering.has_main() || inverted {
        let diagnostic = if inverted {
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
        return;
    }
    if job.is_task() && !lowering.has(Feature::RestartOneshot) {
        let diagnostic = RESPAWN_BEFORE_SYSTEMD_244
            .at(respawn.span, "systemd below 244 does not restart tasks")
            .note(format!("units are being written for systemd {}", lowering.options.systemd_version));
        lowering.remark(Section::Service, diagnostic.rule, "no Restart=on-failure: that needs systemd 244 for a task.");
        if let Some(stanza) = limit_stanza {
            lowering.ledger.record(stanza, crate::diagnostic::Disposition::Manual, &[], Some(diagnostic.rule));
        }
        lowering.manual(respawn.stanza, &[], diagnostic);
        return;
    }
    // A task that ends well is done; only a failing one is tried again.
    lowering.set(Directive::Restart, Value::keyword(if job.is_task() { "on-failure" } else { "always" }));
    lowering.set(Directive::RestartSec, Value::number(0));
    let mut limits = vec![Directive::StartLimitIntervalSec];
    match job.respawn_limit() {
        RespawnLimit::Within { count, interval } if count > 0 && interval > 0 => {
            lowering.set(Directive::StartLimitIntervalSec, Value::number(interval));
            // Upstart counts the starts that follow the first one, systemd counts that one, too.
            lowering.set(Directive::StartLimitBurst, Value::number(count.saturating_add(1)));
            limits.push(Directive::StartLimitBurst);
        }
        RespawnLimit::Unlimited | RespawnLimit::Within { .. } => lowering.set(Directive::StartLimitIntervalSec, Value::number(0)),
    }
    if let Some(stanza) = limit_stanza {
        lowering.exact(stanza, &limits);
    }
    // What systemd says of a program that cannot be executed (systemd.exec(5), "Process Exit Codes"): Upstart does not try again.
    lowering.add(Directive::RestartPreventExitStatus, Value::number(203));
    let directives = [Directive::Restart, Directive::RestartSec, Directive::RestartPreventExitStatus];
    match job.process(Phase::PreStart).filter(|_| lowering.unit.has(Directive::ExecStartPre)) {
        Some(_) if stays_down(lowering) => lowering.exact(respawn.stanza, &[directives.as_slice(), &[Directive::ExecStopPost]].concat()),
        Some(pre_start) => {
            let diagnostic = RETRIED_PRE_START
                .at(respawn.span, "systemd also restarts the unit when pre-start fails")
                .related(job.stanzas[pre_start.stanza.0].span, "Upstart gives up at once when this fails");
            lowering.approximate(respawn.stanza, &directives, diagnostic);
        }
        None => lowering.exact(respawn.stanza, &directives),
    }
}

/// Lets the unit stop itself when pre-start has failed, which keeps systemd from restarting it. Answers whether it can.
fn stays_down(lowering: &mut Lowering<'_>) -> bool {
    let forks = lowering.unit.values(Directive::Type).contains(&Value::keyword("forking"));
    let can = lowering.has(Feature::FullPrivilegesPrefix) && lowering.has(Feature::ExitCodeVariable);
    if forks || lowering.job.chroot.is_some() || !can {
        return false;
    }
    // A declined start is no failure, and is not restarted anyway.
    let declined = if lowering.unit.has(Directive::ExecCondition) { " || [ \"$SERVICE_RESULT\" = exec-condition ]" } else { "" };
    let script = format!("[ \"$EXIT_CODE\" ]{declined} || /bin/systemctl --no-block stop \"$0\"");
    let mut command = Command::new([
        Argument::Word(b"/bin/sh".to_vec()),
        Argument::Word(b"-c".to_vec()),
        Argument::Word(script.into_bytes()),
        Argument::Specifier("%n"),
    ]);
    let literal_dollar = lowering.has(Feature::LiteralDollarPrefix);
    command.prefix = Prefix { ignore_failure: true, full_privileges: true, literal_dollar };
    // Before post-stop: what follows a failing command is left out.
    lowering.unit.prepend(Directive::ExecStopPost, Value::command(&command));
    lowering.unit.comment(Directive::ExecStopPost, Text::new("When ExecStartPre= has failed, Restart= must not try again."));
    true
}

fn normal_exit(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
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

/// What systemd takes for a good end without being told (systemd.service(5), `SuccessExitStatus=`).
fn is_clean(status: ExitStatus) -> bool {
    match status {
        ExitStatus::Code(code) => code == 0,
        ExitStatus::Signal(signal) => [Signal::HUP, Signal::INT, Signal::TERM, Signal::PIPE].contains(&signal),
    }
}

/// `SIGQUIT`, or the bare number of a signal that has no name.
pub(super) fn signal_name(signal: Signal) -> String {
    signal.name().map_or_else(|| signal.0.to_string(), |name| format!("SIG{name}"))
}

/// The unit would count as failed after a stop with a signal that systemd does not take for a good end.
pub(super) fn clean_stop(lowering: &mut Lowering<'_>, signal: Signal) {
    if !is_clean(ExitStatus::Signal(signal)) && !matches!(signal, Signal(9)) {
        lowering.add(Directive::SuccessExitStatus, Value::measure(signal_name(signal)));
    }
}
