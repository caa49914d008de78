//! Migrates many hosts at once. What a host gets is what its own migration gives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use program::system::System;

/// Whether a host has a file, by its number and its name.
type Kept = fn(usize, &str) -> bool;

/// All files below a directory, by their paths relative to it.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![directory.to_owned()]);
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let relative = path.strip_prefix(directory).unwrap().to_owned();
                found.insert(relative, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// The jobs of the fixtures, which are about all that jobs can have.
fn jobs() -> Vec<(String, Vec<u8>)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let jobs = ["convert", "reject"].into_iter().flat_map(|kind| files(&fixtures.join(kind)));
    let is_job =
        |path: &Path| path.extension().is_some_and(|end| end == "conf" || end == "override");
    jobs.filter(|(path, _)| is_job(path) && path.components().count() == 1)
        .map(|(path, text)| (path.to_str().unwrap().to_owned(), text))
        .collect()
}

#[test]
fn a_host_gets_what_its_own_migration_gives() {
    let jobs = jobs();
    assert!(jobs.len() > 150, "{}", jobs.len());
    let system = System::new(&[]);
    // All jobs; all again; without every seventh; with another text of every fifth; the confs alone;
    // a few, as a configuration directory.
    let hosts: [(&str, &str, Kept); 6] = [
        ("all", "etc/init/", |_, _| true),
        ("again", "etc/init/", |_, _| true),
        ("less", "etc/init/", |index, _| index % 7 != 0),
        ("other", "etc/init/", |_, _| true),
        ("confs", "etc/init/", |_, name| !name.contains(".override")),
        ("few", "", |index, _| index % 11 == 3),
    ];
    for (host, below, is_kept) in hosts {
        for (index, (name, text)) in jobs.iter().enumerate() {
            if is_kept(index, name) {
                let more: &[u8] =
                    if host == "other" && index % 5 == 0 { b"\nnice 7\n" } else { b"" };
                system.put(&format!("fleet/{host}/{below}{name}"), [text, more].concat());
            }
        }
    }
    let given = hosts.map(|(host, ..)| format!("fleet/{host}"));
    let mut arguments = vec!["--hosts"];
    arguments.extend(given.iter().map(String::as_str));
    arguments.extend(["-o", "out", "--quiet", "--format", "concise"]);
    // init refuses some of these jobs.
    system.migrate(&arguments).is(3, &["6 hosts, "], &[]);
    for (host, below, _) in hosts {
        let alone = format!("alone/{host}");
        let directory = format!("fleet/{host}/{below}");
        // `--root` looks for a database of packages as well, and there is none.
        let of_root = ["--root", &format!("fleet/{host}")].map(str::to_owned);
        let how = if below.is_empty() { vec![directory] } else { of_root.to_vec() };
        let mut arguments: Vec<&str> = how.iter().map(String::as_str).collect();
        arguments.extend(["-o", &alone, "--quiet", "--format", "concise"]);
        system.migrate(&arguments).is(3, &[], &[]);
        let (together, alone) =
            (files(&system.at(&format!("out/{host}"))), files(&system.at(&alone)));
        assert!(together.len() > 10, "{host}");
        for (path, text) in &alone {
            let other = together.get(path);
            assert!(other == Some(text), "{host}: {}", path.display());
        }
        assert_eq!(together.len(), alone.len(), "{host}");
    }
}

const WEB: &str = "start on runlevel [2345]\nexec /usr/bin/web\n";

/// Hosts with one job each.
fn fleet(names: &[&str]) -> System {
    let system = System::new(&[]);
    for name in names {
        system.put(&format!("fleet/{name}/etc/init/web.conf"), WEB);
    }
    system
}

#[test]
fn two_hosts_with_one_name_are_an_error() {
    let system = fleet(&["a", "b"]);
    system.migrate(&["--hosts", "fleet/a/etc/init", "fleet/b/etc/init", "-o", "out"]).is(
        2,
        &[],
        &["two hosts have the name `init`: `fleet/a/etc/init` and `fleet/b/etc/init`"],
    );
    system.migrate(&["--hosts", "fleet/a", "fleet/../fleet/a/", "-o", "out"]).is(
        2,
        &[],
        &["two hosts have the name `a`"],
    );
    assert!(!system.at("out").exists());
    system.migrate(&["--hosts", "fleet/a", "-o", "fleet/a"]).is(2, &[], &["host `a`"]);
    system.migrate(&["--hosts", "fleet/a", "--root", "x", "-o", "o"]).is(2, &[], &["--root"]);
}

