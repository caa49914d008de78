//! Signals and exit statuses in the notation of jobs.

/// The signal names that init knows. For a number with several names, init prints the first
/// (`nih/signal.c`).
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

/// A signal by its number on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(pub i32);

impl Signal {
    /// SIGHUP
    pub const HUP: Self = Self(1);
    /// SIGINT
    pub const INT: Self = Self(2);
    /// SIGPIPE
    pub const PIPE: Self = Self(13);
    /// SIGTERM
    pub const TERM: Self = Self(15);

    /// The signal of this name, with or without `SIG`; case matters.
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix("SIG").unwrap_or(name);
        SIGNALS.iter().find(|(known, _)| *known == bare).map(|&(_, number)| Self(number))
    }

    /// The name without `SIG`. `None` for a number that init has no name for.
    pub fn name(self) -> Option<&'static str> {
        SIGNALS.iter().find(|(_, number)| *number == self.0).map(|&(name, _)| name)
    }

    /// All names that init knows, without `SIG`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SIGNALS.iter().map(|&(name, _)| name)
    }
}

/// A way for a process to end that `normal exit` does not treat as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExitStatus {
    /// An exit status. init accepts numbers above 255, which no process can return.
    Code(u32),
    /// A signal that ends the process.
    Signal(Signal),
}
