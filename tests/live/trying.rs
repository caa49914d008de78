//! The README's way from the jobs of a small server to units that run in a guest: its commands, as
//! they are there.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use libtest_mimic::{Completion, Failed, Trial};
use tempfile::TempDir;

use crate::boot::Boot;
use crate::skipped::skipped;

const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");

pub fn trial() -> Trial {
    Trial::ignorable_test("live::the_server_of_the_readme_is_tried_in_a_guest", || {
        is_refused_without_root();
        let reader = Reader::new();
        if let Some(what) = Boot::missing() {
            skipped(&format!("live: this machine lacks {what}"));
            return Ok::<_, Failed>(Completion::ignored_with(format!("this machine lacks {what}")));
        }
        let commands = commands();
        assert_eq!(commands.len(), 4, "{commands:?}");
        let [before @ .., last] = commands.as_slice() else { panic!("no commands") };
        for command in before {
            let output = reader.types(command, "");
            assert!(output.status.success(), "{command}: {output:?}");
        }
        let tried = reader.types(last, "");
        let text = String::from_utf8_lossy(&tried.stdout);
        if tried.status.code() == Some(3) {
            let why = String::from_utf8_lossy(&tried.stderr);
            assert!(why.contains("this machine cannot boot a guest"), "{why}");
            skipped(&format!("live: {why}"));
            return Ok(Completion::ignored_with(why.into_owned()));
        }
        assert_eq!(tried.status.code(), Some(0), "{tried:?}");
        for said in [
            "verified 14 unit files",
            ": 0 errors, 0 warnings, 0 notes",
            "10 jobs ran before, 0 not as they have to be",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        reader.finds_what_does_not_run(last);
        reader.has_nothing_left();
        Ok(Completion::Completed)
    })
}

/// The commands of the section, without the prompt of sudo; the test is root already.
fn commands() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap().replace("\\\n", " ");
    readme
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("fixtures/migrate/server/"))
        .filter(|line| line.starts_with("upstart2systemd ") || line.starts_with("sudo "))
        .map(|line| line.strip_prefix("sudo ").unwrap_or(line).to_owned())
        .collect()
}

/// Somebody who reads the README in a clone.
struct Reader {
    directory: TempDir,
}

impl Reader {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [clone, bin, temporary] =
            ["clone", "bin", "temporary"].map(|name| directory.path().join(name));
        for new in [&clone, &bin, &temporary] {
            fs::create_dir(new).unwrap();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["fixtures", "contrib"] {
            symlink(root.join(folder), clone.join(folder)).unwrap();
        }
        symlink(PROGRAM, bin.join("upstart2systemd")).unwrap();
        Self { directory }
    }

    fn clone(&self) -> PathBuf {
        self.directory.path().join("clone")
    }

    /// Runs a command in the clone, with something to read.
    fn types(&self, command: &str, input: &str) -> Output {
        let at = |name: &str| self.directory.path().join(name).display().to_string();
        let path = format!("{}:{}", at("bin"), std::env::var("PATH").unwrap());
        let mut shell = Command::new("/bin/sh")
            .args(["-c", command])
            .current_dir(self.clone())
            .env("PATH", path)
            .env("TMPDIR", at("temporary"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        shell.wait_with_output().unwrap()
    }

    /// A program that ends at once is found, and a shell shows why.
    fn finds_what_does_not_run(&self, command: &str) {
        let new = self.clone().join("new");
        let copy = format!("cp -R fixtures/migrate/server/new {}", new.display());
        assert!(self.types(&copy, "").status.success());
        let program = new.join("opt/shop/bin/search");
        fs::write(&program, "#!/bin/sh\necho the index is missing >&2\nexit 1\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let command = command.replace("fixtures/migrate/server/new", "new");
        let tried = self.types(
            &format!("{command} --shell"),
            "echo shown: $(systemctl is-active shop-web.service shop-worker@mail.service)\n\
             journalctl -u shop-search.service -o cat | grep -m 1 index\n",
        );
        let text = String::from_utf8_lossy(&tried.stdout);
        assert_eq!(tried.status.code(), Some(1), "{tried:?}");
        for said in ["1 not as they have to be", "the index is missing", "shown: active active"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }

    /// Neither files nor control groups stay.
    fn has_nothing_left(&self) {
        let temporary = self.directory.path().join("temporary");
        let left: Vec<_> = fs::read_dir(temporary).unwrap().map(|entry| entry.unwrap()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Whoever is not root gets one line that says so, and nothing is done.
fn is_refused_without_root() {
    let script = include_str!("../../contrib/try-in-a-guest");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "try-in-a-guest", "/"]);
    if rustix::process::geteuid().is_root() {
        std::os::unix::process::CommandExt::uid(&mut command, 65534);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "try-in-a-guest: only root can boot a guest: use sudo\n"
    );
}
