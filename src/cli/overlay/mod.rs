//! Writes a tree of files below a directory, as an overlay of `/`: either all of it or nothing.
//!
//! ```text
//!  outputs ──compare──▶ changes ──diff──▶ text
//!             ▲            │
//!      what is there       └──stage──▶ .upstart2systemd-staging ──rename──▶ in place
//! ```

pub(super) mod compare;
pub(super) mod diff;
pub(super) mod manifest;
mod moves;
pub(super) mod path;
mod places;
mod staging;
mod stale;
pub(super) mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(super) use compare::compare;
pub(super) use diff::diff;
pub(super) use write::{Origins, Writing, write};

/// A file of the overlay, with its old and new state.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileChange<'a> {
    /// Relative to the root, decoded as [`crate::text::source`] does.
    pub(super) path: Cow<'a, str>,
    pub(super) kind: ChangeKind<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ChangeKind<'a> {
    /// The file does not exist yet.
    New { after: &'a str },
    /// The file has the new text already.
    Same,
    /// A file that this program wrote has another text.
    Changed { before: Vec<u8>, after: &'a str },
    /// A person has edited a file that this program wrote. It is kept.
    Edited {
        before: Vec<u8>,
        after: &'a str,
        /// The text that this program wrote last is the new one.
        is_current: bool,
    },
    /// A file that this program did not write is in the way. `before` is its text if it is a
    /// regular file.
    Foreign { before: Option<Vec<u8>>, after: &'a str },
    /// A file that this program wrote is no longer among the outputs.
    Stale { before: Vec<u8> },
}

impl ChangeKind<'_> {
    /// Whether this is a change. Stale files count only if `prune` is true.
    pub(super) fn is_difference(&self, prune: bool) -> bool {
        match self {
            Self::New { after: _ }
            | Self::Changed { before: _, after: _ }
            | Self::Edited { before: _, after: _, is_current: _ }
            | Self::Foreign { before: _, after: _ } => true,
            Self::Stale { before: _ } => prune,
            Self::Same => false,
        }
    }
}
