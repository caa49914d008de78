//! Runs the program in a directory that contains `etc/init`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::program;
use super::test_directory::TestDirectory;

/// A directory with the jobs of a system, in which the program is run.
pub(crate) struct System {
    pub(crate) directory: TestDirectory,
}

impl System {
    pub(crate) fn new(jobs: &[(&str, &str)]) -> Self {
        let system = Self { directory: TestDirectory::new() };
        for (name, text) in jobs {
            system.put(&format!("etc/init/{name}"), text);
        }
        system
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.at(path)).ok()
    }

    pub(crate) fn program(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = program();
        command.current_dir(self.directory.path()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        Ran::of(self.program(arguments).output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.program(&[&["migrate"], arguments].concat())
    }

    pub(crate) fn migrate(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }
}

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(Output { status, stdout, stderr }: Output) -> Self {
        Self {
            status: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn is(&self, status: i32, stdout: &[&str], stderr: &[&str]) {
        assert_eq!(self.status, Some(status), "{self:#?}");
        assert!(
            stdout.iter().all(|said| self.stdout.contains(said)),
            "{stdout:?} is not in {self:#?}"
        );
        assert!(
            stderr.iter().all(|said| self.stderr.contains(said)),
            "{stderr:?} is not in {self:#?}"
        );
    }
}
