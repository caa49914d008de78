//! Detects the dialect of a job for which none is given.

use std::path::{Component, Path};

use super::Dialect;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::registry::DETECTED_DIALECT;
use crate::text::source::Span;
use crate::upstart::stanza_table;
use crate::upstart::stanza_table::Availability;

/// Evidence that a job is not written for 1.13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The file is in a directory `event.d`. Jobs were there before 0.5, and are in `init` since.
    EventDirectory,
    /// The job has a stanza that only ChromeOS knows.
    ChromeOsStanza,
}

impl Sign {
    /// The evidence in the path of a job file.
    pub fn of_path(path: &Path) -> Option<Self> {
        path.components()
            .any(|part| part == Component::Normal("event.d".as_ref()))
            .then_some(Self::EventDirectory)
    }

    /// The evidence in a keyword that 1.13 refuses.
    pub fn of_unknown_stanza(keyword: &str) -> Option<Self> {
        stanza_table::find(keyword)
            .is_some_and(|row| row.origin == Availability::ChromeOs)
            .then_some(Self::ChromeOsStanza)
    }

    /// The dialect that the evidence indicates.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::EventDirectory => Dialect::Upstart03,
            Self::ChromeOsStanza => Dialect::ChromeOs,
        }
    }

    /// Reports the evidence and the dialect.
    pub fn diagnostic(self, place: Span) -> Diagnostic {
        let (message, note) = match self {
            Self::EventDirectory => {
                ("this is read as a job for Upstart before 0.5", "it lies in a directory `event.d`")
            }
            Self::ChromeOsStanza => (
                "this is read as a job for the Upstart of ChromeOS",
                "no other Upstart has this stanza",
            ),
        };
        DETECTED_DIALECT.at(place, message).note(note).help(format!(
            "use `--dialect {}` to state it; this note then disappears",
            self.dialect().name()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_tells_of_old_jobs() {
        for (path, expected) in [
            ("/etc/event.d/tty1", Some(Sign::EventDirectory)),
            ("event.d", Some(Sign::EventDirectory)),
            ("image/etc/event.d/net/up", Some(Sign::EventDirectory)),
            ("/etc/init/event.d.conf", None),
            ("/etc/init/foo.conf", None),
            ("<stdin>", None),
        ] {
            assert_eq!(Sign::of_path(Path::new(path)), expected, "{path}");
        }
    }
}
