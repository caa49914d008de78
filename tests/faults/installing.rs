//! Installing and going back, where each step may be the last, or fail.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::changing::meanwhile;
use crate::disk::Mounted;
use crate::program::PROGRAM;
use crate::program::skipped::skipped;
use crate::program::system::{Ran, System};
use crate::watched::{end, run};

/// Content or target, mode, owner, time of the last change.
type Thing = (Vec<u8>, u32, (u32, u32), (i64, i64));

type Tree = BTreeMap<PathBuf, Thing>;

const STATE: &str = "var/lib/upstart2systemd";

/// Two overlays, `old` and `new`, and a root with things in the way.
struct Machine {
    system: System,
    before: Tree,
    old: Tree,
    new: Tree,
}

impl Machine {
    fn new() -> Self {
        Self::with(System::new(&[]), 1)
    }

    /// `jobs` is the number of jobs besides those for which something is in the way.
    fn with(system: System, jobs: usize) -> Self {
        for (word, extra) in [("old", "gone"), ("new", "extra")] {
            let init = format!("init-{word}");
            for name in ["masked", "by-hand", "alias", extra] {
                system.put(
                    &format!("{init}/{name}.conf"),
                    format!("start on runlevel 2\nexec /bin/{word}\n"),
                );
            }
            for index in 0..jobs {
                let script = format!("/bin/{word} {index}\n").repeat(30);
                system.put(
                    &format!("{init}/job{index}.conf"),
                    format!("script\n{script}end script\n"),
                );
            }
            system.migrate(&[&init, "-o", word, "-q"]).is(0, &[], &[]);
        }
        let units = "root/etc/systemd/system";
        system.put(&format!("{units}/by-hand.service"), "by hand\n");
        fs::set_permissions(
            system.at(&format!("{units}/by-hand.service")),
            Permissions::from_mode(0o640),
        )
        .unwrap();
        symlink("/dev/null", system.at(&format!("{units}/masked.service"))).unwrap();
        symlink("/lib/other.service", system.at(&format!("{units}/alias.service"))).unwrap();
        system.put("root/usr/lib/systemd/system/gone.service", "of a package\n");
        let mut machine = Self { system, before: Tree::new(), old: Tree::new(), new: Tree::new() };
        machine.before = machine.tree();
        machine.install("old").is(0, &[], &[]);
        machine.old = machine.tree();
        machine.install("new").is(0, &[], &[]);
        machine.new = machine.tree();
        machine.goes_back("at the beginning");
        machine
    }

    fn words(command: &str) -> Vec<&str> {
        match command {
            "back" => vec!["uninstall", "--root", "root"],
            overlay => vec!["install", overlay, "--root", "root", "--replace", "--prune"],
        }
    }

    fn install(&self, overlay: &str) -> Ran {
        run(&mut self.system.program(&Self::words(overlay)))
    }

