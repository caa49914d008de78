//! `apparmor load` and `apparmor switch`.

use crate::diagnostic::registry::PROFILE_OF_ALL_PHASES;
use crate::lower::lowering::Lowering;
use crate::systemd::{Command, Directive, Feature, Prefix, Value};
use crate::text::bytes::{encode, lossy};

/// The command that loads the profile of `apparmor load`.
pub(in crate::lower) fn load(lowering: &mut Lowering<'_>) -> Option<Command> {
    let load = lowering.job.apparmor_load.as_ref()?;
    // init does not run the parser if AppArmor is disabled. The unit does, and ignores its failure.
    let words: [&[u8]; 4] = [b"/sbin/apparmor_parser", b"-r", b"-W", &encode(&load.value)];
    let mut command = Command::words(words);
    command.prefix = Prefix {
        ignore_failure: true,
        full_privileges: lowering.has(Feature::FullPrivilegesPrefix),
        literal_dollar: false,
    };
    lowering.exact(load.stanza, &[Directive::ExecStartPre]);
    Some(command)
}

/// Turns `apparmor switch` into `AppArmorProfile=` (systemd.exec(5), `AppArmorProfile=`). init
/// switches the profile of the main process only (`init/job_process.c`,
/// `job_process_spawn_with_fd`).
pub(super) fn switch(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    if let Some(switch) = &job.apparmor_switch {
        lowering.set(Directive::AppArmorProfile, Value::line(&lossy(&switch.value)));
        if job.processes.len() > 1 {
            let diagnostic = PROFILE_OF_ALL_PHASES
                .at(switch.span, "the profile holds for all processes of the unit")
                .note("Upstart switched for the main process only")
                .help("check whether the profile allows what the other processes do");
            lowering.comment(
                Directive::AppArmorProfile,
                &PROFILE_OF_ALL_PHASES,
                "Upstart confined the main process only.",
            );
            lowering.approximate(switch.stanza, &[Directive::AppArmorProfile], diagnostic);
        } else {
            lowering.exact(switch.stanza, &[Directive::AppArmorProfile]);
        }
    }
}
