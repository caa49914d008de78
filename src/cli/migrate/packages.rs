//! Which jobs packages brought.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use md5::{Digest, Md5};

use crate::cli::arguments::MigrateArguments;
use crate::cli::input::root::resolve_below;
use crate::migrate::dpkg_status::{Conffile, conffiles};
use crate::migrate::{FoundJob, PackageJob};
use crate::text::bytes::{carry, encode};

/// The directories of jobs on an installed system.
const DIRECTORIES: [&str; 2] = ["/etc/init", "/etc/event.d"];

/// The jobs that packages brought, by the database of dpkg that the user names or that the root
/// has; `None` if there is none, or if it knows no file of a job at all.
pub(super) fn of(
    arguments: &MigrateArguments,
    found: &[FoundJob],
) -> Result<Option<BTreeMap<String, PackageJob>>> {
    let Some((path, is_given)) = database(arguments) else { return Ok(None) };
    let shown = path.display();
    let status = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound && !is_given => return Ok(None),
        read => carry(&read.with_context(|| format!("cannot read `{shown}`"))?),
    };
    let files = conffiles(&status);
    let is_job =
        |path: &String| DIRECTORIES.iter().any(|directory| Path::new(path).starts_with(directory));
    if !files.keys().any(is_job) {
        anyhow::ensure!(
            !is_given,
            "`{shown}` lists no file below /etc/init: is it /var/lib/dpkg/status of the machine?"
        );
        return Ok(None);
    }
    Ok(Some(found.iter().filter_map(|job| of_package(job, &files)).collect()))
}

/// The path of the database, and whether the user named it.
fn database(arguments: &MigrateArguments) -> Option<(PathBuf, bool)> {
    match (&arguments.dpkg_status, &arguments.root) {
        (Some(path), _) => Some((path.clone(), true)),
        (None, Some(root)) => {
            Some((resolve_below(root, Path::new("var/lib/dpkg/status")).ok()?, false))
        }
        (None, None) => None,
    }
}

fn of_package(job: &FoundJob, files: &BTreeMap<String, Conffile>) -> Option<(String, PackageJob)> {
    let name = &job.name.0;
    let paths = [format!("/etc/init/{name}.conf"), format!("/etc/event.d/{name}")];
    let file = paths.iter().find_map(|path| files.get(path))?;
    let md5 = md5(&encode(job.sources.conf.text()));
    let job = PackageJob { package: file.package.clone(), is_changed: md5 != file.md5 };
    Some((name.clone(), job))
}

/// The hash of a content, in hexadecimal.
fn md5(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
