//! The complaints of systemd about units.

use std::fs;
use std::path::Path;

use super::distribution;

/// The messages of `systemd-analyze verify` about units of a directory, one for each line, or
/// `None` if there is no systemd.
pub(crate) fn of(directory: &Path, units: &[String]) -> Option<Vec<String>> {
    let output = distribution::verify(directory, units.iter().map(|unit| format!("./{unit}")))?;
    Some(
        String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter(|line| !is_of_no_concern(line))
            .map(str::to_owned)
            .collect(),
    )
}

/// Whether a message is irrelevant: the program of a job is not installed, or the job names a
/// directory; or a name is accepted.
fn is_of_no_concern(line: &str) -> bool {
    let is_of_program = line.ends_with("is not executable: No such file or directory")
        || line.ends_with("is not executable: Is a directory");
    is_of_program || line.starts_with("Accepting user/group name")
}

/// The messages about all units of a directory, when they are started in one transaction.
pub(crate) fn of_all(directory: &Path) -> Option<Vec<String>> {
    let mut names = units(directory);
    let all = "zz-all.target";
    let wanted: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !name.contains("@.")).collect();
    fs::write(directory.join(all), format!("[Unit]\nWants={}\n", wanted.join(" "))).unwrap();
    names.push(all.to_owned());
    let said = of(directory, &names);
    fs::remove_file(directory.join(all)).unwrap();
    said
}

/// The names of the units in a directory.
pub(crate) fn units(directory: &Path) -> Vec<String> {
    let files = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<String> =
        files.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
