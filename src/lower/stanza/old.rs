//! Stanzas of Upstart before 0.5, and the defaults of that time.

use crate::diagnostic::registry::{HISTORICAL_STANZA, TASK_BY_DEFAULT};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lower::lowering::Lowering;
use crate::systemd::Section;
use crate::upstart::ast::{Expect, Historical, Phase};

/// Reports the stanzas and defaults of that time, and what became of them.
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    if job.task_by_default
        && let Some(main) = job.process(Phase::Main)
    {
        let diagnostic = TASK_BY_DEFAULT
            .at(
                job.stanzas[main.stanza.0].span,
                "this job is a task: it has neither `service` nor `respawn`",
            )
            .note("whatever starts it waits until the process has ended, as before Upstart 0.5")
            .help("add a line `service` if the process is to stay");
        lowering.diagnostics.push(diagnostic);
    }
    if let Some(pid_file) = job.pid_file.as_ref().filter(|_| job.expects() != Expect::Daemon) {
        let diagnostic = HISTORICAL_STANZA
            .at(pid_file.span, "`pid file` has no effect without `daemon`")
            .help("add a line `daemon` if the program goes to the background, or remove this one");
        lowering.dropped(pid_file.stanza, diagnostic);
    }
    for stated in &job.historical {
        let at = |message: &str| HISTORICAL_STANZA.at(stated.span, message).only_about_unit();
        let not_missed = |message: &str| Diagnostic { severity: Severity::Note, ..at(message) };
        match stated.value {
            // A job is a service by default since Upstart 0.5, and systemd makes each process the
            // leader of a session.
            Historical::Service | Historical::SessionLeader => lowering.exact(stated.stanza, &[]),
            Historical::PidBinary => {
                let diagnostic = not_missed("`pid binary` has no counterpart")
                    .note("init looked for a process that runs this program");
                lowering.dropped(
                    stated.stanza,
                    diagnostic.help("add `PIDFile=` if the daemon writes a pid file"),
                );
            }
            Historical::PidTimeout => {
                let diagnostic = not_missed("`pid timeout` has no counterpart")
                    .note("systemd waits for the pid file as long as for the start of the unit");
                lowering.dropped(
                    stated.stanza,
                    diagnostic.help("set `TimeoutStartSec=` if it is to wait less"),
                );
            }
            Historical::ManyInstances => {
                let diagnostic = at("this unit cannot be started twice")
                    .note("each start made another instance under Upstart before 0.5")
                    .help("name the instances: with `instance $NAME` the job becomes a template, `foo@NAME.service`");
                lowering.remark(
                    Section::Service,
                    &HISTORICAL_STANZA,
                    "each start of the job made another instance; this unit is there once.",
                );
                lowering.manual(stated.stanza, &[], diagnostic);
            }
            Historical::RespawnScript => {
                let diagnostic = at("`respawn script` cannot be carried over")
                    .note("it ran between the end of the main process and its next start")
                    .help("put it into `pre-start script` if it may run before each start, or into `post-stop script`");
                lowering.remark(
                    Section::Service,
                    &HISTORICAL_STANZA,
                    "respawn script is missing; it ran before each new start of the process.",
                );
                lowering.manual(stated.stanza, &[], diagnostic);
            }
        }
    }
}
