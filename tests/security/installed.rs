//! Checks that `install` and `uninstall` change nothing outside of the root, whatever an overlay
//! contains, and whatever is in the root.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::modes::below;
use crate::program::system::{Ran, System};

const UNIT: &str = "etc/systemd/system/web.service";

const STATE: &str = "var/lib/upstart2systemd";

/// A machine with an overlay `out`, a directory `root`, and a directory `outside`.
fn machine() -> System {
    let script = "/bin/x\n".repeat(30);
    let system = System::new(&[
        ("web.conf", &format!("start on runlevel 2\nscript\n{script}end script\n")),
        ("guest.conf", "start on started web\nexec /bin/guest\n"),
    ]);
    system.migrate(&["etc/init", "-o", "out", "-q"]).is(0, &[], &[]);
    fs::create_dir(system.at("root")).unwrap();
    for path in ["web.service", "system/web.service", "installed", "kept/0"] {
        system.put(&format!("outside/{path}"), "mine");
    }
    system
}

fn install(system: &System, how: &[&str]) -> Ran {
    system.run(&[&["install", "out", "--root", "root"], how].concat())
}

fn uninstall(system: &System) -> Ran {
    system.run(&["uninstall", "--root", "root"])
}

/// All that is outside of the root.
fn around(system: &System) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let directory = system.directory.path();
    below(directory)
        .into_iter()
        .filter(|path| !path.starts_with(directory.join("root")))
        .map(|path| (path.clone(), fs::read(&path).ok()))
        .collect()
}

/// The ways to the directory `outside` from a directory of the root.
fn ways(system: &System) -> [String; 3] {
    let outside = system.at("outside").to_str().unwrap().to_owned();
    [outside, "../../../../../../outside".to_owned(), "../outside".to_owned()]
}

#[test]
fn no_planted_link_leads_out() {
    let planted = [
        "etc",
        "etc/systemd",
        "etc/systemd/system",
        UNIT,
        "etc/systemd/system/web.service.d",
        "usr",
        "usr/local/lib/upstart2systemd",
        "usr/local/lib/upstart2systemd/web",
        "var",
        "var/lib",
        STATE,
        "var/lib/upstart2systemd/installed",
        "var/lib/upstart2systemd/kept",
        "var/lib/.upstart2systemd-coming~",
        ".upstart2systemd-coming~",
        ".upstart2systemd-going~",
        "etc/systemd/system/.upstart2systemd-0~",
    ];
    for path in planted {
        for way in 0..3 {
            for how in [&[][..], &["--replace"]] {
                let system = machine();
                let at = system.at("root").join(path);
                fs::create_dir_all(at.parent().unwrap()).unwrap();
                symlink(&ways(&system)[way], &at).unwrap();
                let before = around(&system);
                let ran = install(&system, how);
                assert_eq!(around(&system), before, "{path} {way} {how:?}");
                assert!(matches!(ran.status, Some(0 | 1 | 3)), "{path} {way} {how:?} {ran:?}");
                let back = uninstall(&system);
                assert_eq!(around(&system), before, "{path} {way} {how:?}");
                // A link that was there before is there again.
                if ran.status == Some(0) && back.status == Some(0) && path == UNIT {
                    assert!(at.is_symlink(), "{path} {way} {how:?}");
                }
            }
        }
    }
}

#[test]
fn a_link_is_planted_after_the_installation() {
    for path in ["etc", "etc/systemd/system", UNIT, "usr/local/lib", "var/lib", STATE] {
        for way in 0..3 {
            let system = machine();
            install(&system, &[]).is(0, &[], &[]);
            let at = system.at("root").join(path);
            if at.is_dir() {
                fs::remove_dir_all(&at).unwrap();
            } else {
                fs::remove_file(&at).unwrap();
            }
            symlink(&ways(&system)[way], &at).unwrap();
            let before = around(&system);
            for ran in [install(&system, &["--replace"]), uninstall(&system)] {
                assert_eq!(around(&system), before, "{path} {way}");
                assert!(matches!(ran.status, Some(0 | 1 | 3)), "{path} {way} {ran:?}");
            }
        }
    }
}

