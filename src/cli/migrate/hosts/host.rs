//! A host: its name, its configuration directory, and the jobs that were read from it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::assess::fleet::HostJobs;
use crate::cli::Streams;
use crate::cli::arguments::MigrateArguments;
use crate::cli::input::root::resolve_below;
use crate::cli::input::{directory, shown};
use crate::cli::lint::configuration::Configuration;
use crate::cli::migrate::found_jobs::{self, FoundJobs, JobPlaces};
use crate::convert::Converted;
use crate::diagnostic::registry::UNREADABLE_INPUT;
use crate::migrate::PackageJob;
use crate::text::bytes::carry;
use crate::text::visible::visible;
use crate::upstart::dialect::Dialect;

/// A host whose jobs are converted.
#[derive(Debug)]
pub(super) struct Host {
    /// Its name, for messages.
    pub(super) name: String,
    /// Its name, for the directory of its overlay.
    pub(super) directory_name: OsString,
    /// The directory as it was given.
    given: PathBuf,
}

/// A host whose jobs were read.
pub(super) struct ReadHost {
    pub(super) host: Host,
    /// The file of the configuration that applies to its jobs.
    pub(super) settings: Option<PathBuf>,
    /// The configuration directory.
    pub(super) directory: PathBuf,
    /// The jobs that packages brought, if the host has their database.
    pub(super) packages: Option<BTreeMap<String, PackageJob>>,
    /// The jobs, and those that could not be read.
    pub(super) found: HostJobs,
    /// Files that are not jobs or cannot be read.
    pub(super) strays: Vec<Converted>,
    /// The directory below the given one that has all jobs.
    pub(super) meant: Option<PathBuf>,
}

/// The hosts in the order of their names. `Err` is a message about names: each host needs its own.
pub(super) fn named(given: &[PathBuf]) -> Result<Vec<Host>, String> {
    let mut hosts = Vec::with_capacity(given.len());
    for path in given {
        let Some(name) = name_of(path) else {
            let path = visible(&shown(path));
            return Err(format!(
                "`{path}` gives no name for the host: the last part of the path is the name"
            ));
        };
        hosts.push(Host {
            name: carry(name.as_bytes()),
            directory_name: name,
            given: path.clone(),
        });
    }
    hosts.sort_by(|first, second| first.directory_name.cmp(&second.directory_name));
    for pair in hosts.windows(2) {
        if let [first, second] = pair
            && first.directory_name == second.directory_name
        {
            let [name, first, second] = [&first.name, &shown(&first.given), &shown(&second.given)]
                .map(|text| visible(text));
            return Err(format!(
                "two hosts have the name `{name}`: `{first}` and `{second}`; the last part of the path is the name, so give the directory of each host that has its `etc`, or rename one"
            ));
        }
    }
    Ok(hosts)
}

/// The last part of the path; for `.` and `..` that of the directory which they are.
fn name_of(path: &Path) -> Option<OsString> {
    path.file_name()
        .map(OsStr::to_owned)
        .or_else(|| fs::canonicalize(path).ok()?.file_name().map(OsStr::to_owned))
}

impl Host {
    /// Whether the directory of the host is this one.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        fs::canonicalize(&self.given)
            .is_ok_and(|given| fs::canonicalize(path).is_ok_and(|path| given == path))
    }

    /// Reads the jobs. An error means that there is nothing to convert.
    pub(super) fn read(
        self,
        arguments: &MigrateArguments,
        dialect: Option<Dialect>,
        streams: &mut Streams<'_>,
    ) -> Result<ReadHost> {
        let etc = resolve_below(&self.given, Path::new("etc"));
        let root = etc.is_ok_and(|etc| etc.is_dir()).then_some(self.given.as_path());
        let given =
            root.map_or_else(|| self.given.clone(), |root| directory::of_system(root, dialect));
        let places =
            JobPlaces { directories: std::slice::from_ref(&given), root, dpkg_status: None };
        let found = found_jobs::find(places, !arguments.translation.no_override, dialect)?;
        let FoundJobs { jobs, strays, meant, packages } = found;
        let directory = meant.clone().unwrap_or(given);
        anyhow::ensure!(
            !jobs.is_empty() || !strays.is_empty(),
            "there are no jobs in `{}`",
            directory.display()
        );
        if let Some(why) = packages.trouble.filter(|_| !arguments.reporting.format.is_object()) {
            streams.report(&format!("note: {}: {}\n", visible(&self.name), visible(&why)));
        }
        let packages = packages.jobs;
        let is_unreadable = |stray: &&Converted| {
            let mut found = stray.conversion.diagnostics.iter();
            found.any(|found| found.rule.code == UNREADABLE_INPUT.code)
        };
        let unreadable =
            strays.iter().filter(is_unreadable).map(|stray| stray.conversion.job.clone()).collect();
        Ok(ReadHost {
            settings: Configuration::file_of(&directory),
            directory,
            packages,
            found: HostJobs { host: self.name.clone(), jobs, unreadable },
            strays,
            meant,
            host: self,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_called_like_the_last_part_of_its_path() {
        let given = ["fleet/web02/", "/srv/fleet/./web01", "db"].map(PathBuf::from);
        let names: Vec<String> = named(&given).unwrap().into_iter().map(|host| host.name).collect();
        assert_eq!(names, ["db", "web01", "web02"]);
        let twice = ["web01/etc/init", "web02/etc/init"].map(PathBuf::from);
        let message = named(&twice).unwrap_err();
        assert!(message.starts_with("two hosts have the name `init`: "), "{message}");
        assert!(named(&[PathBuf::from("/")]).unwrap_err().contains("gives no name"));
    }
}
