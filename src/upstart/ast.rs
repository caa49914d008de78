//! A job file as written: stanzas in source order, duplicates kept, values typed.

use std::ops::Range;

use super::condition::Condition;
use super::signal::{ExitStatus, Signal};
use crate::text::source::{Span, Spanned, SpannedWord};

#[derive(Clone, Debug, Default)]
pub struct File {
    pub stanzas: Vec<Spanned<Stanza>>,
    /// Places where init's tokeniser would have mangled blanks before a backslash; read as
    /// evidently meant.
    pub mangled: Vec<Span>,
}

/// One stanza. The span around it runs from the keyword to the end of its last argument, or to the
/// end of `end script`; never over a comment or the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stanza {
    Description(SpannedWord),
    Author(SpannedWord),
    Version(SpannedWord),
    Usage(SpannedWord),
    Env(SpannedWord),
    Export(Vec<SpannedWord>),
    Emits(Vec<SpannedWord>),
    StartOn(Condition),
    StopOn(Condition),
    Manual,
    Process(Phase, Process),
    Expect(Spanned<Expect>),
    Task,
    KillTimeout(Spanned<u32>),
    KillSignal(Spanned<Signal>),
    ReloadSignal(Spanned<Signal>),
    Respawn,
    RespawnLimit(Spanned<RespawnLimit>),
    NormalExit(Vec<Spanned<ExitStatus>>),
    Instance(SpannedWord),
    Console(Spanned<Console>),
    /// The permission bits to take away, at most `0o777`.
    Umask(Spanned<u16>),
    /// -20 to 19.
    Nice(Spanned<i8>),
    /// The kernel's scale, -1000 to 1000; the older scale of `oom N` is already converted.
    Oom(Spanned<i16>),
    Limit(Spanned<Limit>),
    Chroot(SpannedWord),
    Chdir(SpannedWord),
    Setuid(SpannedWord),
    Setgid(SpannedWord),
    ApparmorLoad(SpannedWord),
    ApparmorSwitch(SpannedWord),
    Cgroup(Cgroup),
    Debug,
    /// Variables that the job takes from the event that starts it: ChromeOS.
    Import(Vec<SpannedWord>),
    /// Files of tmpfiles.d(5) that are applied before the job starts: ChromeOS.
    Tmpfiles(Vec<SpannedWord>),
    /// `expect daemon` before 0.5.
    Daemon,
    /// Where the daemon writes the number of its process: before 0.5.
    PidFile(SpannedWord),
    /// `respawn` and `exec` in one: before 0.3.7.
    RespawnCommand(Process),
    /// `start script` and `stop script`, which are pre-start and post-stop since 0.3.5.
    OldScript(Phase, Process),
    Historical(Historical),
}

/// Stanzas from before 0.5 that say no more than that they are there, or what nobody asks for any
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Historical {
    /// The job is not a task.
    Service,
    SessionLeader,
    PidBinary,
    PidTimeout,
    /// `instance` without a pattern: each start makes another instance.
    ManyInstances,
    /// What ran between the end of the main process and its next start: before 0.3.5.
    RespawnScript,
}

impl Stanza {
    /// The keywords, as a person calls the stanza: those of
    /// [`stanza_table`](crate::upstart::stanza_table).
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Description(_) => "description",
            Self::Author(_) => "author",
            Self::Version(_) => "version",
            Self::Usage(_) => "usage",
            Self::Env(_) => "env",
            Self::Export(_) => "export",
            Self::Emits(_) => "emits",
            Self::StartOn(_) => "start on",
            Self::StopOn(_) => "stop on",
            Self::Manual => "manual",
            Self::Process(phase, process) => match (phase, process.body()) {
                (Phase::Main, Body::Exec) => "exec",
                (Phase::Main, Body::Script) => "script",
                (Phase::PreStart, _) => "pre-start",
                (Phase::PostStart, _) => "post-start",
                (Phase::PreStop, _) => "pre-stop",
                (Phase::PostStop, _) => "post-stop",
            },
            Self::Expect(_) => "expect",
            Self::Task => "task",
            Self::KillTimeout(_) => "kill timeout",
            Self::KillSignal(_) => "kill signal",
            Self::ReloadSignal(_) => "reload signal",
            Self::Respawn | Self::RespawnCommand(_) => "respawn",
            Self::RespawnLimit(_) => "respawn limit",
            Self::NormalExit(_) => "normal exit",
            Self::Instance(_) | Self::Historical(Historical::ManyInstances) => "instance",
            Self::Console(_) => "console",
            Self::Umask(_) => "umask",
            Self::Nice(_) => "nice",
            Self::Oom(_) => "oom",
            Self::Limit(_) => "limit",
            Self::Chroot(_) => "chroot",
            Self::Chdir(_) => "chdir",
            Self::Setuid(_) => "setuid",
            Self::Setgid(_) => "setgid",
            Self::ApparmorLoad(_) => "apparmor load",
            Self::ApparmorSwitch(_) => "apparmor switch",
            Self::Cgroup(_) => "cgroup",
            Self::Debug => "debug",
            Self::Import(_) => "import",
            Self::Tmpfiles(_) => "tmpfiles",
            Self::Daemon => "daemon",
            Self::PidFile(_) => "pid file",
            Self::OldScript(Phase::PreStart, _) => "start script",
            Self::OldScript(..) => "stop script",
            Self::Historical(Historical::Service) => "service",
            Self::Historical(Historical::SessionLeader) => "session leader",
            Self::Historical(Historical::PidBinary) => "pid binary",
            Self::Historical(Historical::PidTimeout) => "pid timeout",
            Self::Historical(Historical::RespawnScript) => "respawn script",
        }
    }
}

