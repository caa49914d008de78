//! `install` and `uninstall`: copies an overlay to a system, and brings back what was there before.
//!
//! ```text
//!  overlay ──read──▶ files ──plan──▶ steps ──list, copies, temporaries──▶ rename, one by one
//!                               ▲                    │
//!            what is there, list ┘                    └──▶ DIR/var/lib/upstart2systemd
//! ```

mod after_install;
mod carry_out;
mod former;
mod install_plan;
mod installed_list;
mod obstacle;
mod overlay_files;
mod state_directory;
mod within;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cli::arguments::{InstallArguments, UninstallArguments};
use crate::cli::open_directory::OpenDirectory;
use crate::cli::signals::Signals;
use crate::cli::{Status, Streams};
use crate::text::visible::{visible, visible_lines};
use after_install::InstallReport;
use carry_out::{InstallDirectories, InstallFailed, carry_out, keep, remove_temporaries};
use install_plan::InstallPlan;
use installed_list::InstalledList;
use overlay_files::OverlayFiles;
use state_directory::{StateDirectory, read_list, remove_empty, remove_leftovers};

/// The result of a run.
enum InstallOutcome {
    /// The files are changed, or would be.
    Done(InstallReport),
    /// Nothing is changed, for these reasons.
    Refused(String),
}

pub(in crate::cli) fn install(arguments: &InstallArguments, streams: &mut Streams<'_>) -> Status {
    deliver(install_all(arguments), streams)
}

pub(in crate::cli) fn uninstall(
    arguments: &UninstallArguments,
    streams: &mut Streams<'_>,
) -> Status {
    deliver(uninstall_all(arguments), streams)
}

fn deliver(outcome: Result<InstallOutcome>, streams: &mut Streams<'_>) -> Status {
    match outcome {
        Ok(InstallOutcome::Done(report)) => {
            streams.report(&visible_lines(&report.notes));
            streams.print(visible_lines(&report.text).as_bytes())
        }
        Ok(InstallOutcome::Refused(why)) => {
            streams.report(&visible_lines(&why));
            Status::Findings
        }
        Err(error) => {
            streams.error(&visible(&format!("{error:#}")));
            Status::Refused
        }
    }
}

fn open_root(root: &Path) -> Result<OpenDirectory> {
    OpenDirectory::open(root).with_context(|| format!("cannot open `{}`", root.display()))
}

/// Files belong to root. Another user cannot give them to anyone.
fn owner() -> Option<(u32, u32)> {
    rustix::process::geteuid().is_root().then_some((0, 0))
}

fn install_all(arguments: &InstallArguments) -> Result<InstallOutcome> {
    let InstallArguments { overlay, root: at, dry_run, replace, prune } = arguments;
    let (root, files) = (open_root(at)?, OverlayFiles::read(overlay)?);
    let shown = InstallReport::about(overlay, at, &root);
    if !files.hostile.is_empty() {
        return Ok(InstallOutcome::Refused(after_install::hostile(&files.hostile, overlay)));
    }
    let plan =
        |former: &InstalledList| InstallPlan::install(&root, &files, former, (owner(), *prune));
    let refused = |plan: &InstallPlan| {
        let refused = plan.refused(*replace);
        (!refused.is_empty())
            .then(|| InstallOutcome::Refused(after_install::refusal(&refused, overlay)))
    };
    if *dry_run {
        let plan = plan(&read_list(&root)?.unwrap_or_default())?;
        return refused(&plan).map_or_else(|| shown.installed((&plan, &root), &files, true), Ok);
    }
    let signals = begin(&root, at)?;
    let state = StateDirectory::open(&root)?;
    let former = read_list(&root)?;
    let listed = former.clone().unwrap_or_default();
    remove_temporaries(&root, listed.files.keys().chain(&listed.made))?;
    let mut plan = plan(&listed)?;
    if let Some(refused) = refused(&plan) {
        return Ok(refused);
    }
    if plan.list == listed && plan.steps.is_empty() {
        return shown.installed((&plan, &root), &files, false);
    }
    let mut state = match state {
        Some(state) => state,
        None => StateDirectory::make(&root, &mut plan.list)?,
    };
    plan.after.made.clone_from(&plan.list.made);
    let changed = change(&root, (&plan, Some(&files)), &mut state, &signals);
    match changed {
        Ok(()) => {
            // What stays is removed by a later run.
            let _ = remove_made(&root, &mut plan.after);
            if plan.after.files.is_empty() {
                state.remove(&plan.list).context("cannot remove the empty list of files")?;
                return shown.installed((&plan, &root), &files, false);
            }
            // The list of before the changes is right as well: what it has too much is as before.
            let is_written = state.write(&plan.after).is_ok();
            state.done(if is_written { &plan.after } else { &plan.list });
            shown.installed((&plan, &root), &files, false)
        }
        Err(InstallFailed { error, has_changed: false }) => {
            state.withdraw(former.as_ref(), &plan.list);
            Err(error)
        }
        Err(InstallFailed { error, has_changed: true }) => Err(error.context(
            "the installation is not complete: run `install` again to complete it, or `uninstall` to go back",
        )),
    }
}

