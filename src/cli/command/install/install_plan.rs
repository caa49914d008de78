//! What an installation, or its undoing, changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::former::{Former, FormerFile};
use super::installed_list::{Installed, InstalledList};
use super::obstacle::Obstacle;
use super::overlay_files::{OverlayFile, OverlayFiles};
use super::state_directory::{missing, place_of_state};
use super::within::{Within, resolve};
use crate::cli::open_directory::OpenDirectory;

/// What is done.
pub(super) struct InstallPlan {
    /// In the order in which they are made.
    pub(super) steps: Vec<InstallStep>,
    /// Files that are already as they are to be.
    pub(super) same: Vec<PathBuf>,
    /// What is in the way, by the path of the overlay.
    pub(super) obstacles: Vec<(PathBuf, Obstacle)>,
    /// Files that are no longer in the overlay, and that stay installed.
    pub(super) left_over: Vec<PathBuf>,
    /// Files that are no longer in the overlay, and that are kept because they were edited.
    pub(super) kept_edits: Vec<PathBuf>,
    /// The list while files are changed.
    pub(super) list: InstalledList,
    /// The list when all files are changed.
    pub(super) after: InstalledList,
    /// The directories to be made, the outermost first.
    pub(super) directories: BTreeSet<PathBuf>,
    /// The files to be copied before they are replaced, with the names of the copies.
    pub(super) copies: Vec<(PathBuf, String)>,
    next_copy: u64,
}

/// A change of one file.
#[derive(Debug)]
pub(super) struct InstallStep {
    /// Without links, relative to the root.
    pub(super) path: PathBuf,
    pub(super) goal: Goal,
    pub(super) word: ChangeWord,
    /// What is replaced, where that is worth a word.
    pub(super) replaced: Option<Obstacle>,
}

/// What is to be at a path.
#[derive(Debug)]
pub(super) enum Goal {
    /// A file of the overlay, with its path there.
    File { from: PathBuf, sha256: String, mode: u32 },
    /// What was there before.
    Former(Former),
}

/// The word for a change in a list of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeWord {
    New,
    Changed,
    Replaced,
    Removed,
    Restored,
}

impl ChangeWord {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Replaced => "replaced",
            Self::Removed => "removed",
            Self::Restored => "restored",
        }
    }

    fn of_return_to(before: &Former) -> Self {
        if *before == Former::Nothing { Self::Removed } else { Self::Restored }
    }
}

impl InstallPlan {
    fn new(former: &InstalledList) -> Self {
        Self {
            steps: Vec::new(),
            same: Vec::new(),
            obstacles: Vec::new(),
            kept_edits: Vec::new(),
            left_over: Vec::new(),
            list: former.clone(),
            after: former.clone(),
            directories: BTreeSet::new(),
            copies: Vec::new(),
            next_copy: former
                .kept()
                .iter()
                .filter_map(|name| name.parse::<u64>().ok())
                .max()
                .map_or(0, |last| last + 1),
        }
    }

    /// The plan that installs an overlay where `former` is installed. `prune` is whether files that
    /// the overlay does not have go.
    pub(super) fn install(
        root: &OpenDirectory,
        overlay: &OverlayFiles,
        former: &InstalledList,
        (owner, prune): (Option<(u32, u32)>, bool),
    ) -> Result<Self> {
        let mut plan = Self::new(former);
        let state = place_of_state(root)?;
        let mut places: BTreeMap<PathBuf, &Path> = BTreeMap::new();
        for (path, file) in &overlay.files {
            let place = match resolve(root, path)? {
                Within::At(place) => place,
                Within::Blocked(at, why) => {
                    plan.obstacles.push((at, Obstacle::Fixed(why)));
                    continue;
                }
            };
            let twice = places
                .insert(place.clone(), path)
                .map(|other| format!("is the same file below the root as `{}`", other.display()));
            let own = place.starts_with(&state).then(|| "is where the list of files is".to_owned());
            if let Some(why) = twice.or(own) {
                plan.obstacles.push((path.clone(), Obstacle::Fixed(why)));
            } else {
                plan.add(root, (path, file), place, owner)?;
            }
        }
        // From `usr` to `etc`, so that a program exists before the unit that runs it.
        plan.steps.sort_by(|one, other| other.path.cmp(&one.path));
        let blocked: BTreeSet<&PathBuf> = plan.obstacles.iter().map(|(path, _)| path).collect();
        let no_longer: Vec<PathBuf> = former
            .files
            .keys()
            .filter(|place| !places.contains_key(*place) && !blocked.contains(place))
            .cloned()
            .collect();
        if prune {
            for place in no_longer {
                plan.remove_stale(root, place)?;
            }
        } else {
            plan.left_over = no_longer;
        }
        plan.obstacles.dedup();
        plan.list.made.extend(plan.directories.iter().cloned());
        plan.after.made.clone_from(&plan.list.made);
        Ok(plan)
    }

