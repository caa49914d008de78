//! Events of sockets that the socket bridge listens on for a job.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::str::FromStr;

use super::trigger::{Classified, beyond, companion, of_instances, starting_unit, value, written};
use crate::lower::lowering::Lowering;
use crate::systemd::value::literal;
use crate::systemd::{Directive, Value};
use crate::upstart::condition::Event;

/// The most bytes of the path of a socket (unix(7), "Pathname sockets").
const PATH_MAX: usize = 107;

/// Turns `socket` (`extra/upstart-socket-bridge.c`) into a .socket unit (systemd.socket(5)).
pub(super) fn socket(lowering: &Lowering<'_>, event: &Event) -> Classified {
    let Some(address) = address(event) else {
        let help = "give `PROTO=inet PORT=N`, with `ADDR=` and an address if need be, or `PROTO=unix PATH=/a/path`";
        return beyond(event, "there is no socket like this", help);
    };
    if !lowering.options.companions {
        let stem = lowering.name.stem();
        return companion(
            event,
            &format!("the unit {stem}.socket"),
            &format!(
                "write {stem}.socket with `[Socket] ListenStream={}` and `[Install] WantedBy=sockets.target`, and enable it instead of the service",
                address.as_str()
            ),
        );
    }
    if let Some(refused) = of_instances(lowering, event) {
        return refused;
    }
    let mut directives = vec![(Directive::ListenStream, address)];
    if protocol(event) == Some("inet6") {
        directives.push((Directive::BindIpv6Only, Value::keyword("ipv6-only")));
    }
    written(starting_unit(lowering, "socket", "Sockets of", directives, "sockets.target"))
}

/// The protocol of the socket: `inet`, `inet6` or `unix`.
fn protocol(event: &Event) -> Option<&str> {
    value(event, "PROTO", Some(0)).map(|(_, value)| value)
}

/// The value of `ListenStream=`. `None` if systemd could not read the address, for example one with
/// a host name; systemd would ignore such a socket.
pub(in crate::lower) fn address(event: &Event) -> Option<Value> {
    let get = |key, position| value(event, key, position).map(|(_, value)| value);
    let port = || get("PORT", Some(1)).and_then(|port| port.parse::<NonZeroU16>().ok());
    let ip = get("ADDR", Some(2));
    let address = match protocol(event)? {
        "inet" => format!("{}:{}", parsed_or(ip, Ipv4Addr::UNSPECIFIED)?, port()?),
        "inet6" => format!("[{}]:{}", parsed_or(ip, Ipv6Addr::UNSPECIFIED)?, port()?),
        "unix" => {
            let path = get("SOCKET_PATH", None).or_else(|| get("PATH", None))?;
            (path.starts_with(['/', '@']) && (2..=PATH_MAX).contains(&path.len()))
                .then(|| path.to_owned())?
        }
        _ => return None,
    };
    literal(&address)
}

/// The address in `text`, or `all` if there is none. `None` if it cannot be read.
fn parsed_or<A: FromStr>(text: Option<&str>, all: A) -> Option<A> {
    text.map_or(Some(all), |text| text.parse().ok())
}