    /// Everything below the root.
    fn tree(&self) -> Tree {
        let (root, mut found) = (self.system.at("root"), Tree::new());
        let mut open = vec![root.clone()];
        while let Some(directory) = open.pop() {
            for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
                let metadata = fs::symlink_metadata(&path).unwrap();
                let (content, modified) = if metadata.is_symlink() {
                    (fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes(), (0, 0))
                } else if metadata.is_file() {
                    (fs::read(&path).unwrap(), (metadata.mtime(), metadata.mtime_nsec()))
                } else {
                    open.push(path.clone());
                    (Vec::new(), (0, 0))
                };
                let owner = (metadata.uid(), metadata.gid());
                let place = path.strip_prefix(&root).unwrap().to_owned();
                found.insert(place, (content, metadata.mode(), owner, modified));
            }
        }
        found
    }

    /// Asserts that each file is as before, or as one of the overlays has it.
    fn is_whole(&self, when: &str) {
        let is_own = |path: &Path| {
            let mut names = path.iter().map(|name| name.to_str().unwrap());
            path.starts_with("var") || names.any(|name| name.starts_with(".upstart2systemd-"))
        };
        for (path, thing) in self.tree().iter().filter(|(path, _)| !is_own(path)) {
            let is = |tree: &Tree| {
                tree.get(path).is_some_and(|other| (&other.0, other.1) == (&thing.0, thing.1))
            };
            assert!(
                is(&self.before) || is(&self.old) || is(&self.new),
                "{when}: {} is torn: {thing:?}",
                path.display()
            );
        }
    }

    /// Installs without a fault, and asserts that all files are those of the overlay.
    #[track_caller]
    fn completes(&self, overlay: &str, when: &str) {
        let ran = self.install(overlay);
        assert_eq!(ran.status, Some(0), "{when}: {ran:#?}");
        let expected = contents(if overlay == "old" { &self.old } else { &self.new });
        assert!(contents(&self.tree()) == expected, "{when}: {:#?}", self.tree().keys());
    }

    /// Goes back without a fault, and asserts that all is as before.
    #[track_caller]
    fn goes_back(&self, when: &str) {
        let ran = self.install("back");
        assert_eq!(ran.status, Some(0), "{when}: {ran:#?}");
        let tree = self.tree();
        assert!(tree == self.before, "{when}: {:#?} {:#?}", tree.keys(), self.before.keys());
    }

    /// Fills the disk, but for so many kilobytes.
    fn fill(&self, kilobytes: u64) {
        let ballast = self.system.at("root/ballast");
        let _ = fs::write(&ballast, vec![b'x'; 8 << 20]);
        let file = fs::File::options().write(true).open(&ballast).unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(kilobytes << 10)).unwrap();
    }

    /// Brings the machine to the state in which a command starts.
    fn prepare(&self, command: &str) {
        for overlay in match command {
            "old" => &[][..],
            "new" => &["old"],
            _ => &["old", "new"],
        } {
            self.install(overlay).is(0, &[], &[]);
        }
    }
}

/// All that is the same in each installation.
fn contents(tree: &Tree) -> BTreeMap<&Path, (&[u8], u32)> {
    tree.iter()
        .filter(|(path, _)| !path.starts_with(STATE))
        .map(|(path, thing)| (path.as_path(), (thing.0.as_slice(), thing.1)))
        .collect()
}

/// Runs a command, and injects a fault into one of its system calls. `None` if it has no such call
/// any more.
fn injected(machine: &Machine, command: &str, fault: &str) -> Option<Ran> {
    let log = machine.system.at("trace");
    let mut strace = Command::new("strace");
    strace.current_dir(machine.system.directory.path()).args(["-f", "-qq", "-e", "signal=none"]);
    strace.arg("-o").arg(&log).args(["-e", &format!("inject={fault}")]);
    let ran = run(strace.arg(PROGRAM).args(Machine::words(command)));
    let log = fs::read_to_string(log).unwrap();
    // A call that is killed has no result.
    let is_injected = log.contains("(INJECTED)")
        || log.contains("= ?") && ran.status.is_none()
        || ran.status == Some(137);
    is_injected.then_some(ran)
}

fn has_strace() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let has = traced.is_ok_and(|traced| traced.status.success());
    if !has {
        skipped("strace cannot be used here, so no system call can be made to fail");
    }
    has
}

/// The system calls that change something, and an error of each.
const CALLS: [(&str, &str); 9] = [
    ("mkdirat", "EROFS"),
    ("write", "ENOSPC"),
    ("fsync", "EIO"),
    ("fchmod", "EROFS"),
    ("linkat", "ENOSPC"),
    ("symlinkat", "EROFS"),
    ("renameat", "EIO"),
    ("renameat2", "EIO"),
    ("unlinkat", "EROFS"),
];

const COMMANDS: [&str; 3] = ["old", "new", "back"];

#[test]
fn an_installation_that_is_killed_at_any_step_is_completed_or_undone() {
    if !has_strace() {
        return;
    }
    let machine = Machine::new();
    let mut killed = 0;
    for command in COMMANDS {
        for (call, _) in CALLS {
            for step in 1.. {
                let when = format!("{command}: killed at {call} {step}");
                machine.prepare(command);
                let ran = injected(&machine, command, &format!("{call}:signal=KILL:when={step}"));
                if ran.is_none() {
                    machine.goes_back(&when);
                    break;
                }
                killed += 1;
                machine.is_whole(&when);
                if command != "back" && step % 2 == 0 {
                    machine.completes(command, &when);
                }
                machine.goes_back(&when);
            }
        }
    }
    println!("killed at {killed} steps");
    assert!(killed > 100, "{killed}");
}

