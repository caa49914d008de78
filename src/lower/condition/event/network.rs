//! Events of the network: `net-device-up`, `net-device-down`, `static-network-up`, and those of the
//! jobs that configure it.

use super::trigger;
use super::trigger::{Classified, Side, Trigger, value};
use crate::diagnostic::Disposition;
use crate::diagnostic::registry::NETWORK_INTERFACE_EVENT;
use crate::lower::lowering::Lowering;
use crate::upstart::condition::Event;
use crate::upstart::events::{JobState, Milestone};

/// Turns `net-device-up` and `static-network-up` into `network-online.target` (systemd.special(7)).
pub(super) fn network_up(lowering: &Lowering<'_>, event: &Event, side: Side) -> Classified {
    let interface = value(event, "IFACE", Some(0)).or_else(|| value(event, "INTERFACE", None));
    if interface == Some((false, "lo")) {
        return Classified::exact(Trigger::Given);
    }
    let diagnostic = NETWORK_INTERFACE_EVENT
        .at(event.span(), "this happens once in a boot, not for each interface")
        .label("becomes network-online.target")
        .help("put what is to be done for each interface into a hook of ifupdown, NetworkManager or networkd");
    // A service that runs does not start again for the next interface.
    let is_once = !lowering.job.is_task() && !lowering.instance.is_template();
    if side == Side::Start && is_once && interface.is_none_or(|(negated, _)| negated) {
        return Classified::exact(Trigger::Reached(Milestone::Network));
    }
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

/// Whether the event is the end of a job that failed, so that no boot has to reach it
/// (`init/job.c`, `job_emit_event`).
fn is_of_failure(event: &Event) -> bool {
    let with_failures = ["PROCESS", "EXIT_STATUS", "EXIT_SIGNAL"];
    with_failures.iter().any(|key| value(event, key, None).is_some())
        || value(event, "RESULT", Some(2)).is_some_and(|(negated, text)| negated == (text == "ok"))
}

/// Turns an event of a job that configures the network into a point of the boot that every system
/// has: network-online.target and network-pre.target (systemd.special(7)). `None` if the event is
/// the end of a service, which is no such point.
pub(super) fn network_job(
    lowering: &Lowering<'_>,
    event: &Event,
    name: &str,
    (state, side): (JobState, Side),
) -> Option<Classified> {
    if is_of_failure(event) {
        return None;
    }
    let interface = value(event, "INTERFACE", None).or_else(|| value(event, "INSTANCE", None));
    let reached = |milestone| Classified::exact(Trigger::Reached(milestone));
    let is_service = name.starts_with("network-") || name == "NetworkManager";
    let going = |message: String| {
        let diagnostic = NETWORK_INTERFACE_EVENT
            .at(event.span(), message)
            .help("to follow a certain unit, add `PartOf=` with its name");
        Classified::with(Trigger::NetworkGoes, Disposition::Approximate, diagnostic)
    };
    Some(match (side, state) {
        (Side::Start, JobState::Stopped) if is_service && name != "network-services" => {
            return None;
        }
        // A service that is up already does not start again before the next interface.
        (Side::Start, JobState::Starting)
            if name == "network-interface" && (interface.is_some() || lowering.job.is_task()) =>
        {
            let diagnostic = NETWORK_INTERFACE_EVENT
                .at(event.span(), "the unit starts once, before all interfaces, and not before each")
                .label("becomes network-pre.target")
                .help("put what is to be done for each interface into a hook of ifupdown, NetworkManager or networkd");
            Classified::with(
                Trigger::Reached(Milestone::BeforeNetwork),
                Disposition::Approximate,
                diagnostic,
            )
        }
        (Side::Start | Side::Stop, JobState::Starting) => reached(Milestone::BeforeNetwork),
        (Side::Start, JobState::Started) if interface == Some((false, "lo")) => {
            Classified::exact(Trigger::Given)
        }
        (Side::Start, JobState::Started | JobState::Stopped)
            if !lowering.job.is_task() && interface.is_none() =>
        {
            reached(Milestone::Network)
        }
        (Side::Start, JobState::Started | JobState::Stopped) => {
            let diagnostic = NETWORK_INTERFACE_EVENT
                .at(
                    event.span(),
                    format!("the unit waits for the network, whatever does the work of `{name}`"),
                )
                .label("becomes network-online.target")
                .note("it starts once in a boot, and keeps running when the network is restarted")
                .help("to follow a certain unit, add `After=` and `PartOf=` with its name");
            Classified::with(
                Trigger::Reached(Milestone::Network),
                Disposition::Approximate,
                diagnostic,
            )
        }
        (Side::Start, JobState::Stopping) => going(format!(
            "the unit does its work when the system goes down, not whenever `{name}` stops"
        )),
        (Side::Stop, JobState::Stopping | JobState::Stopped) => {
            going(format!("the unit stops when the system goes down, not whenever `{name}` stops"))
        }
        (Side::Stop, JobState::Started) => reached(Milestone::Network),
    })
}
