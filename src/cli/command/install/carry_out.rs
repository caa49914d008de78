//! Changes files one by one. Each is written beside its place under another name, and all are
//! written before the first gets its name: a full disk is noticed before anything is changed.

use std::collections::BTreeSet;
use std::fs::{File, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow, ensure};
use sha2::{Digest, Sha256};

use super::former::{Former, FormerFile, path_of};
use super::install_plan::{ChangeWord, Goal, InstallPlan, InstallStep};
use crate::cli::open_directory::{OpenDirectory, set_mode};
use crate::cli::signals::Signals;

/// The name of a file that is not in place yet is this, a number, and `~`. Neither systemd nor udev
/// nor logrotate reads a file with such a name.
const TEMPORARY: &str = ".upstart2systemd-";

/// The directories that the steps of a plan use.
pub(super) struct InstallDirectories<'a> {
    pub(super) root: &'a OpenDirectory,
    /// Of the copies of the files that were replaced.
    pub(super) kept: &'a OpenDirectory,
    /// Absent if nothing is installed.
    pub(super) overlay: Option<&'a OpenDirectory>,
    /// The owner of what is installed; `None` for a user that cannot give files to others.
    pub(super) owner: Option<(u32, u32)>,
}

/// A failure.
pub(super) struct InstallFailed {
    pub(super) error: anyhow::Error,
    /// Whether files were changed before it.
    pub(super) has_changed: bool,
}

/// Makes all steps of a plan. If one of them cannot be made, the files before it are changed, and
/// those after it are not; each is as before or as planned. `signals` end the run only before the
/// first change.
pub(super) fn carry_out(
    directories: &InstallDirectories<'_>,
    plan: &InstallPlan,
    signals: &Signals,
) -> Result<(), InstallFailed> {
    let root = directories.root;
    let mut made = Vec::new();
    let mut temporaries = Vec::new();
    let staged = make_directories(root, &plan.directories, &mut made)
        .and_then(|()| stage_all(directories, &plan.steps, &mut temporaries, signals))
        .and_then(|()| signals.check());
    if let Err(error) = staged {
        // The first error is reported, and not those of the cleanup.
        for temporary in temporaries.iter().flatten() {
            let _ = root.remove_file(temporary);
        }
        for directory in made.iter().rev() {
            let _ = root.remove_directory(directory);
        }
        return Err(InstallFailed { error, has_changed: false });
    }
    let mut failed = None;
    for (number, (step, temporary)) in plan.steps.iter().zip(&temporaries).enumerate() {
        if let Err(error) = put_in_place(root, step, temporary.as_deref()) {
            let path = step.path.display();
            failed = Some(InstallFailed {
                error: anyhow!(
                    "cannot change `{path}`: {error}; {number} of {} files were changed before it",
                    plan.steps.len()
                ),
                has_changed: number > 0,
            });
            break;
        }
    }
    if failed.is_some() {
        for temporary in temporaries.iter().flatten() {
            let _ = root.remove_file(temporary);
        }
    }
    let synced = sync_all(root, plan);
    match failed {
        Some(failed) => {
            if !failed.has_changed {
                for directory in made.iter().rev() {
                    let _ = root.remove_directory(directory);
                }
            }
            Err(failed)
        }
        None => synced.map_err(|error| InstallFailed { error, has_changed: true }),
    }
}

/// Keeps a copy of a file: a second name of it where that is possible, because that keeps all that
/// a file has.
pub(super) fn keep(root: &OpenDirectory, path: &Path, kept: (&OpenDirectory, &str)) -> Result<()> {
    let (kept, name) = (kept.0, Path::new(kept.1));
    let _ = kept.remove_file(name);
    let copied = root.link(path, (kept, name)).or_else(|_| {
        let (mut from, mut to) = (root.open_file(path)?, kept.create_file(name)?);
        io::copy(&mut from, &mut to)?;
        to.sync_all()
    });
    copied.with_context(|| {
        format!("cannot keep a copy of `{}`, and nothing was changed", path.display())
    })
}

/// Removes files and directories that a run that was killed has left beside their places.
pub(super) fn remove_temporaries<'a>(
    root: &OpenDirectory,
    places: impl Iterator<Item = &'a PathBuf>,
) -> Result<()> {
    let around: BTreeSet<&Path> = places.filter_map(|place| place.parent()).collect();
    for directory in around {
        let Ok(opened) = root.below(directory) else { continue };
        for name in opened.names().unwrap_or_default() {
            let number = name.to_str().and_then(|name| {
                name.strip_prefix(TEMPORARY).and_then(|name| name.strip_suffix('~'))
            });
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if number.is_some_and(is_number) {
                let name = Path::new(&name);
                let removed = opened.remove_file(name).or_else(|_| opened.remove_directory(name));
                removed.with_context(|| {
                    let path = directory.join(name);
                    format!("cannot remove `{}`, which a run that was killed left", path.display())
                })?;
            }
        }
    }
    Ok(())
}

