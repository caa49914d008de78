//! Paths below the root of another system, such as an unpacked image: its symbolic links lead to
//! files of that system, and never to files of this one.

use std::ffi::OsString;
use std::io::{Error, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// The most links on the way to a file. Linux has the same limit (`path_resolution(7)`).
const LINKS_MAX: usize = 40;

/// The path with all links resolved as if `root` were `/`. `path` is relative to the root, or is
/// absolute in that system. The file itself need not exist.
pub(in crate::cli) fn resolve_below(root: &Path, path: &Path) -> io::Result<PathBuf> {
    // The parts that are left, the next one last.
    let mut left: Vec<OsString> = parts(path);
    let (mut reached, mut links) = (Vec::<OsString>::new(), 0);
    while let Some(part) = left.pop() {
        if part == ".." {
            reached.pop();
            continue;
        }
        let at: PathBuf =
            [root.as_os_str()].into_iter().chain(reached.iter().map(OsString::as_os_str)).collect();
        match fs::read_link(at.join(&part)) {
            Ok(target) => {
                links += 1;
                if links > LINKS_MAX {
                    return Err(Error::new(ErrorKind::InvalidInput, "too many symbolic links"));
                }
                if target.is_absolute() {
                    reached.clear();
                }
                left.extend(parts(&target));
            }
            // It is no link, or does not exist.
            Err(_) => reached.push(part),
        }
    }
    Ok([root.as_os_str()].into_iter().chain(reached.iter().map(OsString::as_os_str)).collect())
}

/// The parts of a path, the first one last.
fn parts(path: &Path) -> Vec<OsString> {
    path.components()
        .rev()
        .filter_map(|component| match component {
            Component::Normal(_) | Component::ParentDir => Some(component.as_os_str().to_owned()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::resolve_below;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    #[test]
    fn links_stay_below_the_root() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        fs::create_dir_all(at("usr/share/jobs")).unwrap();
        fs::create_dir_all(at("etc")).unwrap();
        for (target, link) in [
            ("/usr/share/jobs", "etc/init"),
            ("../../../usr/share", "etc/share"),
            ("/etc/loop", "etc/loop"),
            ("jobs/../jobs", "usr/share/again"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        let resolved = |path: &str| {
            resolve_below(root.path(), Path::new(path))
                .ok()
                .map(|path| path.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned())
        };
        for (path, expected) in [
            ("/etc/init/a.conf", Some("usr/share/jobs/a.conf")),
            ("etc/share/again/a.conf", Some("usr/share/jobs/a.conf")),
            ("../../etc/passwd", Some("etc/passwd")),
            ("etc/loop", None),
        ] {
            assert_eq!(resolved(path).as_deref(), expected, "{path}");
        }
    }
}
