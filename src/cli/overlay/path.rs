//! The paths of outputs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::manifest::MANIFEST;
use super::staging::STAGING;
use crate::text::bytes::{carry, encode};

/// The path of an output below the root. Fails if it would lead out of the root.
pub(in crate::cli) fn relative(path: &str) -> Result<PathBuf> {
    let bytes = encode(path);
    let is_plain = |part: &[u8]| !matches!(part, b"" | b"." | b"..") && !part.contains(&0);
    let is_reserved = |part: &[u8]| [STAGING, MANIFEST].map(str::as_bytes).contains(&part);
    ensure!(
        bytes.split(|&byte| byte == b'/').all(is_plain)
            && !bytes.split(|&byte| byte == b'/').next().is_some_and(is_reserved),
        "`{path}` is not a path below the output directory"
    );
    Ok(PathBuf::from(OsStr::from_bytes(&bytes)))
}

/// A path below the root as text.
pub(in crate::cli) fn text(relative: &Path) -> String {
    carry(relative.as_os_str().as_bytes())
}
