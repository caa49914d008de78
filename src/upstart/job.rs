//! The job that init has after reading a conf and its override.

use std::collections::BTreeMap;

use super::ast::{
    Cgroup, Console, Expect, Historical, Limit, Phase, Process, Resource, RespawnLimit,
};
use super::condition::Condition;
use super::dialect::Dialect;
use super::events::is_only_of_system;
use super::signal::{ExitStatus, Signal};
use crate::text::source::{Origin, Span, SpannedWord};

/// The path of the job below the configuration directory, without `.conf`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobName(pub String);

/// A stanza in the sources of a job, numbered in the order in which init reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StanzaId(pub usize);

/// A value in a job, with its place and its stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// The place to report.
    pub span: Span,
    /// The stanza that has the value.
    pub stanza: StanzaId,
}

/// A job. A field is `None` or empty if the job has no such stanza; methods of the same name return
/// init's default in that case.
#[derive(Clone, Debug)]
pub struct Job {
    /// The name of the job.
    pub name: JobName,
    /// The dialect that the job is written in.
    pub dialect: Dialect,
    /// `description`
    pub description: Option<Stated<String>>,
    /// `author`
    pub author: Option<Stated<String>>,
    /// `version`
    pub version: Option<Stated<String>>,
    /// `usage`
    pub usage: Option<Stated<String>>,
    /// `instance`, the pattern as written.
    pub instance: Option<Stated<String>>,
    /// `start on`
    pub start_on: Option<Stated<Condition>>,
    /// `stop on`
    pub stop_on: Option<Stated<Condition>>,
    /// A `manual` with no `start on` after it.
    pub manual: Option<Stated<()>>,
    /// `emits`, one entry for each stanza.
    pub emits: Vec<Stated<Vec<SpannedWord>>>,
    /// `env`, as `NAME=VALUE` or `NAME`.
    pub env: Vec<Stated<String>>,
    /// `export`, one entry for each stanza.
    pub export: Vec<Stated<Vec<SpannedWord>>>,
    /// What each phase runs.
    pub processes: BTreeMap<Phase, Stated<Process>>,
    /// `expect`
    pub expect: Option<Stated<Expect>>,
    /// `task`
    pub task: Option<Stated<()>>,
    /// `respawn`
    pub respawn: Option<Stated<()>>,
    /// `respawn limit`
    pub respawn_limit: Option<Stated<RespawnLimit>>,
    /// `kill timeout`, in seconds.
    pub kill_timeout: Option<Stated<u32>>,
    /// `kill signal`
    pub kill_signal: Option<Stated<Signal>>,
    /// `reload signal`
    pub reload_signal: Option<Stated<Signal>>,
    /// `normal exit`, one entry for each status or signal.
    pub normal_exit: Vec<Stated<ExitStatus>>,
    /// `console`
    pub console: Option<Stated<Console>>,
    /// `umask`, at most `0o777`.
    pub umask: Option<Stated<u16>>,
    /// `nice`, -20 to 19.
    pub nice: Option<Stated<i8>>,
    /// `oom` or `oom score`, -1000 to 1000.
    pub oom: Option<Stated<i16>>,
    /// `limit`, by resource.
    pub limits: BTreeMap<Resource, Stated<Limit>>,
    /// `chroot`
    pub chroot: Option<Stated<String>>,
    /// `chdir`
    pub chdir: Option<Stated<String>>,
    /// `setuid`, the name of a user.
    pub setuid: Option<Stated<String>>,
    /// `setgid`, the name of a group.
    pub setgid: Option<Stated<String>>,
    /// `apparmor load`
    pub apparmor_load: Option<Stated<String>>,
    /// `apparmor switch`
    pub apparmor_switch: Option<Stated<String>>,
    /// `cgroup`, in the order in which the settings are first named.
    pub cgroups: Vec<Stated<Cgroup>>,
    /// `debug`
    pub debug: Option<Stated<()>>,
    /// `import`, one entry for each stanza.
    pub imports: Vec<Stated<Vec<SpannedWord>>>,
    /// `tmpfiles`, one entry for each stanza.
    pub tmpfiles: Vec<Stated<Vec<SpannedWord>>>,
    /// `pid file`
    pub pid_file: Option<Stated<String>>,
    /// Old stanzas without a value.
    pub historical: Vec<Stated<Historical>>,
    /// What the first comment of the conf says of the job, in one line.
    pub first_comment: Option<String>,
    /// Whether the job is a task by default; see [`Dialect::has_tasks_by_default`].
    pub task_by_default: bool,
    /// Every stanza of the sources, replaced ones included. A conversion has to account for each.
    pub stanzas: Vec<StanzaRecord>,
}

/// What became of one stanza of the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StanzaRecord {
    /// The keywords of the stanza.
    pub keyword: &'static str,
    /// The place of the stanza.
    pub span: Span,
    /// The stanza that replaced it.
    pub replaced_by: Option<StanzaId>,
    /// The stanza that it was combined with: the first of several `start on` lines, in a dialect
    /// that joins them.
    pub part_of: Option<StanzaId>,
}

impl Job {
    /// The place to report for the job as a whole: its first stanza.
    pub fn place(&self) -> Span {
        self.stanzas.first().map_or(Span::new(Origin::Conf, 0..0), |record| record.span)
    }

    /// Whether the stanza is in effect, because no later one replaced it.
    pub fn stands(&self, stanza: StanzaId) -> bool {
        self.stanzas.get(stanza.0).is_some_and(|record| record.replaced_by.is_none())
    }

    /// Whether a condition names an event that the init of a user's session does not know.
    pub fn is_of_system(&self) -> bool {
        let conditions = [&self.start_on, &self.stop_on].into_iter().flatten();
        conditions
            .flat_map(|condition| condition.value.leaves())
            .any(|event| is_only_of_system(&event.name.value))
    }

    /// What a phase runs.
    pub fn process(&self, phase: Phase) -> Option<&Stated<Process>> {
        self.processes.get(&phase)
    }

    /// Whether the job is a task, by a stanza or by default.
    pub fn is_task(&self) -> bool {
        self.task.is_some() || self.task_by_default
    }

    /// `expect`, or [`Expect::None`].
    pub fn expects(&self) -> Expect {
        self.expect.as_ref().map(|expect| expect.value).unwrap_or_default()
    }

    /// `console`, or the default of the dialect.
    pub fn console(&self) -> Console {
        self.console.as_ref().map_or(self.dialect.default_console(), |console| console.value)
    }

    /// Seconds between the kill signal and SIGKILL; 5 by default (init(5), `kill timeout`).
    pub fn kill_timeout(&self) -> u32 {
        self.kill_timeout.as_ref().map_or(5, |timeout| timeout.value)
    }

    /// The signal that stops the main process; SIGTERM by default (init(5), `kill signal`).
    pub fn kill_signal(&self) -> Signal {
        self.kill_signal.as_ref().map_or(Signal::TERM, |signal| signal.value)
    }

    /// The signal that `initctl reload` sends; SIGHUP by default (init(5), `reload signal`).
    pub fn reload_signal(&self) -> Signal {
        self.reload_signal.as_ref().map_or(Signal::HUP, |signal| signal.value)
    }

    /// The respawn limit; 10 respawns within 5 seconds by default (init(5), `respawn limit`).
    pub fn respawn_limit(&self) -> RespawnLimit {
        self.respawn_limit
            .as_ref()
            .map_or(RespawnLimit::Within { count: 10, interval: 5 }, |limit| limit.value)
    }
}
