//! The family of distributions that a job is written for, as far as the job shows it.

use super::Dialect;
use super::foreign_event::is_of_debian;
use crate::upstart::condition::Event;
use crate::upstart::job::Job;
use crate::upstart::script::Scripts;

/// A family of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian and Ubuntu.
    Debian,
    /// Red Hat, `CentOS`, Fedora and Amazon Linux.
    RedHat,
}

/// Paths and programs that only one of the families has.
const OF_DEBIAN: [&str; 3] = ["/etc/default/", "start-stop-daemon", "/lib/lsb/init-functions"];
const OF_RED_HAT: [&str; 3] = ["/etc/sysconfig/", "/etc/rc.d/", "/var/lock/subsys/"];

/// The family that a job is written for. `None` if nothing shows it, or if the evidence disagrees.
pub fn family(job: &Job, scripts: &Scripts) -> Option<Family> {
    let words = || {
        let commands = scripts.iter().flat_map(|script| &script.shell.commands);
        commands.flat_map(|command| &command.words).filter_map(|word| word.literal.as_deref())
    };
    let names = |known: &[&str]| words().any(|word| known.iter().any(|part| word.contains(part)));
    let events = || {
        let conditions = [&job.start_on, &job.stop_on].into_iter().flatten();
        conditions.flat_map(|condition| condition.value.leaves())
    };
    // Red Hat 6 has 0.6.5, which refuses these stanzas.
    let is_newer = job.setuid.is_some()
        || job.setgid.is_some()
        || job.kill_signal.is_some()
        || job.reload_signal.is_some()
        || job.apparmor_load.is_some()
        || job.apparmor_switch.is_some()
        || !job.cgroups.is_empty();
    let debian = is_newer
        || names(&OF_DEBIAN)
        || events().any(|event: &Event| is_of_debian(&event.name.value));
    // The network of Red Hat is an init script, and on its successors a job of this name.
    let red_hat = job.dialect == Dialect::Upstart06
        || names(&OF_RED_HAT)
        || events().any(|event| event.job().and_then(|(job, _)| job.one()) == Some("network"));
    match (debian, red_hat) {
        (true, false) => Some(Family::Debian),
        (false, true) => Some(Family::RedHat),
        (false, false) | (true, true) => None,
    }
}
