//! Reads the overlay. No symbolic link in it is followed, so nothing outside of it is read.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustix::fs::{AtFlags, Dir, FileType};

use crate::cli::open_directory::OpenDirectory;
use crate::cli::overlay::manifest::{MANIFEST, Manifest};
use crate::machine::verify::{CheckedFile, CheckedOverlay};
use crate::text::bytes::carry;

/// The largest unit and the beginning of another file that are read, in bytes.
const LARGEST_UNIT: u64 = 4 << 20;
const BEGINNING: u64 = 64 << 10;

/// The most files, and directories within each other.
const MOST_FILES: usize = 200_000;
const DEEPEST: usize = 64;

/// The directories whose files are read as a whole.
const READ: [&str; 6] = [
    "etc/systemd",
    "usr/lib/systemd",
    "lib/systemd",
    "usr/local/lib",
    "etc/tmpfiles.d",
    "etc/sysusers.d",
];

pub(super) fn read(root: &Path, left_out: &mut Vec<String>) -> Result<CheckedOverlay> {
    let shown = root.display();
    let directory =
        OpenDirectory::open(root).with_context(|| format!("cannot open the overlay `{shown}`"))?;
    let mut files = BTreeMap::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let names = match names(&directory, &folder) {
            Ok(names) => names,
            Err(error) if folder.as_os_str().is_empty() => {
                return Err(error).with_context(|| format!("cannot read the overlay `{shown}`"));
            }
            Err(error) => {
                let reason = format!("it cannot be read: {error}");
                files.insert(text_of(&folder), CheckedFile::Unusable(reason));
                continue;
            }
        };
        for name in names {
            let path = folder.join(OsStr::from_bytes(&name));
            if folder.as_os_str().is_empty() && name.starts_with(MANIFEST.as_bytes()) {
                continue;
            }
            if files.len() >= MOST_FILES {
                bail!("`{shown}` has more than {MOST_FILES} files");
            }
            let file = entry(&directory, &path);
            if file == CheckedFile::Directory && path.components().count() < DEEPEST {
                open.push(path.clone());
            }
            files.insert(text_of(&path), file);
        }
    }
    let origins = match Manifest::read(root) {
        Ok(manifest) => manifest.files,
        Err(error) => {
            left_out.push(format!("the lines of the jobs: {error:#}"));
            BTreeMap::new()
        }
    };
    let origins =
        origins.into_iter().filter_map(|(path, entry)| Some((path, entry.origin?))).collect();
    Ok(CheckedOverlay::new(files, origins))
}

fn text_of(path: &Path) -> String {
    carry(path.as_os_str().as_bytes())
}

/// The names in a directory below the root.
fn names(root: &OpenDirectory, folder: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(root.below(folder)?)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    Ok(names)
}

/// What is at a path.
fn entry(root: &OpenDirectory, path: &Path) -> CheckedFile {
    let looked = || -> std::io::Result<CheckedFile> {
        let parent = root.below(path.parent().unwrap_or(Path::new("")))?;
        let name = path.file_name().unwrap_or_default();
        let stat = rustix::fs::statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => return Ok(CheckedFile::Directory),
            FileType::RegularFile => return text(root, path),
            FileType::Symlink => {
                let target = root.read_link(path)?.unwrap_or_default();
                return Ok(CheckedFile::Link(text_of(&target)));
            }
            FileType::Fifo => "a named pipe",
            FileType::Socket => "a socket",
            FileType::CharacterDevice | FileType::BlockDevice => "a device",
            FileType::Unknown => "not a regular file",
        };
        Ok(CheckedFile::Unusable(format!("it is {kind}")))
    };
    looked().unwrap_or_else(|error| CheckedFile::Unusable(format!("it cannot be read: {error}")))
}

fn text(root: &OpenDirectory, path: &Path) -> std::io::Result<CheckedFile> {
    let file = root.open_file(path)?;
    let metadata = file.metadata()?;
    let whole = READ.iter().any(|directory| path.starts_with(directory));
    if whole && metadata.len() > LARGEST_UNIT {
        return Ok(CheckedFile::Unusable(format!("it has {} bytes", metadata.len())));
    }
    let mut bytes = Vec::new();
    file.take(if whole { LARGEST_UNIT } else { BEGINNING }).read_to_end(&mut bytes)?;
    let executable = metadata.permissions().mode() & 0o111 != 0;
    Ok(CheckedFile::Text { text: carry(&bytes), executable })
}