#[test]
fn a_step_that_fails_is_told_and_changes_nothing_or_can_be_completed() {
    if !has_strace() {
        return;
    }
    let machine = Machine::new();
    let (mut failed, mut unchanged) = (0, 0);
    for command in COMMANDS {
        for (call, error) in CALLS {
            for step in 1.. {
                let when = format!("{command}: {error} at {call} {step}");
                machine.prepare(command);
                let before = machine.tree();
                let fault = format!("{call}:error={error}:when={step}");
                let Some(ran) = injected(&machine, command, &fault) else {
                    machine.goes_back(&when);
                    break;
                };
                machine.is_whole(&when);
                assert!(matches!(ran.status, Some(0 | 3)), "{when}: {ran:#?}");
                if ran.status == Some(3) {
                    failed += 1;
                    assert!(ran.stderr.contains("error: "), "{when}: {ran:#?}");
                }
                if ran.stderr.contains("nothing was changed") {
                    unchanged += 1;
                    assert!(machine.tree() == before, "{when}: {:#?}", machine.tree());
                }
                if command != "back" && step % 2 == 0 {
                    machine.completes(command, &when);
                }
                machine.goes_back(&when);
            }
        }
    }
    println!("{failed} steps fail, {unchanged} of them before anything is changed");
    assert!(failed > 60 && unchanged > 30, "{failed} {unchanged}");
}

#[test]
fn copies_do_where_a_file_cannot_have_two_names() {
    if !has_strace() {
        return;
    }
    let machine = Machine::new();
    for command in COMMANDS {
        injected(&machine, command, "linkat:error=EXDEV").unwrap().is(0, &[], &[]);
    }
    assert!(machine.tree() == machine.before);
}

#[test]
fn an_installation_that_is_killed_at_any_moment_is_completed_or_undone() {
    const MOMENTS: u32 = 100;
    let machine = Machine::with(System::new(&[]), 20);
    let started = Instant::now();
    machine.install("old").is(0, &[], &[]);
    let whole = started.elapsed();
    machine.goes_back("before the moments");
    let mut in_time = 0;
    for moment in 0..MOMENTS {
        let command = COMMANDS[moment as usize % COMMANDS.len()];
        let when = format!("{command}: killed at moment {moment}");
        machine.prepare(command);
        let mut program = machine.system.program(&Machine::words(command));
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(whole * (moment * 71 % MOMENTS) / MOMENTS);
        in_time += u32::from(child.try_wait().unwrap().is_none());
        end(&mut child);
        machine.is_whole(&when);
        if command != "back" && moment % 2 == 0 {
            machine.completes(command, &when);
        }
        machine.goes_back(&when);
    }
    println!("killed at {MOMENTS} moments, {in_time} of them before the end");
    assert!(in_time > MOMENTS / 10, "{in_time}");
}

#[test]
fn a_signal_ends_an_installation_before_or_after_it_but_not_in_between() {
    let machine = Machine::with(System::new(&[]), 20);
    let started = Instant::now();
    machine.install("old").is(0, &[], &[]);
    let whole = started.elapsed();
    machine.goes_back("before the signals");
    for moment in 0..30 {
        let mut program = machine.system.program(&Machine::words("old"));
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(whole * moment / 30);
        let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).output();
        child.wait().unwrap();
        let tree = machine.tree();
        let is_old = contents(&tree) == contents(&machine.old);
        assert!(is_old || tree == machine.before, "moment {moment}: {:#?}", tree.keys());
        machine.goes_back(&format!("a signal at moment {moment}"));
    }
}

#[test]
fn a_full_disk_leaves_the_system_as_it_is() {
    let system = System::new(&[]);
    let Some(_mounted) = Mounted::new(system.at("root"), "size=1m") else { return };
    let machine = Machine::with(system, 20);
    let (mut failed, mut written) = (0, 0);
    for command in ["old", "new"] {
        for kilobytes in (0..=280).step_by(8) {
            machine.prepare(command);
            let before = machine.tree();
            machine.fill(kilobytes);
            let ran = machine.install(command);
            fs::remove_file(machine.system.at("root/ballast")).unwrap();
            if ran.status == Some(0) {
                written += 1;
            } else {
                failed += 1;
                ran.is(3, &[], &["error: ", "nothing was changed", "No space left on device"]);
                assert!(machine.tree() == before, "{command} {kilobytes} kB: {ran:#?}");
            }
            machine.completes(command, "with space");
            machine.goes_back("with space");
        }
    }
    println!("a full disk: {failed} runs fail, {written} do not");
    assert!(failed > 2 && written > 2, "{failed} runs fail, {written} do not");
}

