//! Too few file descriptors (`RLIMIT_NOFILE`): whatever opens one too many fails, and all is as it
//! was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::PROGRAM;
use crate::program::system::{Ran, System};
use crate::watched::run;

/// All limits from the first with which the program can be loaded to one that is enough.
const LIMITS: std::ops::Range<usize> = 4..28;

/// Runs the program with so many file descriptors. `None` if its libraries cannot be loaded.
fn limited(system: &System, limit: usize, arguments: &[&str]) -> Option<Ran> {
    let mut command = Command::new("/bin/sh");
    command.current_dir(system.directory.path());
    command.args(["-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\""), PROGRAM]);
    let ran = run(command.args(arguments));
    (ran.status != Some(127)).then_some(ran)
}

/// All files and links; the directories that have none are there as well.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(contents(&path));
            found.insert(path, Vec::new());
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn put(system: &System, word: &str) {
    for index in 0..6 {
        system.put(
            &format!("etc/init/job{index}.conf"),
            format!("start on started job{}\nstop on stopping base\nexec /bin/{word}\n", index + 1),
        );
    }
}

/// Runs a command with each limit. `written` is called after each run that succeeds.
fn fails_cleanly(system: &System, command: &[&str], at: &str, written: impl Fn()) {
    let (mut failed, mut succeeded) = (0, 0);
    for limit in LIMITS {
        let before = contents(&system.at(at));
        let Some(ran) = limited(system, limit, command) else { continue };
        if ran.status == Some(0) {
            succeeded += 1;
            written();
            continue;
        }
        failed += 1;
        ran.is(3, &[], &["error: ", "Too many open files"]);
        let after = contents(&system.at(at));
        let changed: Vec<_> = after
            .iter()
            .filter(|(path, text)| before.get(*path) != Some(text))
            .chain(before.iter().filter(|(path, _)| !after.contains_key(*path)))
            .map(|(path, _)| path)
            .collect();
        assert!(changed.is_empty(), "{limit}: {changed:#?}\n{ran:#?}");
    }
    println!("{command:?} with few file descriptors: {failed} runs fail, {succeeded} do not");
    assert!(failed > 2 && succeeded > 2, "{failed} runs fail, {succeeded} do not");
}

#[test]
fn an_overlay_is_written_or_not() {
    let system = System::new(&[]);
    put(&system, "old");
    let command = ["migrate", "etc/init", "-o", "out", "-q"];
    fails_cleanly(&system, &command, "out", || {
        assert!(!system.at("out/.upstart2systemd-staging").exists());
        fs::remove_dir_all(system.at("out")).unwrap();
    });
    run(&mut system.program(&command)).is(0, &[], &[]);
    put(&system, "new");
    fails_cleanly(&system, &command, "out", || {
        let text = system.text("out/etc/systemd/system/job1.service").unwrap();
        assert!(text.contains("ExecStart=/bin/new\n"), "{text}");
        put(&system, "old");
        run(&mut system.program(&command)).is(0, &[], &[]);
        put(&system, "new");
    });
}

#[test]
fn an_overlay_is_installed_or_not() {
    let system = System::new(&[]);
    put(&system, "old");
    run(&mut system.program(&["migrate", "etc/init", "-o", "out", "-q"])).is(0, &[], &[]);
    fs::create_dir(system.at("root")).unwrap();
    let install = ["install", "out", "--root", "root"];
    fails_cleanly(&system, &install, "root", || {
        run(&mut system.program(&["uninstall", "--root", "root"])).is(0, &[], &[]);
    });
    run(&mut system.program(&install)).is(0, &[], &[]);
    fails_cleanly(&system, &["uninstall", "--root", "root"], "root", || {
        run(&mut system.program(&install)).is(0, &[], &[]);
    });
}