    fn add(
        &mut self,
        root: &OpenDirectory,
        (path, file): (&Path, &OverlayFile),
        place: PathBuf,
        owner: Option<(u32, u32)>,
    ) -> Result<()> {
        let cannot = || format!("cannot look at `{}`", place.display());
        let found = Former::at(root, &place).with_context(cannot)?;
        let listed = self.list.files.get(&place);
        let replaced = obstacle(root, path, (file, &found, listed))?;
        if let Some(replaced) = &replaced {
            self.obstacles.push((path.to_owned(), replaced.clone()));
        }
        let is_same = matches!(&found, Former::File(found) if found.sha256 == file.sha256
            && found.mode == file.mode && owner.is_none_or(|owner| owner == found.owner));
        let word = match &found {
            Former::Nothing => ChangeWord::New,
            _ if replaced.is_some() => ChangeWord::Replaced,
            _ => ChangeWord::Changed,
        };
        let entry = if let Some(listed) = listed {
            let mut entry =
                Installed { sha256: file.sha256.clone(), replaces: None, ..listed.clone() };
            let signature = found.signature();
            let is_known = entry.is_of(&found) || signature == entry.before.signature();
            entry.replaces = (!is_known && found != Former::Nothing).then_some(signature);
            entry
        } else {
            let before = self.kept_before(&place, found);
            Installed::new(&place, &file.sha256, before)
        };
        self.after.files.insert(place.clone(), Installed { replaces: None, ..entry.clone() });
        self.list.files.insert(place.clone(), entry);
        if is_same {
            self.same.push(place);
            return Ok(());
        }
        let around = place.parent().unwrap_or(Path::new(""));
        self.directories.extend(missing(root, around).with_context(cannot)?);
        let goal =
            Goal::File { from: path.to_owned(), sha256: file.sha256.clone(), mode: file.mode };
        self.steps.push(InstallStep { path: place, goal, word, replaced });
        Ok(())
    }

    /// What was there before, with a name for the copy of a file.
    fn kept_before(&mut self, place: &Path, found: Former) -> Former {
        let Former::File(file) = found else { return found };
        let kept = self.next_copy.to_string();
        self.next_copy += 1;
        self.copies.push((place.to_owned(), kept.clone()));
        Former::File(FormerFile { kept, ..file })
    }

    /// Brings back what was there before a file that the overlay no longer has.
    fn remove_stale(&mut self, root: &OpenDirectory, place: PathBuf) -> Result<()> {
        if self.bring_back(root, &place)? {
            self.after.files.remove(&place);
        } else {
            self.kept_edits.push(place);
        }
        Ok(())
    }

    /// Adds the step that brings back what was there before; `false` if the file was edited.
    fn bring_back(&mut self, root: &OpenDirectory, place: &Path) -> Result<bool> {
        let Some(entry) = self.list.files.get(place) else { return Ok(true) };
        let found = Former::at(root, place)
            .with_context(|| format!("cannot look at `{}`", place.display()))?;
        if entry.before.is_untouched(&found) {
            return Ok(true);
        }
        let is_ours = entry.is_of(&found)
            || found == Former::Nothing
            || found.signature() == entry.before.signature();
        if is_ours {
            self.push_return(root, place)?;
        }
        Ok(is_ours)
    }

    fn push_return(&mut self, root: &OpenDirectory, place: &Path) -> Result<()> {
        let Some(entry) = self.list.files.get(place) else { return Ok(()) };
        let goal = Goal::Former(entry.before.clone());
        let word = ChangeWord::of_return_to(&entry.before);
        let around = place.parent().unwrap_or(Path::new(""));
        if word == ChangeWord::Restored {
            self.directories.extend(missing(root, around)?);
        }
        self.steps.push(InstallStep { path: place.to_owned(), goal, word, replaced: None });
        Ok(())
    }

    /// The plan that brings back all that was there before.
    pub(super) fn uninstall(root: &OpenDirectory, former: &InstalledList) -> Result<Self> {
        let mut plan = Self::new(former);
        for place in former.files.keys() {
            if plan.bring_back(root, place)? {
                continue;
            }
            let obstacle = match Former::at(root, place)? {
                Former::Other(what) => Obstacle::Fixed(format!("is {what}: move it away")),
                Former::Nothing | Former::File(_) | Former::Link { .. } => Obstacle::Edited,
            };
            plan.obstacles.push((place.clone(), obstacle));
            plan.push_return(root, place)?;
        }
        Ok(plan)
    }

    /// The obstacles that stop the run.
    pub(super) fn refused(&self, replace: bool) -> Vec<&(PathBuf, Obstacle)> {
        let stops = |(_, obstacle): &&(PathBuf, Obstacle)| !replace || !obstacle.is_replaceable();
        self.obstacles.iter().filter(stops).collect()
    }
}

/// What is in the way of a file.
fn obstacle(
    root: &OpenDirectory,
    path: &Path,
    (file, found, listed): (&OverlayFile, &Former, Option<&Installed>),
) -> Result<Option<Obstacle>> {
    if let Former::Other(what) = found {
        return Ok(Some(Obstacle::Fixed(format!("is {what}: move it away"))));
    }
    let is_expected = listed.is_some_and(|listed| {
        listed.is_of(found)
            || *found == Former::Nothing
            || found.signature() == listed.before.signature()
    });
    if is_expected {
        return Ok(None);
    }
    Ok(match found {
        Former::Nothing => Obstacle::of_package(root, path)?,
        Former::Link { target, .. } => Some(Obstacle::Link { target: target.clone() }),
        Former::File(_) if listed.is_some() => Some(Obstacle::Edited),
        Former::File(found) if found.sha256 == file.sha256 => None,
        Former::File(_) | Former::Other(_) => Some(Obstacle::Foreign),
    })
}
