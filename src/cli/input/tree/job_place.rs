//! Which configuration directory a directory of a tree belongs to.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The configuration directory of Upstart since 0.5.
pub(super) const INIT: &str = "init";

/// That of Upstart before 0.5.
pub(super) const EVENT_D: &str = "event.d";

/// That of the sessions of users; also where repositories keep jobs.
const UPSTART: &str = "upstart";

/// The directory below that of [`UPSTART`] in /usr/share, which has the jobs of sessions.
const SESSIONS: &str = "sessions";

/// What a directory is to the jobs in it.
#[derive(Clone, Debug)]
pub(super) enum JobPlace {
    /// It is a configuration directory or lies in one. The names of jobs begin at `root`, as init
    /// names them.
    Configuration {
        root: PathBuf,
        /// The directory of the tree that is `root` or lies in it, and its path below `root`.
        base: PathBuf,
        prefix: Vec<u8>,
    },
    /// The same, but it only looks like one, because there are jobs in it.
    Below { root: PathBuf },
    /// It may have jobs, each of them for a system of its own.
    Elsewhere { root: PathBuf },
}

impl JobPlace {
    /// The place of the directory that is named on the command line, which may be named by a
    /// relative path.
    pub(super) fn of_named(named: &Path) -> Self {
        let elsewhere = Self::Elsewhere { root: named.to_owned() };
        let Ok(canonical) = fs::canonicalize(named) else { return elsewhere };
        // A repository is called `upstart` for other reasons.
        let inner = canonical.ancestors().take_while(|directory| !is_repository(directory));
        for directory in inner {
            let is_named = directory == canonical;
            let parent = directory.parent().and_then(Path::file_name);
            if !is_configuration(directory.file_name(), parent)
                || (!is_named && directory.file_name() == Some(OsStr::new(UPSTART)))
            {
                continue;
            }
            if is_named {
                return Self::configuration(named);
            }
            let Ok(below) = canonical.strip_prefix(directory) else { break };
            let prefix = [below.as_os_str().as_bytes(), b"/"].concat();
            // The same number of steps up, if the path is not a link.
            let shown = named
                .ancestors()
                .nth(below.components().count())
                .filter(|shown| fs::canonicalize(shown).is_ok_and(|shown| shown == directory));
            let root = shown.unwrap_or(directory).to_owned();
            return Self::Configuration { root, base: named.to_owned(), prefix };
        }
        elsewhere
    }

    fn configuration(root: &Path) -> Self {
        Self::Configuration { root: root.to_owned(), base: root.to_owned(), prefix: Vec::new() }
    }

    /// The place of a directory in this one.
    pub(super) fn of_entry(&self, directory: &Path) -> Self {
        let parent = directory.parent().and_then(Path::file_name);
        if is_configuration(directory.file_name(), parent) {
            return Self::configuration(directory);
        }
        match self {
            Self::Configuration { .. } => self.clone(),
            Self::Below { .. } | Self::Elsewhere { .. } => {
                Self::Elsewhere { root: directory.to_owned() }
            }
        }
    }

    /// The directory at which the names of jobs begin.
    pub(super) fn root(&self) -> &Path {
        match self {
            Self::Configuration { root, .. } | Self::Below { root } | Self::Elsewhere { root } => {
                root
            }
        }
    }

    pub(super) fn is_configuration(&self) -> bool {
        matches!(self, Self::Configuration { .. })
    }

    /// Whether it is or lies in a configuration directory of this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.is_configuration()
            && fs::canonicalize(self.root())
                .is_ok_and(|root| root.file_name() == Some(OsStr::new(name)))
    }

    /// The path of an entry below the root.
    pub(super) fn name_of(&self, path: &Path) -> Vec<u8> {
        let (base, prefix) = match self {
            Self::Configuration { base, prefix, .. } => (base, prefix.as_slice()),
            Self::Below { root } | Self::Elsewhere { root } => (root, b"".as_slice()),
        };
        let below = path.strip_prefix(base).unwrap_or(path);
        [prefix, below.as_os_str().as_bytes()].concat()
    }
}

fn is_configuration(name: Option<&OsStr>, parent: Option<&OsStr>) -> bool {
    let Some(name) = name else { return false };
    [INIT, EVENT_D, UPSTART].iter().any(|known| name == *known)
        || (name == SESSIONS && parent == Some(OsStr::new(UPSTART)))
}

/// Whether a directory is the top of a repository. In a linked working tree `.git` is a file.
pub(super) fn is_repository(directory: &Path) -> bool {
    fs::symlink_metadata(directory.join(".git")).is_ok()
}
