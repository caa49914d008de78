//! The files of an overlay that are installed.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rustix::fs::FileType;

use super::former::{Former, FormerFile, named};
use super::installed_list::STATE;
use crate::cli::input::shown;
use crate::cli::open_directory::OpenDirectory;
use crate::cli::overlay::manifest::{MANIFEST, Manifest};
use crate::cli::overlay::path;
use crate::lower::own_files::SCRIPTS;
use crate::systemd::layout::{DBUS_SERVICES, LOGROTATE, PRESETS, TMPFILES, UDEV_RULES, UNITS};
use crate::text::bytes::carry;

/// Below these directories files are installed that no run has written, such as a drop-in of the
/// operator.
pub(super) const OPEN_TO_ALL: [&str; 7] =
    [UNITS, PRESETS, TMPFILES, UDEV_RULES, LOGROTATE, DBUS_SERVICES, SCRIPTS];

/// The names in the root of an overlay that a run uses for itself begin so.
const OWN: &str = ".upstart2systemd";

/// The largest list, and the largest preset file, that is read.
const LARGEST: u64 = 1 << 30;

/// The most directories in each other.
const DEPTH: usize = 64;

/// An overlay, and what is installed of it.
pub(super) struct OverlayFiles {
    pub(super) directory: OpenDirectory,
    /// By their paths.
    pub(super) files: BTreeMap<PathBuf, OverlayFile>,
    /// Files that are not installed, because they are not in the list and not where files of an
    /// operator belong.
    pub(super) left_out: Vec<PathBuf>,
    /// Files of the list that are no longer in the overlay.
    pub(super) deleted: Vec<PathBuf>,
    /// What must not be in an overlay, each with the reason.
    pub(super) hostile: Vec<(String, String)>,
}

/// A file to install.
#[derive(Debug)]
pub(super) struct OverlayFile {
    pub(super) sha256: String,
    /// Without the rights of others to write, and without setuid.
    pub(super) mode: u32,
    /// The file is not in the list: an operator has added it.
    pub(super) is_added: bool,
}

impl OverlayFiles {
    /// Reads the list and the files of an overlay.
    pub(super) fn read(overlay: &Path) -> Result<Self> {
        let directory = OpenDirectory::open(overlay)
            .with_context(|| format!("cannot open `{}`", overlay.display()))?;
        let mut found = Self {
            directory,
            files: BTreeMap::new(),
            left_out: Vec::new(),
            deleted: Vec::new(),
            hostile: Vec::new(),
        };
        let list = found.list(overlay)?;
        for path in list.files.keys() {
            found.add_listed(path)?;
        }
        found.add_others(Path::new(""), DEPTH)?;
        found.left_out.sort();
        Ok(found)
    }

    fn list(&self, overlay: &Path) -> Result<Manifest> {
        let shown = overlay.join(MANIFEST);
        let shown = shown.display();
        let looked = self.directory.look(Path::new(MANIFEST));
        ensure!(
            looked.with_context(|| format!("cannot look at `{shown}`"))?.is_some(),
            "there is no `{shown}`: `{}` is not a directory that `migrate -o` wrote",
            overlay.display()
        );
        let text = self.text(Path::new(MANIFEST))?;
        Manifest::parse(&text)
            .with_context(|| format!("`{shown}` is not the list of files that this version writes"))
    }

    /// The text of a file of the overlay.
    pub(super) fn text(&self, path: &Path) -> Result<String> {
        let cannot = || format!("cannot read `{}` of the overlay", path.display());
        let file = self.directory.open_file(path).with_context(cannot)?;
        let mut text = Vec::new();
        file.take(LARGEST).read_to_end(&mut text).with_context(cannot)?;
        Ok(carry(&text))
    }

    fn add_listed(&mut self, listed: &str) -> Result<()> {
        let is_ours = |file: &Path| file.starts_with(STATE);
        if let Some(file) = path::relative(listed).ok().filter(|file| !is_ours(file)) {
            return self.add(file, false);
        }
        let why = "is not a path at which a file is installed";
        self.hostile.push((listed.to_owned(), why.to_owned()));
        Ok(())
    }

    fn add(&mut self, file: PathBuf, is_added: bool) -> Result<()> {
        // A directory on the way that is a link leads out of the overlay.
        for around in file.ancestors().skip(1).filter(|around| !around.as_os_str().is_empty()) {
            let found = self.directory.look(around).ok().flatten();
            let kind = found.map(|found| FileType::from_raw_mode(found.st_mode));
            if let Some(kind) = kind.filter(|kind| *kind != FileType::Directory) {
                let why = format!("is below `{}`, which is {}", around.display(), named(kind));
                self.hostile.push((shown(&file), why));
                return Ok(());
            }
        }
        let found = Former::at(&self.directory, &file)
            .with_context(|| format!("cannot read `{}` of the overlay", file.display()))?;
        let why = match found {
            Former::File(FormerFile { sha256, mode, .. }) => {
                let installed = OverlayFile { sha256, mode: mode & 0o755, is_added };
                self.files.insert(file, installed);
                return Ok(());
            }
            Former::Nothing => {
                self.deleted.push(file);
                return Ok(());
            }
            Former::Link { target, .. } => format!("is a symbolic link to `{target}`"),
            Former::Other(what) => format!("is {what}"),
        };
        self.hostile.push((shown(&file), why));
        Ok(())
    }

    /// Adds what is not in the list.
    fn add_others(&mut self, around: &Path, depth: usize) -> Result<()> {
        let cannot = || format!("cannot list `{}` of the overlay", around.display());
        let listed = self.directory.below(around).and_then(|opened| opened.names());
        let mut names = listed.with_context(cannot)?;
        names.sort();
        for name in names {
            let file = around.join(&name);
            let is_own = around.as_os_str().is_empty() && shown(&file).starts_with(OWN);
            if is_own || self.files.contains_key(&file) {
                continue;
            }
            let Some(found) = self.directory.look(&file).with_context(cannot)? else { continue };
            if FileType::from_raw_mode(found.st_mode) == FileType::Directory && depth > 0 {
                self.add_others(&file, depth - 1)?;
            } else if self.hostile.iter().any(|(path, _)| *path == shown(&file)) {
                // It is in the list, and refused already.
            } else if is_open_to_all(&file) {
                self.add(file, true)?;
            } else {
                self.left_out.push(file);
            }
        }
        Ok(())
    }
}

/// Whether a file belongs where it is even if no run wrote it. What an editor leaves does not.
fn is_open_to_all(file: &Path) -> bool {
    let name = file.file_name().map(|name| shown(Path::new(name))).unwrap_or_default();
    let is_leftover = name.starts_with('.') || name.ends_with('~');
    !is_leftover && OPEN_TO_ALL.iter().any(|directory| file.starts_with(directory))
}
