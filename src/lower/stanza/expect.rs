//! `expect`: when a service counts as started, and which of its processes is the main one.

use crate::diagnostic::Severity;
use crate::diagnostic::registry::{EXPECTED_FORK, EXPECTED_STOP};
use crate::lower::companion_unit;
use crate::lower::condition::Conditions;
use crate::lower::lowering::Lowering;
use crate::lower::process::main_program::is_virtual_machine;
use crate::lower::process::reading::ScriptUse;
use crate::shell::program::{chain, remaining};
use crate::shell::{self, SimpleCommand, Word};
use crate::systemd::value::literal;
use crate::systemd::{Argument, Command, Directive, Feature, Prefix, Value};
use crate::text::source::Span;
use crate::upstart::ast::{Expect, Phase};
use crate::upstart::daemons;
use crate::upstart::job::Stated;

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
            let main = readings.iter().find(|reading| reading.phase == Phase::Main);
            if let Some((program, option)) = main.and_then(stays) {
                let diagnostic = EXPECTED_FORK
                    .at(expect.span, format!("`{program}` does not fork: an option keeps it in the foreground"))
                    .related(option, "by this")
                    .note("Upstart waits for the fork for ever; the unit has started once the program is executed")
                    .help("delete the `expect` stanza");
                started_when_executed(lowering, conditions);
                lowering.approximate(expect.stanza, &[Directive::Type], diagnostic);
                return ready(MainProcess::Executed);
            }
            if let Some(program) = main.and_then(never_forks) {
                lowering.set(Directive::Type, Value::keyword("forking"));
                let mut diagnostic = EXPECTED_FORK
                    .at(expect.span, format!("`{program}` stays in the foreground, and the start of the unit fails after 90 seconds"))
                    .note("systemd waits until the first process has exited; Upstart waited for the fork for ever")
                    .help("delete the `expect` stanza");
                diagnostic.severity = Severity::Warning;
                lowering.approximate(expect.stanza, &[Directive::Type], diagnostic);
                return ready(MainProcess::Forked);
            }
            forking(lowering, expect, main)
        }
    }
}

/// Sets the type for a daemon that forks.
fn forking(
    lowering: &mut Lowering<'_>,
    expect: &Stated<Expect>,
    main: Option<&ScriptUse<'_>>,
) -> Readiness {
    let job = lowering.job;
    lowering.set(Directive::Type, Value::keyword("forking"));
    let stated = job.pid_file.as_ref().map(|stated| (stated.value.clone(), "`pid file`"));
    let pid_file = stated.or_else(|| Some((main.and_then(pid_file)?, "the command line")));
    let mut directives = vec![Directive::Type];
    let diagnostic = EXPECTED_FORK
        .at(expect.span, "systemd counts no forks: it waits until the first process has exited");
    let kind = if expect.value == Expect::Fork { "fork" } else { "daemon" };
    lowering.comment(
        Directive::Type,
        &EXPECTED_FORK,
        &format!("was expect {kind}; the first process has to exit."),
    );
    let (main, wait, mut diagnostic) = if let Some((value, path, says)) =
        pid_file.and_then(|(path, says)| Some((literal(&path)?, path, says)))
    {
        lowering.set(Directive::PidFile, value);
        if let Some(stated) = &job.pid_file {
            lowering.exact(stated.stanza, &[Directive::PidFile]);
        }
        directives.push(Directive::PidFile);
        let diagnostic = diagnostic
            .note(format!("the main process is the one in {path}, by {says}"))
            .help("check that the daemon writes that file");
        (MainProcess::Forked, None, diagnostic)
    } else if expect.value == Expect::Fork {
        let diagnostic = diagnostic
            .note("the process that remains is taken as the main one")
            .help("keep the daemon in the foreground if it can, and use `Type=exec`");
        (MainProcess::Forked, None, diagnostic)
    } else if lowering.is_exact()
        && job.chroot.is_none()
        && lowering.has(Feature::FullPrivilegesPrefix)
    {
        // systemd often takes the intermediate process of a double fork for the main process, and
        // ends the unit with it (systemd.service(5), `GuessMainPID=`).
        lowering.set(Directive::PidFile, Value::keyword("/run/upstart2systemd/%n.pid"));
        lowering.comment(
            Directive::ExecStartPost,
            &EXPECTED_FORK,
            "writes the pid file, once the daemon has forked twice.",
        );
        directives.extend([Directive::PidFile, Directive::ExecStartPost]);
        let diagnostic = diagnostic
            .note("a small script looks for the process that remains, and writes its pid for systemd")
            .help("if the daemon writes a pid file itself, name that in `PIDFile=`; or keep it in the foreground and use `Type=exec`");
        (MainProcess::Forked, Some(write_pid_file(lowering)), diagnostic)
    } else {
        lowering.set(Directive::GuessMainPid, Value::keyword("no"));
        directives.push(Directive::GuessMainPid);
        let diagnostic = diagnostic
            .note("no pid file shows in the command line, so systemd does not know the main process: the unit cannot be reloaded, and an end of the main process alone is not noticed")
            .help("add `PIDFile=` if the daemon writes a pid file, or keep it in the foreground and use `Type=exec`");
        (MainProcess::Unknown, None, diagnostic)
    };
    if !main.is_known() {
        diagnostic.severity = Severity::Warning;
    }
    lowering.approximate(expect.stanza, &directives, diagnostic);
    Readiness { main, wait }
}

