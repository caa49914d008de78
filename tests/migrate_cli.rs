//! Runs `migrate` as in CI and by hand: its output, the files that it leaves alone, and its
//! messages.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use program::system::System;

const WEB: (&str, &str) = ("web.conf", "start on runlevel [2345]\nexec /usr/bin/web\n");
const UNIT: &str = "out/etc/systemd/system/web.service";

#[test]
fn check_fails_until_the_overlay_is_up_to_date() {
    let system = System::new(&[WEB]);
    let check = || system.migrate(&["etc/init", "-o", "out", "--check"]);
    check().is(1, &["new        etc/systemd/system/web.service\n"], &[]);
    assert!(!system.at("out").exists());
    system.migrate(&["etc/init", "-o", "out"]).is(
        0,
        &["1 job: 1 exact; 2 files.", "systemctl enable web.service"],
        &[],
    );
    let written = system.text(UNIT).unwrap();
    check().is(0, &[], &[]);
    assert_eq!(check().stdout, "");
    system.put("etc/init/web.conf", "start on runlevel [2345]\nexec /usr/bin/web --new\n");
    check().is(1, &["changed    etc/systemd/system/web.service\n"], &[]);
    let diff = system.migrate(&["etc/init", "-o", "out", "--diff"]);
    diff.is(0, &["-ExecStart=/usr/bin/web\n+ExecStart=/usr/bin/web --new\n"], &[]);
    assert_eq!(system.text(UNIT).unwrap(), written);
}

#[test]
fn a_second_run_changes_nothing() {
    let system = System::new(&[WEB]);
    system.migrate(&["etc/init", "-o", "out"]);
    let modified = || fs::metadata(system.at(UNIT)).unwrap().modified().unwrap();
    let before = modified();
    std::thread::sleep(Duration::from_millis(20));
    system.migrate(&["etc/init", "-o", "out"]).is(0, &[], &[]);
    assert_eq!(modified(), before);
}

#[test]
fn what_somebody_else_wrote_is_left_alone() {
    let system = System::new(&[WEB, ("db.conf", "exec /usr/bin/db\n")]);
    system.put(UNIT, "[Service]\nExecStart=/mine\n");
    system.migrate(&["etc/init", "-o", "out"]).is(
        3,
        &[],
        &["etc/systemd/system/web.service", "--force", "nothing was changed"],
    );
    assert_eq!(system.text(UNIT).unwrap(), "[Service]\nExecStart=/mine\n");
    assert!(!system.at("out/etc/systemd/system/db.service").exists());
    system.migrate(&["etc/init", "-o", "out", "--check"]).is(
        1,
        &["in the way etc/systemd/system/web.service\n"],
        &[],
    );
    system.migrate(&["etc/init", "-o", "out", "--force"]).is(0, &[], &[]);
    assert!(system.text(UNIT).unwrap().contains("ExecStart=/usr/bin/web\n"));
}

#[test]
fn what_no_job_comes_to_any_more_is_told_and_pruned() {
    let system = System::new(&[WEB, ("db.conf", "exec /usr/bin/db\n")]);
    system.migrate(&["etc/init", "-o", "out"]);
    fs::remove_file(system.at("etc/init/db.conf")).unwrap();
    let old = "out/etc/systemd/system/db.service";
    system.migrate(&["etc/init", "-o", "out"]).is(
        0,
        &[],
        &["etc/systemd/system/db.service", "--prune"],
    );
    assert!(system.at(old).exists());
    system.migrate(&["etc/init", "-o", "out", "--check"]).is(
        0,
        &["left over  etc/systemd/system/db.service\n"],
        &[],
    );
    system.migrate(&["etc/init", "-o", "out", "--check", "--prune"]).is(1, &["removed    "], &[]);
    system.migrate(&["etc/init", "-o", "out", "--prune"]).is(0, &[], &[]);
    assert!(!system.at(old).exists() && system.at(UNIT).exists());
}

#[test]
fn a_plan_can_be_seen_without_a_place_for_it() {
    let system = System::new(&[WEB]);
    system.migrate(&["etc/init", "--dry-run"]).is(
        0,
        &["new        etc/systemd/system/web.service\n", "1 job: 1 exact"],
        &[],
    );
    system.migrate(&["etc/init"]).is(2, &[], &["--output"]);
    assert_eq!(fs::read_dir(system.directory.path()).unwrap().count(), 1);
}

#[test]
fn a_root_can_be_given() {
    let system = System::new(&[]);
    system.put("image/etc/init/net/front.conf", "exec /usr/bin/front\n");
    system.migrate(&["--root", "image", "-o", "out", "--explain-jobs"]).is(
        0,
        &["net/front: `start net/front` is now `systemctl start net-front`, the log is now `journalctl -u net-front`, `reload net/front` is `systemctl reload net-front`\n"],
        &[],
    );
    assert!(system.at("out/etc/systemd/system/net-front.service").exists());
    system.migrate(&["--root", "absent", "-o", "out"]).is(3, &[], &["absent/etc/init"]);
}

