//! The directory with the list of what is installed, and with copies of the files that were
//! replaced.
//!
//! A new one comes into place complete, by one renaming, and goes by one: a run that is killed
//! leaves either a list that is right, or none and no file changed.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::installed_list::{InstalledList, KEPT, LIST, STATE};
use super::within::{Within, resolve};
use crate::cli::open_directory::{OpenDirectory, set_mode};
use crate::text::bytes::carry;

/// The name of a state directory that is not in place yet.
const COMING: &str = ".upstart2systemd-coming~";

/// The name of a state directory that is no longer in place.
const GOING: &str = ".upstart2systemd-going~";

/// The name of the list before this run.
const FORMER_LIST: &str = "installed.former";

/// The name of a list that is not in place yet.
const NEW_LIST: &str = "installed.new";

/// The state directory, locked against other runs.
pub(super) struct StateDirectory<'r> {
    root: &'r OpenDirectory,
    /// Where it is, or is to be, relative to the root.
    place: PathBuf,
    directory: OpenDirectory,
    /// Where it is until it is complete, and where that has to go then.
    coming: Option<(PathBuf, PathBuf)>,
    /// Whether this run has written a list.
    has_written: bool,
    lock: File,
}

/// The place of the state directory. Fails if something is in its way.
pub(super) fn place_of_state(root: &OpenDirectory) -> Result<PathBuf> {
    match resolve(root, &Path::new(STATE).join(LIST))? {
        Within::At(list) => Ok(list.parent().unwrap_or(Path::new("")).to_owned()),
        Within::Blocked(at, why) => bail!("`{}` {why}: the list of files goes there", at.display()),
    }
}

/// Reads the list below a root; `None` if nothing is installed.
pub(super) fn read_list(root: &OpenDirectory) -> Result<Option<InstalledList>> {
    let path = place_of_state(root)?.join(LIST);
    let shown = path.display();
    if root.look(&path).with_context(|| format!("cannot look at `{shown}`"))?.is_none() {
        return Ok(None);
    }
    let mut text = Vec::new();
    root.open_file(&path)
        .and_then(|mut file| file.read_to_end(&mut text))
        .with_context(|| format!("cannot read `{shown}`"))?;
    let list = InstalledList::parse(&carry(&text), root);
    list.map(Some)
        .with_context(|| format!("`{shown}` is not the list of files that this version installs"))
}

impl Drop for StateDirectory<'_> {
    fn drop(&mut self) {
        // A child that another thread is starting has the descriptor until it calls exec.
        let _ = self.lock.unlock();
    }
}

impl<'r> StateDirectory<'r> {
    /// Opens the directory, if something is installed.
    pub(super) fn open(root: &'r OpenDirectory) -> Result<Option<Self>> {
        let place = place_of_state(root)?;
        let list = place.join(LIST);
        let looked = root.look(&list);
        if looked.with_context(|| format!("cannot look at `{}`", list.display()))?.is_none() {
            return Ok(None);
        }
        let directory =
            root.below(&place).with_context(|| format!("cannot open `{}`", place.display()))?;
        Self::locked(root, place, directory, None).map(Some)
    }

    /// Makes a new directory, not yet in place. `made` gets the directories that come with it.
    pub(super) fn make(root: &'r OpenDirectory, list: &mut InstalledList) -> Result<Self> {
        let place = place_of_state(root)?;
        let cannot = || format!("cannot write to `{}`, and nothing was changed", place.display());
        let missing = missing(root, &place).with_context(cannot)?;
        let Some(outermost) = missing.last().cloned() else {
            let directory = root.below(&place).with_context(cannot)?;
            return Self::locked(root, place, directory, None);
        };
        let coming = outermost.with_file_name(COMING);
        let now = |directory: &Path| match directory.strip_prefix(&outermost) {
            Ok(inner) if inner.as_os_str().is_empty() => coming.clone(),
            Ok(inner) => coming.join(inner),
            Err(_) => directory.to_owned(),
        };
        let made = || -> io::Result<OpenDirectory> {
            for directory in missing.iter().rev() {
                let mode = if *directory == place { 0o700 } else { 0o755 };
                root.create_directory(&now(directory), mode)?;
            }
            root.below(&now(&place))
        };
        let made = made().inspect_err(|_| {
            // Report the first error, not that of the cleanup.
            let _ = remove_tree(root, &coming);
        });
        let directory = made.with_context(cannot)?;
        list.made.extend(missing.iter().cloned());
        Self::locked(root, place, directory, Some((coming, outermost)))
    }

