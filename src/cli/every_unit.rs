//! What the conversion changes for every job alike, which no job has to be told for itself.

use crate::diagnostic::{Rule, Severity};

pub(super) static EVERY_UNIT: Rule = Rule {
    code: "U271",
    name: "every-unit",
    severity: Severity::Note,
    explanation: "\
What is different under systemd for every job, and is not told for each of them. It counts for no
`--fail-on`.

When the main process ends, or the unit is stopped, systemd ends all processes that belong to the unit:
it sends SIGTERM, waits until the last one is gone, and sends SIGKILL after `TimeoutStopSec=`. Upstart
signalled the process group of the main process, waited for that process alone, and left alone what was
left of the others. If they are to live on, add `KillMode=process`.

`start foo KEY=VALUE` has no counterpart: `systemctl start foo` takes no variables, and the processes get
those of `env`. Where the variable is that of `instance`, its value is in the name of the unit:
`systemctl start foo@VALUE`.

The processes get what systemd adds to an environment: `LANG`, `INVOCATION_ID`, `SYSTEMD_EXEC_PID`,
`JOURNAL_STREAM`, and with `setuid` also `HOME`, `LOGNAME`, `SHELL` and `USER`. `PATH` is that of systemd.
`TERM` is set only with `--full-env`. With `setuid` and without `setgid` they are no longer in the group
of init, root.

What they print goes to the journal or a file, not to a terminal that init reads: programs may keep their
lines back until they have many.

`stop` while pre-start or post-start still runs let it come to its end under Upstart. systemd ends it with
the others.

`restart` of a job with a pre-stop never ended the main process: init started it again while pre-stop ran.
`systemctl restart` stops the unit and starts it.

`initctl emit` failed when a job failed that the event started. Starting the unit that stands for the event
succeeds all the same.

Going to another target (`telinit 3`, `systemctl isolate`) stops all that the target does not bring in: what
was started by hand, by an event, or by another job when that had started. Upstart only stopped jobs whose
`stop on` names the run level. `IgnoreOnIsolate=yes` keeps a unit.

A service that has run for long before it begins to crash is respawned once more: Upstart counts
respawns, systemd counts starts.
",
};

/// Where to read about it, as a line that ends what is said of a conversion.
pub(super) fn line() -> String {
    format!("note[{0}]: some things change for every job; `upstart2systemd explain {0}` tells which", EVERY_UNIT.code)
}
