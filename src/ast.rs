//! A job file as written: stanzas in source order, duplicates kept, values typed.

use std::ops::Range;

use crate::event::Expr;
use crate::event_table::JobState;
use crate::glob;
use crate::source::{Span, Spanned};

/// A token with quotes and escapes resolved as init resolves them.
pub type Word = Spanned<String>;

#[derive(Clone, Debug, Default)]
pub struct File {
    pub stanzas: Vec<Spanned<Stanza>>,
    /// Places where init's tokeniser would have mangled blanks before a backslash; read as evidently meant.
    pub mangled: Vec<Span>,
}

/// One stanza. The span around it runs from the keyword to the end of its last argument, or to the
/// end of `end script`; never over a comment or the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stanza {
    Description(Word),
    Author(Word),
    Version(Word),
    Usage(Word),
    Env(Word),
    Export(Vec<Word>),
    Emits(Vec<Word>),
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
    Instance(Word),
    Console(Spanned<Console>),
    /// The permission bits to take away, at most `0o777`.
    Umask(Spanned<u16>),
    /// -20 to 19.
    Nice(Spanned<i8>),
    /// The kernel's scale, -1000 to 1000; the older scale of `oom N` is already converted.
    Oom(Spanned<i16>),
    Limit(Spanned<Limit>),
    Chroot(Word),
    Chdir(Word),
    Setuid(Word),
    Setgid(Word),
    ApparmorLoad(Word),
    ApparmorSwitch(Word),
    Cgroup(Cgroup),
    Debug,
    /// Variables that the job takes from the event that starts it: ChromeOS.
    Import(Vec<Word>),
    /// Files of tmpfiles.d(5) that are applied before the job starts: ChromeOS.
    Tmpfiles(Vec<Word>),
    /// `expect daemon` before 0.5.
    Daemon,
    /// Where the daemon writes the number of its process: before 0.5.
    PidFile(Word),
    /// `respawn` and `exec` in one: before 0.3.7.
    RespawnCommand(Process),
    /// `start script` and `stop script`, which are pre-start and post-stop since 0.3.5.
    OldScript(Phase, Process),
    Historical(Historical),
}

/// Stanzas from before 0.5 that say no more than that they are there, or what nobody asks for any more.
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
    /// The keywords, as a person calls the stanza: those of [`stanza_table`](crate::stanza_table).
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
    pub const ALL: [Self; 5] = [Self::PreStart, Self::Main, Self::PostStart, Self::PreStop, Self::PostStop];

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
    /// `script ... end script`, common indentation removed. The span covers the lines of the block as
    /// written; `dedent` is the number of bytes taken from the front of each.
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
            Self::Exec(_) => Span::new(text.span.origin, text.span.start + range.start..text.span.start + range.end),
            Self::Script { dedent, .. } => {
                let place = |offset: usize| {
                    let lines = text.value.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count();
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

/// `start on` or `stop on`.
pub type Condition = Expr<Event>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub name: Word,
    pub args: Vec<Word>,
}

/// An argument of an event, split as init splits it: at the first `!=`, else at the first `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// Matches the variable of the event at the same position, whatever its name.
    Positional(&'a str),
    Equal(&'a str, &'a str),
    Unequal(&'a str, &'a str),
}

impl<'a> Argument<'a> {
    pub fn of(word: &'a str) -> Self {
        if let Some((key, value)) = word.split_once("!=") {
            Self::Unequal(key, value)
        } else if let Some((key, value)) = word.split_once('=') {
            Self::Equal(key, value)
        } else {
            Self::Positional(word)
        }
    }
}

/// How an event of jobs names its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedJob<'a> {
    /// The one job of this name.
    One(&'a str),
    /// Any job that matches a pattern, or any but those.
    Any(&'a str),
    /// With a reference to a variable: which job it is shows only when this one runs.
    Variable(&'a str),
}

impl<'a> NamedJob<'a> {
    fn of(name: &'a str, negated: bool) -> Self {
        if name.contains('$') {
            Self::Variable(name)
        } else if negated || name.is_empty() || glob::is_pattern(name) {
            Self::Any(name)
        } else {
            Self::One(name)
        }
    }

    /// The name, if it is of one job.
    pub fn one(self) -> Option<&'a str> {
        match self {
            Self::One(name) => Some(name),
            Self::Any(_) | Self::Variable(_) => None,
        }
    }
}

impl Event {
    pub fn arguments(&self) -> impl Iterator<Item = (Argument<'_>, Span)> {
        self.args.iter().map(|word| (Argument::of(&word.value), word.span))
    }

    /// The job that an event of jobs names: its first variable is `JOB`, so the job is the first argument, or has that name
    /// (`init/event_operator.c`, `event_operator_match`). `None` if the event is another one, or means every job.
    pub fn job(&self) -> Option<(NamedJob<'_>, Span)> {
        JobState::named(&self.name.value)?;
        self.arguments().enumerate().find_map(|(index, (argument, span))| {
            let job = match argument {
                Argument::Positional(name) if index == 0 => NamedJob::of(name, false),
                Argument::Equal("JOB", name) => NamedJob::of(name, false),
                Argument::Unequal("JOB", name) => NamedJob::of(name, true),
                Argument::Positional(_) | Argument::Equal(..) | Argument::Unequal(..) => return None,
            };
            Some((job, span))
        })
    }

    pub fn span(&self) -> Span {
        self.args.last().map_or(self.name.span, |last| self.name.span.to(last.span))
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

/// A signal by its number on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(pub i32);

/// Names that init knows; for a number with several, the first is the one it prints.
const SIGNALS: [(&str, i32); 35] = [
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

impl Signal {
    pub const HUP: Self = Self(1);
    pub const INT: Self = Self(2);
    pub const PIPE: Self = Self(13);
    pub const TERM: Self = Self(15);

    /// By name, with or without `SIG`; case matters.
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix("SIG").unwrap_or(name);
        SIGNALS.iter().find(|(known, _)| *known == bare).map(|&(_, number)| Self(number))
    }

    pub fn name(self) -> Option<&'static str> {
        SIGNALS.iter().find(|(_, number)| *number == self.0).map(|&(name, _)| name)
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        SIGNALS.iter().map(|&(name, _)| name)
    }
}

/// A way to end that `normal exit` calls normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExitStatus {
    Code(u32),
    Signal(Signal),
}

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
    pub controller: Word,
    pub name: Option<Word>,
    pub setting: Option<(Word, Word)>,
}

impl Cgroup {
    /// The name of the group, as a pattern: without one it is what init makes of the job's own name.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("$UPSTART_CGROUP", |name| &name.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;

    #[test]
    fn an_event_of_a_job_names_it_first_or_as_job() {
        for (text, expected) in [
            ("started foo", Some(NamedJob::One("foo"))),
            ("stopping foo bar", Some(NamedJob::One("foo"))),
            ("starting INSTANCE=bar JOB=foo", Some(NamedJob::One("foo"))),
            ("stopped JOB!=foo", Some(NamedJob::Any("foo"))),
            ("started foo*", Some(NamedJob::Any("foo*"))),
            ("started JOB=", Some(NamedJob::Any(""))),
            ("started $FOO", Some(NamedJob::Variable("$FOO"))),
            ("started INSTANCE=foo", None),
            ("started", None),
            ("runlevel foo", None),
        ] {
            let mut words = text.split(' ').map(|word| Spanned::new(word.to_owned(), Span::new(Origin::Conf, 0..0)));
            let event = Event { name: words.next().unwrap(), args: words.collect() };
            assert_eq!(event.job().map(|(job, _)| job), expected, "{text}");
        }
    }
}
