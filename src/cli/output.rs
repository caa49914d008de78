//! Writing files below a directory.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::conversion::Output;
use crate::source;

/// Makes sure that there is a directory to write below.
pub(super) fn prepare(root: &Path) -> Result<()> {
    ensure!(root.is_dir() || fs::symlink_metadata(root).is_err(), "`{}` is not a directory, and `-o` takes one", root.display());
    create(root)
}

fn create(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot create the directory `{}`", directory.display()))
}

/// Writes a file below `root`, directories included, and answers where. A reader sees the old file or the
/// new one, never a part of one.
pub(super) fn write(root: &Path, output: &Output) -> Result<PathBuf> {
    let relative = Path::new(&output.path);
    ensure!(
        relative.components().all(|component| matches!(component, Component::Normal(_))) && relative.file_name().is_some(),
        "`{}` is not a path below the output directory",
        output.path
    );
    let path = root.join(relative);
    if let Some(directory) = path.parent() {
        create(directory)?;
    }
    replace(&path, &source::encode(&output.text)).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}

/// Puts a file in the place of what is there. A reader sees the old one or the new one, never a part of one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    });
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(path: &str, text: &str) -> Output {
        Output { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_file_is_written_whole_and_alone() {
        let root = tempfile::tempdir().unwrap();
        for text in ["first\n", "second\n", &source::carry(b"caf\xe9\n")] {
            let path = write(root.path(), &output("etc/systemd/system/a.service", text)).unwrap();
            assert_eq!(fs::read(&path).unwrap(), source::encode(text).as_ref());
            assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = root.path().join("elsewhere");
        fs::write(&elsewhere, "mine").unwrap();
        std::os::unix::fs::symlink(&elsewhere, root.path().join("a.service")).unwrap();
        write(root.path(), &output("a.service", "new")).unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
        assert_eq!(fs::read_to_string(root.path().join("a.service")).unwrap(), "new");
    }

    #[test]
    fn nothing_is_written_elsewhere_and_nothing_is_left_behind() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("below");
        for path in ["../a.service", "/a.service", "", "a/../../b"] {
            assert!(write(&below, &output(path, "x")).is_err(), "{path}");
        }
        fs::create_dir_all(below.join("dir.service")).unwrap();
        let error = write(&below, &output("dir.service", "x")).unwrap_err();
        assert!(format!("{error:#}").contains("dir.service"), "{error:#}");
        assert_eq!(fs::read_dir(&below).unwrap().count(), 1);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
