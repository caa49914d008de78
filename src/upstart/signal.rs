//! Signals and exit statuses in the notation of jobs.

use super::ast::SIGNALS;

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
