//! Paths below a root, where a directory on the way may be a symbolic link, as `/lib` is.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::FileType;

use super::former::named;
use crate::cli::open_directory::OpenDirectory;

/// The number of links after which a path counts as endless, as in the kernel.
const LINKS: usize = 40;

/// The place of a path below the root.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// The path without links. The last name itself may be one.
    At(PathBuf),
    /// The directory that is in the way, and why nothing is written below it.
    Blocked(PathBuf, String),
}

/// Resolves the directories of a path. Links are followed as if the root were `/`, and never out of
/// it. What comes back has no links, and is opened without following any: a directory that is
/// swapped for a link after this leads to an error, not to another place.
pub(super) fn resolve(root: &OpenDirectory, path: &Path) -> Result<Within> {
    let mut open: VecDeque<OsString> = parts(path.parent().unwrap_or(Path::new("")));
    let (mut reached, mut links, mut of_link) = (PathBuf::new(), 0, 0_usize);
    // The last link that was followed, for messages.
    let mut last = (PathBuf::new(), String::new());
    while let Some(part) = open.pop_front() {
        let is_of_link = of_link > 0;
        of_link = of_link.saturating_sub(1);
        if part == ".." {
            if !reached.pop() {
                let (link, target) = last;
                return Ok(Within::Blocked(
                    link,
                    format!("is a symbolic link to `{target}`, which leads out of the root"),
                ));
            }
            continue;
        }
        let next = reached.join(&part);
        let cannot = || format!("cannot look at `{}`", next.display());
        let kind = root.look(&next).with_context(cannot)?;
        match kind.map(|found| FileType::from_raw_mode(found.st_mode)) {
            None if is_of_link => {
                let (link, target) = last;
                return Ok(Within::Blocked(
                    link,
                    format!("is a symbolic link to `{target}`, which is not below the root"),
                ));
            }
            None | Some(FileType::Directory) => reached = next,
            Some(FileType::Symlink) => {
                let target = root.read_link(&next).with_context(cannot)?.unwrap_or_default();
                last = (next.clone(), target.display().to_string());
                links += 1;
                if links > LINKS {
                    return Ok(Within::Blocked(next, "is a circle of symbolic links".to_owned()));
                }
                if target.is_absolute() {
                    reached = PathBuf::new();
                }
                let parts = parts(&target);
                of_link += parts.len();
                for part in parts.into_iter().rev() {
                    open.push_front(part);
                }
            }
            Some(other) => {
                return Ok(Within::Blocked(next, format!("is {}, not a directory", named(other))));
            }
        }
    }
    Ok(Within::At(reached.join(path.file_name().unwrap_or_default())))
}

fn parts(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_within_the_root() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("usr/lib/systemd")).unwrap();
        fs::create_dir_all(at("srv/units")).unwrap();
        fs::write(at("usr/file"), "").unwrap();
        for (target, link) in [
            ("usr/lib", "lib"),
            ("/srv/units", "usr/lib/systemd/system"),
            ("../../..", "usr/lib/up"),
            ("/nowhere", "usr/dangling"),
            ("loop", "loop"),
            ("../../srv", "usr/lib/srv"),
            ("/tmp", "usr/outside"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        let root = OpenDirectory::open(directory.path()).unwrap();
        let resolved = |path: &str| resolve(&root, Path::new(path)).unwrap();
        let is_at = |path: &str, place: &str| {
            assert_eq!(resolved(path), Within::At(place.into()), "{path}");
        };
        is_at("a", "a");
        is_at("lib/a", "usr/lib/a");
        is_at("lib/systemd/system/a", "srv/units/a");
        is_at("lib/srv/units/a", "srv/units/a");
        is_at("etc/new/a", "etc/new/a");
        is_at("usr/lib/srv", "usr/lib/srv");
        for (path, place, why) in [
            ("usr/lib/up/a", "usr/lib/up", "leads out of the root"),
            ("usr/dangling/a", "usr/dangling", "`/nowhere`, which is not below the root"),
            ("usr/outside/a", "usr/outside", "`/tmp`, which is not below the root"),
            ("loop/a", "loop", "is a circle"),
            ("usr/file/a", "usr/file", "is a file, not a directory"),
        ] {
            let Within::Blocked(at, said) = resolved(path) else { panic!("{path}") };
            assert_eq!(at, Path::new(place));
            assert!(said.contains(why), "{said}");
        }
    }
}
