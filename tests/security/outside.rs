//! Checks that files are written only below the named directory, whatever jobs contain, whatever
//! their names are, and whatever exists there.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::modes::below;
use crate::program::system::System;

/// All paths outside of the output directory, with the texts of files.
fn around(system: &System) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let root = system.directory.path();
    below(root)
        .into_iter()
        .filter(|path| !path.starts_with(root.join("out")))
        .map(|path| (path.clone(), fs::read(path).ok()))
        .collect()
}

/// The directories that files are written to, besides those of drop-ins.
const DIRECTORIES: [&str; 8] = [
    // The list of the files.
    "",
    "etc/logrotate.d",
    "etc/systemd/system",
    "etc/systemd/system-preset",
    "etc/tmpfiles.d",
    "etc/udev/rules.d",
    "usr/local/lib/upstart2systemd",
    "usr/share/dbus-1/system-services",
];

/// The files that were written.
fn written(system: &System) -> Vec<PathBuf> {
    below(&system.at("out")).into_iter().filter(|path| !path.is_dir()).collect()
}

/// Paths that lead out of a directory, or that end a path or a line.
const WAYS: [&str; 14] = [
    "../../../../escaped",
    "/escaped",
    "..",
    ".",
    "../..",
    "a/../../../../../escaped",
    "//escaped",
    "./.././../../../escaped",
    "escaped/",
    "%i/../../../../../escaped",
    "$HOME/escaped",
    "~/escaped",
    "a\\x2f..\\x2fescaped",
    "\u{2024}\u{2024}/escaped",
];

#[test]
fn no_name_of_a_job_leads_out() {
    let system =
        System::new(&[("foo.conf", "start on dbus-activation x.y\nconsole log\nexec /bin/x\n")]);
    fs::create_dir(system.at("out")).unwrap();
    let before = around(&system);
    for way in WAYS {
        for options in [&["--logs", "file"][..], &[]] {
            let ran = system.run(
                &[&["convert", "etc/init/foo.conf", "--name", way, "-o", "out", "-q"], options]
                    .concat(),
            );
            // Some of them are not valid names of jobs.
            assert!(
                ran.status == Some(0) || ran.stderr.contains("cannot be the name of a job"),
                "{way}: {ran:?}"
            );
            assert_eq!(around(&system), before, "{way}");
            for path in written(&system) {
                let directory = path.parent().unwrap().strip_prefix(system.at("out")).unwrap();
                assert!(
                    DIRECTORIES.contains(&directory.to_str().unwrap()),
                    "{way}: {}",
                    path.display()
                );
            }
        }
    }
}

/// Stanzas that name a file, a unit or a bus for which a file is written.
const STANZAS: [&str; 12] = [
    "start on dbus-activation WAY",
    "start on started WAY",
    "start on starting WAY",
    "start on started WAY and stopped WAY",
    "stop on stopping WAY",
    "start on WAY",
    "start on file FILE=WAY EVENT=modified",
    "start on socket PROTO=unix PATH=WAY",
    "start on usb-device-added DEVNAME=WAY",
    "start on mounted MOUNTPOINT=WAY",
    "instance WAY",
    "usage WAY\ncgroup cpu WAY\napparmor load WAY",
];

