//! Events of mountall: `mounting`, `mounted`.

use super::trigger::{Classified, Trigger, value};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::UNMATCHED_VARIABLE;
use crate::systemd::{UnitName, escape_path};
use crate::text::bytes::encode;
use crate::text::glob;
use crate::upstart::condition::Event;
use crate::upstart::events::Milestone;

/// Whether the event comes after the mount, and not before it.
fn side_of_boot(trigger: &fn(UnitName) -> Trigger) -> bool {
    matches!(trigger(UnitName::known("x")), Trigger::Unit(_))
}

/// Turns `mounted` or `mounting` into a mount unit or a target of file systems (systemd.mount(5)).
pub(super) fn mount(event: &Event, trigger: fn(UnitName) -> Trigger) -> Classified {
    let place = value(event, "MOUNTPOINT", Some(1));
    let kind = value(event, "TYPE", Some(2));
    let remote = |pattern: &str| {
        pattern.starts_with("nfs") || pattern.starts_with("cifs") || pattern.starts_with("[cn]")
    };
    match (place, kind) {
        (Some((false, path)), _)
            if path.starts_with('/') && !glob::is_pattern(path) && !path.contains('$') =>
        {
            if matches!(
                path,
                "/" | "/proc"
                    | "/sys"
                    | "/dev"
                    | "/run"
                    | "/dev/pts"
                    | "/dev/shm"
                    | "/run/lock"
                    | "/var/run"
                    | "/var/lock"
                    | "/sys/fs/cgroup"
            ) {
                return Classified::exact(if side_of_boot(&trigger) {
                    Trigger::Reached(Milestone::FirstMounts)
                } else {
                    Trigger::Given
                });
            }
            if matches!(path, "/boot" | "/home" | "/opt" | "/tmp" | "/usr" | "/var" | "/var/tmp")
                && side_of_boot(&trigger)
            {
                let filter = UNMATCHED_VARIABLE
                    .at(
                        event.span(),
                        format!("{path} may be no mount of its own, and then has no mount unit"),
                    )
                    .note("the unit is ordered with all local file systems");
                let milestone =
                    if path == "/tmp" { Milestone::Tmp } else { Milestone::LocalFilesystems };
                return Classified::with(
                    Trigger::Reached(milestone),
                    Disposition::Approximate,
                    filter,
                );
            }
            let unit = UnitName::known(format!("{}.mount", escape_path(&encode(path))));
            Classified::exact(trigger(unit))
        }
        (_, Some((false, pattern))) if remote(pattern) => {
            let filter = UNMATCHED_VARIABLE
                .at(event.span(), "the type of the file system is not looked at")
                .note("the unit is ordered with all remote file systems");
            let unit =
                if side_of_boot(&trigger) { "remote-fs.target" } else { "remote-fs-pre.target" };
            Classified::with(trigger(UnitName::known(unit)), Disposition::Approximate, filter)
        }
        _ => {
            let filter = UNMATCHED_VARIABLE
                .at(event.span(), "which file system is meant cannot be told from systemd's units")
                .note("the unit is ordered with all local file systems")
                .help("name a mount point without wildcards, if there is one");
            Classified::with(
                Trigger::Reached(Milestone::LocalFilesystems),
                Disposition::Approximate,
                filter,
            )
        }
    }
}
