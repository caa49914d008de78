//! Runs systemd-analyze on the overlay as it will be installed. It reads units from a temporary
//! directory only, and starts nothing.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::private_directory::PrivateDirectory;
use crate::cli::child;
use crate::cli::child::Ended;
use crate::cli::signals::Signals;
use crate::machine::verify::{
    CheckedOverlay, PrivateFile, PrivateRoot, SystemdOutput, Trouble, systemd_output,
};
use crate::text::bytes::{carry, encode};
use crate::text::visible::visible;

/// What systemd complains about.
pub(super) struct Analysis {
    pub(super) found: Vec<Trouble>,
    /// The version of systemd.
    pub(super) version: String,
}

/// The number of units that one run verifies. The time of a run grows faster than their number.
const BATCH: usize = 250;

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Options that older versions lack: the first list that is accepted is used.
const OPTIONS: [&[&str]; 3] = [
    &["--man=no", "--generators=no", "--recursive-errors=yes"],
    &["--man=no", "--generators=no"],
    &[],
];

/// The complaints of systemd. `Err` has the reason if there is no result.
pub(super) fn analyze(
    root: &PrivateRoot,
    overlay: &CheckedOverlay,
    signals: &Signals,
) -> Result<Analysis, String> {
    let program = child::installed("systemd-analyze").ok_or(
        "systemd-analyze is not in the directories of PATH; install systemd, or run `verify` where it is",
    )?;
    let directory = PrivateDirectory::create().map_err(|error| format!("{error:#}"))?;
    write(root, directory.path()).map_err(|error| format!("{error:#}"))?;
    let mut analyze = Analyze { program, root: directory.path(), search: root.search.clone() };
    let version = analyze.run(&["--version"], &[])?;
    let version = version.split_whitespace().nth(1).unwrap_or("?").to_owned();
    let boot = root.boot.map(str::to_owned);
    let units = root.units.chunks(BATCH).map(|batch| (batch, false));
    let mut said = String::new();
    for (batch, starts) in units.chain([(boot.as_slice(), true)]) {
        if starts {
            analyze.search.insert(0, root.enabled);
        }
        if signals.check().is_err() {
            return Err("interrupted".to_owned());
        }
        said.push_str(&analyze.verify(batch)?);
    }
    let private = carry(directory.path().as_os_str().as_encoded_bytes());
    let SystemdOutput { found, other } = systemd_output(&said, &private, overlay);
    match other.first() {
        Some(reason) if found.is_empty() => {
            Err(format!("systemd-analyze failed: {}", visible(reason)))
        }
        _ => Ok(Analysis { found, version }),
    }
}

struct Analyze<'a> {
    program: PathBuf,
    root: &'a Path,
    search: Vec<&'static str>,
}

impl Analyze<'_> {
    /// What is printed about units.
    fn verify(&self, units: &[String]) -> Result<String, String> {
        let mut said = String::new();
        for options in OPTIONS {
            said = self.run(&[&["verify"], options].concat(), units)?;
            if !said.contains("unrecognized option") {
                break;
            }
        }
        Ok(said)
    }

    fn run(&self, options: &[&str], units: &[String]) -> Result<String, String> {
        let mut path = OsString::new();
        for directory in &self.search {
            if !path.is_empty() {
                path.push(":");
            }
            path.push(self.root.join(directory));
        }
        let mut command = Command::new(&self.program);
        // The directory of a unit that is named without one is searched first.
        command.current_dir(self.root.join(self.search.first().unwrap_or(&"")));
        command.args(options).args(units).env_clear().env("LC_ALL", "C");
        command.env("SYSTEMD_UNIT_PATH", path).env("SYSTEMD_LOG_LEVEL", "notice");
        command.env("SYSTEMD_LOG_TARGET", "console").env("SYSTEMD_LOG_COLOR", "0");
        command.env("SYSTEMD_LOG_LOCATION", "0").env("SYSTEMD_COLORS", "0");
        let ended = child::run(&mut command, Vec::new(), LIMIT);
        let Ended { status, stdout, stderr } =
            ended.map_err(|reason| format!("systemd-analyze gave no result: {reason}"))?;
        if status.is_none() {
            return Err("systemd-analyze was ended by a signal".to_owned());
        }
        Ok(carry(&if options.contains(&"--version") { stdout } else { stderr }))
    }
}

/// Writes the files of the private root.
fn write(root: &PrivateRoot, directory: &Path) -> Result<()> {
    let on_disk =
        |path: &str| directory.join(PathBuf::from(OsString::from_vec(encode(path).into_owned())));
    let create = |path: &Path| {
        fs::create_dir_all(path).with_context(|| format!("cannot create `{}`", path.display()))
    };
    for directory in root.search.iter().chain([&root.enabled]) {
        create(&on_disk(directory))?;
    }
    for (path, file) in &root.files {
        let path = on_disk(path);
        path.parent().map_or(Ok(()), create)?;
        let written = match file {
            PrivateFile::Text(text) => fs::write(&path, encode(text)),
            PrivateFile::Link(to) => symlink(on_disk(to), &path),
            PrivateFile::Mask => symlink("/dev/null", &path),
        };
        written.with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}
