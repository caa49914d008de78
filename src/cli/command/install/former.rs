//! What is at a path: before an installation, and after it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cli::input::shown;
use crate::cli::open_directory::OpenDirectory;
use crate::text::bytes::encode;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(super) enum Former {
    Nothing,
    File(FormerFile),
    Link {
        /// In the form of [`crate::text::bytes`].
        target: String,
        owner: (u32, u32),
    },
    /// What no run installs or replaces, such as a directory.
    #[serde(skip)]
    Other(String),
}

/// A regular file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FormerFile {
    pub(super) sha256: String,
    pub(super) mode: u32,
    pub(super) owner: (u32, u32),
    /// Seconds and nanoseconds.
    pub(super) modified: (i64, i64),
    /// The name of the copy that is kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) kept: String,
}

impl Former {
    /// Looks at a path, and reads the file that is there.
    pub(super) fn at(root: &OpenDirectory, path: &Path) -> io::Result<Self> {
        let Some(found) = root.look(path)? else { return Ok(Self::Nothing) };
        let kind = FileType::from_raw_mode(found.st_mode);
        Ok(match kind {
            FileType::RegularFile => Self::File(FormerFile::of(&root.open_file(path)?)?),
            FileType::Symlink => match root.read_link(path)? {
                Some(target) => {
                    Self::Link { target: shown(&target), owner: (found.st_uid, found.st_gid) }
                }
                None => Self::Other("changing".to_owned()),
            },
            other => Self::Other(named(other).to_owned()),
        })
    }

    /// Whether this is the same in all that an installation changes. Only the copy may differ.
    pub(super) fn is_untouched(&self, found: &Self) -> bool {
        match (self, found) {
            (Self::File(before), Self::File(found)) => {
                let kept = before.kept.clone();
                *before == FormerFile { kept, ..found.clone() }
            }
            _ => self == found,
        }
    }

    /// A text that two files with the same content, or two links with the same target, have in
    /// common.
    pub(super) fn signature(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::File(FormerFile { sha256, .. }) => sha256.clone(),
            Self::Link { target, owner: _ } => format!("link {target}"),
            Self::Other(what) => format!("other {what}"),
        }
    }
}

impl FormerFile {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            sha256: hash(file)?,
            mode: metadata.mode() & 0o7777,
            owner: (metadata.uid(), metadata.gid()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            kept: String::new(),
        })
    }
}

/// The path that a text of the list stands for.
pub(super) fn path_of(text: &str) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(&encode(text)))
}

/// The name of a kind of file.
pub(super) fn named(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "a special file",
    }
}

/// The hash of a file, in hexadecimal. The file may be larger than the memory.
pub(super) fn hash(mut file: impl Read) -> io::Result<String> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