#[test]
fn a_bad_host_stops_no_other() {
    let system = fleet(&["a", "b", "c", "d"]);
    fs::create_dir_all(system.at("fleet/without/etc")).unwrap();
    fs::create_dir_all(system.at("fleet/empty/etc/init")).unwrap();
    system.put("fleet/d/etc/init/bad.conf", "exec\n");
    // A file that is in the way keeps the whole overlay of its host as it is.
    system.put("fleet/b/etc/init/app.conf", "exec /usr/bin/app\n");
    system.put("out/b/etc/systemd/system/web.service", "mine");
    let hosts =
        ["a", "b", "c", "d", "without", "empty", "absent"].map(|name| format!("fleet/{name}"));
    let mut arguments = vec!["-o", "out", "--hosts"];
    arguments.extend(hosts.iter().map(String::as_str));
    system.migrate(&arguments).is(
        3,
        &["4 hosts, 3 jobs", "app  absent  same    absent  absent\n"],
        &[
            "error: without: cannot list the configuration directory `fleet/without/etc/init`",
            "error: empty: there are no jobs in `fleet/empty/etc/init`",
            "error: absent: cannot list",
            "error: b: files are in the way",
            "fleet/d/etc/init/bad.conf",
        ],
    );
    let written = |host: &str| files(&system.at(&format!("out/{host}"))).len();
    assert_eq!(["a", "b", "c", "d"].map(written), [3, 1, 3, 3]);
    assert_eq!(system.text("out/b/etc/systemd/system/web.service").unwrap(), "mine");
    assert!(
        ["without", "empty", "absent"]
            .iter()
            .all(|name| !system.at(&format!("out/{name}")).exists())
    );
}

#[test]
fn what_would_change_is_shown_for_each_host() {
    let system = fleet(&["a", "b"]);
    let run = |more: &[&str]| system.migrate(&[&["--hosts", "fleet/a", "fleet/b"], more].concat());
    run(&["--dry-run"]).is(0, &["new        a/etc/systemd/system/web.service\n", "OUT/HOST"], &[]);
    run(&["-o", "out", "--check"]).is(1, &["new        b/etc/systemd/system/web.service\n"], &[]);
    assert!(!system.at("out").exists());
    run(&["-o", "out"]).is(0, &["2 hosts, 1 job: 1 the same on every host.\n"], &[]);
    let before = files(&system.at("out"));
    assert_eq!(run(&["-o", "out", "--check"]).stdout, "");
    system.put("fleet/b/etc/init/web.conf", "exec /usr/bin/web --new\n");
    let diff = run(&["-o", "out", "--diff"]);
    diff.is(
        0,
        &["--- a/b/etc/systemd/system/web.service\n", "\n+ExecStart=/usr/bin/web --new\n"],
        &[],
    );
    assert!(!diff.stdout.contains("a/a/etc"), "{diff:?}");
    assert_eq!(files(&system.at("out")), before);
    run(&["-o", "out", "--diff", "--format", "json-lines"]).is(2, &[], &["--diff"]);
    // The host lacks the job that is asked for, which is not an error of the others.
    system.put("fleet/a/etc/init/app.conf", "exec /usr/bin/app\n");
    run(&["-o", "apps", "--only", "app"]).is(0, &[], &[]);
    assert!(system.at("apps/a").exists() && !system.at("apps/b").exists());
    run(&["-o", "none", "--only", "nothing"]).is(3, &[], &["no job is left"]);
}

/// Each host may have its own database of packages, and its own settings.
#[test]
fn packages_and_settings_are_those_of_the_host() {
    let system = fleet(&["a", "b", "c"]);
    let hash = "0123456789abcdef0123456789abcdef";
    let status = format!(
        "Package: web\nStatus: install ok installed\nConffiles:\n /etc/init/web.conf {hash}\n\n"
    );
    system.put("fleet/b/var/lib/dpkg/status", &status);
    system.put("fleet/c/upstart2systemd.toml", "[migrate]\nstyle = \"exact\"\n");
    system.migrate(&["--hosts", "fleet/a", "fleet/b", "fleet/c", "-o", "out"]).is(
        0,
        &["3 hosts, 1 job: 1 the same on every host.\n", "or its settings:\n\n    web  on c\n"],
        &[],
    );
    for host in ["a", "b", "c"] {
        let (root, out) = (format!("fleet/{host}"), format!("alone/{host}"));
        system.migrate(&["--root", &root, "-o", &out]).is(0, &[], &[]);
        assert_eq!(files(&system.at(&format!("out/{host}"))), files(&system.at(&out)), "{host}");
    }
}
