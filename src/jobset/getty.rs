//! The jobs that wait for a login on a terminal, and the units of systemd that do so now.

use std::borrow::Cow;

/// The programs that such a job runs.
pub(super) const PROGRAMS: [&str; 6] =
    ["getty", "agetty", "mingetty", "mgetty", "fgetty", "rungetty"];

/// The beginnings of the names of terminals that are not virtual consoles: serial lines, and the
/// consoles of hypervisors.
const SERIAL: [&str; 8] = ["ttyS", "ttyAMA", "ttyUSB", "ttyO", "ttymxc", "hvc", "hvsi", "xvc"];

/// The unit for the terminal that a job is named after. It is a template if the job has an instance
/// for each terminal, or finds the terminal itself: `tty` and `serial` of Red Hat, `tty-serial` of
/// Debian. systemd-getty-generator(8) tells which of the units systemd starts.
pub(crate) fn unit(job: &str) -> Option<Cow<'static, str>> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match job {
        "console" => Some("console-getty.service".into()),
        "tty" => Some("getty@.service".into()),
        "serial" | "tty-serial" => Some("serial-getty@.service".into()),
        _ if job.strip_prefix("tty").is_some_and(is_number) => {
            Some(format!("getty@{job}.service").into())
        }
        _ => SERIAL
            .iter()
            .any(|prefix| job.strip_prefix(prefix).is_some_and(is_number))
            .then(|| format!("serial-getty@{job}.service").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn terminals_have_units() {
        for (job, expected) in [
            ("tty1", Some("getty@tty1.service")),
            ("tty12", Some("getty@tty12.service")),
            ("ttyS0", Some("serial-getty@ttyS0.service")),
            ("hvc0", Some("serial-getty@hvc0.service")),
            ("console", Some("console-getty.service")),
            ("tty", Some("getty@.service")),
            ("serial", Some("serial-getty@.service")),
            ("ttyd", None),
            ("tty1x", None),
            ("hvc", None),
        ] {
            assert_eq!(unit(job).as_deref(), expected, "{job}");
        }
    }
}
