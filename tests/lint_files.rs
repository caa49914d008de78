//! Which files `lint` reads and writes, and what it reports about those that it does not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and reports what it skips"
)]

mod program;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::{Command, Output, Stdio};

use program::program;
use program::test_directory::TestDirectory;

/// A job without a finding.
const FINE: &str = "description \"lamp\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nexec /usr/bin/lamp\n";

/// A job with a warning whose fix changes the job.
const LEVELS: &str = "description \"lamp\"\nstart on runlevel 2345\nstop on runlevel [!2345]\nrespawn\nexec /usr/bin/lamp\n";

/// A job with a warning whose fix does not: the first line has no effect.
const TWICE: &str = "description \"old\"\ndescription \"lamp\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nexec /usr/bin/lamp\n";

/// The same without the description that has no effect; its line stays.
const FIXED: &str = "\ndescription \"lamp\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nexec /usr/bin/lamp\n";

const NGINX: &str = "worker_processes 4;\nevents { worker_connections 1024; }\n";

struct Project(TestDirectory);

struct Linted {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Linted {
    /// Both streams.
    fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    #[track_caller]
    fn has(&self, status: i32, texts: &[&str]) {
        assert_eq!(self.status, status, "{}", self.all());
        for text in texts {
            assert!(self.all().contains(text), "`{text}` is not in:\n{}", self.all());
        }
    }

    #[track_caller]
    fn lacks(&self, text: &str) {
        assert!(!self.all().contains(text), "`{text}` is in:\n{}", self.all());
    }
}

impl Project {
    fn with(files: &[(&str, &str)]) -> Self {
        let project = Self(TestDirectory::new());
        for (path, text) in files {
            project.put(path, text);
        }
        project
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        symlink(target, self.0.path().join(path)).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .current_dir(self.0.path())
            .arg("lint")
            .args(["--shellcheck", "never"])
            .args(arguments);
        command
    }

