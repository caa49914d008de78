//! Changes as a unified diff.

use rayon::prelude::*;
use similar::TextDiff;

use super::{ChangeKind, FileChange};
use crate::text::bytes::carry;
use crate::text::visible::visible;

/// The changes in the format of `patch -p1`. The text is in the form of
/// [`source`](crate::text::source); hidden characters of paths are shown. Stale files are included
/// if `prune` is true.
pub(in crate::cli) fn diff(changes: &[FileChange<'_>], prune: bool) -> String {
    changes
        .par_iter()
        .filter(|change| change.kind.is_difference(prune))
        .map(one)
        .collect::<Vec<_>>()
        .concat()
}

fn one(FileChange { path, kind }: &FileChange<'_>) -> String {
    let path = visible(path);
    let (before, after) = match kind {
        ChangeKind::New { after } | ChangeKind::Foreign { before: None, after } => {
            (None, Some(*after))
        }
        ChangeKind::Changed { before, after }
        | ChangeKind::Edited { before, after, is_current: _ }
        | ChangeKind::Foreign { before: Some(before), after } => {
            (Some(carry(before)), Some(*after))
        }
        ChangeKind::Stale { before } => (Some(carry(before)), None),
        ChangeKind::Same => (None, None),
    };
    if before.as_deref() == after {
        return format!("File a/{path} is not executable, and b/{path} is\n");
    }
    let name = |side: &str, there: bool| {
        if there { format!("{side}/{path}") } else { "/dev/null".to_owned() }
    };
    let (old, new) =
        (lines(before.as_deref().unwrap_or_default()), lines(after.unwrap_or_default()));
    let kept = match kind {
        ChangeKind::Edited { .. } => format!("# edited, and kept without `--force`: {path}\n"),
        _ => String::new(),
    };
    // Lines are split here, because `similar` also treats a single carriage return as the end of a
    // line.
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&old, &new)
        .unified_diff()
        .header(&name("a", before.is_some()), &name("b", after.is_some()))
        .to_string();
    kept + &diff
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
