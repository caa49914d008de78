//! The languages that jobs of Upstart are written in.
//!
//! Facts: the NEWS of Upstart for what came and went in which version; the jobs of ChromiumOS's
//! platform2 for `import` and `tmpfiles`, which no release of Upstart has.

mod detect;
mod foreign_event;
mod newer_stanza;
mod old_event;

use super::ast::{Console, File};
use crate::diagnostic::Diagnostic;
use crate::text::source::Sources;

pub use detect::Sign;
pub use old_event::modern;

/// A language of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Upstart 1.13.2, the last one.
    #[default]
    Upstart113,
    /// Upstart 0.6.5, of RHEL 6, CentOS 6 and Amazon Linux 1.
    Upstart06,
    /// Upstart before 0.5, whose jobs lie in /etc/event.d: Ubuntu up to 9.04, Fedora 9 to 12. What
    /// 0.3.9 had already lost is read as well.
    Upstart03,
    /// 1.13 with the stanzas that ChromeOS added.
    ChromeOs,
}

impl Dialect {
    pub const ALL: [Self; 4] = [Self::Upstart113, Self::Upstart06, Self::Upstart03, Self::ChromeOs];

    /// What `--dialect` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upstart113 => "upstart-1.13",
            Self::Upstart06 => "0.6",
            Self::Upstart03 => "0.3",
            Self::ChromeOs => "chromeos",
        }
    }

    /// Where the output of a job goes that says nothing about it: to a file since 1.4, nowhere
    /// before.
    pub fn default_console(self) -> Console {
        match self {
            Self::Upstart113 | Self::ChromeOs => Console::Log,
            Self::Upstart06 | Self::Upstart03 => Console::None,
        }
    }

    /// Several `start on` lines mean any of them; since 0.5 the last counts.
    pub fn joins_conditions(self) -> bool {
        self == Self::Upstart03
    }

    /// A job is a task unless it says `service` or `respawn`; since 0.5 it is a service unless it
    /// says `task`.
    pub fn has_tasks_by_default(self) -> bool {
        self == Self::Upstart03
    }

    /// The version, where it is one that lacks something.
    pub(crate) fn version(self) -> Option<UpstartVersion> {
        match self {
            Self::Upstart113 | Self::ChromeOs => None,
            Self::Upstart06 => Some(UpstartVersion(0, 6, 5)),
            Self::Upstart03 => Some(UpstartVersion(0, 3, 9)),
        }
    }
}

/// A version of Upstart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UpstartVersion(pub u8, pub u8, pub u8);

impl std::fmt::Display for UpstartVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(major, minor, patch) = self;
        match (major, patch) {
            (1.., _) => write!(f, "{major}.{minor}"),
            (0, _) => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

/// What a job says that a system of its dialect does not understand, or never tells it.
pub fn check(dialect: Dialect, sources: &Sources, files: &[&File]) -> Vec<Diagnostic> {
    let Some(version) = dialect.version() else { return Vec::new() };
    let stanzas = || files.iter().flat_map(|file| &file.stanzas);
    let newer = stanzas().filter_map(|stanza| newer_stanza::check(version, sources, stanza));
    newer.chain(stanzas().flat_map(|stanza| foreign_event::check(version, &stanza.value))).collect()
}
