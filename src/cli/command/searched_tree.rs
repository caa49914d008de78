//! Reads the files of a tree that may be anybody's: links are not followed, and nothing is opened
//! that could block or never end.

use std::fs::{File, FileType, Metadata};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The longest file that is read, in bytes. Scripts and configuration are far shorter.
pub(super) const LONGEST: u64 = 1 << 20;

/// The beginning of a file in which a NUL shows that it is not text.
const HEAD: usize = 8 << 10;

/// The directories of version control, whose copies of files nothing runs.
const SKIPPED: [&str; 4] = [".git", ".hg", ".svn", ".bzr"];

/// The file systems that the kernel makes up. Reading some of their files takes for ever, although
/// they look regular (proc(5), `/proc/kmsg`).
const MADE_UP: [&str; 2] = ["/proc", "/sys"];

/// An entry of a tree to look at.
pub(super) enum TreeEntry {
    /// A regular file.
    File(PathBuf),
    /// A symbolic link, with its target.
    Link(PathBuf, PathBuf),
}

/// What is in a tree.
#[derive(Default)]
pub(super) struct SearchedTree {
    /// The files and links, in the order of their paths.
    pub(super) entries: Vec<TreeEntry>,
    /// The number of named pipes, sockets and devices.
    pub(super) special: usize,
    /// What could not be listed.
    pub(super) failed: Vec<(PathBuf, io::Error)>,
}

/// What became of a file.
pub(super) enum FileContent {
    /// Its bytes.
    Text(Vec<u8>),
    /// It is not text.
    Binary,
    /// It is longer than [`LONGEST`].
    TooLong,
}

type DirectoryIdentity = (u64, u64);

fn identity(metadata: &Metadata) -> DirectoryIdentity {
    (metadata.dev(), metadata.ino())
}

/// What is left out of a search.
pub(super) struct Excluded {
    /// Directories.
    directories: Vec<DirectoryIdentity>,
    /// File systems.
    devices: Vec<u64>,
}

impl Excluded {
    /// The directory with the jobs, whose scripts are converted with them, and the file systems of
    /// the kernel.
    pub(super) fn new(init: &Path) -> Self {
        let root = fs::metadata("/").map(|root| root.dev()).ok();
        let devices = MADE_UP
            .iter()
            .filter_map(|path| fs::metadata(path).ok())
            .map(|metadata| metadata.dev())
            .filter(|device| Some(*device) != root);
        Self {
            directories: fs::metadata(init).iter().map(identity).collect(),
            devices: devices.collect(),
        }
    }

    fn has(&self, metadata: &Metadata) -> bool {
        self.directories.contains(&identity(metadata)) || self.devices.contains(&metadata.dev())
    }
}

/// Lists a tree. An error means that the tree itself cannot be listed. `seen` has the directories
/// that were listed already: trees may be given twice, or be parts of each other.
pub(super) fn list(
    root: &Path,
    excluded: &Excluded,
    seen: &mut Vec<DirectoryIdentity>,
) -> io::Result<SearchedTree> {
    let mut tree = SearchedTree::default();
    // The argument itself may be a link, as it was given on purpose.
    let metadata = fs::metadata(root)?;
    if metadata.is_file() {
        tree.entries.push(TreeEntry::File(root.to_owned()));
        return Ok(tree);
    }
    if !metadata.is_dir() {
        return Err(io::Error::other("this is neither a directory nor a regular file"));
    }
    let mut open = vec![root.to_owned()];
    let mut is_root = true;
    while let Some(directory) = open.pop() {
        let listed = fs::metadata(&directory).and_then(|metadata| {
            if excluded.has(&metadata) || seen.contains(&identity(&metadata)) {
                return Ok(Vec::new());
            }
            if is_root {
                seen.push(identity(&metadata));
            }
            sorted(&directory)
        });
        match listed {
            Ok(entries) => {
                let mut below = Vec::new();
                for (path, kind) in entries {
                    if kind.is_dir() {
                        let name = path.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
                        if !SKIPPED.iter().any(|skipped| skipped.as_bytes() == name) {
                            below.push(path);
                        }
                    } else if kind.is_file() {
                        tree.entries.push(TreeEntry::File(path));
                    } else if kind.is_symlink() {
                        if let Ok(target) = fs::read_link(&path) {
                            tree.entries.push(TreeEntry::Link(path, target));
                        }
                    } else {
                        debug_assert!(kind.is_fifo() || kind.is_socket() || is_device(kind));
                        tree.special += 1;
                    }
                }
                open.extend(below.into_iter().rev());
            }
            Err(error) if is_root => return Err(error),
            Err(error) => tree.failed.push((directory, error)),
        }
        is_root = false;
    }
    let path = |entry: &TreeEntry| match entry {
        TreeEntry::File(path) | TreeEntry::Link(path, _) => path.clone(),
    };
    tree.entries.sort_by_cached_key(path);
    Ok(tree)
}

fn is_device(kind: FileType) -> bool {
    kind.is_block_device() || kind.is_char_device()
}

/// The entries of a directory, with the kinds that they have themselves.
fn sorted(directory: &Path) -> io::Result<Vec<(PathBuf, FileType)>> {
    let mut entries = fs::read_dir(directory)?
        .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

/// Reads a file that was listed.
pub(super) fn read(path: &Path) -> io::Result<FileContent> {
    let listed = fs::symlink_metadata(path)?;
    if !listed.is_file() {
        return Err(io::Error::other("this is not a regular file any more"));
    }
    if listed.len() == 0 {
        // The kernel's own files have no length either, and reading them may block.
        return Ok(FileContent::Text(Vec::new()));
    }
    let mut file = File::open(path)?;
    // The path may now lead to something else.
    if identity(&file.metadata()?) != identity(&listed) {
        return Err(io::Error::other("this changed while it was read"));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
    if bytes.contains(&0) {
        return Ok(FileContent::Binary);
    }
    if listed.len() > LONGEST {
        return Ok(FileContent::TooLong);
    }
    file.take(LONGEST + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
    Ok(match bytes {
        _ if bytes.contains(&0) => FileContent::Binary,
        _ if bytes.len() as u64 > LONGEST => FileContent::TooLong,
        _ => FileContent::Text(bytes),
    })
}