fn make_directories(
    root: &OpenDirectory,
    directories: &BTreeSet<PathBuf>,
    made: &mut Vec<PathBuf>,
) -> Result<()> {
    for directory in directories {
        // A run that is killed must not leave a directory that only root can enter.
        let temporary = directory.with_file_name(format!("{TEMPORARY}0~"));
        let created = root.create_directory(&temporary, 0o755).and_then(|()| {
            root.rename_to_nothing(&temporary, (root, directory)).inspect_err(|_| {
                let _ = root.remove_directory(&temporary);
            })
        });
        match created {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => {
                created.with_context(|| {
                    format!(
                        "cannot make the directory `{}`, and nothing was changed",
                        directory.display()
                    )
                })?;
                made.push(directory.clone());
            }
        }
    }
    Ok(())
}

/// Writes the new files beside their places.
fn stage_all(
    directories: &InstallDirectories<'_>,
    steps: &[InstallStep],
    temporaries: &mut Vec<Option<PathBuf>>,
    signals: &Signals,
) -> Result<()> {
    for (number, step) in steps.iter().enumerate() {
        signals.check()?;
        if let Goal::Former(Former::Nothing | Former::Other(_)) = step.goal {
            temporaries.push(None);
            continue;
        }
        let temporary = step.path.with_file_name(format!("{TEMPORARY}{number}~"));
        temporaries.push(Some(temporary.clone()));
        stage(directories, step, &temporary).with_context(|| {
            format!("cannot write `{}`, and nothing was changed", step.path.display())
        })?;
    }
    Ok(())
}

fn stage(directories: &InstallDirectories<'_>, step: &InstallStep, temporary: &Path) -> Result<()> {
    let InstallDirectories { root, kept, overlay, owner } = directories;
    match &step.goal {
        Goal::File { from, sha256, mode } => {
            let overlay = overlay.context("there is no overlay")?;
            let mut to = root.create_file(temporary)?;
            let copied = copy(&mut overlay.open_file(from)?, &mut to)?;
            ensure!(
                copied == *sha256,
                "`{}` of the overlay changed while it was read: run this again",
                from.display()
            );
            if let Some(owner) = owner {
                root.set_owner(temporary, *owner)?;
            }
            set_mode(&to, *mode)?;
            to.sync_all()?;
        }
        Goal::Former(Former::File(before)) => {
            let name = Path::new(&before.kept);
            if kept.link(name, (root, temporary)).is_err() {
                bring_copy(root, kept, (before, temporary), owner.is_some())?;
            }
            restore_attributes(root, before, temporary, owner.is_some())?;
        }
        Goal::Former(Former::Link { target, owner: before }) => {
            root.create_link(&path_of(target), temporary)?;
            if owner.is_some() {
                root.set_owner(temporary, *before)?;
            }
        }
        Goal::Former(Former::Nothing | Former::Other(_)) => {}
    }
    Ok(())
}

fn bring_copy(
    root: &OpenDirectory,
    kept: &OpenDirectory,
    (before, temporary): (&FormerFile, &Path),
    is_root: bool,
) -> Result<()> {
    let mut to = root.create_file(temporary)?;
    let copied = copy(&mut kept.open_file(Path::new(&before.kept))?, &mut to)?;
    ensure!(copied == before.sha256, "the copy of the file that was there before has changed");
    to.sync_all()?;
    let owned = root.set_owner(temporary, before.owner);
    if is_root { Ok(owned?) } else { Ok(()) }
}

/// Gives a file the attributes that it had. A second name of the file that was there has them, if
/// nothing else has changed them.
fn restore_attributes(
    root: &OpenDirectory,
    before: &FormerFile,
    temporary: &Path,
    is_root: bool,
) -> Result<()> {
    let found = Former::at(root, temporary)?;
    if Former::File(before.clone()).is_untouched(&found) {
        return Ok(());
    }
    let Former::File(found) = found else { return Ok(()) };
    if is_root && found.owner != before.owner {
        root.set_owner(temporary, before.owner)?;
    }
    let file = root.open_file(temporary)?;
    set_mode(&file, before.mode)?;
    let (seconds, nanoseconds) = before.modified;
    let (seconds, nanoseconds) =
        (u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0));
    let modified = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    file.set_times(FileTimes::new().set_modified(modified))?;
    file.sync_all()?;
    Ok(())
}

/// Copies a file, and returns the hash of what was copied.
fn copy(from: &mut File, to: &mut File) -> io::Result<String> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            Ok(read) => {
                let bytes = buffer.get(..read).unwrap_or_default();
                hash.update(bytes);
                to.write_all(bytes)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn put_in_place(
    root: &OpenDirectory,
    step: &InstallStep,
    temporary: Option<&Path>,
) -> io::Result<()> {
    let Some(temporary) = temporary else {
        return match root.remove_file(&step.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
    };
    if step.word == ChangeWord::New {
        root.rename_to_nothing(temporary, (root, &step.path))
    } else {
        root.rename(temporary, (root, &step.path))?;
        // If both were names of one file, the renaming has done nothing, and the file is in place.
        let _ = root.remove_file(temporary);
        Ok(())
    }
}

/// Waits until all names are on the disk.
fn sync_all(root: &OpenDirectory, plan: &InstallPlan) -> Result<()> {
    let around: BTreeSet<&Path> = plan
        .steps
        .iter()
        .map(|step| &step.path)
        .chain(&plan.directories)
        .filter_map(|path| path.parent())
        .collect();
    for directory in around {
        let synced = root.below(directory).and_then(|opened| opened.sync());
        synced.with_context(|| {
            format!("everything is in place, but cannot synchronize `{}`", directory.display())
        })?;
    }
    Ok(())
}
