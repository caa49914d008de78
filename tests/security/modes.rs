//! Who can read the written files, and who could read jobs that were not readable for all users.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::PROGRAM;
use crate::program::system::System;

/// Jobs that produce every kind of file: units, drop-ins, scripts, udev rules, tmpfiles, D-Bus
/// services.
pub(crate) const EVERY_KIND: [(&str, &str); 5] = [
    ("web.conf", "start on usb-device-added ID_GPHOTO2=1\ntask\nexec /usr/bin/web\n"),
    ("bus.conf", "start on dbus-activation org.example.bus\nexec /usr/bin/bus\n"),
    ("net/front.conf", "start on stopped web\ninstance $ID\nconsole output\nexec /usr/bin/front\n"),
    ("base.conf", "start on runlevel 2\nexec /usr/bin/base\n"),
    (
        "guest.conf",
        "start on (runlevel 2 and started base)\nstop on stopping base\nexec /usr/bin/guest\n",
    ),
];

/// All paths below a directory, including the directory itself, in no order.
pub(crate) fn below(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (vec![root.to_owned()], vec![root.to_owned()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    for umask in ["000", "022", "077", "777"] {
        let system = System::new(&EVERY_KIND);
        let script = system.at("etc/init/script.conf");
        fs::write(
            &script,
            format!("script\n{}end script\n", "echo \"one line of many\"\n".repeat(10_000)),
        )
        .unwrap();
        // The mode of a job is not copied to its unit.
        fs::set_permissions(&script, Permissions::from_mode(0o6777)).unwrap();
        let ran = Command::new("/bin/sh")
            .args([
                "-c",
                "umask $0 && exec \"$@\"",
                umask,
                PROGRAM,
                "migrate",
                "etc/init",
                "-o",
                "made/for/it",
                "-q",
            ])
            .current_dir(system.directory.path())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{umask}: {ran:?}");
        let found: Vec<PathBuf> = below(&system.at("made"));
        for path in &found {
            let metadata = fs::symlink_metadata(path).unwrap();
            let is_program = || fs::read(path).unwrap().starts_with(b"#!");
            let expected = if metadata.is_dir() || is_program() { 0o755 } else { 0o644 };
            assert_eq!(
                metadata.permissions().mode() & 0o7777,
                expected,
                "umask {umask}: {}",
                path.display()
            );
        }
        for kind in [
            "systemd/system/web.service",
            "etc/udev/rules.d/",
            "usr/local/lib/upstart2systemd/script/main",
            "usr/share/dbus-1/",
            ".service.d/",
        ] {
            assert!(
                found.iter().any(|path| path.to_str().unwrap().contains(kind)),
                "nothing of {kind} in {found:#?}"
            );
        }
        // A replaced file gets the same mode.
        let unit = system.at("made/for/it/etc/systemd/system/web.service");
        fs::set_permissions(&unit, Permissions::from_mode(0o4777)).unwrap();
        system.put("etc/init/web.conf", "exec /usr/bin/other\n");
        system.migrate(&["etc/init", "-o", "made/for/it", "-q"]).is(0, &[], &[]);
        assert_eq!(fs::metadata(&unit).unwrap().permissions().mode() & 0o7777, 0o644);
    }
}

#[test]
fn what_not_everybody_may_read_is_told_before_it_is_in_a_unit() {
    let system = System::new(&[
        ("foo.conf", "# Mine\nenv PASSWORD=x\nexec /bin/x\n"),
        ("foo.override", "env TOKEN=y\n"),
    ]);
    let told = |conf: u32, overriding: u32| {
        for (name, mode) in [("foo.conf", conf), ("foo.override", overriding)] {
            fs::set_permissions(system.at("etc/init").join(name), Permissions::from_mode(mode))
                .unwrap();
        }
        let by = |arguments: &[&str]| {
            let ran = system.run(&[arguments, &["--format", "concise"]].concat());
            assert_eq!(ran.status, Some(0), "{ran:?}");
            ran.stderr
                .lines()
                .filter(|line| line.contains("[U270]"))
                .map(|line| line.split(": ").next().unwrap().to_owned())
                .collect()
        };
        let told: Vec<String> = by(&["convert", "etc/init/foo.conf"]);
        assert_eq!(told, by(&["migrate", "etc/init", "-o", "out"]));
        told
    };
    let (conf, overriding) = ("etc/init/foo.conf:2:1", "etc/init/foo.override:1:1");
    assert_eq!(told(0o644, 0o644), [""; 0]);
    assert_eq!(told(0o600, 0o644), [conf]);
    assert_eq!(told(0o644, 0o640), [overriding]);
    assert_eq!(told(0o400, 0o400), [conf, overriding]);
    // The finding is a warning with a suggestion.
    let ran = system.run(&["etc/init/foo.conf", "--fail-on", "warning"]);
    ran.is(
        1,
        &["TOKEN"],
        &[
            "warning[U270] private-file: some users may not read this file",
            "EnvironmentFile=",
            "LoadCredential=",
            "chmod o+r",
        ],
    );
}
