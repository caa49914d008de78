//! Finds a job that prepares something for another one, which does not wait for it.

use crate::diagnostic::registry::ONE_SHOT_WITHOUT_TASK;
use crate::diagnostic::{Diagnostic, Rule};
use crate::lint::Subject;
use crate::lint::check::Lint;
use crate::shell::SimpleCommand;
use crate::shell::program;
use crate::text::bytes::lossy;
use crate::upstart::ast::{Expect, Phase};

pub(in crate::lint) static LINT: Lint = Lint { rule: &ONE_SHOT_WITHOUT_TASK, check };

/// Programs that do their work and end.
const SHORT: [&str; 55] = [
    "apparmor_parser",
    "blkid",
    "brctl",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "dd",
    "depmod",
    "dmsetup",
    "ethtool",
    "fsck",
    "hostname",
    "hwclock",
    "ifconfig",
    "ifup",
    "insmod",
    "install",
    "ip",
    "ip6tables",
    "ip6tables-restore",
    "ipset",
    "iptables",
    "iptables-restore",
    "iw",
    "iwconfig",
    "kill",
    "killall",
    "ldconfig",
    "ln",
    "mkdir",
    "mkfifo",
    "mkfs",
    "mknod",
    "mkswap",
    "modprobe",
    "mount",
    "mv",
    "pkill",
    "rm",
    "rmdir",
    "rmmod",
    "route",
    "rsync",
    "sed",
    "setfacl",
    "setserial",
    "swapoff",
    "swapon",
    "sync",
    "sysctl",
    "touch",
    "tune2fs",
    "umount",
    "umountall",
];

/// Commands of the shell, and programs that only print or look, which decide nothing.
const HARMLESS: [&str; 22] = [
    ".", ":", "[", "break", "cat", "cd", "continue", "cut", "date", "echo", "exit", "export",
    "grep", "logger", "printf", "read", "set", "sleep", "status", "test", "true", "umask",
];

fn check(subject: &Subject<'_>, rule: &'static Rule, found: &mut Vec<Diagnostic>) {
    let job = subject.job;
    let Some(start) = &job.start_on else { return };
    if job.is_task() || job.respawn.is_some() || job.expects() != Expect::None {
        return;
    }
    let Some(script) = subject.script(Phase::Main) else { return };
    let reading = script.reading;
    let kinds: Vec<Kind> = reading.commands.iter().map(kind).collect();
    let ends = reading.lost.is_none()
        && reading.background.is_empty()
        && reading.functions.is_empty()
        && kinds.contains(&Kind::Short)
        && !kinds.contains(&Kind::Unknown)
        && !script.text().contains("while true")
        && !script.text().contains("while :");
    if !ends {
        return;
    }
    let leaves = start.value.leaves();
    let starting = leaves.iter().filter(|event| event.name.value == "starting");
    let Some((event, other)) =
        starting.into_iter().find_map(|event| Some((event, event.job()?.0.one()?)))
    else {
        return;
    };
    let other = lossy(other);
    let Some(record) = job.stanzas.get(start.stanza.0) else { return };
    let place = subject.lines(record.span);
    let diagnostic = rule
        .at(event.span(), format!("`{other}` does not wait until this job has done its work"))
        .note(format!("the job is a service to init: `{other}` starts as soon as its process runs"))
        .help("add `task`");
    let written = subject.written(place);
    found.push(if written.ends_with('\n') {
        diagnostic.changing_edit(place, format!("{written}task\n"))
    } else {
        diagnostic
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Short,
    Harmless,
    Unknown,
}

fn kind(command: &SimpleCommand) -> Kind {
    if command.words.is_empty() {
        return Kind::Harmless;
    }
    match program::chain(command).last().map(|program| program.name) {
        Some(name) if SHORT.contains(&name) => Kind::Short,
        Some(name) if HARMLESS.contains(&name) => Kind::Harmless,
        Some(_) | None => Kind::Unknown,
    }
}
