//! Why a unit has lines that no stanza asks for: they keep what init does in any case.

/// Why a unit has this line although no stanza asks for it, as a clause; `None` if the line explains
/// itself.
pub fn reason(line: &str) -> Option<&'static str> {
    let (name, value) = line.split_once('=')?;
    let reason = match (name, value) {
        // init/job_process.c, `job_process_spawn`: the job goes on when the program is executed.
        ("Type", "exec" | "simple") => "the job has started when its program runs",
        ("Type", "oneshot") => "the job has started when its work is done",
        ("Type", "dbus") => "the job has started when it has its name on D-Bus",
        ("RemainAfterExit", _) => "the job stays started without a process",
        // init/job_class.h, `JOB_DEFAULT_KILL_TIMEOUT`.
        ("TimeoutStopSec", "5") => "init kills after 5 seconds, systemd after 90",
        ("TimeoutStopSec", _) => "time for the commands that run when the unit stops",
        ("TimeoutStartSec", _) => "init does not limit how long a start takes",
        // init/job_class.c, `job_class_new`: the reload signal is SIGHUP.
        ("ExecReload", _) => "`initctl reload` sends SIGHUP",
        ("StartLimitIntervalSec" | "StartLimitInterval", "0") => {
            "init does not limit how often a job starts"
        }
        // init/job_class.h, `JOB_DEFAULT_RESPAWN_LIMIT` and `JOB_DEFAULT_RESPAWN_INTERVAL`.
        ("StartLimitIntervalSec" | "StartLimitInterval", _) => {
            "init gives up if a job respawns too often within this time"
        }
        ("StartLimitBurst", _) => "the number of respawns after which init gives up",
        ("SyslogIdentifier", _) => "the journal would name the shell",
        ("KillMode", "process") => "init kills the main process only",
        ("KillMode", _) => "which processes a stop kills",
        ("IgnoreSIGPIPE", _) => "init does not ignore SIGPIPE, systemd does",
        ("ExecStart", "/bin/true") => "a unit needs a command, and the job has none",
        ("Environment", value) if value.trim_start_matches('"').starts_with("UPSTART_") => {
            "init sets it, and the job reads it"
        }
        ("Environment", _) => "init has this default",
        ("Conflicts" | "Before", "shutdown.target") => {
            "the unit stops before the machine goes down"
        }
        ("DefaultDependencies", _) => "the unit starts before ordinary units",
        ("Description", _) => "from the comment or the name of the job",
        ("SuccessExitStatus", _) => "how the program ends when it is stopped",
        ("RestartPreventExitStatus", _) => "a restart cannot help here",
        ("ExecStop", _) => "keeps a stop by hand apart from a failure",
        ("ExecStopPost", _) => "keeps systemd from trying again",
        ("EnvironmentFile", _) => "variables that jobs pass on",
        _ => return None,
    };
    Some(reason)
}

/// Why a stanza that is kept exactly has no line in the unit, as a clause.
pub fn absence(stanza: &str) -> &'static str {
    match stanza {
        "author" | "version" | "usage" => "only for people; it stays in the job file",
        "emits" => "systemd has no list of events",
        "stop on" => "systemd stops every unit when the machine goes down",
        "manual" => "the unit is not enabled",
        _ => "systemd does this by default",
    }
}
