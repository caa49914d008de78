//! Boots a separate systemd as process 1, runs programs in it, and removes all of it.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The oldest version that the units are written for by default.
const OLDEST: u32 = 249;

/// Ends when it is dropped, and when this process ends in any way.
pub struct Boot {
    directory: TempDir,
    child: Child,
    /// Its process 1, by the process number outside of the guest.
    init: String,
}

impl Boot {
    /// A missing requirement for booting a systemd, as far as it can be known before the boot.
    pub fn missing() -> Option<String> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let is_root =
            status.lines().any(|line| line.split_whitespace().take(3).eq(["Uid:", "0", "0"]));
        if !is_root {
            return Some("root".to_owned());
        }
        let lacks = |program: &&&str| {
            let asked = Command::new(program).arg("--version").output();
            asked.is_err_and(|error| error.kind() == ErrorKind::NotFound)
        };
        if let Some(program) =
            ["mount", "nsenter", "setpriv", "systemctl", "unshare"].iter().find(lacks)
        {
            return Some(format!("the program {program}"));
        }
        // The output begins with `systemd 252 (252.38-1)`.
        let said = Command::new("systemctl").arg("--version").output().unwrap().stdout;
        let version = String::from_utf8_lossy(&said)
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse::<u32>().ok());
        if version.is_none_or(|version| version < OLDEST) {
            return Some(format!("systemd {OLDEST} or later"));
        }
        None
    }

    /// Boots with the content that `prepare` puts into two directories: the first is laid over the
    /// files of this machine, and the second is /live in the guest. `Err` has the missing
    /// requirement.
    pub fn start(prepare: impl FnOnce(&Path, &Path), deadline: Instant) -> Result<Boot, String> {
        let directory = tempfile::tempdir().unwrap();
        let [root, live] = ["root", "live"].map(|name| directory.path().join(name));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&live).unwrap();
        prepare(&root, &live);
        let script = directory.path().join("boot-a-guest");
        fs::write(&script, include_str!("../../contrib/boot-a-guest")).unwrap();
        let child = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "/bin/sh"])
            .args([&script, directory.path()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(directory.path().join("errors")).unwrap())
            .env("LC_ALL", "C")
            .spawn()
            .unwrap();
        let mut boot = Boot { directory, child, init: String::new() };
        boot.wait(deadline)?;
        Ok(boot)
    }

    fn wait(&mut self, deadline: Instant) -> Result<(), String> {
        let path = |name: &str| self.directory.path().join(name);
        let said = |name: &str| fs::read_to_string(path(name)).unwrap_or_default();
        while !path("init").exists() {
            let has_ended = self.child.try_wait().unwrap().is_some() || path("ended").exists();
            if path("missing").exists() {
                return Err(said("missing").trim_end().to_owned());
            }
            let errors = said("errors");
            if has_ended
                && let Some(refused) = errors.lines().find(|line| line.starts_with("unshare: "))
            {
                return Err(format!("namespaces ({refused})"));
            }
            assert!(!has_ended && Instant::now() < deadline, "systemd does not start:\n{errors}");
            thread::sleep(Duration::from_millis(10));
        }
        said("init").trim_end().clone_into(&mut self.init);
        while !self
            .run(&["systemctl", "--quiet", "is-active", "multi-user.target"], deadline)
            .is_ok_and(|output| output.status.success())
        {
            let is_late = path("ended").exists() || Instant::now() > deadline;
            let jobs =
                || self.run(&["systemctl", "list-jobs"], Instant::now() + Duration::from_secs(5));
            assert!(!is_late, "systemd does not come up:\n{}\n{:?}", said("console"), jobs());
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The directory that was laid over the files of this machine.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// The directory /live of the guest, by its path outside.
    pub fn live(&self) -> PathBuf {
        self.directory.path().join("live")
    }

    /// Runs a program in the guest. Fails if it does not end in time.
    pub fn run(&self, words: &[&str], deadline: Instant) -> Result<Output, String> {
        let mut child = Command::new("nsenter")
            .args(["--target", &self.init, "--mount", "--pid", "--uts", "--ipc", "--net", "--"])
            .args(["env", "-i", "LC_ALL=C", &format!("PATH={PATH}")])
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                child.kill().unwrap();
                child.wait().unwrap();
                return Err(format!("does not end: {}", words.join(" ")));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(child.wait_with_output().unwrap())
    }
}

impl Drop for Boot {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Ignore errors: a panic would hide the one that may have caused the drop.
        let _ = self.child.wait();
    }
}
