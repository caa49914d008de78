//! A job file as written: stanzas in source order, repeated ones included, with typed values.

use std::ops::Range;

use super::condition::Condition;
use super::signal::{ExitStatus, Signal};
use crate::text::source::{Span, Spanned, SpannedWord};

/// The stanzas of one file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The stanzas in source order.
    pub stanzas: Vec<Spanned<Stanza>>,
    /// Places at which init garbles the blanks before a backslash (`nih/config.c`,
    /// `nih_config_token`). They are read here as evidently intended.
    pub mangled: Vec<Span>,
}

/// One stanza. Its span begins at the keyword and ends after the last argument, or after `end
/// script`. It never includes a comment or the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stanza {
    /// `description TEXT`: what the job is, for people.
    Description(SpannedWord),
    /// `author TEXT`: who wrote the job, for people.
    Author(SpannedWord),
    /// `version TEXT`: the version of the job, for people.
    Version(SpannedWord),
    /// `usage TEXT`: how to start the job, for people.
    Usage(SpannedWord),
    /// `env NAME=VALUE`, or `env NAME` to take the value from the environment of init.
    Env(SpannedWord),
    /// `export NAME...`: variables that the events of the job carry.
    Export(Vec<SpannedWord>),
    /// `emits EVENT...`: events that the job may emit; documentation only.
    Emits(Vec<SpannedWord>),
    /// `start on CONDITION`
    StartOn(Condition),
    /// `stop on CONDITION`
    StopOn(Condition),
    /// `manual`: init ignores the `start on` lines before it.
    Manual,
    /// `exec`, `script`, and the same after `pre-start` and the other phases.
    Process(Phase, Process),
    /// `expect`: how the main process reports that it is ready.
    Expect(Spanned<Expect>),
    /// `task`: events that start the job wait until it has finished.
    Task,
    /// `kill timeout`: seconds between the kill signal and SIGKILL.
    KillTimeout(Spanned<u32>),
    /// `kill signal`: the signal that stops the main process.
    KillSignal(Spanned<Signal>),
    /// `reload signal`: the signal that `initctl reload` sends.
    ReloadSignal(Spanned<Signal>),
    /// `respawn`: init starts the main process again if it ends by itself.
    Respawn,
    /// `respawn limit`: how often the job may respawn.
    RespawnLimit(Spanned<RespawnLimit>),
    /// `normal exit`: exit statuses and signals that are not failures.
    NormalExit(Vec<Spanned<ExitStatus>>),
    /// `instance PATTERN`: the name that tells the instances of the job apart.
    Instance(SpannedWord),
    /// `console`: the standard streams of the processes.
    Console(Spanned<Console>),
    /// `umask`: the permission bits to remove from new files, at most `0o777`.
    Umask(Spanned<u16>),
    /// `nice`: the scheduling priority, -20 to 19.
    Nice(Spanned<i8>),
    /// `oom` and `oom score` in the scale of the kernel, -1000 to 1000. Values in the older scale
    /// of `oom N` are already converted.
    Oom(Spanned<i16>),
    /// `limit RESOURCE SOFT HARD`
    Limit(Spanned<Limit>),
    /// `chroot DIRECTORY`: the root directory of the processes.
    Chroot(SpannedWord),
    /// `chdir DIRECTORY`: the working directory of the processes.
    Chdir(SpannedWord),
    /// `setuid USER`: the user that the processes run as, by name.
    Setuid(SpannedWord),
    /// `setgid GROUP`: the group that the processes run as, by name.
    Setgid(SpannedWord),
    /// `apparmor load PATH`: the profile to load before the job starts.
    ApparmorLoad(SpannedWord),
    /// `apparmor switch PROFILE`: the profile that confines the main process.
    ApparmorSwitch(SpannedWord),
    /// `cgroup`: a control group of the processes, or a setting of it.
    Cgroup(Cgroup),
    /// `debug`: each process stops itself before it runs the program, if init runs with `--debug`.
    Debug,
    /// `import NAME...`: variables that the job takes from the event that starts it. ChromeOS only.
    Import(Vec<SpannedWord>),
    /// `tmpfiles PATH...`: files of tmpfiles.d(5) that are applied before the job starts. ChromeOS
    /// only.
    Tmpfiles(Vec<SpannedWord>),
    /// `daemon`, which is `expect daemon` since 0.5.
    Daemon,
    /// `pid file PATH`: where the daemon writes the number of its process. Before 0.5 only.
    PidFile(SpannedWord),
    /// `respawn COMMAND`: `respawn` and `exec COMMAND` in one line. Before 0.3.7 only.
    RespawnCommand(Process),
    /// `start script` and `stop script`, which are pre-start and post-stop since 0.3.5.
    OldScript(Phase, Process),
    /// An old stanza without a value that matters.
    Historical(Historical),
}

/// Stanzas from before 0.5 that have no argument, or an argument that no longer matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Historical {
    /// `service`: the job is not a task.
    Service,
    /// `session leader`: each process leads a session of its own.
    SessionLeader,
    /// `pid binary PATH`: the program by which init recognises the daemon.
    PidBinary,
    /// `pid timeout SECONDS`: how long init waits for the pid file.
    PidTimeout,
    /// `instance` without a pattern: each start makes another instance.
    ManyInstances,
    /// `respawn script`: runs between the end of the main process and its next start. Before 0.3.5
    /// only.
    RespawnScript,
}

