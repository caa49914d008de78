//! Runs the commands of docs/fleets.md, and the role for Ansible. What this machine lacks is skipped.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use program::PROGRAM;
use program::skipped::skipped;
use program::test_directory::TestDirectory;
use serde_json::Value;

const PAGE: &str = include_str!("../docs/fleets.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The texts of the fences of the page with this word after them.
fn fences(kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    PAGE.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// A directory with the hosts of a fixture in `fleet`, records, and the program in `bin`.
fn fleet() -> TestDirectory {
    let directory = TestDirectory::new();
    let at = directory.path();
    copy(&root().join("fixtures/hosts/shop"), &at.join("fleet"));
    fs::remove_file(at.join("fleet/hosts.snap")).unwrap();
    // init refuses it, which is a status of its own.
    fs::remove_file(at.join("fleet/db01/etc/init/broken.conf")).unwrap();
    let record = r#"{"name":"a","conf":"exec /usr/bin/a\n"}"#;
    fs::write(at.join("records.jsonl"), format!("{record}\n").repeat(1000)).unwrap();
    fs::create_dir(at.join("bin")).unwrap();
    symlink(PROGRAM, at.join("bin/upstart2systemd")).unwrap();
    symlink(root().join("contrib"), at.join("contrib")).unwrap();
    directory
}

/// The shell in a directory, with the program in PATH.
fn shell(directory: &Path, script: &str) -> Command {
    let mut shell = Command::new("sh");
    let path = std::env::var("PATH").unwrap();
    shell.args(["-ec", script]).current_dir(directory);
    shell.env("PATH", format!("{}/bin:{path}", directory.display()));
    shell
}

fn has(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    found.unwrap().status.success()
}

#[track_caller]
fn succeeds(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{command:?}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout
}

#[track_caller]
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_commands_of_the_page_run() {
    let scripts = fences("sh");
    assert_eq!(scripts.len(), 6);
    for script in scripts {
        // Each needs a word of its own, by which it is known here.
        if let Some(program) =
            ["parallel", "spark-submit"].into_iter().find(|name| script.contains(name))
            && !has(program)
        {
            let kind = if program == "spark-submit" { "spark: " } else { "" };
            skipped(&format!("{kind}there is no {program} on this machine"));
            continue;
        }
        let directory = fleet();
        let at = |path: &str| directory.path().join(path);
        let stdout = succeeds(shell(directory.path(), script));
        if script.contains("--matrix") {
            let [shown] = fences("text")[..] else { panic!() };
            assert!(stdout.starts_with(shown), "{stdout}\n{shown}");
            assert!(fs::read_to_string(at("matrix.csv")).unwrap().starts_with("job,db01,web01,"));
        } else if script.contains("units.jsonl") {
            assert_eq!(lines(&at("results.jsonl")).len(), 7);
            let converted = lines(&at("units.jsonl"));
            assert_eq!(converted.len(), 2);
            assert!(converted.iter().all(|job| job["outputs"][0]["content"].is_string()));
            assert_eq!(lines(&at("findings.jsonl")).len(), 2);
        } else if script.contains("printf") {
            let result: Value = serde_json::from_str(&stdout).unwrap();
            assert!(result["outputs"][0]["content"].as_str().unwrap().contains("Nice=5\n"));
        } else if script.contains("ls fleet") {
            let results = ["db01", "web01", "web02", "web03"]
                .map(|host| lines(&at(&format!("results/{host}.jsonl"))).len());
            assert_eq!(results, [1, 2, 2, 2]);
            assert!(at("overlays/web03/etc/systemd/system/cache.service").exists());
        } else if script.contains("--pipe") {
            assert_eq!(lines(&at("results.jsonl")).len(), 1000);
        } else {
            assert!(stdout.contains("5 jobs in "), "{stdout}");
            assert!(stdout.contains(" 4 runs: 5 converted, 0 not"), "{stdout}");
        }
    }
}

/// The steps of the workflow: those of its first job, then those of the second for each host.
#[test]
fn the_matrix_has_a_job_for_each_host() {
    let [workflow] = fences("yaml")[..] else { panic!() };
    let directory = fleet();
    let output = directory.path().join("output");
    let steps: Vec<&str> = workflow
        .lines()
        .filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("run: "))
        .collect();
    let [list, steps @ ..] = steps.as_slice() else { panic!() };
    let mut listing = shell(directory.path(), list);
    listing.env("GITHUB_OUTPUT", &output);
    succeeds(listing);
    let listed = fs::read_to_string(&output).unwrap();
    let hosts: Vec<String> = serde_json::from_str(listed.strip_prefix("hosts=").unwrap()).unwrap();
    assert_eq!(hosts, ["db01", "web01", "web02", "web03"]);
    assert_eq!(steps.len(), 2);
    for host in hosts {
        for step in steps {
            let mut step = shell(directory.path(), step);
            step.env("HOST", &host);
            succeeds(step);
        }
        let packed = succeeds(shell(directory.path(), &format!("tar -tf {host}.tar")));
        assert!(packed.contains(&format!("{host}/.upstart2systemd\n")), "{packed}");
    }
}

const PLAYBOOK: &str = "\
- hosts: all
  gather_facts: false
  roles:
    - role: upstart2systemd
      upstart2systemd_jobs: \"{{ playbook_dir }}/fleet/{{ inventory_hostname }}\"
      upstart2systemd_overlays: \"{{ playbook_dir }}/overlays\"
      upstart2systemd_directory: \"{{ playbook_dir }}/copied/{{ inventory_hostname }}\"
      upstart2systemd_copy_program: \"{{ playbook_dir }}/bin/upstart2systemd\"
      upstart2systemd_host_program: \"{{ playbook_dir }}/program-{{ inventory_hostname }}\"
      upstart2systemd_root: \"{{ playbook_dir }}/root/{{ inventory_hostname }}\"
";

/// systemctl as `compare` asks it: all units are active.
const SYSTEMCTL: &str = "#!/bin/sh
while [ \"$1\" != -- ]; do shift; done
shift
for unit; do
    printf 'Id=%s\\nLoadState=loaded\\nActiveState=active\\nSubState=running\\nNRestarts=0\\n\\n' \"$unit\"
done
";

/// Runs the role on two hosts, which are directories of this machine.
fn play(directory: &Path, more: &[&str]) -> (bool, String) {
    let mut ansible =
        shell(directory, "exec ansible-playbook -i web01,web03, -c local site.yml \"$@\"");
    ansible.arg("sh").args(more);
    ansible.env("ANSIBLE_ROLES_PATH", root().join("contrib/ansible/roles"));
    ansible.env("ANSIBLE_HOME", directory.join("ansible")).env("ANSIBLE_LOCAL_TEMP", directory);
    ansible.env("ANSIBLE_REMOTE_TEMP", directory.join("remote")).env("LC_ALL", "C.UTF-8");
    let Output { status, stdout, stderr } = ansible.output().unwrap();
    let text = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (status.success(), text)
}

#[track_caller]
fn changed(directory: &Path, more: &[&str]) -> bool {
    let (is_ok, text) = play(directory, more);
    assert!(is_ok, "{text}");
    let counts: Vec<&str> = text.lines().filter(|line| line.contains("unreachable=0")).collect();
    assert_eq!(counts.len(), 2, "{text}");
    let is_unchanged = |line: &&str| line.contains("changed=0 ");
    assert!(counts.iter().all(is_unchanged) || !counts.iter().any(is_unchanged), "{text}");
    !counts.iter().all(is_unchanged)
}

#[test]
fn the_role_installs_once() {
    for program in ["ansible-playbook", "systemctl", "systemd-analyze"] {
        if !has(program) {
            return skipped(&format!("there is no {program} on this machine"));
        }
    }
    let directory = fleet();
    let at = |path: &str| -> PathBuf { directory.path().join(path) };
    fs::write(at("site.yml"), PLAYBOOK).unwrap();
    for host in ["web01", "web03"] {
        fs::create_dir_all(at(&format!("root/{host}"))).unwrap();
    }
    let here = directory.path();
    let installed = |name: &str| at(&format!("root/web01/etc/systemd/system/{name}"));
    assert!(changed(here, &["--check"]));
    assert!(!at("overlays").exists() && !at("copied").exists() && !at("root/web01/etc").exists());
    assert!(changed(here, &[]));
    assert!(installed("cache.service").is_file());
    let enabled = installed("multi-user.target.wants/cache.service");
    assert!(enabled.symlink_metadata().unwrap().is_symlink());
    assert!(!changed(here, &[]), "a second run changes something");
    assert!(!changed(here, &["--check"]));

    // A job that is gone, and one that has changed.
    fs::remove_file(at("fleet/web01/etc/init/shop.conf")).unwrap();
    fs::write(at("fleet/web03/cache.conf"), "start on runlevel [2345]\nexec /usr/bin/new\n")
        .unwrap();
    assert!(changed(here, &["--check"]));
    assert!(installed("shop.service").exists());
    assert!(changed(here, &[]));
    assert!(!installed("shop.service").exists());
    let unit = fs::read_to_string(at("root/web03/etc/systemd/system/cache.service")).unwrap();
    assert!(unit.contains("ExecStart=/usr/bin/new\n"), "{unit}");
    assert!(!changed(here, &[]));

    // A job that init refuses stops the host, and not the other one.
    fs::write(at("fleet/web01/etc/init/bad.conf"), "exec\n").unwrap();
    let (is_ok, text) = play(here, &[]);
    assert!(!is_ok && text.contains("web03") && text.contains("failed=1"), "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("web03") && line.contains("failed=0")),
        "{text}"
    );
    fs::remove_file(at("fleet/web01/etc/init/bad.conf")).unwrap();

    fs::write(at("before.txt"), "cache start/running, process 7\n").unwrap();
    let compare = ["--tags", "compare", "-e", "upstart2systemd_before=before.txt"];
    fs::write(at("bin/systemctl"), SYSTEMCTL).unwrap();
    fs::set_permissions(at("bin/systemctl"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!changed(here, &compare));
    fs::write(at("bin/systemctl"), SYSTEMCTL.replace("=active", "=failed")).unwrap();
    let (is_ok, text) = play(here, &compare);
    assert!(!is_ok && text.contains("Fail if something does not run"), "{text}");
}
