//! Runs `compat`: where it writes, and what it leaves alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use program::system::System;

const WEB: (&str, &str) = ("web.conf", "start on runlevel [2345]\nexec /usr/bin/web\n");

#[test]
fn the_six_commands_are_programs() {
    let system = System::new(&[WEB]);
    system.run(&["compat", "etc/init", "-o", "out"]).is(
        0,
        &["for 1 job", "upstart2systemd install out\n"],
        &[],
    );
    for name in ["start", "stop", "restart", "reload", "status", "initctl"] {
        let path = format!("out/usr/local/sbin/{name}");
        let mode = fs::metadata(system.at(&path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755, "{name}");
        let mark = format!("#!/bin/sh\n# Upstart's command {name}. Made by upstart2systemd.\n");
        assert!(system.text(&path).unwrap().starts_with(&mark), "{name}");
    }
    assert_eq!(fs::read_dir(system.at("out/usr/local/sbin")).unwrap().count(), 6);
}

#[test]
fn a_root_can_be_given_and_a_place_must_be() {
    let system = System::new(&[WEB]);
    system.run(&["compat", "--root", ".", "-o", "out"]).is(0, &["for 1 job"], &[]);
    system.run(&["compat", "etc/init"]).is(2, &[], &["--output"]);
    system.run(&["compat", "etc/nowhere", "-o", "out"]).is(3, &[], &["etc/nowhere"]);
}

#[test]
fn commands_of_others_are_left_alone() {
    let system = System::new(&[WEB]);
    system.put("out/usr/local/sbin/start", "#!/bin/sh\necho mine\n");
    system.run(&["compat", "etc/init", "-o", "out"]).is(
        3,
        &[],
        &["usr/local/sbin/start", "--force", "nothing was changed"],
    );
    assert!(!system.at("out/usr/local/sbin/stop").exists());
    system.run(&["compat", "etc/init", "-o", "out", "--force"]).is(0, &[], &[]);
    assert!(!system.text("out/usr/local/sbin/start").unwrap().contains("mine"));
}

#[test]
fn units_and_commands_can_be_in_one_overlay() {
    let system = System::new(&[WEB, ("db.conf", "exec /usr/bin/db\n")]);
    system.migrate(&["etc/init", "-o", "out"]).is(0, &[], &[]);
    system.run(&["compat", "etc/init", "-o", "out"]).is(0, &[], &[]);
    fs::remove_file(system.at("etc/init/db.conf")).unwrap();
    let pruned = system.migrate(&["etc/init", "-o", "out", "--check", "--prune"]);
    pruned.is(1, &["removed    etc/systemd/system/db.service\n"], &[]);
    assert!(!pruned.stdout.contains("usr/local/sbin"), "{pruned:#?}");
}

#[test]
fn a_job_without_a_unit_is_named() {
    let system = System::new(&[WEB, ("bad.conf", "respawn yes\n")]);
    system.run(&["compat", "etc/init", "-o", "out"]).is(3, &["for 1 job"], &["`bad` has no unit"]);
    assert!(system.at("out/usr/local/sbin/initctl").exists());
}
