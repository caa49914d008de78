//! Runs the program: arguments, inputs that are not jobs, streams and exit statuses.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod program;

use std::fs::File;
use std::process::Command;

use program::test_directory::TestDirectory;
use program::{closed_pipe, formats, path, program, run};

#[track_caller]
fn check(arguments: &[&str], status: i32, stderr: &str) {
    let output = run(arguments, b"");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(said.contains(stderr), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn wrong_usage_is_status_2() {
    check(&[], 2, "Usage: upstart2systemd [OPTIONS] FILE...");
    check(&["convert"], 2, "FILE");
    check(&["--strict"], 2, "required");
    check(&["--no-such-option", "a.conf"], 2, "unexpected argument '--no-such-option'");
    check(&["a.conf", "b.conf"], 2, "several units do not fit on standard output");
    check(&["convert", "a.conf", "b.conf"], 2, "-o DIR");
    check(&["-"], 2, "--name NAME");
    check(&["-", "a.conf", "-o", "out"], 2, "`-` cannot be converted together with other files");
    check(&["a.conf", "b.conf", "-o", "out", "--name", "c"], 2, "`--name` is for one job");
    for name in ["", "/a", "a/", "../a", "a//b", "."] {
        check(&["-", "--name", name], 2, "cannot be the name of a job");
    }
    for version in ["228", "1000", "new"] {
        check(&["a.conf", "--systemd-version", version], 2, "--systemd-version");
    }
    check(&["a.conf", "--scripts", "files"], 2, "give a directory to write them to with `-o DIR`");
    check(&["a.conf", "--fail-on", "info"], 2, "note");
    check(&["a.conf", "--format", "xml"], 2, "concise");
    check(&["explain", "U9999"], 2, "unknown rule `U9999`");
}

#[test]
fn commands_that_are_not_there_say_so() {
    for command in ["completions", "man"] {
        let message = format!("this version has no command `{command}`");
        check(&[command], 2, &message);
        check(&[command, "--help"], 2, &message);
        check(&[command, "/etc/init", "-o", "out"], 2, &message);
    }
    let help = String::from_utf8(run(&["--help"], b"").stdout).unwrap();
    assert!(
        help.contains("migrate") && help.contains("lint") && !help.contains("completions"),
        "{help}"
    );
}

#[test]
fn help_and_version_go_to_stdout() {
    let version = run(&["--version"], b"");
    assert_eq!(version.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(version.stdout).unwrap(),
        format!("upstart2systemd {}\n", env!("CARGO_PKG_VERSION"))
    );
    for arguments in [&["--help"][..], &["convert", "--help"], &["help", "convert"]] {
        let help = run(arguments, b"");
        assert_eq!(help.status.code(), Some(0));
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(
            text.contains("--systemd-version")
                && text.contains("Exit status:")
                && help.stderr.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn scripts_go_where_they_are_wanted() {
    let directory = TestDirectory::new();
    let lines = "echo one\n".repeat(21);
    let [long, short] =
        [("long", lines.as_str()), ("short", "echo one\n")].map(|(name, script)| {
            let job = path(directory.path(), &format!("{name}.conf"));
            std::fs::write(&job, format!("script\n{script}end script\n")).unwrap();
            job
        });
    let stdout = String::from_utf8(run(&[&long], b"").stdout).unwrap();
    assert!(stdout.contains("\n    echo one\\n\\\n"), "{stdout}");
    for (wanted, expected) in
        [("inline", [false, false]), ("auto", [true, false]), ("files", [true, true])]
    {
        let out = directory.path().join(wanted);
        let to = path(directory.path(), wanted);
        let ran = run(&[&long, &short, "-o", &to, "--scripts", wanted], b"");
        assert!(ran.status.success(), "{ran:?}");
        for (name, expected) in ["long", "short"].into_iter().zip(expected) {
            let file = format!("usr/local/lib/upstart2systemd/{name}/main");
            let unit = out.join(format!("etc/systemd/system/{name}.service"));
            let unit = std::fs::read_to_string(unit).unwrap();
            assert_eq!(out.join(&file).exists(), expected, "{wanted} {name}");
            assert_eq!(unit.contains(&format!("ExecStart=/{file}\n")), expected, "{unit}");
            if expected {
                let ran = Command::new(out.join(&file)).output().unwrap();
                assert!(ran.status.success() && ran.stdout.starts_with(b"one\n"), "{ran:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_status_3() {
    let directory = TestDirectory::new();
    let at = |name: &str| path(directory.path(), name);
    let fifo = at("fifo.conf");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    File::create(at("foo.conf")).unwrap();
    File::create(at("bar.override")).unwrap();
    std::os::unix::fs::symlink(at("loop.conf"), at("loop.conf")).unwrap();

    for (name, message) in [
        ("absent.conf", "error[U000] unreadable-input: cannot be read: No such file or directory"),
        ("foo", "there is a `"),
        ("foo.conf/x.conf", "cannot be read: Not a directory"),
        ("", "is a directory"),
        ("fifo.conf", "is a named pipe"),
        ("loop.conf", "cannot be read: "),
        ("bar.override", "is an override, not a job"),
    ] {
        let file = at(name);
        check(&[&file], 3, message);
        check(&[&file], 3, &file);
        check(&["convert", &file, "--fail-on", "never"], 3, "= help: ");
        check(&["--format", "concise", &file], 3, ":1:1: error[U000]: ");
        check(&["--format", "json", &file], 3, r#""name":"unreadable-input""#);
        check(&["--format", "sarif", &file], 3, r#""ruleId":"U000""#);
        check(&["--format", "github", &file], 3, "::error title=U000 unreadable-input,file=");
    }
    check(&["/dev/zero"], 3, "is not a regular file");
}

#[test]
fn a_path_cannot_write_to_the_terminal() {
    let said = String::from_utf8(run(&["\x1b[31mred\n.conf"], b"").stderr).unwrap();
    assert!(said.contains("␛[31mred␊.conf") && !said.contains('\x1b'), "{said}");
}

#[test]
fn colours_follow_the_option_and_the_environment() {
    let coloured = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = program();
        command.args(arguments).arg("absent.conf").envs(variable);
        command.output().unwrap().stderr.contains(&b'\x1b')
    };
    assert!(!coloured(&[], None));
    assert!(coloured(&["--color", "always"], None));
    assert!(coloured(&[], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(coloured(&["--color=always"], Some(("NO_COLOR", "1"))));
}

#[test]
fn the_whole_environment_keeps_what_the_job_sets() {
    for (job, terminals) in
        [("exec a\n", &["TERM=linux"][..]), ("env TERM=dumb\nexec a\n", &["TERM=dumb"])]
    {
        let output = run(&["-", "--name", "a", "--full-env"], job.as_bytes());
        let unit = String::from_utf8(output.stdout).unwrap();
        let found: Vec<&str> = unit
            .lines()
            .filter_map(|line| line.strip_prefix("Environment="))
            .filter(|value| value.starts_with("TERM="))
            .collect();
        assert_eq!(found, terminals, "{unit}");
    }
}

#[test]
fn rules_are_explained() {
    let list = run(&["explain"], b"");
    assert_eq!(list.status.code(), Some(0));
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.starts_with("U000  unreadable-input "), "{list}");
    let mut sorted: Vec<&str> = list.lines().collect();
    sorted.sort_unstable();
    assert_eq!(list.lines().collect::<Vec<_>>(), sorted);
    for name in ["U000", "u000", "unreadable-input"] {
        let story = run(&["explain", name], b"");
        assert_eq!(story.status.code(), Some(0));
        assert!(
            String::from_utf8(story.stdout)
                .unwrap()
                .starts_with("U000 unreadable-input (error)\n\nA file ")
        );
    }
}

#[test]
fn sarif_lists_every_rule_also_where_nothing_is_found() {
    let directory = TestDirectory::new();
    let output = path(directory.path(), "out");
    for arguments in [
        &["convert", "-", "--name", "foo", "--format", "sarif"][..],
        &["migrate", "-o", &output, "--format", "sarif"],
    ] {
        let mut arguments = arguments.to_vec();
        let empty = path(directory.path(), "");
        if arguments[0] == "migrate" {
            arguments.push(&empty);
        }
        let said = String::from_utf8(run(&arguments, b"exec /bin/foo\n").stderr).unwrap();
        let log: serde_json::Value =
            serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let listed: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        let explained = String::from_utf8(run(&["explain"], b"").stdout).unwrap();
        assert_eq!(listed, explained.lines().map(|line| &line[..4]).collect::<Vec<_>>());
    }
}

#[test]
fn readers_that_go_away_are_no_bug() {
    let status = |command: &mut Command| command.status().unwrap().code();
    assert_eq!(status(program().arg("--help").stdout(closed_pipe())), Some(0));
    assert_eq!(status(program().arg("explain").stdout(closed_pipe())), Some(0));
    assert_eq!(status(program().arg("absent.conf").stderr(closed_pipe())), Some(3));
    // A pager that is closed has shown enough: the status is that of the findings.
    let lint = ["lint", "docs", "fixtures/formats/job.conf", "--shellcheck", "never"];
    assert_eq!(status(program().arg("lint").args(&lint[2..]).stdout(closed_pipe())), Some(1));
    assert_eq!(status(program().arg("--wrong").stderr(closed_pipe())), Some(2));
}

/// Each command that prints a product, and each format of a report.
#[test]
fn a_report_that_is_not_whole_is_a_failure() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        eprintln!("not tested: there is no /dev/full");
        return;
    };
    let full = || full.try_clone().unwrap();
    let directory = TestDirectory::new();
    std::fs::create_dir(directory.path().join("init")).unwrap();
    std::fs::write(
        directory.path().join("init/a.conf"),
        "start on runlevel [2345]\nexec /bin/a && b\n",
    )
    .unwrap();
    std::fs::create_dir(directory.path().join("tree")).unwrap();
    std::fs::write(directory.path().join("tree/deploy"), "#!/bin/sh\nservice a restart\n").unwrap();
    let in_directory = |arguments: &str| {
        let mut command = program();
        command.args(arguments.split(' ')).current_dir(directory.path());
        command
    };
    let lints = formats().into_iter().map(|format| format!("lint init --format {format}"));
    let commands = [
        "convert init/a.conf",
        "parse init/a.conf",
        "explain",
        "explain U101",
        "migrate init -o out --diff",
        "migrate init --dry-run",
        "migrate init -o out",
        "lint init --fix --unsafe --diff",
        "lint init --statistics",
        "callers tree --init init",
        "--help",
        "--version",
    ];
    for arguments in lints.chain(commands.map(str::to_owned)) {
        let output = in_directory(&arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments}: {said}");
        assert!(said.contains("error: cannot write to standard output: "), "{arguments}: {said}");
    }
    // Nothing can be printed about standard error, so the status has to do.
    for format in formats() {
        for arguments in ["convert init/a.conf", "migrate init -o out2"] {
            let arguments = format!("{arguments} --format {format} --fail-on never");
            let mut command = in_directory(&arguments);
            // The lines of JSON are on standard output.
            let command = match format.as_str() {
                "json-lines" => command.stdout(full()),
                _ => command.stderr(full()),
            };
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(3), "{arguments}");
        }
    }
}

#[test]
fn a_report_goes_to_a_file() {
    let directory = TestDirectory::new();
    std::fs::write(directory.path().join("a.conf"), "exec /bin/a && b\n").unwrap();
    let ran = |arguments: &str| {
        let mut command = program();
        let output =
            command.args(arguments.split(' ')).current_dir(directory.path()).output().unwrap();
        (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };
    let written = || std::fs::read(directory.path().join("report")).unwrap();
    for format in formats() {
        for command in
            ["lint a.conf --shellcheck never", "convert a.conf -o out", "migrate . -o out3"]
        {
            let file = if command.starts_with("lint") { "--output" } else { "--report" };
            let (_, stdout, stderr) = ran(&format!("{command} --format {format}"));
            let is_on_stdout = file == "--output" || format == "json-lines";
            let report = if is_on_stdout { stdout } else { stderr.into_bytes() };
            let (_, stdout, stderr) = ran(&format!("{command} --format {format} {file} report"));
            let is_empty = file == "--output" || format == "json-lines";
            assert!(!is_empty || stdout.is_empty(), "{command}: {stdout:?}");
            let written = written();
            assert!(!written.is_empty() && report.ends_with(&written), "{command}: {stderr}");
        }
    }
    for command in ["parse a.conf", "explain", "callers . --init ."] {
        let (status, stdout, _) = ran(command);
        assert_eq!(ran(&format!("{command} --output report")).0, status);
        assert_eq!(written(), stdout, "{command}");
    }
    let (status, _, said) = ran("explain --output /dev/full");
    assert_eq!(status, Some(3));
    assert!(said.contains("`/dev/full`: it is not a regular file"), "{said}");
    // Wrong usage leaves the file as it is.
    let before = written();
    assert_eq!(ran("lint a.conf --select wrong --output report").0, Some(2));
    assert_eq!(written(), before);
}

#[test]
fn a_full_disk_is_told() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        eprintln!("not tested: there is no /dev/full");
        return;
    };
    let output = program().arg("explain").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .starts_with("error: cannot write to standard output: ")
    );
}

/// A fix knows what the other jobs of the directory emit, and what they are called.
#[test]
fn a_fix_knows_the_other_jobs() {
    let directory = TestDirectory::new();
    let follower = "start on net-up and started filesystem\nstop on shutdown\nexec /bin/web\n";
    let init = directory.path().join("init");
    std::fs::create_dir(&init).unwrap();
    for (file, text) in [
        ("links.conf", "emits net-up\nexec /bin/links\n"),
        ("filesystem.conf", "start on startup\n"),
        ("web.conf", follower),
    ] {
        std::fs::write(init.join(file), text).unwrap();
    }
    let output = program()
        .current_dir(directory.path())
        .args(["lint", "init", "--fix", "--unsafe", "--shellcheck", "never", "--fail-on", "never"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let fixed = std::fs::read_to_string(init.join("web.conf")).unwrap();
    assert_eq!(fixed, follower.replace("shutdown", "runlevel [06]"));
}
