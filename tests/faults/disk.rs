//! Full disks, and directories without write permission.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::PROGRAM;
use crate::program::skipped::skipped;
use crate::program::system::System;
use crate::watched::run;

/// A file system of a test, below a directory. It is unmounted on drop.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    pub(crate) fn new(at: PathBuf, options: &str) -> Option<Self> {
        fs::create_dir_all(&at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&at).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(at));
        }
        skipped("file systems cannot be mounted here, so none can be full");
        None
    }

    pub(crate) fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(
            Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success()
        );
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn put(system: &System, word: &str) {
    for index in 0..40 {
        system.put(
            &format!("etc/init/job{index}.conf"),
            format!("description \"{}\"\nexec /bin/{word} {index}\n", word.repeat(700)),
        );
    }
}

/// However much space there is, either all files are the old ones or all are the new ones.
#[test]
fn a_full_disk_leaves_everything_as_it_is() {
    let system = System::new(&[]);
    let Some(mounted) = Mounted::new(system.at("out"), "size=4m") else { return };
    put(&system, "old");
    run(&mut system.command(&["etc/init", "-o", "out", "-q"])).is(0, &[], &[]);
    put(&system, "new");
    let (mut failed, mut written) = (0, 0);
    for kilobytes in (200..=520).step_by(8) {
        let before = contents(&mounted.0);
        mounted.remount(&format!("size={kilobytes}k"));
        let ran = run(&mut system.command(&["etc/init", "-o", "out", "-q"]));
        if ran.status == Some(0) {
            written += 1;
            mounted.remount("size=4m");
            let text = system.text("out/etc/systemd/system/job1.service").unwrap();
            assert!(text.contains("/bin/new 1\n"), "{text}");
            put(&system, "old");
            run(&mut system.command(&["etc/init", "-o", "out", "-q"])).is(0, &[], &[]);
            put(&system, "new");
        } else {
            failed += 1;
            ran.is(
                3,
                &[],
                &["error: cannot write", "nothing was changed", "No space left on device"],
            );
            assert!(contents(&mounted.0) == before, "{kilobytes} kB: something was changed");
        }
    }
    println!("a full disk: {failed} runs fail, {written} do not");
    assert!(failed > 2 && written > 2, "{failed} runs fail, {written} do not");
}

#[test]
fn a_job_on_a_full_disk_is_not_mended_by_half() {
    let system = System::new(&[]);
    let Some(mounted) = Mounted::new(system.at("etc/init"), "size=64k") else { return };
    let job = "start on runlevel 2345\nexec /usr/bin/web\n";
    system.put("etc/init/web.conf", job);
    let _ = fs::write(system.at("etc/init/ballast"), vec![b'x'; 100_000]);
    let fix = ["lint", "etc/init/web.conf", "--fix", "--unsafe"];
    run(&mut system.program(&fix)).is(
        3,
        &[],
        &["cannot write `etc/init/web.conf`", "No space left on device"],
    );
    assert_eq!(system.text("etc/init/web.conf").unwrap(), job);
    fs::remove_file(system.at("etc/init/ballast")).unwrap();
    mounted.remount("ro");
    run(&mut system.program(&fix)).is(
        3,
        &[],
        &["cannot write `etc/init/web.conf`", "Read-only file system"],
    );
    assert_eq!(contents(&mounted.0).len(), 1);
    assert_eq!(system.text("etc/init/web.conf").unwrap(), job);
    mounted.remount("rw");
    run(&mut system.program(&fix));
    assert!(system.text("etc/init/web.conf").unwrap().contains("[2345]"));
}

#[test]
fn a_target_that_may_not_be_written_to_is_told() {
    let system = System::new(&[("web.conf", "exec /usr/bin/web\n")]);
    let root = system.directory.path();
    fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
    fs::copy(PROGRAM, system.at("program")).unwrap();
    // Runs as an unprivileged user if the tests run as root.
    let as_nobody = |arguments: &[&str]| {
        let mut command = Command::new(system.at("program"));
        command.current_dir(root).args(arguments);
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.uid(65534).gid(65534);
        }
        run(&mut command)
    };
    for closed in ["out", "out/etc/systemd/system"] {
        fs::create_dir_all(system.at("out/etc/systemd/system")).unwrap();
        for directory in ["out", "out/etc", "out/etc/systemd", "out/etc/systemd/system"] {
            let mode = if directory == closed { 0o555 } else { 0o777 };
            fs::set_permissions(system.at(directory), Permissions::from_mode(mode)).unwrap();
        }
        for arguments in [
            &["migrate", "etc/init", "-o", "out"][..],
            &["convert", "etc/init/web.conf", "-o", "out"],
        ] {
            as_nobody(arguments).is(3, &[], &["error: cannot", "out", "Permission denied"]);
        }
        assert!(contents(&system.at("out")).is_empty(), "{closed}");
    }
    let Some(mounted) = Mounted::new(system.at("fixed"), "size=64k,ro") else { return };
    for arguments in [
        ["migrate", "etc/init", "-o", "fixed"],
        ["migrate", "etc/init", "-o", "fixed/below"],
        ["convert", "etc/init/web.conf", "-o", "fixed"],
    ] {
        run(&mut system.program(&arguments)).is(
            3,
            &[],
            &["error: cannot", "fixed", "Read-only file system"],
        );
    }
    drop(mounted);
}
