//! Events of the network: `net-device-up`, `net-device-down`, `static-network-up`.

use super::trigger;
use super::trigger::{Classified, Side, Trigger, value};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::NETWORK_INTERFACE_EVENT;
use crate::lower::lowering::Lowering;
use crate::upstart::condition::Event;
use crate::upstart::events::Milestone;

/// Turns `net-device-up` and `static-network-up` into `network-online.target` (systemd.special(7)).
pub(super) fn network_up(event: &Event, side: Side) -> Classified {
    let interface = value(event, "IFACE", Some(0)).or_else(|| value(event, "INTERFACE", None));
    if interface == Some((false, "lo")) {
        return Classified::exact(Trigger::Given);
    }
    let diagnostic = NETWORK_INTERFACE_EVENT
        .at(event.span(), "this happens once in a boot, not for each interface")
        .label("becomes network-online.target")
        .help("put what is to be done for each interface into a hook of ifupdown, NetworkManager or networkd");
    if side == Side::Stop {
        return Classified::with(Trigger::Companion, Disposition::Manual, diagnostic);
    }
    Classified::with(Trigger::Reached(Milestone::Network), Disposition::Approximate, diagnostic)
}

/// Reports `net-device-down`, for which the user has to write a hook.
pub(super) fn network_down(lowering: &Lowering<'_>, event: &Event) -> Classified {
    trigger::companion(
        event,
        "a hook that runs when an interface goes down",
        &format!(
            "call `systemctl start` or `systemctl stop {}` from /etc/network/if-down.d or a dispatcher script",
            lowering.name
        ),
    )
}
