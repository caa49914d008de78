//! Events of mountall: `mounting`, `mounted`.

use super::trigger::{Classified, Side, Trigger, value};
use crate::diagnostic::registry::{EARLY_EVENT, UNMATCHED_VARIABLE};
use crate::diagnostic::{Diagnostic, Disposition};
use crate::systemd::{UnitName, escape_path};
use crate::text::bytes::encode;
use crate::text::glob;
use crate::upstart::condition::Event;
use crate::upstart::events::Milestone;

/// Whether the event comes after the mount, and not before it.
fn side_of_boot(trigger: &fn(UnitName) -> Trigger) -> bool {
    matches!(trigger(UnitName::known("x")), Trigger::Unit(_))
}

/// The finding about a `TYPE=` beside the mount point.
fn kind_is_not_looked_at(event: &Event, kind: Option<(bool, &str)>) -> Option<Diagnostic> {
    kind.filter(|(negated, pattern)| *negated || *pattern != "*").map(|_| {
        UNMATCHED_VARIABLE
            .at(event.span(), "the type of the file system is not looked at")
            .note("the unit starts with the mount, whatever its type is")
    })
}

/// Turns `mounted` or `mounting` into a mount unit or a target of file systems (systemd.mount(5)).
/// `is_work` is whether others may need the work of the job, and not only that it runs.
pub(super) fn mount(
    event: &Event,
    (side, is_work): (Side, bool),
    trigger: fn(UnitName) -> Trigger,
) -> Classified {
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
                        format!("{path} may not be a mount point, and then has no mount unit"),
                    )
                    .note("the unit is ordered with all local file systems");
                let milestone =
                    if path == "/tmp" { Milestone::Tmp } else { Milestone::LocalFilesystems };
                let mut classified =
                    Classified::with(Trigger::Reached(milestone), Disposition::Approximate, filter);
                classified.diagnostics.extend(kind_is_not_looked_at(event, kind));
                return classified;
            }
            let unit = UnitName::known(format!("{}.mount", escape_path(&encode(path))));
            let mut classified = Classified::exact(trigger(unit));
            if is_work && side_of_boot(&trigger) && side == Side::Start {
                classified = Classified::with(
                    classified.trigger,
                    Disposition::Approximate,
                    EARLY_EVENT
                        .at(event.span(), "the other file systems do not wait for this unit")
                        .note(
                            "mountall went on when the job had started, or when the task had ended",
                        )
                        .help("if something needs it before, order that after this unit"),
                );
            }
            classified.diagnostics.extend(kind_is_not_looked_at(event, kind));
            classified
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
                .at(event.span(), "systemd's units do not show which file system this is")
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
