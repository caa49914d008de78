//! Jobs in the source of a Debian package, which debhelper installs under other names
//! (`dh_installinit(1)`).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

const ENDING: &[u8] = b".upstart";

/// The packages that a directory `debian` builds, in the order of its file `control`. There are
/// none if that is missing.
#[derive(Debug)]
pub(super) struct Packages(Vec<Vec<u8>>);

impl Packages {
    /// `None` if the directory is not that of the source of a package.
    pub(super) fn of(directory: &Path) -> Option<Self> {
        let control = fs::read(directory.join("control")).ok();
        let is_debian = directory.file_name() == Some(OsStr::new("debian"));
        let lines = control.as_deref().unwrap_or_default().split(|&byte| byte == b'\n');
        let names = lines
            .filter_map(|line| line.strip_prefix(b"Package:"))
            .map(|name| name.trim_ascii().to_vec())
            .collect::<Vec<_>>();
        (is_debian || !names.is_empty()).then_some(Self(names))
    }

    /// The name that the job in a file gets: PACKAGE of `PACKAGE.upstart`, NAME of
    /// `PACKAGE.NAME.upstart`, and that of the first package for `upstart`. `None` if the file is
    /// not a job.
    pub(super) fn job<'a>(&'a self, file_name: &'a [u8]) -> Option<&'a [u8]> {
        if file_name == b"upstart" {
            return Some(self.0.first().map_or(file_name, Vec::as_slice));
        }
        let stem = file_name.strip_suffix(ENDING).filter(|stem| !stem.is_empty())?;
        // The job of a session of that name.
        let stem = stem.strip_suffix(b".user-session").unwrap_or(stem);
        if self.0.iter().any(|package| package == stem) {
            return Some(stem);
        }
        let of_package = |package: &Vec<u8>| {
            let name = stem.strip_prefix(package.as_slice())?.strip_prefix(b".")?;
            (!name.is_empty()).then_some((package.len(), name))
        };
        let longest = self.0.iter().filter_map(of_package).max_by_key(|(length, _)| *length);
        if let Some((_, name)) = longest {
            return Some(name);
        }
        // Without the list of packages. A dot in the name of a package is part of a version.
        let after_dot = |at: usize| stem.get(at + 1..).filter(|_| stem.get(at) == Some(&b'.'));
        let named = (1..stem.len())
            .filter_map(after_dot)
            .find(|name| name.first().is_some_and(u8::is_ascii_alphabetic));
        Some(named.filter(|_| self.0.is_empty()).unwrap_or(stem))
    }
}

/// The name of the job in this file, if it is a job in the source of a package.
pub(super) fn job_name(path: &Path) -> Option<OsString> {
    let file_name = path.file_name()?.as_bytes();
    if file_name != b"upstart" && !file_name.ends_with(ENDING) {
        return None;
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let packages = Packages::of(directory.unwrap_or(Path::new(".")))?;
    packages.job(file_name).map(|name| OsString::from_vec(name.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::Packages;

    #[test]
    fn jobs_are_named_as_debhelper_names_them() {
        let listed = ["shop", "shop-7.0", "shop.db"];
        for (packages, file, expected) in [
            (&[][..], "shop.upstart", Some("shop")),
            (&[], "shop.worker.upstart", Some("worker")),
            (&[], "shop7.0-web.upstart", Some("shop7.0-web")),
            (&[], "shop7.0-web.queue.upstart", Some("queue")),
            (&[], "agent.user-session.upstart", Some("agent")),
            (&[], "upstart", Some("upstart")),
            (&[], ".upstart", None),
            (&[], "shop.conf", None),
            (&listed[..], "upstart", Some("shop")),
            (&listed, "shop.db.upstart", Some("shop.db")),
            (&listed, "shop.db.cache.upstart", Some("cache")),
            (&listed, "shop-7.0.web.v2.upstart", Some("web.v2")),
            (&listed, "other.name.upstart", Some("other.name")),
        ] {
            let packages = Packages(packages.iter().map(|name| name.as_bytes().to_vec()).collect());
            let name = packages.job(file.as_bytes());
            assert_eq!(name, expected.map(str::as_bytes), "{packages:?} {file}");
        }
    }
}