    fn lint(&self, arguments: &[&str]) -> Linted {
        linted(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }
}

fn linted(output: Output) -> Linted {
    Linted {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn jobs_are_seen_wherever_projects_keep_them() {
    let bad = "start on shutdwn\nexec /usr/bin/lamp\n";
    let project = Project::with(&[
        ("debian/control", "Package: shop\n"),
        ("debian/shop.upstart", bad),
        ("debian/shop.mailer.upstart", "start on started shop\nexec /usr/bin/mailer\n"),
        ("etc/event.d/wick", bad),
        ("contrib/queue.upstart.conf", bad),
        ("deploy/plain.conf", bad),
    ]);
    let all = project.lint(&[".", "--format", "concise", "--fail-on", "note"]);
    all.has(
        1,
        &[
            "debian/shop.upstart:1:",
            "etc/event.d/wick:1:",
            "contrib/queue.upstart.conf:1:",
            "deploy/plain.conf:1:",
        ],
    );
    assert!(!all.all().contains("./"), "{}", all.all());
    let json = project.lint(&["debian", "contrib", "--format", "json"]).all();
    for name in ["shop", "mailer", "queue"] {
        assert!(json.contains(&format!("\"job\":\"{name}\"")), "{name}: {json}");
    }
}

#[test]
fn files_of_others_are_skipped_in_one_line() {
    let project = Project::with(&[
        ("etc/init/lamp.conf", FINE),
        ("etc/nginx/nginx.conf", NGINX),
        ("etc/php/a.conf", "[www]\nuser = a\n"),
        ("etc/php/b.conf", "[www]\nuser = b\n"),
        ("etc/php/c.conf", "[www]\nuser = c\n"),
        ("etc/php/d.conf", ""),
    ]);
    let found = project.lint(&["etc"]);
    found.has(0, &["1 job: no findings", "and 2 more"]);
    assert_eq!(
        found.stderr,
        "skipped 5 files (not a job): etc/nginx/nginx.conf, etc/php/a.conf, etc/php/b.conf and 2 more\n"
    );
    // What is named, or is where init reads jobs, is one.
    project.lint(&["etc/nginx/nginx.conf"]).has(3, &["nginx.conf:1:1"]);
    project.put("etc/init/nginx.conf", NGINX);
    project.lint(&["etc"]).has(3, &["etc/init/nginx.conf:1:1"]);
}

#[test]
fn git_and_the_configuration_leave_files_out() {
    let project = Project::with(&[
        (".gitignore", "build/\n*.tmp.conf\n"),
        ("build/a.conf", LEVELS),
        ("init/a.tmp.conf", LEVELS),
        ("vendor/init/a.conf", LEVELS),
        ("init/lamp.conf", FINE),
        ("upstart2systemd.toml", "exclude = [\"vendor/\"]\n"),
    ]);
    project.lint(&["."]).has(0, &["1 job: no findings"]);
    project.lint(&["init/a.tmp.conf"]).has(1, &["a.tmp.conf:2:"]);
    project.lint(&["vendor/init/a.conf", "build/a.conf"]).has(1, &["vendor/", "build/"]);
    project.put("upstart2systemd.toml", "exclude = [\"init\", \"vendor\"]\n");
    project.lint(&["."]).has(3, &["no jobs found in `.`", "exclude"]);
    // So does one within the tree.
    project.put("upstart2systemd.toml", "");
    project.put("vendor/upstart2systemd.toml", "exclude = [\"init/a.conf\"]\n");
    project.lint(&["."]).has(0, &["1 job: no findings"]);
}

#[test]
fn jobs_are_neighbours_within_one_configuration_directory() {
    let project = Project::with(&[
        ("one/etc/init/net/lamp.conf", FINE),
        (
            "one/etc/init/wick.conf",
            "description \"wick\"\nstart on started net/lamp\nstop on stopping net/lamp\nexec /usr/bin/wick\n",
        ),
        (
            "two/etc/init/oil.conf",
            "description \"oil\"\nstart on started wick\nstop on stopping wick\nexec /usr/bin/oil\n",
        ),
        // Two jobs of one name are not one job.
        ("two/etc/init/wick.conf", FINE),
        (
            "three/init/lone.conf",
            "description \"lone\"\nstart on started oil\nstop on stopping oil\nexec /usr/bin/lone\n",
        ),
    ]);
    let whole = project.lint(&["."]);
    whole.has(0, &["5 jobs: no findings"]);
    // A directory below the configuration directory has the same names.
    let json = project.lint(&["one/etc/init/net", "--format", "json"]).all();
    assert!(json.contains("\"job\":\"net/lamp\""), "{json}");
}

#[test]
fn a_file_is_checked_once() {
    let project = Project::with(&[("etc/init/lamp.conf", LEVELS)]);
    project.link("lamp.conf", "etc/init/alias.conf");
    project.link("etc", "linked");
    let once = project.lint(&["etc/init/lamp.conf"]);
    let count = |linted: &Linted| linted.all().matches("warning[").count();
    assert_eq!(count(&once), 1, "{}", once.all());
    for arguments in [
        &["etc/init/lamp.conf", "etc/init/lamp.conf"][..],
        &["etc", "etc/init/lamp.conf"],
        &["etc/init/alias.conf", "etc/init/lamp.conf"],
        &["etc/init"],
        &["etc", "linked", "./etc/init", "."],
    ] {
        let linted = project.lint(arguments);
        assert_eq!(count(&linted), 1, "{arguments:?}: {}", linted.all());
    }
}

#[test]
fn a_run_reports_what_it_did_not_find() {
    let project = Project::with(&[
        ("empty/readme", ""),
        ("lamp.conf", FINE),
        (
            "init/note.conf",
            "start on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nexec /usr/bin/lamp\n",
        ),
    ]);
    project.lint(&["empty"]).has(3, &["error: no jobs found in `empty`: looked for *.conf"]);
    project
        .lint(&["empty", "lamp.conf"])
        .has(0, &["note: no jobs found in `empty`", "1 job: no findings"]);
    project.lint(&["absent/"]).has(3, &["absent", "No such file or directory"]);
    project.lint(&["init/*.config"]).has(3, &["the pattern", "matched no file"]);
    project.lint(&["lamp.conf", "--select", ""]).has(2, &["an empty text is not a rule"]);
    project.lint(&["lamp.conf", "--unsafe"]).has(2, &["add `--fix` or `--diff`"]);
    assert_eq!(project.lint(&["lamp.conf", "-q"]).all(), "");
    let notes = project.lint(&["init", "-q", "--fail-on", "note"]);
    notes.has(1, &["1 hidden by --quiet"]);
    let notes = project.lint(&["init", "-q", "--fail-on", "note", "--format", "github"]);
    notes.has(1, &["1 note at or above `--fail-on`, hidden by --quiet"]);
    let output =
        program().current_dir(project.0.path()).args(["lnit", "lamp.conf"]).output().unwrap();
    linted(output).has(2, &["did you mean `lint`?"]);
    // A file of that name is a file.
    project.put("lnit", FINE);
    let output = program().current_dir(project.0.path()).args(["lnit", "-q"]).output().unwrap();
    linted(output).has(0, &["[Unit]"]);
}

#[test]
fn settings_are_those_of_the_file() {
    let project = Project::with(&[
        ("vendor/init/a.conf", LEVELS),
        ("own/init/a.conf", LEVELS),
        (
            "own/init/b.conf",
            "description \"b\"\nstart on deploy-done or started lab-7\nstop on shutdown-now\nexec /usr/bin/b\n",
        ),
        (
            "upstart2systemd.toml",
            "events = [\"deploy-*\", \"shutdown-now\"]\njobs = [\"lab-?\"]\n[per-file-ignores]\n\"vendor/*\" = [\"U1\"]\n",
        ),
    ]);
    let found = project.lint(&["."]);
    found.has(1, &["own/init/a.conf:2:"]);
    found.lacks("vendor/");
    found.lacks("b.conf");
    project.lint(&["vendor/init/a.conf"]).has(0, &["1 job: no findings"]);
    // A nearer configuration is that of the jobs below it.
    project.put("own/upstart2systemd.toml", "ignore = [\"U1\"]\n");
    project.lint(&["own/init/a.conf"]).has(0, &[]);
    project.lint(&["."]).lacks("a.conf");
}

#[test]
fn the_environment_sets_options() {
    let project = Project::with(&[("lamp.conf", LEVELS), ("other.toml", "ignore = [\"U1\"]\n")]);
    let with = |variable: &str, value: &str, arguments: &[&str]| {
        linted(project.command(arguments).env(variable, value).output().unwrap())
    };
    with("UPSTART2SYSTEMD_FORMAT", "concise", &["lamp.conf"]).has(1, &["lamp.conf:2:19: warning["]);
    with("UPSTART2SYSTEMD_FORMAT", "concise", &["lamp.conf", "--format", "github"])
        .has(1, &["::warning "]);
    with("UPSTART2SYSTEMD_FAIL_ON", "never", &["lamp.conf"]).has(0, &["warning["]);
    with("UPSTART2SYSTEMD_CONFIG", "other.toml", &["lamp.conf"]).has(0, &["no findings"]);
    with("UPSTART2SYSTEMD_COLOR", "always", &["lamp.conf"]).has(1, &["\x1b["]);
    with("UPSTART2SYSTEMD_FORMAT", "xml", &["lamp.conf"]).has(2, &["xml"]);
}

#[test]
fn editors_give_a_file_on_standard_input() {
    let project = Project::with(&[
        ("init/lamp.conf", FINE),
        ("init/lamp.override", "start on runlevel 2345\n"),
        ("init/upstart2systemd.toml", "fail-on = \"never\"\n"),
    ]);
    let given = |arguments: &[&str], text: &str| {
        project.put("typed", text);
        let typed = fs::File::open(project.0.path().join("typed")).unwrap();
        linted(project.command(arguments).stdin(typed).output().unwrap())
    };
    let as_file = ["-", "--stdin-filename", "init/lamp.conf", "--format", "concise"];
    given(&as_file, LEVELS).has(0, &["init/lamp.override:1:"]);
    given(&[&as_file[..], &["--no-override"]].concat(), LEVELS).has(0, &["init/lamp.conf:2:"]);
    let json =
        given(&["-", "--stdin-filename", "init/lamp.conf", "--format", "json"], LEVELS).all();
    assert!(json.contains("\"job\":\"lamp\""), "{json}");
    let fixed = given(&["-", "--stdin-filename", "init/new.conf", "--fix"], TWICE);
    assert_eq!(fixed.stdout, FIXED);
    given(&["-"], FINE).has(2, &["--stdin-filename FILE"]);
    given(&["init", "--stdin-filename", "a.conf"], FINE).has(2, &["add `-`"]);
}

#[test]
fn a_patch_applies() {
    let project = Project::with(&[
        ("etc/init/lamp.conf", TWICE),
        ("etc/init/no-newline.conf", TWICE.trim_end()),
        ("etc/init/a b.conf", TWICE),
        ("etc/init/caf\u{e9}.conf", TWICE),
    ]);
    let linted = project.lint(&["./etc/init", "--diff"]);
    assert_eq!(linted.status, 1, "{}", linted.stderr);
    assert_eq!(project.text("etc/init/lamp.conf"), TWICE, "it was written");
    assert!(
        linted.stdout.contains("--- a/etc/init/lamp.conf\n+++ b/etc/init/lamp.conf\n"),
        "{}",
        linted.stdout
    );
    project.put("fixes.patch", &linted.stdout);
    let git = Command::new("git")
        .current_dir(project.0.path())
        .env("GIT_DIR", project.0.path().join("nowhere"))
        .args(["apply", "fixes.patch"])
        .output();
    let Ok(git) = git else {
        eprintln!("skipped: there is no git");
        return;
    };
    assert!(git.status.success(), "{}\n{}", String::from_utf8_lossy(&git.stderr), linted.stdout);
    for name in ["lamp", "a b", "caf\u{e9}"] {
        assert_eq!(project.text(&format!("etc/init/{name}.conf")), FIXED, "{name}");
    }
    assert_eq!(project.text("etc/init/no-newline.conf"), FIXED.trim_end());
    project.lint(&["etc/init", "--diff"]).has(0, &[]);
}

#[test]
fn what_is_fixed_is_written_and_nothing_else_changes() {
    let project = Project::with(&[("init/lamp.conf", TWICE), ("init/oil.conf", TWICE)]);
    let at = |name: &str| project.0.path().join(name);
    fs::hard_link(at("init/oil.conf"), at("oil")).unwrap();
    let linted = project.lint(&["init", "--fix"]);
    linted.has(
        3,
        &["fixed 1 in init/lamp.conf", "cannot write `init/oil.conf`: it has 2 names (hard links)"],
    );
    linted.lacks("in init/oil.conf:");
    assert_eq!(
        (project.text("init/lamp.conf"), project.text("init/oil.conf")),
        (FIXED.to_owned(), TWICE.to_owned())
    );
    assert_eq!(fs::metadata(at("oil")).unwrap().nlink(), 2);
}

#[test]
fn a_link_out_of_the_directory_is_not_written_through() {
    let project = Project::with(&[("shared/lamp.conf", TWICE), ("repo/init/own.conf", FINE)]);
    project.link("../../shared/lamp.conf", "repo/init/lamp.conf");
    let linted = project.lint(&["repo", "--fix"]);
    linted
        .has(3, &["cannot write `repo/init/lamp.conf`", "outside of what the command line names"]);
    linted.lacks("fixed");
    assert_eq!(project.text("shared/lamp.conf"), TWICE);
    let patch = project.lint(&["repo", "--diff"]);
    assert_eq!((patch.status, patch.stdout.as_str()), (3, ""));
    // A link that is named is meant, and one to a file of the same run stays inside.
    project.lint(&["repo", "shared", "--fix"]).has(0, &["fixed 1"]);
    assert_eq!(project.text("shared/lamp.conf"), FIXED);
    assert!(
        fs::symlink_metadata(project.0.path().join("repo/init/lamp.conf")).unwrap().is_symlink()
    );
    project.put("shared/lamp.conf", TWICE);
    project.lint(&["repo/init/lamp.conf", "--fix"]).has(0, &["fixed 1"]);
    assert_eq!(project.text("shared/lamp.conf"), FIXED);
}

#[test]
fn only_unsafe_fixes_bring_a_refused_job_to_life() {
    let refused = "description \"wipe\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nexce /usr/bin/wipe\n";
    let project = Project::with(&[("job.conf", refused)]);
    let plain = project.lint(&["job.conf", "--fix"]);
    plain.has(3, &["exce"]);
    plain.lacks("fixed");
    assert_eq!(project.text("job.conf"), refused);
    assert_eq!(project.lint(&["job.conf", "--diff"]).stdout, "");
    project.lint(&["job.conf", "--fix", "--unsafe"]).has(0, &["fixed 1"]);
    assert!(project.text("job.conf").contains("\nexec /usr/bin/wipe\n"));
}

#[test]
fn a_baseline_takes_the_place_of_regular_files_only() {
    let project = Project::with(&[("lamp.conf", LEVELS), ("old.json", "{}")]);
    project.link("old.json", "link.json");
    for place in ["/dev/stdout", "/dev/null", "link.json", "."] {
        project
            .lint(&["lamp.conf", "--write-baseline", place])
            .has(2, &["it is not a regular file"]);
    }
    assert_eq!(project.text("old.json"), "{}");
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    project.lint(&["lamp.conf", "--write-baseline", "old.json"]).has(0, &[]);
    project.lint(&["lamp.conf", "--baseline", "old.json"]).has(0, &[]);
}

#[test]
fn hostile_trees_are_read_to_the_end() {
    let project = Project::with(&[("init/lamp.conf", FINE), ("init/ok/wick.conf", FINE)]);
    let at = |name: &OsStr| project.0.path().join(name);
    // Loops of links to directories, which init follows if they end like a job.
    project.link("..", "init/ok/up");
    project.link("..", "init/ok/up.conf");
    project.link("self.conf", "init/self.conf");
    project.link("/nowhere", "init/nowhere.conf");
    let odd = OsStr::from_bytes(b"init/\xff\x1b[31m\n.conf");
    fs::write(at(odd), LEVELS).unwrap();
    fs::create_dir(at(OsStr::new("init/-rf"))).unwrap();
    fs::write(at(OsStr::new("init/-rf/--help.conf")), FINE).unwrap();
    let linted = project.lint(&["."]);
    assert!(
        !linted.all().contains("\x1b[31m") && !linted.all().contains("bug in"),
        "{}",
        linted.all()
    );
    linted.has(3, &["self.conf", "nowhere.conf", "up.conf", "warning["]);
    // Where init would not look, the same links are nobody's.
    let elsewhere = Project::with(&[("a/lamp.conf", FINE)]);
    elsewhere.link("..", "a/up.conf");
    elsewhere.link("loop.conf", "a/loop.conf");
    elsewhere.link("/", "a/root");
    elsewhere.lint(&["."]).has(0, &["1 job: no findings"]);
}

/// A repository may keep the jobs of one `/etc/init` in directories by subject.
#[test]
fn a_job_in_a_directory_below_is_perhaps_the_one_that_is_named() {
    let shop =
        "description \"shop\"\nstart on started db\nstop on stopping db\nexec /usr/bin/shop\n";
    let project = Project::with(&[
        ("jobs/shop.conf", shop),
        ("jobs/lamp.conf", FINE),
        ("jobs/data/db.conf", FINE),
    ]);
    let found = project.lint(&["jobs"]);
    found.has(0, &["note[U303]", "there is a job `data/db`"]);
    found.lacks("warning[U303]");
}