#[test]
fn a_full_disk_does_not_keep_a_system_from_going_back() {
    let system = System::new(&[]);
    let Some(_mounted) = Mounted::new(system.at("root"), "size=4m") else { return };
    let machine = Machine::with(system, 4);
    machine.prepare("back");
    machine.fill(0);
    let ran = machine.install("back");
    fs::remove_file(machine.system.at("root/ballast")).unwrap();
    if ran.status != Some(0) {
        ran.is(3, &[], &["error: "]);
        machine.is_whole("going back on a full disk");
    }
    machine.goes_back("with space");
}

#[test]
fn a_system_that_cannot_be_written_to_is_told() {
    let system = System::new(&[]);
    let Some(mounted) = Mounted::new(system.at("root"), "size=4m") else { return };
    let machine = Machine::with(system, 1);
    for command in COMMANDS {
        mounted.remount("rw");
        machine.prepare(command);
        let before = machine.tree();
        mounted.remount("ro");
        machine.install(command).is(3, &[], &["error: ", "Read-only file system"]);
        assert!(machine.tree() == before, "{command}");
    }
    mounted.remount("rw");
    machine.goes_back("with a file system that can be written to");
}

#[test]
fn directories_of_a_system_that_come_and_go_are_told() {
    let machine = Machine::with(System::new(&[]), 10);
    for vanishing in ["root/etc/systemd", "root/var/lib", "new/etc/systemd/system", "root"] {
        machine.prepare("new");
        let (here, away) = (machine.system.at(vanishing), machine.system.at("away"));
        let mut failed = 0;
        meanwhile(
            || {
                if fs::rename(&here, &away).is_ok() {
                    sleep(Duration::from_millis(2));
                    // The program may have made another directory in its place.
                    while fs::rename(&away, &here).is_err() {
                        let _ = fs::remove_dir_all(&here);
                        let _ = fs::create_dir_all(here.parent().unwrap());
                    }
                }
                sleep(Duration::from_millis(3));
            },
            || {
                for round in 0..15 {
                    let ran = machine.install(["new", "old"][round % 2]);
                    if ran.status != Some(0) {
                        failed += 1;
                        assert!(matches!(ran.status, Some(1 | 3)), "{vanishing}: {ran:#?}");
                        assert!(ran.stderr.contains("error: "), "{vanishing}: {ran:#?}");
                    }
                }
            },
        );
        println!("{vanishing} vanishes: {failed} of 15 runs fail");
        // Files of the other overlay may have been left when the list was away.
        machine.install("old").is(0, &[], &[]);
        let (tree, old) = (machine.tree(), contents(&machine.old));
        let tree = contents(&tree);
        for (path, thing) in old {
            assert!(tree.get(path) == Some(&thing), "{vanishing}: {}", path.display());
        }
        let units = machine.system.at("root/etc/systemd/system");
        assert!(fs::read_dir(units).unwrap().all(|entry| {
            !entry.unwrap().file_name().to_str().unwrap().starts_with(".upstart2systemd")
        }));
        machine.install("back");
        fs::remove_dir_all(machine.system.at("root")).unwrap();
        restore(&machine);
    }
}

/// Makes the root anew as it was before: a run that did not see a directory has not seen what was
/// in it.
fn restore(machine: &Machine) {
    for (path, (content, mode, _, (seconds, nanoseconds))) in &machine.before {
        let at = machine.system.at("root").join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        if *mode & 0o170_000 == 0o120_000 {
            symlink(str::from_utf8(content).unwrap(), &at).unwrap();
        } else if *mode & 0o170_000 == 0o040_000 {
            let _ = fs::create_dir(&at);
        } else {
            fs::write(&at, content).unwrap();
            fs::set_permissions(&at, Permissions::from_mode(mode & 0o7777)).unwrap();
            let since = Duration::new(
                u64::try_from(*seconds).unwrap(),
                u32::try_from(*nanoseconds).unwrap(),
            );
            let modified = std::time::UNIX_EPOCH + since;
            fs::File::options().write(true).open(&at).unwrap().set_modified(modified).unwrap();
        }
    }
}