#[test]
fn no_name_in_a_list_leads_out() {
    for name in [
        "../outside/new",
        "/outside/new",
        "etc/../../outside/new",
        "./etc/x",
        "etc//x",
        "etc/x/",
        "",
        ".",
        "..",
        "etc\\u0000x",
        ".upstart2systemd",
        "var/lib/upstart2systemd/installed",
        "var/lib/upstart2systemd/kept/0",
    ] {
        let system = machine();
        system.put("out/var/lib/upstart2systemd/installed", "");
        let list = system.text("out/.upstart2systemd").unwrap();
        let entry = format!("{{\"path\":\"{name}\",\"sha256\":\"\"}}\n");
        system.put("out/.upstart2systemd", list + &entry);
        let before = around(&system);
        let ran = install(&system, &["--replace"]);
        ran.is(1, &[], &["cannot be installed, and nothing was changed"]);
        assert_eq!(around(&system), before, "{name}");
        assert_eq!(below(&system.at("root")).len(), 1, "{name}");
    }
}

/// Makes something at a path.
type Make = fn(&Path);

#[test]
fn only_files_of_an_overlay_are_installed() {
    let made: [(&str, Make); 5] = [
        ("is a symbolic link to `/etc/shadow`", |path| symlink("/etc/shadow", path).unwrap()),
        ("is a named pipe", |path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        }),
        ("is a socket", |path| drop(UnixListener::bind(path).unwrap())),
        ("is a directory", |path| fs::create_dir(path).unwrap()),
        ("is a symbolic link to `.`", |path| symlink(".", path).unwrap()),
    ];
    for (why, make) in made {
        // In the list, and beside what is in the list.
        for name in [UNIT, "etc/systemd/system/added.service"] {
            let system = machine();
            let at = system.at("out").join(name);
            let _ = fs::remove_file(&at);
            make(&at);
            let ran = install(&system, &["--replace"]);
            if why == "is a directory" && name != UNIT {
                continue;
            }
            ran.is(1, &[], &[name, why]);
            assert_eq!(below(&system.at("root")).len(), 1, "{name} {why}");
        }
    }
    let system = machine();
    fs::rename(system.at("out/etc"), system.at("moved")).unwrap();
    symlink("../moved", system.at("out/etc")).unwrap();
    install(&system, &[]).is(1, &[], &["is below `etc`, which is a symbolic link"]);
    assert_eq!(below(&system.at("root")).len(), 1);
}

/// A directory is swapped for a link again and again.
#[test]
fn no_race_leads_out() {
    let system = machine();
    install(&system, &[]).is(0, &[], &[]);
    uninstall(&system).is(0, &[], &[]);
    fs::create_dir_all(system.at("root/etc/systemd/system")).unwrap();
    symlink("../../outside", system.at("root/etc/link")).unwrap();
    let before = around(&system);
    let (directory, link, away) =
        (system.at("root/etc/systemd"), system.at("root/etc/link"), system.at("root/etc/away"));
    let done = AtomicBool::new(false);
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let swapped = fs::rename(&directory, &away)
                    .and_then(|()| fs::rename(&link, &directory))
                    .and_then(|()| fs::rename(&directory, &link));
                // The program may have made another directory in its place.
                while swapped.is_ok() && fs::rename(&away, &directory).is_err() {
                    let _ = fs::remove_dir_all(&directory);
                }
            }
        });
        let mut outcomes = BTreeMap::new();
        for _ in 0..60 {
            for ran in [install(&system, &["--replace"]), uninstall(&system)] {
                *outcomes.entry(ran.status).or_insert(0) += 1;
            }
        }
        done.store(true, Ordering::Relaxed);
        outcomes
    });
    assert_eq!(around(&system), before, "{outcomes:?}");
    assert!(outcomes.keys().all(|status| matches!(status, Some(0 | 1 | 3))), "{outcomes:?}");
}

/// Text of an overlay does not act on a terminal or as a command.
#[test]
fn names_are_shown_and_quoted() {
    let system = machine();
    system.put("out/etc/systemd/system/a\x1b[31m$(touch x).service", "[Service]\n");
    let preset = "out/etc/systemd/system-preset/50-upstart2systemd.preset";
    system.put(preset, "enable a\x1b[31m$(touch x).service\n");
    let ran = install(&system, &[]);
    ran.is(0, &[" enable 'a␛[31m$(touch x).service'\n"], &[]);
    assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{ran:?}");
    uninstall(&system).is(0, &[], &[]);
    assert_eq!(below(&system.at("root")).len(), 1);
}