/// The program that the main process becomes and that is told to stay in the foreground, and the
/// place of the option.
fn stays(reading: &ScriptUse<'_>) -> Option<(String, Span)> {
    let commands = remaining(&reading.shell, reading.text(), !reading.is_script());
    commands.into_iter().find_map(|command| {
        let chain = chain(command);
        if chain.iter().any(|program| daemons::left_by_start_stop_daemon(program).is_some()) {
            return None;
        }
        let program = chain.last()?;
        let option = daemons::stays(program)?;
        Some((program.name.to_owned(), reading.span(&option.range)))
    })
}

/// The program that the main process becomes, if it is a virtual machine, which does not fork.
fn never_forks(reading: &ScriptUse<'_>) -> Option<String> {
    let commands = remaining(&reading.shell, reading.text(), !reading.is_script());
    commands.into_iter().find_map(|command| {
        let chain = chain(command);
        let starts =
            chain.iter().any(|program| daemons::left_by_start_stop_daemon(program).is_some());
        let program = chain.last().filter(|_| !starts)?;
        is_virtual_machine(reading, program, command).then(|| program.name.to_owned())
    })
}

/// `expect` of a task, which ends when the daemon does (`init/job_process.c`,
/// `job_process_terminated`). Returns the command that waits for that end: `Type=oneshot` would be
/// done when the first process exits, and systemd would end the daemon.
pub(in crate::lower) fn of_task(
    lowering: &mut Lowering<'_>,
    expect: &Stated<Expect>,
    main: Option<&ScriptUse<'_>>,
) -> Option<Command> {
    if !matches!(expect.value, Expect::Fork | Expect::Daemon)
        || main.is_none_or(|main| stays(main).is_some())
    {
        // A task counts as started when it has ended, whatever `expect` states.
        lowering.exact(expect.stanza, &[]);
        return None;
    }
    let mut diagnostic = EXPECTED_FORK
        .at(expect.span, "the first process of the task exits before its work is done");
    diagnostic.severity = Severity::Warning;
    if lowering.job.chroot.is_some() || !lowering.has(Feature::FullPrivilegesPrefix) {
        let diagnostic = diagnostic
            .note("systemd takes the task for done then, and ends all its processes")
            .help("keep the program in the foreground");
        lowering.manual(expect.stanza, &[], diagnostic);
        return None;
    }
    lowering.comment(
        Directive::ExecStartPost,
        &EXPECTED_FORK,
        "waits until the daemon has ended; whether it failed is not known.",
    );
    let diagnostic = diagnostic
        .note(
            "a small script waits for the end of what it leaves; whether that failed is not known",
        )
        .help("keep the program in the foreground, and delete the `expect` stanza");
    lowering.approximate(expect.stanza, &[Directive::ExecStartPost], diagnostic);
    Some(privileged(
        lowering,
        &format!("{REMAINING}while [ \"$(remaining)\" ]; do sleep 0.2; done\n"),
    ))
}