    fn locked(
        root: &'r OpenDirectory,
        place: PathBuf,
        directory: OpenDirectory,
        coming: Option<(PathBuf, PathBuf)>,
    ) -> Result<Self> {
        let lock = directory.below(Path::new(""))?.into_file();
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            bail!("another run is installing, and nothing was changed: wait until it is done");
        }
        Ok(Self { root, place, directory, coming, has_written: false, lock })
    }

    /// The directory of the copies.
    pub(super) fn kept(&self) -> io::Result<OpenDirectory> {
        match self.directory.create_directory(Path::new(KEPT), 0o700) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.directory.below(Path::new(KEPT)),
        }
    }

    /// Writes the list. The one before is there until [`Self::done`], so that going back to it
    /// takes no space on the disk.
    pub(super) fn write(&mut self, list: &InstalledList) -> Result<()> {
        let written = self.write_list(&list.text()?);
        written.with_context(|| format!("cannot write `{}`", self.place.join(LIST).display()))
    }

    fn write_list(&mut self, text: &str) -> io::Result<()> {
        let (new, at) = (Path::new(NEW_LIST), Path::new(LIST));
        let _ = self.directory.remove_file(new);
        let mut file = self.directory.create_file(new)?;
        file.write_all(text.as_bytes())?;
        set_mode(&file, 0o600)?;
        file.sync_all()?;
        self.kept()?.sync()?;
        let former = Path::new(FORMER_LIST);
        if !self.has_written {
            // A run that was killed may have left one. Some file systems have no hard links: there
            // the new list stays, which does no harm.
            let _ = self.directory.remove_file(former);
            let _ = self.directory.link(at, (&self.directory, former));
            self.has_written = true;
        }
        self.directory.rename(new, (&self.directory, at))?;
        self.directory.sync()?;
        if let Some((coming, outermost)) = self.coming.take() {
            let moved = self.root.rename_to_nothing(&coming, (self.root, &outermost));
            if let Err(error) = moved {
                self.coming = Some((coming, outermost));
                return Err(error);
            }
            self.root.below(outermost.parent().unwrap_or(Path::new("")))?.sync()?;
        }
        Ok(())
    }

    /// Goes back to the list before this run, or to none. No file was changed.
    pub(super) fn withdraw(self, former: Option<&InstalledList>, now: &InstalledList) {
        // The first error is reported, and not those of the cleanup. What stays does no harm.
        if let Some((coming, _)) = &self.coming {
            let _ = remove_tree(self.root, coming);
            return;
        }
        let Some(former) = former else {
            let _ = self.remove(now);
            return;
        };
        let _ = self.directory.rename(Path::new(FORMER_LIST), (&self.directory, Path::new(LIST)));
        // If both were names of one file, the renaming has done nothing.
        for name in [FORMER_LIST, NEW_LIST] {
            let _ = self.directory.remove_file(Path::new(name));
        }
        self.tidy(former);
    }

    /// Removes what is no longer needed when all files are in place.
    pub(super) fn done(&self, list: &InstalledList) {
        let _ = self.directory.remove_file(Path::new(FORMER_LIST));
        self.tidy(list);
    }

    /// Removes the copies that a list does not mention.
    pub(super) fn tidy(&self, list: &InstalledList) {
        let (Ok(kept), mentioned) = (self.kept(), list.kept()) else { return };
        for name in kept.names().unwrap_or_default() {
            if name.to_str().is_none_or(|name| !mentioned.contains(name)) {
                let _ = kept.remove_file(Path::new(&name));
            }
        }
    }

    /// Removes the list, the copies, and the directories that were made for them. Everything is as
    /// it was before.
    pub(super) fn remove(self, list: &InstalledList) -> io::Result<()> {
        if !list.made.contains(&self.place) {
            for name in [FORMER_LIST, NEW_LIST] {
                let _ = self.directory.remove_file(Path::new(name));
            }
            remove_tree(&self.directory, Path::new(KEPT))?;
            self.directory.remove_file(Path::new(LIST))?;
            return self.directory.sync();
        }
        let made: Vec<&Path> =
            self.place.ancestors().take_while(|directory| list.made.contains(*directory)).collect();
        let outermost = made.last().copied().unwrap_or(&self.place);
        let going = outermost.with_file_name(GOING);
        self.root.rename(&self.place, (self.root, &going))?;
        for directory in made.iter().skip(1) {
            remove_empty(self.root, directory)?;
        }
        self.root.below(outermost.parent().unwrap_or(Path::new("")))?.sync()?;
        remove_tree(self.root, &going)
    }
}

/// Removes state directories of runs that were killed before they were in place, or after they
/// were no longer.
pub(super) fn remove_leftovers(root: &OpenDirectory) -> Result<()> {
    let place = place_of_state(root)?;
    for around in place.ancestors().skip(1) {
        let (coming, going) = (around.join(COMING), around.join(GOING));
        let cannot = |path: &Path| {
            format!("cannot remove `{}`, which a run that was killed left", path.display())
        };
        if root.look(&coming)?.is_some() {
            remove_tree(root, &coming).with_context(|| cannot(&coming))?;
        }
        if root.look(&going)?.is_some() {
            let text = root.open_file(&going.join(LIST)).and_then(io::read_to_string);
            let list = text.ok().and_then(|text| InstalledList::parse(&text, root).ok());
            for directory in place.ancestors().skip(1) {
                let is_made = list.as_ref().is_some_and(|list| list.made.contains(directory));
                if is_made {
                    remove_empty(root, directory)
                        .with_context(|| format!("cannot remove `{}`", directory.display()))?;
                }
            }
            remove_tree(root, &going).with_context(|| cannot(&going))?;
        }
    }
    Ok(())
}

/// The directories that are missing for a directory, and itself, the innermost first.
pub(super) fn missing(root: &OpenDirectory, directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut missing = Vec::new();
    for around in directory.ancestors().filter(|around| !around.as_os_str().is_empty()) {
        if root.look(around)?.is_some() {
            break;
        }
        missing.push(around.to_owned());
    }
    Ok(missing)
}

/// Removes a directory if it is empty. Returns whether it is gone.
pub(super) fn remove_empty(root: &OpenDirectory, directory: &Path) -> io::Result<bool> {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory, NotFound, ResourceBusy};
    match root.remove_directory(directory) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            NotFound => Ok(true),
            // It is in use, or something else has its name now.
            AlreadyExists | DirectoryNotEmpty | NotADirectory | ResourceBusy => Ok(false),
            _ => Err(error),
        },
    }
}

/// Removes a directory with everything in it. The list goes last, because it says what else has to
/// be removed.
fn remove_tree(root: &OpenDirectory, path: &Path) -> io::Result<()> {
    root.remove_tree(path, LIST)
}
