//! Replaces a file.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Result, bail, ensure};

/// Replaces a file and keeps its permissions. A reader sees the old file or the new one, never a
/// part of either. If the path is a symbolic link, the link stays and its target is replaced.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create_new(&temporary).and_then(|mut file| {
        if let Ok(metadata) = fs::metadata(path) {
            file.set_permissions(metadata.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    });
    if written.is_err() {
        // Report the first error, not that of the cleanup.
        let _ = fs::remove_file(&temporary);
    }
    Ok(written?)
}

/// Replaces a regular file, or writes a new one. Fails for anything else, such as a device or a
/// link without a target: a rename would put a file in its place.
pub(super) fn replace_regular(path: &Path, bytes: &[u8]) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => bail!("it is not a regular file"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            ensure!(fs::symlink_metadata(path).is_err(), "it is a symbolic link without a target");
        }
        Err(error) => return Err(error.into()),
    }
    replace(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_permissions() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("foo.conf");
        replace(&path, b"first").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        replace(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let link = directory.path().join("link.conf");
        std::os::unix::fs::symlink("foo.conf", &link).unwrap();
        replace(&link, b"third").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"third");
    }

    #[test]
    fn only_a_regular_file_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
        for (path, reason) in [
            (at(""), "it is not a regular file"),
            (std::path::PathBuf::from("/dev/null"), "it is not a regular file"),
            (at("dangling"), "it is a symbolic link without a target"),
            (at("a/b"), "No such file or directory"),
        ] {
            let error = replace_regular(&path, b"x").unwrap_err().to_string();
            assert!(error.contains(reason), "{}: {error}", path.display());
        }
        replace_regular(&at("new"), b"x").unwrap();
        replace_regular(&at("new"), b"y").unwrap();
        assert_eq!(fs::read(at("new")).unwrap(), b"y");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
