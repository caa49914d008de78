//! Which jobs packages brought.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use md5::{Digest, Md5};

use crate::cli::child;
use crate::cli::input::root::resolve_below;
use crate::cli::overlay::manifest::sha256;
use crate::migrate::package_files::{PackageFile, RPM_FORMAT, conffiles, rpm_files};
use crate::migrate::{FoundJob, PackageJob};
use crate::text::bytes::{carry, encode};

/// Where rpm has its database.
const RPM_DATABASES: [&str; 2] = ["var/lib/rpm", "usr/lib/sysimage/rpm"];

/// The time that rpm may take.
const RPM_TIME: Duration = Duration::from_secs(60);

/// The length of an MD5 in hexadecimal.
const MD5_DIGITS: usize = 32;

/// The directories of jobs on an installed system.
const DIRECTORIES: [&str; 2] = ["/etc/init", "/etc/event.d"];

/// The jobs that packages brought.
pub(in crate::cli) struct JobsOfPackages {
    /// The jobs by their names; `None` if there is no database, or if it knows no file of a job at
    /// all.
    pub(in crate::cli) jobs: Option<BTreeMap<String, PackageJob>>,
    /// Why a database was not read.
    pub(in crate::cli) trouble: Option<String>,
}

/// The jobs that packages brought, by the database of dpkg that the user names or the database of
/// dpkg or rpm that the root has.
pub(in crate::cli) fn known(
    dpkg_status: Option<&Path>,
    root: Option<&Path>,
    found: &[FoundJob],
) -> Result<JobsOfPackages> {
    let (files, trouble) = match (dpkg_status, root) {
        (Some(path), _) => {
            let files = conffiles(&read_status(path)?);
            anyhow::ensure!(
                has_job(&files),
                "`{}` lists no file below /etc/init; check that it is /var/lib/dpkg/status of the machine",
                path.display()
            );
            (files, None)
        }
        (None, Some(root)) => of_root(root)?,
        (None, None) => (BTreeMap::new(), None),
    };
    let jobs =
        has_job(&files).then(|| found.iter().filter_map(|job| of_package(job, &files)).collect());
    Ok(JobsOfPackages { jobs, trouble })
}

/// Whether a file of a job is among the files.
fn has_job(files: &BTreeMap<String, PackageFile>) -> bool {
    let is_job =
        |path: &String| DIRECTORIES.iter().any(|directory| Path::new(path).starts_with(directory));
    files.keys().any(is_job)
}

fn read_status(path: &Path) -> Result<String> {
    let status = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(carry(&status))
}

/// The files of packages by the database that the root has, and why it was not read.
fn of_root(root: &Path) -> Result<(BTreeMap<String, PackageFile>, Option<String>)> {
    let below = |path: &str| resolve_below(root, Path::new(path)).ok().filter(|path| path.exists());
    if let Some(status) = below("var/lib/dpkg/status") {
        return Ok((conffiles(&read_status(&status)?), None));
    }
    let Some(database) = RPM_DATABASES.into_iter().find_map(below) else {
        return Ok((BTreeMap::new(), None));
    };
    Ok(match query_rpm(&database) {
        Ok(output) => (rpm_files(&output), None),
        Err(why) => {
            let database = database.display();
            let why = format!(
                "the database of rpm in {database} was not read: {why}; the jobs of the distribution are known by name and program"
            );
            (BTreeMap::new(), Some(why))
        }
    })
}

/// The output of rpm with the files of all packages. `Err` has the reason if there is none.
fn query_rpm(database: &Path) -> Result<String, String> {
    let database = database.canonicalize().map_err(|error| error.to_string())?;
    let mut rpm = Command::new("rpm");
    rpm.arg("--dbpath").arg(database).args(["-qa", "--queryformat", RPM_FORMAT]);
    let ended = child::run(&mut rpm, Vec::new(), RPM_TIME)?;
    match ended.status {
        Some(0) => Ok(carry(&ended.stdout)),
        _ => Err(format!("rpm fails: {}", carry(ended.stderr.trim_ascii()))),
    }
}

fn of_package(
    job: &FoundJob,
    files: &BTreeMap<String, PackageFile>,
) -> Option<(String, PackageJob)> {
    let name = &job.name.0;
    let paths = [format!("/etc/init/{name}.conf"), format!("/etc/event.d/{name}")];
    let file = paths.iter().find_map(|path| files.get(path))?;
    let content = encode(job.sources.conf.text());
    let hash = if file.hash.len() == MD5_DIGITS { md5(&content) } else { sha256(&content) };
    let job = PackageJob { package: file.package.clone(), is_changed: hash != file.hash };
    Some((name.clone(), job))
}

/// The hash of a content, in hexadecimal.
fn md5(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
