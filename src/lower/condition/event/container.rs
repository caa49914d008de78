//! Events of the detection of containers: `container`.

use super::trigger::{Classified, Trigger, value};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::UNMATCHED_VARIABLE;
use crate::text::bytes::lossy;
use crate::text::glob;
use crate::upstart::condition::Event;

/// Turns `container` into `ConditionVirtualization=` (systemd.unit(5), `ConditionVirtualization=`).
pub(super) fn container(event: &Event) -> Classified {
    match value(event, "CONTAINER", Some(0)) {
        None => Classified::exact(Trigger::Virtualization("container".to_owned())),
        Some((negated, kind)) if !glob::is_pattern(kind) => {
            // Both Upstart and systemd distinguish the containers of libvirt from others, and both
            // use the same names for the rest.
            let known = [
                "lxc",
                "lxc-libvirt",
                "openvz",
                "docker",
                "podman",
                "systemd-nspawn",
                "rkt",
                "wsl",
                "proot",
                "pouch",
            ];
            if known.contains(&kind) {
                let sign = if negated { "!" } else { "" };
                return Classified::exact(Trigger::Virtualization(format!("{sign}{kind}")));
            }
            let filter = UNMATCHED_VARIABLE
                .at(
                    event.span(),
                    format!("systemd does not know containers of the kind `{}`", lossy(kind)),
                )
                .help("read about ConditionVirtualization= in systemd.unit(5)");
            Classified::with(Trigger::Never, Disposition::Manual, filter)
        }
        Some(_) => {
            let filter = UNMATCHED_VARIABLE
                .at(event.span(), "the kind of container is not looked at")
                .note("any container will do");
            Classified::with(
                Trigger::Virtualization("container".to_owned()),
                Disposition::Approximate,
                filter,
            )
        }
    }
}