impl Stanza {
    /// The keywords of the stanza, as in [`stanza_table`](crate::upstart::stanza_table).
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

/// A point in the life of a job at which it can run a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before the main process.
    PreStart,
    /// The main process.
    Main,
    /// After the main process was started, before the job is running.
    PostStart,
    /// Before the main process is stopped.
    PreStop,
    /// After the main process has ended.
    PostStop,
}

impl Phase {
    /// All phases, in the order in which a job runs them.
    pub const ALL: [Self; 5] =
        [Self::PreStart, Self::Main, Self::PostStart, Self::PreStop, Self::PostStop];

    /// The keyword of the phase; `main` for the main process.
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

/// The stanza that gives the text of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// `exec`
    Exec,
    /// `script`
    Script,
}

/// The text that a phase runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Process {
    /// `exec COMMAND`: one line, quotes kept.
    Exec {
        /// The command. The span covers it.
        text: Spanned<String>,
        /// The offsets in the text of the blanks that stand for line ends of the source.
        folds: Vec<usize>,
    },
    /// `script ... end script`, without the indentation that all lines share.
    Script {
        /// The text. The span covers the lines of the block as written.
        text: Spanned<String>,
        /// The number of bytes removed from the front of each line.
        dedent: usize,
    },
}

impl Process {
    /// The stanza that gives the text.
    pub fn body(&self) -> Body {
        match self {
            Self::Exec { .. } => Body::Exec,
            Self::Script { .. } => Body::Script,
        }
    }

    /// The text that init passes to the shell, or splits into words.
    pub fn text(&self) -> &Spanned<String> {
        match self {
            Self::Exec { text, .. } | Self::Script { text, .. } => text,
        }
    }

    /// The offsets in the text of the blanks that stand for line ends of the source.
    pub fn folds(&self) -> &[usize] {
        match self {
            Self::Exec { folds, .. } => folds,
            Self::Script { .. } => &[],
        }
    }

    /// The place in the source of a part of the text; `range` is in bytes of the text.
    pub fn place(&self, range: &Range<usize>) -> Span {
        let text = self.text();
        match self {
            // A continuation was folded, so the place inside the command is unknown.
            Self::Exec { .. } if text.span.end - text.span.start != text.value.len() => text.span,
            Self::Exec { .. } => Span::new(
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
                // An end after a newline belongs to the line before it.
                let end = if range.end > range.start { place(range.end - 1) + 1 } else { start };
                Span::new(text.span.origin, start..end)
            }
        }
    }
}

/// `expect`: how the main process reports that it is ready (init(5), `expect`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// The process is ready as soon as it is executed.
    #[default]
    None,
    /// The process raises SIGSTOP.
    Stop,
    /// The process forks once; init follows the child.
    Fork,
    /// The process forks twice; init follows the grandchild.
    Daemon,
}

/// `console`: what the standard streams are connected to (init(5), `console`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Console {
    /// `/dev/null`.
    None,
    /// A log file of init, for standard output and standard error.
    #[default]
    Log,
    /// `/dev/console`.
    Output,
    /// `/dev/console`, as the controlling terminal.
    Owner,
}

/// How often a job may respawn (`init/job_process.c`, `job_process_catch_runaway`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RespawnLimit {
    /// Any number of times.
    Unlimited,
    /// At most `count` times within `interval` seconds. There is no limit if either is 0 or less.
    Within {
        /// The number of respawns; the first start is not among them.
        count: i32,
        /// The interval in seconds.
        interval: i32,
    },
}

/// The resource of a `limit` stanza (setrlimit(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// `as`: address space, in bytes.
    As,
    /// `core`: size of a core file, in bytes.
    Core,
    /// `cpu`: processor time, in seconds.
    Cpu,
    /// `data`: data segment, in bytes.
    Data,
    /// `fsize`: size of a file, in bytes.
    Fsize,
    /// `memlock`: locked memory, in bytes.
    Memlock,
    /// `msgqueue`: POSIX message queues, in bytes.
    Msgqueue,
    /// `nice`: the highest priority, as 20 minus the nice value.
    Nice,
    /// `nofile`: one more than the highest file descriptor.
    Nofile,
    /// `nproc`: number of processes of the user.
    Nproc,
    /// `rss`: resident memory, in bytes.
    Rss,
    /// `rtprio`: the highest real-time priority.
    Rtprio,
    /// `sigpending`: number of queued signals.
    Sigpending,
    /// `stack`: size of the stack, in bytes.
    Stack,
}

impl Resource {
    /// All resources, in the order of init(5).
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

    /// The word in the stanza.
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

    /// The resource of this name; case matters.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.name() == name)
    }
}

/// A resource limit in the unit of the resource: bytes, seconds, or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// No limit.
    Unlimited,
    /// The limit, in the unit of the resource.
    Value(u64),
}

/// `limit RESOURCE SOFT HARD`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited.
    pub resource: Resource,
    /// The limit that is enforced; a process may raise it to the hard limit.
    pub soft: Amount,
    /// The highest soft limit.
    pub hard: Amount,
}

/// `cgroup CONTROLLER [NAME] [KEY VALUE]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroup {
    /// The controller, such as `memory`.
    pub controller: SpannedWord,
    /// The name of the group, a pattern.
    pub name: Option<SpannedWord>,
    /// A key and its value, a pattern.
    pub setting: Option<(SpannedWord, SpannedWord)>,
}

impl Cgroup {
    /// The name of the group as a pattern. Without a name it is `$UPSTART_CGROUP`, which init
    /// derives from the names of the job and the instance (init(5), `cgroup`).
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("$UPSTART_CGROUP", |name| &name.value)
    }
}
