//! What a run changes in the overlay, and what it leaves alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::arguments::MigrateArguments;
use crate::cli::overlay::{ChangeKind, FileChange, Origins};
use crate::cli::{Status, Streams};
use crate::convert::{Converted, file_origins};
use crate::diagnostic::Severity;
use crate::migrate::Migration;
use crate::systemd::layout::UNITS;
use crate::text::list;
use crate::text::visible::visible;

/// The most files that a message names.
const NAMED: usize = 5;

/// For each file that is written for one job alone, where it comes from.
pub(super) fn origins(plan: &Migration) -> Origins {
    let mut origins = BTreeMap::new();
    for (path, origin) in plan.jobs.iter().flat_map(file_origins) {
        origins.entry(path.to_owned()).and_modify(|other| *other = None).or_insert(Some(origin));
    }
    origins.into_iter().filter_map(|(path, origin)| Some((path, origin?))).collect()
}

/// The jobs that have no unit this time because of an error. What an earlier run wrote for them
/// stays.
pub(super) fn unread(jobs: &[Converted]) -> BTreeSet<String> {
    let is_error = |job: &&Converted| {
        job.conversion.outputs.is_empty()
            && job.conversion.diagnostics.iter().any(|found| found.severity == Severity::Error)
    };
    jobs.iter().filter(is_error).map(|job| job.conversion.job.clone()).collect()
}

/// The line for a change of a file, or `None` if it is not listed.
pub(super) fn listed(change: &FileChange<'_>, arguments: &MigrateArguments) -> Option<String> {
    let what = match change.kind {
        ChangeKind::New { .. } => "new",
        ChangeKind::Changed { .. } => "changed",
        ChangeKind::Edited { .. } | ChangeKind::Foreign { .. } if arguments.force => "replaced",
        ChangeKind::Edited { .. } => "edited",
        ChangeKind::Foreign { .. } => "in the way",
        ChangeKind::Stale { .. } if arguments.prune => "removed",
        ChangeKind::Stale { .. } => "left over",
        // A dry run lists unchanged files as well; a list of differences does not.
        ChangeKind::Same if arguments.dry_run => "same",
        ChangeKind::Same => return None,
    };
    Some(format!("{what:<10} {}\n", visible(&change.path)))
}

/// Reports the files that were removed, that are left over, and that were edited and kept. Returns
/// a failure if an edited file is not what the run would have written.
pub(super) fn report_kept(
    arguments: &MigrateArguments,
    changes: &[FileChange<'_>],
    streams: &mut Streams<'_>,
) -> Status {
    let mut status = Status::Done;
    let is_said = !arguments.reporting.quiet && !arguments.reporting.format.is_object();
    let (mut stale, mut edited) = (Vec::new(), Vec::new());
    for change in changes {
        match &change.kind {
            ChangeKind::Stale { .. } => stale.push(visible(&change.path)),
            ChangeKind::Edited { is_current, .. } if !arguments.force => {
                edited.push(change.path.as_ref());
                if !is_current {
                    status = Status::Findings;
                }
            }
            ChangeKind::Edited { .. }
            | ChangeKind::New { .. }
            | ChangeKind::Changed { .. }
            | ChangeKind::Foreign { .. }
            | ChangeKind::Same => {}
        }
    }
    if !edited.is_empty() && !arguments.reporting.format.is_object() {
        streams.report(&kept(&edited));
    }
    if arguments.prune && !arguments.reporting.format.is_object() {
        for path in &stale {
            streams.report(&format!("removed {path}\n"));
        }
    } else if is_said && !stale.is_empty() {
        streams.report(&format!(
            "note: an earlier run wrote these files, and no job becomes one of them any more; `--prune` removes them: {}\n",
            list::first(&stale, NAMED)
        ));
    }
    status
}

/// The message about files that were edited.
fn kept(edited: &[&str]) -> String {
    let shown: Vec<String> = edited.iter().map(|path| visible(path)).collect();
    let unit = edited.iter().find_map(|path| path.strip_prefix(UNITS)?.strip_prefix('/'));
    let place = unit.filter(|unit| !unit.contains('/')).unwrap_or("NAME.service");
    let (were, these, are) = match edited {
        [_] => ("was", "this file", "is"),
        _ => ("were", "these files", "are"),
    };
    format!(
        "warning: {these} {were} edited since an earlier run wrote {it}, and {are} kept: {}\n  = help: put local changes into a drop-in, such as {UNITS}/{}.d/50-local.conf, which no run overwrites; then `--force` writes {these} anew\n",
        list::first(&shown, NAMED),
        visible(place),
        it = if edited.len() == 1 { "it" } else { "them" },
    )
}
