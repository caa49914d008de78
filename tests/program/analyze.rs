//! What systemd has to say against units.

use std::fs;
use std::path::Path;

use super::distribution;

/// What `systemd-analyze verify` says of units of a directory, a line each; `None` where there is
/// no systemd.
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

/// What no unit can help: that the programs of the jobs are not installed anywhere, or that the job
/// names a directory; and that a name is accepted.
fn is_of_no_concern(line: &str) -> bool {
    let is_of_program = line.ends_with("is not executable: No such file or directory")
        || line.ends_with("is not executable: Is a directory");
    is_of_program || line.starts_with("Accepting user/group name")
}

/// The same of all units of a directory, started in one transaction.
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

/// The names of the units that lie in a directory.
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
