//! `expect`: when a service counts as started, and which of its processes is the main one.

use crate::diagnostic::registry::{EXPECTED_FORK, EXPECTED_STOP};
use crate::lower::condition::Conditions;
use crate::lower::lowering::Lowering;
use crate::lower::process::reading::ScriptUse;
use crate::systemd::value::literal;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Value};
use crate::upstart::ast::{Expect, Phase};

/// Which process systemd regards as the main process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum MainProcess {
    /// The process that systemd executes.
    Executed,
    /// The process that remains when a daemon has forked.
    Forked,
    /// No process: a daemon forks, and it is unknown which of its processes remains.
    Unknown,
}

impl MainProcess {
    /// Whether the main process is not what systemd executes, but what that leaves behind.
    pub(crate) fn forks(self) -> bool {
        match self {
            Self::Forked | Self::Unknown => true,
            Self::Executed => false,
        }
    }

    /// Whether systemd can send a signal to the main process.
    pub(crate) fn is_known(self) -> bool {
        match self {
            Self::Executed | Self::Forked => true,
            Self::Unknown => false,
        }
    }
}

/// When a unit counts as started.
pub(in crate::lower) struct Readiness {
    /// Which process is the main process.
    pub(crate) main: MainProcess,
    /// The command that waits until the main process is ready.
    pub(crate) wait: Option<Command>,
}

/// Sets the type of a service (systemd.service(5), `Type=`).
pub(in crate::lower) fn lower(
    lowering: &mut Lowering<'_>,
    readings: &[ScriptUse<'_>],
    conditions: &Conditions,
) -> Readiness {
    let job = lowering.job;
    let ready = |main| Readiness { main, wait: None };
    let Some(expect) = &job.expect else {
        started_when_executed(lowering, conditions);
        return ready(MainProcess::Executed);
    };
    match expect.value {
        Expect::None => {
            started_when_executed(lowering, conditions);
            lowering.exact(expect.stanza, &[Directive::Type]);
            ready(MainProcess::Executed)
        }
        Expect::Stop => {
            // The type stays the default. `Type=exec` would also be correct, but the command that
            // waits decides when the unit has started.
            lowering.comment(
                Directive::ExecStartPost,
                &EXPECTED_STOP,
                "waits until the program stops itself, and continues it.",
            );
            let diagnostic = EXPECTED_STOP
                .at(expect.span, "a small script waits for the program to stop itself")
                .help(
                    "if the program can use sd_notify(3), use `Type=notify` and delete the script",
                );
            lowering.approximate(expect.stanza, &[Directive::ExecStartPost], diagnostic);
            Readiness { main: MainProcess::Executed, wait: Some(wait_for_stop(lowering)) }
        }
        Expect::Fork | Expect::Daemon => {
            lowering.set(Directive::Type, Value::keyword("forking"));
            let stated = job.pid_file.as_ref().map(|stated| (stated.value.clone(), "`pid file`"));
            let in_command =
                || readings.iter().find(|reading| reading.phase == Phase::Main).and_then(pid_file);
            let pid_file = stated.or_else(|| Some((in_command()?, "the command line")));
            let mut directives = vec![Directive::Type];
            let mut diagnostic = EXPECTED_FORK.at(
                expect.span,
                "systemd counts no forks: it waits until the first process has exited",
            );
            let main = if let Some((value, path, says)) =
                pid_file.and_then(|(path, says)| Some((literal(&path)?, path, says)))
            {
                lowering.set(Directive::PidFile, value);
                if let Some(stated) = &job.pid_file {
                    lowering.exact(stated.stanza, &[Directive::PidFile]);
                }
                directives.push(Directive::PidFile);
                diagnostic = diagnostic
                    .note(format!("the main process is the one in {path}, as {says} says"))
                    .help("check that the daemon writes that file");
                MainProcess::Forked
            } else if expect.value == Expect::Daemon {
                // systemd often takes the intermediate process of a double fork for the main
                // process, and ends the unit with it (systemd.service(5), `GuessMainPID=`).
                lowering.set(Directive::GuessMainPid, Value::keyword("no"));
                directives.push(Directive::GuessMainPid);
                diagnostic = diagnostic
                    .note("no pid file shows in the command line, so systemd does not know the main process")
                    .help("add `PIDFile=` if the daemon writes a pid file, or keep it in the foreground and use `Type=exec`");
                MainProcess::Unknown
            } else {
                diagnostic = diagnostic
                    .note("the process that remains is taken as the main one")
                    .help("keep the daemon in the foreground if it can, and use `Type=exec`");
                MainProcess::Forked
            };
            lowering.comment(
                Directive::Type,
                &EXPECTED_FORK,
                &format!(
                    "was expect {}; the first process has to exit.",
                    if expect.value == Expect::Fork { "fork" } else { "daemon" }
                ),
            );
            lowering.approximate(expect.stanza, &directives, diagnostic);
            ready(main)
        }
    }
}

/// Sets the type for a job without `expect`: under Upstart its start succeeds when the program has
/// been executed (`init/job_process.c`, `job_process_close_handler`).
fn started_when_executed(lowering: &mut Lowering<'_>, conditions: &Conditions) {
    if let Some(name) = &conditions.bus_name {
        // The client that asked for the name waits until the service has acquired it
        // (systemd.service(5), `BusName=`).
        lowering.set(Directive::Type, Value::keyword("dbus"));
        lowering.set(Directive::BusName, Value::line(name));
    } else if lowering.has(Feature::TypeExec) {
        lowering.set(Directive::Type, Value::keyword("exec"));
    }
}

/// The command that waits until the main process stops itself with SIGSTOP, and continues it, as
/// init does (`init/job_process.c`, `job_process_stopped`).
fn wait_for_stop(lowering: &Lowering<'_>) -> Command {
    let script = "until grep -q \"^State:.T\" /proc/$MAINPID/status; do sleep 0.1; done; kill -CONT $MAINPID";
    let mut command = Command::words(["/bin/sh", "-e", "-c"]);
    command.argv.push(Argument::Script {
        text: script.into(),
        breaks: Vec::new(),
        joins: Vec::new(),
    });
    command.prefix =
        Prefix { literal_dollar: lowering.has(Feature::LiteralDollarPrefix), ..Prefix::default() };
    command
}

/// The pid file that the command line of a daemon names, if it names one.
fn pid_file(reading: &ScriptUse<'_>) -> Option<String> {
    let is_path = |word: &str| word.starts_with('/') && !word.contains("..");
    for command in &reading.shell.commands {
        let words: Vec<&str> =
            command.words.iter().map(|word| word.literal.as_deref().unwrap_or("")).collect();
        for (index, word) in words.iter().enumerate() {
            let (option, attached) =
                word.split_once('=').map_or((*word, None), |(option, value)| (option, Some(value)));
            let value = attached.or_else(|| words.get(index + 1).copied()).unwrap_or("");
            let named =
                ["--pidfile", "--pid-file", "--pid", "-pidfile", "--pid_file", "--pid-path"]
                    .contains(&option)
                    && is_path(value);
            let short = ["-p", "-P"].contains(&option)
                && is_path(value)
                && value.to_ascii_lowercase().ends_with(".pid");
            if named || short {
                return Some(value.to_owned());
            }
        }
    }
    None
}