/// A process of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    PreStart,
    Main,
    PostStart,
    PreStop,
    PostStop,
}

impl Phase {
    pub const ALL: [Self; 5] =
        [Self::PreStart, Self::Main, Self::PostStart, Self::PreStop, Self::PostStop];

    pub fn name(self) -> &'static str {
        match self {
            Self::PreStart => "pre-start",
            Self::Main => "main",
            Self::PostStart => "post-start",
            Self::PreStop => "pre-stop",
            Self::PostStop => "post-stop",
        }
    }
}

/// Which of the two ways a process was given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Exec,
    Script,
}

/// What a phase runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Process {
    /// `exec COMMAND`: one line, quotes kept. The span covers the command.
    Exec(Spanned<String>),
    /// `script ... end script`, common indentation removed. The span covers the lines of the block
    /// as written; `dedent` is the number of bytes taken from the front of each.
    Script { text: Spanned<String>, dedent: usize },
}

impl Process {
    pub fn body(&self) -> Body {
        match self {
            Self::Exec(_) => Body::Exec,
            Self::Script { .. } => Body::Script,
        }
    }

    /// What init hands to the shell, or splits into words.
    pub fn text(&self) -> &Spanned<String> {
        match self {
            Self::Exec(text) | Self::Script { text, .. } => text,
        }
    }

    /// The place in the source of a part of the text.
    pub fn place(&self, range: &Range<usize>) -> Span {
        let text = self.text();
        match self {
            // Where a continuation was folded, places inside the command are not known any more.
            Self::Exec(_) if text.span.end - text.span.start != text.value.len() => text.span,
            Self::Exec(_) => Span::new(
                text.span.origin,
                text.span.start + range.start..text.span.start + range.end,
            ),
            Self::Script { dedent, .. } => {
                let place = |offset: usize| {
                    let lines = text
                        .value
                        .as_bytes()
                        .iter()
                        .take(offset)
                        .filter(|&&byte| byte == b'\n')
                        .count();
                    text.span.start + offset + dedent * (lines + 1)
                };
                let start = place(range.start);
                // An end just behind a newline belongs to the line before.
                let end = if range.end > range.start { place(range.end - 1) + 1 } else { start };
                Span::new(text.span.origin, start..end)
            }
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    #[default]
    None,
    Stop,
    Fork,
    Daemon,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Console {
    None,
    #[default]
    Log,
    Output,
    Owner,
}

/// How often a job may respawn: at most `count` times within `interval` seconds. No limit where
/// either is 0 or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RespawnLimit {
    Unlimited,
    Within { count: i32, interval: i32 },
}

/// Names that init knows; for a number with several, the first is the one it prints.
pub(super) const SIGNALS: [(&str, i32); 35] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("IOT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("STKFLT", 16),
    ("CHLD", 17),
    ("CLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("POLL", 29),
    ("PWR", 30),
    ("SYS", 31),
    ("UNUSED", 31),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    As,
    Core,
    Cpu,
    Data,
    Fsize,
    Memlock,
    Msgqueue,
    Nice,
    Nofile,
    Nproc,
    Rss,
    Rtprio,
    Sigpending,
    Stack,
}

impl Resource {
    pub const ALL: [Self; 14] = [
        Self::As,
        Self::Core,
        Self::Cpu,
        Self::Data,
        Self::Fsize,
        Self::Memlock,
        Self::Msgqueue,
        Self::Nice,
        Self::Nofile,
        Self::Nproc,
        Self::Rss,
        Self::Rtprio,
        Self::Sigpending,
        Self::Stack,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::As => "as",
            Self::Core => "core",
            Self::Cpu => "cpu",
            Self::Data => "data",
            Self::Fsize => "fsize",
            Self::Memlock => "memlock",
            Self::Msgqueue => "msgqueue",
            Self::Nice => "nice",
            Self::Nofile => "nofile",
            Self::Nproc => "nproc",
            Self::Rss => "rss",
            Self::Rtprio => "rtprio",
            Self::Sigpending => "sigpending",
            Self::Stack => "stack",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.name() == name)
    }
}

/// A resource limit in the unit of the resource: bytes, seconds, or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Unlimited,
    Value(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub resource: Resource,
    pub soft: Amount,
    pub hard: Amount,
}

/// `cgroup CONTROLLER [NAME] [KEY VALUE]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroup {
    pub controller: SpannedWord,
    pub name: Option<SpannedWord>,
    pub setting: Option<(SpannedWord, SpannedWord)>,
}

impl Cgroup {
    /// The name of the group, as a pattern: without one it is what init makes of the job's own
    /// name.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("$UPSTART_CGROUP", |name| &name.value)
    }
}