/// Holds signals back, and removes what a run that was killed has left.
fn begin(root: &OpenDirectory, at: &Path) -> Result<Signals> {
    let signals = Signals::hold()?;
    root.can_open_more().with_context(|| {
        format!("cannot write below `{}`, where nothing was changed", at.display())
    })?;
    remove_leftovers(root)?;
    Ok(signals)
}

/// Keeps copies, writes the list, and changes the files, in this order.
fn change(
    root: &OpenDirectory,
    (plan, overlay): (&InstallPlan, Option<&OverlayFiles>),
    state: &mut StateDirectory<'_>,
    signals: &Signals,
) -> Result<(), InstallFailed> {
    let unchanged = |error| InstallFailed { error, has_changed: false };
    let kept = state.kept().context("cannot open the directory of copies").map_err(unchanged)?;
    for (path, name) in &plan.copies {
        keep(root, path, (&kept, name)).map_err(unchanged)?;
    }
    if overlay.is_some() {
        signals.check().map_err(unchanged)?;
        let written = state.write(&plan.list).context("nothing was changed");
        written.map_err(unchanged)?;
    }
    let overlay = overlay.map(|files| &files.directory);
    carry_out(&InstallDirectories { root, kept: &kept, overlay, owner: owner() }, plan, signals)
}

/// Removes the directories that runs have made and that are empty, the innermost first.
fn remove_made(root: &OpenDirectory, list: &mut InstalledList) -> Result<()> {
    let made: Vec<PathBuf> = list.made.iter().rev().cloned().collect();
    for directory in made {
        let removed = remove_empty(root, &directory);
        if removed.with_context(|| format!("cannot remove `{}`", directory.display()))? {
            list.made.remove(&directory);
        }
    }
    Ok(())
}

fn uninstall_all(arguments: &UninstallArguments) -> Result<InstallOutcome> {
    let UninstallArguments { root: at, dry_run, discard_edits } = arguments;
    let root = open_root(at)?;
    let shown = InstallReport::about(Path::new(""), at, &root);
    let refused = |plan: &InstallPlan| {
        let refused = plan.refused(*discard_edits);
        (!refused.is_empty())
            .then(|| InstallOutcome::Refused(after_install::refused_return(&refused)))
    };
    if *dry_run {
        let Some(list) = read_list(&root)? else { return Ok(shown.nothing_installed()) };
        let plan = InstallPlan::uninstall(&root, &list)?;
        return Ok(refused(&plan).unwrap_or_else(|| shown.uninstalled(&plan, &root, true)));
    }
    let signals = begin(&root, at)?;
    let Some(mut state) = StateDirectory::open(&root)? else {
        return Ok(shown.nothing_installed());
    };
    let Some(mut list) = read_list(&root)? else { return Ok(shown.nothing_installed()) };
    remove_temporaries(&root, list.files.keys().chain(&list.made))?;
    let plan = InstallPlan::uninstall(&root, &list)?;
    if let Some(refused) = refused(&plan) {
        return Ok(refused);
    }
    match change(&root, (&plan, None), &mut state, &signals) {
        Ok(()) => {}
        Err(InstallFailed { error, has_changed: false }) => return Err(error),
        Err(InstallFailed { error, has_changed: true }) => {
            return Err(error.context("not everything is as before: run `uninstall` again"));
        }
    }
    let outcome = shown.uninstalled(&plan, &root, false);
    let whole = list.clone();
    remove_made(&root, &mut list).context("everything else is as before: run `uninstall` again")?;
    state.remove(&whole).context(
        "everything is as before, but cannot remove the list of what was installed: run `uninstall` again",
    )?;
    Ok(outcome)
}