/// A shell function that prints the files `status` of the processes of the unit whose parent has
/// exited, but for the shell itself. The last line of the file is that of the hierarchy in which
/// systemd keeps track of units (cgroups(7), "/proc/pid/cgroup").
const REMAINING: &str = "\
    unit=$(tail -n 1 /proc/self/cgroup)\n\
    remaining() {\n\
    \x20   grep -lsxF \"$unit\" /proc/[0-9]*/cgroup | sed \"s/cgroup$/status/\" |\n\
    \x20       xargs grep -lsx \"PPid:.1\" | grep -v \"^/proc/$$/\" || :\n\
    }\n";

/// The command that writes the pid file of a daemon that has forked twice. The process between the
/// two forks also has no parent while it lives, so the script waits until nothing changes.
fn write_pid_file(lowering: &Lowering<'_>) -> Command {
    let mut command = privileged(
        lowering,
        &format!(
            "{REMAINING}\
            before= main=none\n\
            until [ \"$main\" = \"$before\" ]; do\n\
            \x20   before=$main\n\
            \x20   sleep 0.2\n\
            \x20   main=$(remaining | head -n 1)\n\
            done\n\
            mkdir -p /run/upstart2systemd\n\
            echo \"$main\" | grep -o \"[0-9]*\" >\"/run/upstart2systemd/$0.pid\"\n"
        ),
    );
    command.argv.push(Argument::Specifier("%n"));
    command
}

/// A shell script that runs as root, whoever the user of the unit is.
fn privileged(lowering: &Lowering<'_>, text: &str) -> Command {
    let text = text.trim_end();
    let script = shell::read(text);
    let mut command = Command::words(["/bin/sh", "-e", "-c"]);
    command.argv.push(Argument::Script {
        text: text.into(),
        breaks: script.breaks,
        joins: script.joins,
        ignored_comments: lowering.has(Feature::CommentWithinValue),
    });
    command.prefix = Prefix {
        full_privileges: true,
        literal_dollar: lowering.has(Feature::LiteralDollarPrefix),
        ..Prefix::default()
    };
    command
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
    let script = "while [ -e /proc/$MAINPID ]; do\n\
        \x20   grep -q \"^State:.T\" /proc/$MAINPID/status && exec kill -CONT $MAINPID\n\
        \x20   sleep 0.1\n\
        done";
    companion_unit::shell(lowering, &["-e", "-c"], script)
}

/// The arguments of a start-stop-daemon that looks at its pid file and does not write it
/// (start-stop-daemon(8), `--pidfile`).
fn looked_at(command: &SimpleCommand) -> Vec<&Word> {
    let makes = |word: &&Word| {
        word.literal.as_deref().is_some_and(|option| {
            option == "--make-pidfile"
                || option.starts_with('-') && !option.starts_with("--") && option.contains('m')
        })
    };
    chain(command)
        .iter()
        .filter(|program| program.name == "start-stop-daemon")
        .flat_map(|program| {
            let own = |word: &&Word| word.literal.as_deref() != Some("--");
            let own: Vec<&Word> = program.arguments.iter().copied().take_while(own).collect();
            if own.iter().any(makes) { Vec::new() } else { own }
        })
        .collect()
}

/// The pid file that the command line of a daemon names, if it names one.
fn pid_file(reading: &ScriptUse<'_>) -> Option<String> {
    let is_path = |word: &str| word.starts_with('/') && !word.contains("..");
    for command in &reading.shell.commands {
        let looked_at = looked_at(command);
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
            if (named || short)
                && !looked_at.iter().any(|other| other.range == command.words[index].range)
            {
                return Some(value.to_owned());
            }
        }
    }
    None
}
