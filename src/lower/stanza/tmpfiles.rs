//! `tmpfiles` of ChromeOS: files of tmpfiles.d(5) that init applies before pre-start.
//!
//! The arguments are the paths of files that packages install (`tmpfiles
//! /usr/lib/tmpfiles.d/tpm_manager.conf` in ChromiumOS's platform2). The unit has nothing to
//! install: a program of systemd applies them (systemd-tmpfiles(8)). Its path in `/bin` is valid on
//! systems that have it there, and on those where `/bin` is `/usr/bin`.

use crate::lower::lowering::Lowering;
use crate::lower::process::placement::Slot;
use crate::lower::shape::Shape;
use crate::systemd::{Argument, Command, Feature, Prefix};
use crate::text::bytes::encode;

/// The commands that apply the files, for this slot.
pub(in crate::lower) fn lower(
    lowering: &mut Lowering<'_>,
    shape: Shape,
    slot: Slot,
) -> Vec<Command> {
    let job = lowering.job;
    let mut commands = Vec::new();
    for stated in &job.tmpfiles {
        let mut command = if slot == Slot::FilesOfGuard {
            // Another status than 255 would skip the unit, without a failure (systemd.service(5),
            // `ExecCondition=`).
            let script = "/bin/systemd-tmpfiles --create \"$@\" || exit 255";
            Command::words(["/bin/sh", "-c", script, "sh"])
        } else {
            Command::words(["/bin/systemd-tmpfiles", "--create"])
        };
        command.argv.extend(
            stated.value.iter().map(|path| Argument::Word(encode(&path.value).into_owned())),
        );
        // The files are created as root, whatever the user of the unit.
        command.prefix = Prefix {
            ignore_failure: false,
            full_privileges: lowering.has(Feature::FullPrivilegesPrefix),
            literal_dollar: lowering.has(Feature::LiteralDollarPrefix),
        };
        lowering.exact(stated.stanza, &[slot.directive(shape)]);
        commands.push(command);
    }
    commands
}
