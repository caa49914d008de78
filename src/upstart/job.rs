//! The job that init would believe after reading a conf and its override.

use std::collections::BTreeMap;

use super::ast::{
    Cgroup, Console, Expect, Historical, Limit, Phase, Process, Resource, RespawnLimit,
};
use super::condition::Condition;
use super::dialect::Dialect;
use super::signal::{ExitStatus, Signal};
use crate::text::source::{Origin, Span, SpannedWord};

/// The path of the job below the configuration directory, without `.conf`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobName(pub String);

/// A stanza of the sources of a job, numbered in the order in which init reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StanzaId(pub usize);

/// A value that the job states, the place to point at, and the stanza that it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    pub value: T,
    pub span: Span,
    pub stanza: StanzaId,
}

/// `None` and empty where the job says nothing; init's defaults are in the methods.
#[derive(Clone, Debug)]
pub struct Job {
    pub name: JobName,
    pub dialect: Dialect,
    pub description: Option<Stated<String>>,
    pub author: Option<Stated<String>>,
    pub version: Option<Stated<String>>,
    pub usage: Option<Stated<String>>,
    pub instance: Option<Stated<String>>,
    pub start_on: Option<Stated<Condition>>,
    pub stop_on: Option<Stated<Condition>>,
    /// A `manual` that the job ends with: no `start on` follows it.
    pub manual: Option<Stated<()>>,
    pub emits: Vec<Stated<Vec<SpannedWord>>>,
    pub env: Vec<Stated<String>>,
    pub export: Vec<Stated<Vec<SpannedWord>>>,
    pub processes: BTreeMap<Phase, Stated<Process>>,
    pub expect: Option<Stated<Expect>>,
    pub task: Option<Stated<()>>,
    pub respawn: Option<Stated<()>>,
    pub respawn_limit: Option<Stated<RespawnLimit>>,
    pub kill_timeout: Option<Stated<u32>>,
    pub kill_signal: Option<Stated<Signal>>,
    pub reload_signal: Option<Stated<Signal>>,
    pub normal_exit: Vec<Stated<ExitStatus>>,
    pub console: Option<Stated<Console>>,
    pub umask: Option<Stated<u16>>,
    pub nice: Option<Stated<i8>>,
    pub oom: Option<Stated<i16>>,
    pub limits: BTreeMap<Resource, Stated<Limit>>,
    pub chroot: Option<Stated<String>>,
    pub chdir: Option<Stated<String>>,
    pub setuid: Option<Stated<String>>,
    pub setgid: Option<Stated<String>>,
    pub apparmor_load: Option<Stated<String>>,
    pub apparmor_switch: Option<Stated<String>>,
    pub cgroups: Vec<Stated<Cgroup>>,
    pub debug: Option<Stated<()>>,
    pub imports: Vec<Stated<Vec<SpannedWord>>>,
    pub tmpfiles: Vec<Stated<Vec<SpannedWord>>>,
    pub pid_file: Option<Stated<String>>,
    pub historical: Vec<Stated<Historical>>,
    /// The job is a task because it does not say otherwise; see [`Dialect::has_tasks_by_default`].
    pub task_by_default: bool,
    /// Every stanza of the sources, overwritten ones included: the list that has to be accounted
    /// for.
    pub stanzas: Vec<StanzaRecord>,
}

/// A stanza as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StanzaRecord {
    pub keyword: &'static str,
    pub span: Span,
    /// The stanza that took its place, where one did.
    pub replaced_by: Option<StanzaId>,
    /// The stanza that it makes one whole with: of several `start on` lines of which all count, the
    /// first.
    pub part_of: Option<StanzaId>,
}

impl Job {
    /// Where to point at for the job as a whole: its first stanza.
    pub fn place(&self) -> Span {
        self.stanzas.first().map_or(Span::new(Origin::Conf, 0..0), |record| record.span)
    }

    /// Whether no later stanza took the place of this one.
    pub fn stands(&self, stanza: StanzaId) -> bool {
        self.stanzas.get(stanza.0).is_some_and(|record| record.replaced_by.is_none())
    }

    pub fn process(&self, phase: Phase) -> Option<&Stated<Process>> {
        self.processes.get(&phase)
    }

    pub fn is_task(&self) -> bool {
        self.task.is_some() || self.task_by_default
    }

    pub fn expects(&self) -> Expect {
        self.expect.as_ref().map(|expect| expect.value).unwrap_or_default()
    }

    pub fn console(&self) -> Console {
        self.console.as_ref().map_or(self.dialect.default_console(), |console| console.value)
    }

    /// Seconds between the kill signal and SIGKILL; 5 where nothing is said.
    pub fn kill_timeout(&self) -> u32 {
        self.kill_timeout.as_ref().map_or(5, |timeout| timeout.value)
    }

    pub fn kill_signal(&self) -> Signal {
        self.kill_signal.as_ref().map_or(Signal::TERM, |signal| signal.value)
    }

    pub fn reload_signal(&self) -> Signal {
        self.reload_signal.as_ref().map_or(Signal::HUP, |signal| signal.value)
    }

    /// 10 respawns within 5 seconds where nothing is said.
    pub fn respawn_limit(&self) -> RespawnLimit {
        self.respawn_limit
            .as_ref()
            .map_or(RespawnLimit::Within { count: 10, interval: 5 }, |limit| limit.value)
    }
}
