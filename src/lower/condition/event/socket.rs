//! Sockets that init listens on for a job.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::str::FromStr;

use super::trigger::{Classified, beyond, companion, of_instances, starting_unit, value, written};
use crate::lower::lowering::Lowering;
use crate::systemd::value::literal;
use crate::systemd::{Directive, Value};
use crate::upstart::condition::Event;

/// The longest path of a socket, in bytes (unix(7), "Pathname sockets").
const PATH_MAX: usize = 107;

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

fn protocol(event: &Event) -> Option<&str> {
    value(event, "PROTO", Some(0)).map(|(_, value)| value)
}

/// What systemd is to listen on. It leaves out a socket whose address it cannot read, such as one
/// with a name.
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

/// An address, or the one that means all where none is given.
fn parsed_or<A: FromStr>(text: Option<&str>, all: A) -> Option<A> {
    text.map_or(Some(all), |text| text.parse().ok())
}
