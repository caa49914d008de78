//! The recorded units of a distribution, which systemd loads in a test together with the units that
//! it checks. The units of this machine may have another version or be modified.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use super::skipped::skipped;

const RECORDED: &str = include_str!("../../src/systemd/ordering/recorded/debian-12");

/// Runs `systemd-analyze verify` in a directory, with its units and those of the distribution.
/// Returns `None` if there is no systemd.
pub(crate) fn verify(directory: &Path, units: impl IntoIterator<Item = String>) -> Option<Output> {
    let distribution = tempfile::tempdir().unwrap();
    write(distribution.path());
    let mut command = Command::new("systemd-analyze");
    command
        .args(["verify", "--man=no", "--generators=no", "--recursive-errors=yes"])
        .args(units)
        .current_dir(directory);
    // The variable replaces all default directories. The directories of the named units are
    // searched first (systemd-analyze(1), "systemd-analyze verify FILE...").
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("LC_ALL", "C").env("SYSTEMD_UNIT_PATH", distribution.path());
    match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skipped("there is no systemd-analyze on this machine");
            None
        }
        other => Some(other.unwrap()),
    }
}

/// Writes all units, with their relations.
fn write(directory: &Path) {
    let units: Vec<(&str, &str)> = RECORDED
        .lines()
        .filter_map(|line| line.split_once(": ").or(line.strip_suffix(':').map(|name| (name, ""))))
        .collect();
    let is_known = |word: &str| units.iter().any(|(name, _)| *name == word);
    for (name, facts) in units.iter().filter(|(name, _)| !name.starts_with('#')) {
        let mut text = "[Unit]\n".to_owned();
        let mut directive = "";
        for word in facts.split(' ').filter(|word| !word.is_empty()) {
            let value = word.split_once('=').map_or(word, |(name, value)| {
                directive = name;
                value
            });
            match directive {
                "DefaultDependencies" => text += &format!("DefaultDependencies={value}\n"),
                // Instances of templates are not enabled.
                "WantedBy" if name.contains("@.") => {}
                "WantedBy" => {
                    let wants = directory.join(format!("{value}.wants"));
                    fs::create_dir_all(&wants).unwrap();
                    symlink(directory.join(name), wants.join(name)).unwrap();
                }
                _ if is_known(value) => text += &format!("{directive}={value}\n"),
                _ => {}
            }
        }
        text += match name.rsplit_once('.').unwrap().1 {
            "service" => "[Service]\nType=oneshot\nExecStart=/bin/true\n",
            "socket" => "[Socket]\nListenStream=/run/socket\n",
            _ => "",
        };
        fs::write(directory.join(name), text).unwrap();
    }
}
