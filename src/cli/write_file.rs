//! Replaces a file.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, bail, ensure};
use rustix::fs::{Gid, Uid, XattrFlags};
use rustix::io::Errno;

use super::open_directory::set_mode;

/// Replaces a file, or writes a new one. A reader sees the old file or the new one, never a part of
/// either. The new one has the owner, the mode and the extended attributes of the old one. If the
/// path is a symbolic link, the link stays and its target is replaced. A device or a pipe is not
/// replaced, and neither is a file with several names, of which the others would keep the old text.
pub(super) fn replace_regular(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_if(path, bytes, |_| Ok(()))
}

/// The same for a file that was read, and that somebody else may have changed since.
pub(super) fn rewrite(path: &Path, before: &[u8], after: &[u8]) -> Result<()> {
    replace_if(path, after, |old| {
        let mut now = Vec::new();
        if let Some(old) = old {
            // The file may be growing.
            old.take(before.len() as u64 + 1).read_to_end(&mut now)?;
        }
        ensure!(now == before, "it changed since it was read");
        Ok(())
    })
}

/// `check` gets the old file, if there is one, when the new one is about to take its place.
fn replace_if(
    path: &Path,
    bytes: &[u8],
    check: impl FnOnce(Option<&File>) -> Result<()>,
) -> Result<()> {
    let target = fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    let old = match fs::metadata(path) {
        Ok(metadata) => Some(opened(path, &metadata)?),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            ensure!(fs::symlink_metadata(path).is_err(), "it is a symbolic link without a target");
            None
        }
        Err(error) => return Err(error.into()),
    };
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = write_beside(&temporary, old.as_ref(), bytes)
        .and_then(|()| check(old.as_ref()))
        .and_then(|()| Ok(fs::rename(&temporary, path)?));
    if written.as_ref().is_err_and(|error| !is_foreign(error)) {
        // Report the first error, not that of the cleanup.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Whether a file of the temporary name was there before.
fn is_foreign(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::AlreadyExists)
}

/// Opens a file that may be replaced.
fn opened(path: &Path, metadata: &Metadata) -> Result<File> {
    ensure!(metadata.is_file(), "it is not a regular file");
    if metadata.nlink() > 1 {
        bail!(
            "it has {} names (hard links), and the others would keep the old text; change it in an editor, or copy it",
            metadata.nlink()
        );
    }
    // Reading needs no right that reading the job did not need.
    Ok(File::open(path)?)
}

fn write_beside(temporary: &Path, old: Option<&File>, bytes: &[u8]) -> Result<()> {
    let mode = if old.is_some() { 0o600 } else { 0o666 };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(temporary)?;
    if let Some(old) = old {
        keep_attributes(old, &file)?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

/// Gives a new file what the old one has besides its text.
fn keep_attributes(old: &File, new: &File) -> Result<()> {
    let (before, after) = (old.metadata()?, new.metadata()?);
    if (before.uid(), before.gid()) != (after.uid(), after.gid()) {
        let owner = (Uid::from_raw(before.uid()), Gid::from_raw(before.gid()));
        rustix::fs::fchown(new, Some(owner.0), Some(owner.1))
            .map_err(io::Error::from)
            .with_context(|| format!("cannot keep its owner {}:{}", before.uid(), before.gid()))?;
    }
    let had = attributes(old)?;
    let has = attributes(new)?;
    for attribute in &had {
        if !has.contains(attribute) {
            let (name, value) = attribute;
            rustix::fs::fsetxattr(new, name.as_slice(), value, XattrFlags::empty())
                .map_err(io::Error::from)
                .with_context(|| {
                    let name = String::from_utf8_lossy(name);
                    format!("cannot keep its extended attribute `{name}`")
                })?;
        }
    }
    // After the owner, whose change takes bits away.
    set_mode(new, before.permissions().mode() & 0o7777)?;
    Ok(())
}

/// The names and values of the extended attributes, of which the access control list is one.
fn attributes(file: &File) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let size = match rustix::fs::flistxattr_query(file) {
        Ok(size) => size,
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Vec::new()),
        Err(error) => return Err(io::Error::from(error).into()),
    };
    let mut names = vec![0; size];
    let length = rustix::fs::flistxattr(file, names.as_mut_slice()).map_err(io::Error::from)?;
    names.truncate(length);
    let mut found = Vec::new();
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let size = rustix::fs::fgetxattr_query(file, name).map_err(io::Error::from)?;
        let mut value = vec![0; size];
        let length =
            rustix::fs::fgetxattr(file, name, value.as_mut_slice()).map_err(io::Error::from)?;
        value.truncate(length);
        found.push((name.to_vec(), value));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_permissions() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("foo.conf");
        replace_regular(&path, b"first").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace_regular(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let link = directory.path().join("link.conf");
        symlink("foo.conf", &link).unwrap();
        replace_regular(&link, b"third").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"third");
    }

    #[test]
    fn owner_and_attributes_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("foo.conf");
        fs::write(&path, "first").unwrap();
        // Only root can give a file away.
        let is_root = chown(&path, Some(1234), Some(4321)).is_ok();
        let file = File::options().write(true).open(&path).unwrap();
        let has_attributes =
            rustix::fs::fsetxattr(&file, "user.origin", b"lab", XattrFlags::empty()).is_ok();
        rewrite(&path, b"first", b"second").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        if is_root {
            assert_eq!((metadata.uid(), metadata.gid()), (1234, 4321));
        }
        if has_attributes {
            let after = attributes(&File::open(&path).unwrap()).unwrap();
            assert!(after.contains(&(b"user.origin".to_vec(), b"lab".to_vec())), "{after:?}");
        }
    }

    #[test]
    fn what_would_be_lost_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("a.conf"), "first").unwrap();
        fs::hard_link(at("a.conf"), at("b.conf")).unwrap();
        let error = replace_regular(&at("a.conf"), b"second").unwrap_err().to_string();
        assert!(error.starts_with("it has 2 names"), "{error}");
        fs::remove_file(at("b.conf")).unwrap();
        let error = rewrite(&at("a.conf"), b"other", b"second").unwrap_err().to_string();
        assert_eq!(error, "it changed since it was read");
        assert_eq!(fs::read(at("a.conf")).unwrap(), b"first");
        let error = replace_regular(Path::new("/dev/null"), b"x").unwrap_err().to_string();
        assert_eq!(error, "it is not a regular file");
        assert!(replace_regular(directory.path(), b"x").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