#[test]
fn no_stanza_leads_out() {
    let mut jobs = Vec::new();
    for (number, stanza) in STANZAS.iter().enumerate() {
        for (way, text) in WAYS.iter().enumerate() {
            // One job has a script that is too long for a unit and gets a file of its own.
            let script = if way == 0 {
                "echo 'one line of a script'\n".repeat(6_000)
            } else {
                "/bin/x\n".to_owned()
            };
            jobs.push((
                format!("s{number}-{way}.conf"),
                format!("{}\nscript\n{script}end script\n", stanza.replace("WAY", text)),
            ));
        }
    }
    let jobs: Vec<(&str, &str)> =
        jobs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let system = System::new(&jobs);
    let before = around(&system);
    for logs in ["journal", "file"] {
        let ran =
            system.migrate(&["etc/init", "-o", "out", "-q", "--fail-on", "never", "--logs", logs]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert_eq!(around(&system), before);
    }
    assert!(written(&system).len() > jobs.len());
    for path in written(&system) {
        let directory = path.parent().unwrap().strip_prefix(system.at("out")).unwrap();
        let of_drop_in = directory
            .strip_prefix("etc/systemd/system")
            .is_ok_and(|part| part.to_str().unwrap().ends_with(".service.d"));
        let of_scripts =
            directory.parent().is_some_and(|above| above.ends_with("lib/upstart2systemd"));
        assert!(
            of_drop_in || of_scripts || DIRECTORIES.contains(&directory.to_str().unwrap()),
            "{}",
            path.display()
        );
    }
}

const UNIT: &str = "out/etc/systemd/system/web.service";

fn web() -> System {
    let system = System::new(&[("web.conf", "exec /usr/bin/web\n")]);
    system.put("precious/web.service", "mine");
    fs::create_dir_all(system.at(UNIT).parent().unwrap()).unwrap();
    system
}

#[test]
fn no_planted_link_is_written_through() {
    let directories =
        ["out/etc", "out/etc/systemd", "out/etc/systemd/system", "out/.upstart2systemd-staging"];
    for (planted, target) in directories
        .into_iter()
        .map(|path| (path, "precious"))
        .chain([(UNIT, "precious/web.service")])
    {
        for how in [&[][..], &["--force"], &["--force", "--prune"]] {
            let system = web();
            let at = system.at(planted);
            if at.is_dir() {
                fs::remove_dir_all(&at).unwrap();
            }
            symlink(system.at(target), &at).unwrap();
            let before = around(&system);
            let ran = system.migrate(&[&["etc/init", "-o", "out", "-q"], how].concat());
            assert_eq!(around(&system), before, "{planted} {how:?}");
            let replaced = planted == UNIT && !how.is_empty();
            // A link in the place of a unit is treated as a file that is in the way.
            assert_eq!(ran.status, Some(if replaced { 0 } else { 3 }), "{planted} {how:?} {ran:?}");
            assert_eq!(
                fs::symlink_metadata(&at).unwrap().is_symlink(),
                !replaced,
                "{planted} {how:?}"
            );
            if !replaced {
                ran.is(3, &[], &[planted.trim_start_matches("out/")]);
            }
        }
    }
}

#[test]
fn what_else_is_a_name_of_a_file_in_the_tree_stays_as_it_is() {
    let system = web();
    // The program wrote the file, which then got a second name outside.
    system.migrate(&["etc/init", "-o", "out", "-q"]).is(0, &[], &[]);
    fs::hard_link(system.at(UNIT), system.at("precious/linked.service")).unwrap();
    let before = around(&system);
    system.put("etc/init/web.conf", "exec /usr/bin/other\n");
    system.migrate(&["etc/init", "-o", "out", "-q"]).is(0, &[], &[]);
    assert!(system.text(UNIT).unwrap().contains("/usr/bin/other"));
    let linked = system.at("precious/linked.service");
    assert_eq!(around(&system)[&linked], before[&linked]);
}

#[test]
fn a_directory_that_is_swapped_for_a_link_is_told() {
    let system = web();
    let (etc, moved) = (system.at("out/etc"), system.at("out/moved"));
    system.migrate(&["etc/init", "-o", "out", "-q"]).is(0, &[], &[]);
    fs::rename(&etc, &moved).unwrap();
    symlink("moved", &etc).unwrap();
    system.put("etc/init/web.conf", "exec /usr/bin/other\n");
    system.migrate(&["etc/init", "-o", "out", "-q"]).is(
        3,
        &[],
        &["out/etc` is a symbolic link, and nothing is written through one"],
    );
    assert!(!Path::new(&moved).join("systemd/system/web.service").is_symlink());
    assert!(system.text("out/moved/systemd/system/web.service").unwrap().contains("/usr/bin/web"));
}