#[test]
fn one_bad_job_does_not_stop_the_others() {
    let system = System::new(&[
        WEB,
        ("bad.conf", "exec\n"),
        ("worse.conf", "script\n"),
        ("good.conf", "task\nexec /bin/y\n"),
    ]);
    let ran = system.migrate(&["etc/init", "-o", "out"]);
    ran.is(
        3,
        &["4 jobs: 2 exact, 2 not converted", "bad    not converted: ", "worse  not converted: "],
        &["etc/init/bad.conf:1:1", "U005"],
    );
    assert!(system.at(UNIT).exists() && !system.at("out/etc/systemd/system/bad.service").exists());
}

#[test]
fn several_directories_are_one_system() {
    let system = System::new(&[WEB]);
    system.put("more/web.conf", "exec /usr/bin/other\n");
    system.put(
        "more/extra.conf",
        "start on started web\nstop on stopping web\nexec /usr/bin/extra\n",
    );
    system.migrate(&["etc/init", "more", "-o", "out"]).is(0, &[], &["note[U306]", "more/web.conf"]);
    assert!(system.text(UNIT).unwrap().contains("ExecStart=/usr/bin/web\n"));
    assert!(
        system
            .text("out/etc/systemd/system/extra.service")
            .unwrap()
            .contains("After=web.service\n")
    );
}

/// An enabled alias is a link to the unit of a package, and a mask is a link to /dev/null. Both are
/// replaced by the installed file, and their targets do not change.
#[test]
fn the_command_that_installs_writes_through_no_link() {
    const PACKAGED: &str = "[Service]\nExecStart=/usr/sbin/packaged\n";
    let system = System::new(&[WEB, ("db.conf", "exec /usr/bin/db\n")]);
    system.put("root/lib/systemd/system/packaged.service", PACKAGED);
    system.put("root/dev/null", "stands for the device");
    fs::set_permissions(system.at("root/dev/null"), Permissions::from_mode(0o666)).unwrap();
    let units = system.at("root/etc/systemd/system");
    fs::create_dir_all(&units).unwrap();
    symlink("../../../lib/systemd/system/packaged.service", units.join("web.service")).unwrap();
    symlink("../../../dev/null", units.join("db.service")).unwrap();

    let ran = system.migrate(&["etc/init", "-o", "out"]);
    let printed = ran
        .stdout
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("upstart2systemd "))
        .filter(|printed| printed.starts_with("verify") || printed.starts_with("install"))
        .unwrap_or_else(|| panic!("{ran:#?}"));
    assert_eq!(printed, "verify out");
    assert!(ran.stdout.contains("    upstart2systemd install out\n"), "{ran:#?}");
    system.run(&["install", "out", "--root", "root"]).is(1, &[], &["web.service"]);
    system.run(&["install", "out", "--root", "root", "--replace"]).is(0, &[], &[]);

    for name in ["web.service", "db.service"] {
        let installed = format!("root/etc/systemd/system/{name}");
        assert!(system.at(&installed).symlink_metadata().unwrap().is_file(), "{name} is a link");
        assert_eq!(system.text(&installed), system.text(&format!("out/etc/systemd/system/{name}")));
    }
    assert_eq!(system.text("root/lib/systemd/system/packaged.service").unwrap(), PACKAGED);
    assert_eq!(system.text("root/dev/null").unwrap(), "stands for the device");
    assert_eq!(
        fs::metadata(system.at("root/dev/null")).unwrap().permissions().mode() & 0o777,
        0o666
    );
}

/// The table `map` says what foreign jobs and events are on the target.
#[test]
fn foreign_jobs_and_events_are_looked_up() {
    let text = "start on started openssh-server and nas.ready\nstop on nas.gone\nexec /usr/bin/a\n";
    let system = System::new(&[("a.conf", text)]);
    system.put(
        "upstart2systemd.toml",
        "[map]\n\"started openssh-server\" = \"ssh.service\"\n\"nas.ready\" = \"nas.target\"\n\"nas.gone\" = \"nas-gone.target\"\n",
    );
    for ran in
        [system.run(&["convert", "etc/init/a.conf"]), system.migrate(&["etc/init", "-o", "out"])]
    {
        // The event stops the unit by `Conflicts=`, which works both ways.
        ran.is(0, &[], &["U236", "starting this unit also stops nas-gone.target"]);
        assert!(!ran.stderr.contains("U230") && !ran.stderr.contains("U303"), "{ran:?}");
    }
    let unit = system.text("out/etc/systemd/system/a.service").unwrap();
    for line in ["Wants=ssh.service", "After=ssh.service nas.target", "Conflicts=nas-gone.target"] {
        assert!(unit.contains(&format!("{line}\n")), "{line}: {unit}");
    }
}

/// A choice of jobs that leaves none is an error, and an edited file is named before it is lost.
#[test]
fn nothing_is_done_without_a_word() {
    let system = System::new(&[WEB]);
    system.migrate(&["etc/init", "-o", "out", "--only", "nothing"]).is(3, &[], &["`--only`"]);
    let unit = "out/etc/systemd/system/web.service";
    let convert = || system.run(&["convert", "etc/init/web.conf", "-o", "out"]);
    convert().is(0, &[], &[]);
    assert!(!convert().stderr.contains("edited"));
    system.put(unit, "by hand\n");
    convert().is(0, &[], &["web.service had been edited"]);
    assert_ne!(system.text(unit).unwrap(), "by hand\n");
}
