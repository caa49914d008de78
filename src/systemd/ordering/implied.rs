//! The ordering that units have without stating it.

use crate::systemd::Directive::{
    DefaultDependencies, RequiresMountsFor, RootDirectory, StandardError, StandardOutput, Type,
    WorkingDirectory,
};
use crate::systemd::{Unit, Value, escape_path};

/// The units that `DefaultDependencies=yes` orders a unit after and before. `shutdown.target` and
/// `umount.target` are left out, because nothing is started along with them.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    pub(super) after: &'static [&'static str],
    pub(super) before: &'static [&'static str],
}

impl Defaults {
    /// The default dependencies of a kind of unit ("Default Dependencies" in the manual page of
    /// each kind, such as systemd.service(5)).
    pub(super) fn of(name: &str) -> Self {
        let (after, before): (&[&str], &[&str]) = match kind(name) {
            "service" => (&["sysinit.target", "basic.target"], &[]),
            "socket" => (&["sysinit.target"], &["sockets.target"]),
            "path" => (&["sysinit.target"], &["paths.target"]),
            "timer" => (&["sysinit.target"], &["timers.target"]),
            // Every mount is treated as a local file system, because a name does not show a network
            // mount.
            "mount" if !is_extrinsic(name) => (&["local-fs-pre.target"], &["local-fs.target"]),
            "swap" => (&[], &["swap.target"]),
            _ => (&[], &[]),
        };
        Self { after, before }
    }
}

/// The suffix of a unit name.
pub(super) fn kind(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, suffix)| suffix)
}

/// File systems that are mounted before systemd starts, and have no default dependencies
/// (`fstab_is_extrinsic` of systemd).
fn is_extrinsic(name: &str) -> bool {
    let within =
        |top: &str| name.strip_prefix(top).is_some_and(|rest| rest.starts_with(['-', '.']));
    matches!(name, "-.mount" | "usr.mount" | "etc.mount")
        || ["proc", "sys", "dev", "run-initramfs", "run-nextroot"].into_iter().any(within)
}

/// Whether the unit has default dependencies, which `DefaultDependencies=no` turns off
/// (systemd.unit(5), `DefaultDependencies=`).
pub(super) fn has_defaults(unit: &Unit) -> bool {
    // The words that `parse_boolean` of systemd reads as false.
    let no = ["no", "n", "false", "f", "off", "0"];
    !unit
        .values(DefaultDependencies)
        .last()
        .is_some_and(|value| no.iter().any(|no| value.as_str().eq_ignore_ascii_case(no)))
}

/// Whether a service writes to the journal, which is the default (systemd.exec(5),
/// `StandardOutput=`).
pub(super) fn writes_to_journal(unit: &Unit) -> bool {
    let journal = |value: &Value| {
        ["journal", "kmsg", "syslog"].into_iter().any(|sink| value.as_str().starts_with(sink))
    };
    unit.values(StandardOutput).last().is_none_or(journal)
        || unit.values(StandardError).last().is_some_and(journal)
}

/// Whether a service counts as started when it has its name on the bus (systemd.service(5),
/// `Type=`).
pub(super) fn is_on_the_bus(unit: &Unit) -> bool {
    unit.values(Type).last().is_some_and(|value| value.as_str() == "dbus")
}

/// The names of the mounts that a unit waits for if they exist (systemd.unit(5),
/// `RequiresMountsFor=`).
pub(super) fn mounts(unit: &Unit) -> Vec<String> {
    // `-` before the path means that the directory may be missing.
    let directory =
        unit.values(WorkingDirectory).last().filter(|value| value.as_str().starts_with('/'));
    let stated = directory
        .into_iter()
        .chain(unit.values(RootDirectory).last())
        .map(|value| value.as_str().to_owned());
    stated
        .chain(unit.values(RequiresMountsFor).iter().map(unquoted))
        .flat_map(|path| mounts_above(&path))
        .collect()
}

/// The word in a value that consists of one word.
fn unquoted(value: &Value) -> String {
    let word = value.as_str();
    let word = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
    let mut out = String::with_capacity(word.len());
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        out.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    out
}

/// The mounts that contain a path of a unit, up to the first specifier.
fn mounts_above(path: &str) -> Vec<String> {
    let mut mounts = vec![format!("{}.mount", escape_path(b"/"))];
    let mut above = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = part.replace("%%", "\0");
        if part.contains('%') {
            break;
        }
        above.push('/');
        above.push_str(&part.replace('\0', "%"));
        mounts.push(format!("{}.mount", escape_path(above.as_bytes())));
    }
    mounts
}

/// The mounts that contain a mount point.
pub(super) fn mounts_over(mount: &str) -> Vec<String> {
    let Some(stem) = mount.strip_suffix(".mount").filter(|stem| *stem != "-") else {
        return Vec::new();
    };
    let mut mounts = vec!["-.mount".to_owned()];
    mounts.extend(
        stem.match_indices('-')
            .filter_map(|(at, _)| stem.get(..at))
            .map(|above| format!("{above}.mount")),
    );
    mounts
}

/// The names of the units that a unit triggers if they exist. A socket with `Accept=yes` starts
/// instances (systemd.socket(5), `Accept=`).
pub(super) fn triggered(name: &str) -> Vec<String> {
    match kind(name) {
        "socket" | "path" | "timer" => {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            vec![format!("{stem}.service"), format!("{stem}@.service")]
        }
        _ => Vec::new(),
    }
}
