//! The dialects that Upstart jobs are written in.
//!
//! Sources: the NEWS of Upstart for the versions that added and removed stanzas; the jobs of
//! ChromiumOS's platform2 for `import` and `tmpfiles`, which no release of Upstart has.

mod detect;
pub mod family;
mod foreign_event;
mod newer_stanza;
mod old_event;

use super::ast::{Console, File};
use crate::diagnostic::Diagnostic;
use crate::text::source::Sources;

pub use detect::Sign;
pub use old_event::modern;

/// The stanzas and events that a job can use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Upstart 1.13.2, the last release.
    #[default]
    Upstart113,
    /// Upstart 0.6.5, of RHEL 6, CentOS 6 and Amazon Linux 1.
    Upstart06,
    /// Upstart before 0.5, with jobs in /etc/event.d: Ubuntu up to 9.04, Fedora 9 to 12. Stanzas
    /// that 0.3.9 no longer had are accepted as well.
    Upstart03,
    /// 1.13 with the stanzas that ChromeOS added.
    ChromeOs,
}

impl Dialect {
    /// All dialects, the default first.
    pub const ALL: [Self; 4] = [Self::Upstart113, Self::Upstart06, Self::Upstart03, Self::ChromeOs];

    /// The value of `--dialect`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upstart113 => "upstart-1.13",
            Self::Upstart06 => "0.6",
            Self::Upstart03 => "0.3",
            Self::ChromeOs => "chromeos",
        }
    }

    /// The console of a job without a `console` stanza. init logs the output since 1.4, and
    /// discarded it before.
    pub fn default_console(self) -> Console {
        match self {
            Self::Upstart113 | Self::ChromeOs => Console::Log,
            Self::Upstart06 | Self::Upstart03 => Console::None,
        }
    }

    /// Whether the job starts on any of several `start on` lines. Since 0.5 only the last is used.
    pub fn joins_conditions(self) -> bool {
        self == Self::Upstart03
    }

    /// Whether a job is a task unless it has `service` or `respawn`. Since 0.5 it is a service
    /// unless it has `task`.
    pub fn has_tasks_by_default(self) -> bool {
        self == Self::Upstart03
    }

    /// The version, if it lacks something that 1.13 has.
    pub(crate) fn version(self) -> Option<UpstartVersion> {
        match self {
            Self::Upstart113 | Self::ChromeOs => None,
            Self::Upstart06 => Some(UpstartVersion(0, 6, 5)),
            Self::Upstart03 => Some(UpstartVersion(0, 3, 9)),
        }
    }
}

/// A version of Upstart: major, minor, patch.
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

/// Findings about stanzas and events of a job that a system of its dialect does not have.
pub fn check(dialect: Dialect, sources: &Sources, files: &[&File]) -> Vec<Diagnostic> {
    let Some(version) = dialect.version() else { return Vec::new() };
    let stanzas = || files.iter().flat_map(|file| &file.stanzas);
    let newer = stanzas().filter_map(|stanza| newer_stanza::check(version, sources, stanza));
    newer.chain(stanzas().flat_map(|stanza| foreign_event::check(version, &stanza.value))).collect()
}
