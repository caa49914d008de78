//! Tests of reading configuration directories.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use super::{Directory, read};
use crate::cli::input::Input;
use crate::convert::Converted;
use crate::report;
use crate::text::bytes::encode;

/// Directories below a temporary one.
struct Places {
    root: tempfile::TempDir,
}

impl Places {
    /// Creates a file at each path, whose text is the path.
    fn with(paths: &[&str]) -> Self {
        let places = Self { root: tempfile::tempdir().unwrap() };
        for path in paths {
            places.file(path);
        }
        places
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn file(&self, path: &str) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, path).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        symlink(target, self.at(path)).unwrap();
    }

    fn read(&self, directories: &[&str]) -> Directory {
        let directories: Vec<PathBuf> =
            directories.iter().map(|directory| self.at(directory)).collect();
        read(&directories, true, None, None).unwrap()
    }

    /// The jobs and strays of the directory `a`.
    fn a(&self) -> (Vec<String>, Vec<String>) {
        self.of(&["a"])
    }

    fn of(&self, directories: &[&str]) -> (Vec<String>, Vec<String>) {
        let Directory { inputs, strays } = self.read(directories);
        (
            inputs.iter().map(described).collect(),
            strays.iter().map(|stray| self.said(stray)).collect(),
        )
    }

    /// The path, the code and the message of a stray.
    fn said(&self, Converted { sources, conversion }: &Converted) -> String {
        let [diagnostic] = conversion.diagnostics.as_slice() else {
            panic!("{:?}", conversion.diagnostics)
        };
        assert!(diagnostic.help.is_some() && conversion.outputs.is_empty());
        assert!(report::text(sources, diagnostic, report::Paint::Plain).contains("help: "));
        let below = |text: &str| text.replace(&format!("{}/", self.root.path().display()), "");
        let path = sources.get(diagnostic.span.origin).path();
        format!("{}: {}: {}", below(path), diagnostic.rule.code, below(&diagnostic.message))
    }
}

/// The name of a job, the text of its conf, and that of its override.
fn described(Input { path, name, sources }: &Input) -> String {
    assert_eq!(path, sources.conf.path());
    let overriding = sources.overriding.as_ref().map(|source| format!(" + {}", source.text()));
    format!("{} = {}{}", name.0, sources.conf.text(), overriding.unwrap_or_default())
}

