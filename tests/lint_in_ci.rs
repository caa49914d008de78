//! The recipes of docs/lint.md for services, run as far as they can be run without the service, and
//! the problem matcher against the output of the program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::program;
use program::test_directory::TestDirectory;
use regex::Regex;
use serde_json::Value;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A repository with a job that has an error, a warning and a note, and one without findings.
fn repository() -> TestDirectory {
    let directory = TestDirectory::new();
    let init = directory.path().join("etc/init");
    fs::create_dir_all(&init).unwrap();
    fs::write(init.join("bad.conf"), "strat on x\n").unwrap();
    fs::write(init.join("odd.conf"), "start on runlevel [2345]\nexec /bin/a && b\n").unwrap();
    fs::write(
        init.join("good.conf"),
        "description \"a\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nexec /bin/a\n",
    )
    .unwrap();
    directory
}

/// The command lines of the program in the fences of the page.
fn recipes() -> Vec<String> {
    let page = text("docs/lint.md");
    let page = page.split_once("## In CI").unwrap().1;
    page.lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let line = line.strip_prefix("- run: ").or(line.strip_prefix("- ")).unwrap_or(line);
            line.starts_with("upstart2systemd lint ").then(|| line.to_owned())
        })
        .collect()
}

#[test]
fn the_recipes_run() {
    let recipes = recipes();
    assert!(recipes.len() >= 5, "{recipes:?}");
    let repository = repository();
    for recipe in &recipes {
        let arguments: Vec<&str> = recipe.split(' ').skip(1).collect();
        let output = program().args(&arguments).current_dir(repository.path()).output().unwrap();
        // The job that init refuses; `--fail-on never` does not cover it.
        assert_eq!(output.status.code(), Some(3), "{recipe}: {output:?}");
        let option = |name: &str| {
            let at = arguments.iter().position(|argument| *argument == name)?;
            arguments.get(at + 1).copied()
        };
        let report = match option("--output") {
            Some(file) => {
                // The artifact that the recipe uploads.
                assert_eq!(text("docs/lint.md").matches(file).count(), 2, "{file}");
                fs::read_to_string(repository.path().join(file)).unwrap()
            }
            None => String::from_utf8(output.stdout).unwrap(),
        };
        match option("--format").unwrap() {
            "sarif" | "gitlab" => drop(serde_json::from_str::<Value>(&report).unwrap()),
            "junit" => drop(roxmltree::Document::parse(&report).unwrap()),
            "github" => assert!(report.lines().all(|line| line.starts_with("::")), "{report}"),
            "concise" => assert!(report.contains(": error[U003]: "), "{report}"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn the_matcher_matches_each_finding_once() {
    let matchers: Value =
        serde_json::from_str(&text("contrib/github/upstart2systemd-matcher.json")).unwrap();
    let repository = repository();
    let lint = |format: &str| {
        let output = program()
            .args(["lint", "etc/init", "--shellcheck", "never", "--format", format])
            .current_dir(repository.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let report: Value = serde_json::from_str(&lint("json")).unwrap();
    let expected: Vec<Value> = report["diagnostics"].as_array().unwrap().clone();
    let concise = lint("concise");
    assert_eq!(concise.lines().count(), expected.len(), "{concise}");
    let mut severities = BTreeSet::new();
    for (line, finding) in concise.lines().zip(expected) {
        let mut matched = 0;
        for matcher in matchers["problemMatcher"].as_array().unwrap() {
            let pattern = &matcher["pattern"][0];
            let regexp = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
            let Some(captures) = regexp.captures(line) else { continue };
            matched += 1;
            let group = |name: &str| {
                let number = usize::try_from(pattern[name].as_u64().unwrap()).unwrap();
                captures.get(number).unwrap().as_str().to_owned()
            };
            let start = &finding["span"]["start"];
            assert_eq!(group("file"), finding["path"].as_str().unwrap());
            assert_eq!(group("line"), start["line"].to_string());
            assert_eq!(group("column"), start["column"].to_string());
            assert_eq!(group("code"), finding["code"].as_str().unwrap());
            assert_eq!(group("message"), finding["message"].as_str().unwrap());
            let severity = matcher["severity"].as_str().unwrap().to_owned();
            assert_eq!(severity.replace("notice", "note"), finding["severity"].as_str().unwrap());
            severities.insert(severity);
        }
        assert_eq!(matched, 1, "{line}");
    }
    assert_eq!(severities.len(), 3, "{concise}");
}

/// A hook runs `entry` with the files that match `files`.
#[test]
fn a_hook_takes_jobs_and_lints_them() {
    let hooks = text(".pre-commit-hooks.yaml");
    let values = |key: &str| -> Vec<String> {
        let prefix = format!("{key}: ");
        hooks
            .lines()
            .filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix(&prefix))
            .map(str::to_owned)
            .collect()
    };
    assert!(values("id").iter().any(|id| text("docs/lint.md").contains(&format!("- id: {id}\n"))));
    assert_eq!(values("language"), ["rust", "system"]);
    for files in values("files") {
        let files = Regex::new(&files).unwrap();
        for (path, taken) in [
            ("etc/init/a.conf", true),
            ("init/b/a.conf", true),
            ("debian/a.upstart", true),
            ("debian/upstart/a.conf", true),
            ("etc/event.d/tty1", true),
            ("etc/nginx/nginx.conf", false),
            ("src/reinit/a.conf", false),
            ("etc/init.d/a", false),
        ] {
            assert_eq!(files.is_match(path), taken, "{path}");
        }
    }
    let repository = repository();
    for entry in values("entry") {
        let words: Vec<&str> = entry.split(' ').collect();
        assert_eq!(words[0], "upstart2systemd");
        let run = |job: &str| {
            let mut command = program();
            command.args(&words[1..]).arg(job).current_dir(repository.path());
            command.output().unwrap().status.code()
        };
        assert_eq!((run("etc/init/good.conf"), run("etc/init/odd.conf")), (Some(0), Some(1)));
    }
}
