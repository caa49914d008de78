//! Writing a tree of files below a directory, as an overlay of `/`: all of it, or nothing.
//!
//! ```text
//!  outputs ──compare──▶ changes ──diff──▶ text
//!             ▲            │
//!      what is there       └──stage──▶ .upstart2systemd-staging ──rename──▶ in place
//! ```

pub(super) mod compare;
pub(super) mod diff;
mod moves;
mod ours;
mod path;
mod places;
mod staging;
mod stale;
pub(super) mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(super) use compare::compare;
pub(super) use diff::diff;
pub(super) use write::{Writing, write};

/// A file of the overlay, as it is and as it is to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileChange<'a> {
    /// Relative to the root, decoded as [`crate::text::source`] does it.
    pub(super) path: Cow<'a, str>,
    pub(super) kind: ChangeKind<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ChangeKind<'a> {
    /// There is no such file yet.
    New { after: &'a str },
    /// The file is as it is to be.
    Same,
    /// A file that this program wrote has another text.
    Changed { before: Vec<u8>, after: &'a str },
    /// Something that this program did not write is in the way; `before` is its text if it is a
    /// file.
    Foreign { before: Option<Vec<u8>>, after: &'a str },
    /// A file that this program wrote is not among the outputs any more.
    Stale { before: Vec<u8> },
}

impl ChangeKind<'_> {
    /// Whether there is something to do, given that stale files are to be removed or not.
    pub(super) fn is_difference(&self, prune: bool) -> bool {
        match self {
            Self::New { after: _ }
            | Self::Changed { before: _, after: _ }
            | Self::Foreign { before: _, after: _ } => true,
            Self::Stale { before: _ } => prune,
            Self::Same => false,
        }
    }
}