#[test]
fn sub_directories_are_part_of_the_name() {
    let places = Places::with(&[
        "a/net/apache.conf",
        "a/net/deep/b.conf",
        "a/we.ird.conf",
        "a/foo.conf.conf",
        "a/.x.conf",
        "a/net.conf",
    ]);
    let (jobs, strays) = places.a();
    let expected = [
        ".x = a/.x.conf",
        "foo.conf = a/foo.conf.conf",
        "net = a/net.conf",
        "net/apache = a/net/apache.conf",
        "net/deep/b = a/net/deep/b.conf",
        "we.ird = a/we.ird.conf",
    ];
    assert_eq!(jobs, expected);
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn jobs_of_a_package_are_read_under_the_names_that_they_get() {
    let places = Places::with(&[
        "debian/upstart",
        "debian/shop.worker.upstart",
        "debian/shop-db.upstart",
        "debian/patches/old.upstart",
        "a/unread.upstart",
    ]);
    let (jobs, strays) = places.of(&["debian", "a"]);
    let expected = [
        "shop-db = debian/shop-db.upstart",
        "upstart = debian/upstart",
        "worker = debian/shop.worker.upstart",
    ];
    assert_eq!(jobs, expected);
    assert!(strays.is_empty(), "{strays:?}");
    fs::write(places.at("debian/control"), "Source: s\n\nPackage: shop\n\nPackage: shop-db\n")
        .unwrap();
    let (jobs, _) = places.of(&["debian"]);
    assert!(jobs.contains(&"shop = debian/upstart".to_owned()), "{jobs:?}");
}

#[test]
fn the_order_is_that_of_the_bytes_of_names() {
    let places = Places::with(&[
        "a/b.conf",
        "a/B.conf",
        "a/b-c.conf",
        "a/b/c.conf",
        "a/é.conf",
        "a/a.conf",
        "a/z.conf",
    ]);
    let names: Vec<String> =
        places.read(&["a"]).inputs.into_iter().map(|input| input.name.0).collect();
    assert_eq!(names, ["B", "a", "b", "b-c", "b/c", "z", "é"]);
}

#[test]
fn leftovers_and_other_files_are_not_read() {
    let places = Places::with(&[
        "a/.git/x.conf",
        "a/old~/x.conf",
        "a/CVS/x.conf",
        "a/net.dpkg-old/x.conf",
        "a/foo.conf~",
        "a/foo.conf.dpkg-old",
        "a/README",
        "a/conf",
        "a/foo.conf.swp",
    ]);
    assert_eq!(places.a(), (vec![], vec![]));
}

#[test]
fn slips_are_told() {
    let places = Places::with(&[
        "a/foo.CONF",
        "a/foo.Conf",
        "a/bar.conf ",
        "a/bar.conf",
        "a/bar.OVERRIDE",
        "a/.conf",
        "a/net/.override",
    ]);
    let (jobs, strays) = places.a();
    assert_eq!(jobs, ["bar = a/bar.conf"]);
    let expected = [
        "a/.conf: U309: this is not read by init: there is no name before the ending",
        "a/bar.OVERRIDE: U309: this is not read by init, whose files end in `.override`",
        "a/bar.conf : U309: this is not read by init, whose files end in `.conf`",
        "a/foo.CONF: U309: this is not read by init, whose files end in `.conf`",
        "a/foo.Conf: U309: this is not read by init, whose files end in `.conf`",
        "a/net/.override: U309: this is not read by init: there is no name before the ending",
    ];
    assert_eq!(strays, expected);
}

#[test]
fn names_are_bytes() {
    let places = Places::with(&["a/x.conf", "a/x\ny.conf", "a/x\ny.override"]);
    let odd = OsStr::from_bytes(b"caf\xe9.conf");
    fs::write(places.at("a").join(odd), "odd").unwrap();
    let Directory { inputs, strays } = places.read(&["a"]);
    assert!(strays.is_empty());
    let names: Vec<_> = inputs.iter().map(|input| encode(&input.name.0).into_owned()).collect();
    assert_eq!(names, [b"caf\xe9".as_slice(), b"x", b"x\ny"]);
    assert_eq!(encode(&inputs[0].path).as_ref(), places.at("a").join(odd).as_os_str().as_bytes());
    assert_eq!(described(&inputs[2]), "x\ny = a/x\ny.conf + a/x\ny.override");
}

#[test]
fn a_job_is_never_called_like_the_directory_or_the_one_above() {
    let places = Places::with(&["a/..conf", "a/net/...conf", "a/....conf"]);
    let (jobs, strays) = places.a();
    assert_eq!(jobs, ["... = a/....conf"]);
    let expected = [
        "a/..conf: U000: to init this is a job, but one of this name cannot be converted",
        "a/net/...conf: U000: to init this is a job, but one of this name cannot be converted",
    ];
    assert_eq!(strays, expected);
}

#[test]
fn links_are_followed_to_jobs_only() {
    let places = Places::with(&[
        "a/b.conf",
        "a/c.conf",
        "elsewhere/job",
        "elsewhere/d/e.conf",
        "elsewhere/o",
    ]);
    places.link("../elsewhere/job", "a/linked.conf");
    places.link("../elsewhere/o", "a/b.override");
    places.link("../elsewhere/d", "a/d");
    places.link("nowhere", "a/dangling.conf");
    places.link("itself.conf", "a/itself.conf");
    places.link("nowhere", "a/harmless");
    let (jobs, strays) = places.a();
    assert_eq!(jobs, ["b = a/b.conf", "c = a/c.conf", "linked = elsewhere/job"]);
    let expected = [
        "a/b.override: U309: this override is not applied by init: it is a symbolic link",
        "a/d: U309: jobs in here are not read by init: this is a symbolic link to a directory",
        "a/dangling.conf: U309: this is not read by init: the symbolic link points to nothing",
    ];
    assert_eq!(&strays[..3], expected);
    assert!(strays[3].starts_with("a/itself.conf: U000: cannot be read: "), "{}", strays[3]);
    assert_eq!(strays.len(), 4);
}

#[test]
fn a_directory_with_the_name_of_a_job_is_entered_but_not_for_ever() {
    let places = Places::with(&["a/real.conf/x.conf", "a/net/x.conf", "elsewhere/y.conf"]);
    places.link("../elsewhere", "a/linked.conf");
    places.link("..", "a/net/loop.conf");
    let (jobs, strays) = places.a();
    assert_eq!(
        jobs,
        [
            "linked.conf/y = elsewhere/y.conf",
            "net/x = a/net/x.conf",
            "real.conf/x = a/real.conf/x.conf"
        ]
    );
    let expected = [
        "a/linked.conf: U309: this is not a job: it is a directory",
        "a/net/loop.conf: U309: this is not read by init: the link leads back to a directory that it lies in",
        "a/real.conf: U309: this is not a job: it is a directory",
    ];
    assert_eq!(strays, expected);
}

#[test]
fn what_is_no_file_is_told_and_the_others_go_on() {
    let places = Places::with(&["a/good.conf", "a/pipe.conf"]);
    let made = Command::new("mkfifo")
        .args([places.at("a/fifo.conf"), places.at("a/good.override")])
        .status()
        .unwrap();
    assert!(made.success());
    let _socket = UnixListener::bind(places.at("a/socket.conf")).unwrap();
    places.link("/dev/zero", "a/zero.conf");
    let (jobs, strays) = places.a();
    assert_eq!(jobs, ["good = a/good.conf", "pipe = a/pipe.conf"]);
    let expected = [
        "a/fifo.conf: U309: this is not read by init: it is a named pipe",
        "a/good.override: U309: this is not read by init: it is a named pipe",
        "a/socket.conf: U309: this is not read by init: it is a socket",
        "a/zero.conf: U309: this is not read by init: it is a device",
    ];
    assert_eq!(strays, expected);
}

#[test]
fn the_first_override_up_to_the_conf_is_applied() {
    let places = Places::with(&[
        "a/first.override",
        "a/same.conf",
        "a/same.override",
        "a/net/sub.override",
        "b/first.conf",
        "b/first.override",
        "b/same.conf",
        "b/same.override",
        "b/net/sub.conf",
        "b/last.conf",
        "c/last.override",
        "c/alone.override",
        "c/last.conf.override",
    ]);
    let (jobs, strays) = places.of(&["a", "b", "c"]);
    let expected = [
        "first = b/first.conf + a/first.override",
        "last = b/last.conf",
        "net/sub = b/net/sub.conf + a/net/sub.override",
        "same = a/same.conf + a/same.override",
    ];
    assert_eq!(jobs, expected);
    let expected = [
        "c/alone.override: U301: this override has no `alone.conf`",
        "b/first.override: U306: this override is hidden by `a/first.override`",
        "c/last.override: U301: this override is not applied: its job is `b/last.conf`",
        "c/last.conf.override: U301: this override has no `last.conf.conf`",
        "b/same.conf: U306: this job is hidden by `a/same.conf`",
        "b/same.override: U301: this override is not applied: its job is `a/same.conf`",
    ];
    assert_eq!(strays, expected);
}

#[test]
fn a_misnamed_override_is_understood() {
    let places = Places::with(&["a/foo.conf", "a/foo.conf.override"]);
    let strays = places.read(&["a"]).strays;
    assert_eq!(
        strays[0].conversion.diagnostics[0].help.as_deref(),
        Some("if it is for the job `foo`, call it `foo.override`")
    );
}

#[test]
fn what_is_no_job_to_init_hides_none() {
    let places = Places::with(&["a/x", "b/foo.conf"]);
    places.link("nowhere", "a/foo.conf");
    assert_eq!(places.of(&["a", "b"]).0, ["foo = b/foo.conf"]);
}

#[test]
fn overrides_can_be_left_out() {
    let places =
        Places::with(&["a/foo.conf", "a/foo.override", "a/alone.override", "a/x.OVERRIDE"]);
    let Directory { inputs, strays } = read(&[places.at("a")], false, None, None).unwrap();
    assert_eq!(inputs.iter().map(described).collect::<Vec<_>>(), ["foo = a/foo.conf"]);
    assert!(strays.is_empty());
}

#[test]
fn a_directory_that_is_given_twice_hides_nothing() {
    let places = Places::with(&["a/foo.conf"]);
    places.link("a", "b");
    assert_eq!(places.of(&["a", "a", "b"]), (vec!["foo = a/foo.conf".to_owned()], vec![]));
}

#[test]
fn a_directory_that_cannot_be_listed_fails_the_whole() {
    let places = Places::with(&["a/foo.conf"]);
    let message =
        |directory: &str| match read(&[places.at("a"), places.at(directory)], true, None, None) {
            Ok(_) => panic!("{directory} was read"),
            Err(error) => format!("{error:#}"),
        };
    assert!(
        message("b").starts_with("cannot list the configuration directory `"),
        "{}",
        message("b")
    );
    assert!(message("a/foo.conf").contains("is not a directory"), "{}", message("a/foo.conf"));
}

#[test]
fn an_empty_directory_has_nothing() {
    let places = Places::with(&["a/README"]);
    assert_eq!(places.a(), (vec![], vec![]));
}
