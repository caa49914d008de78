//! Checks the examples on the page of each rule by running the program on them as a reader would.
//! Each rule is a test: `cargo test no-stop-on` or `cargo test U141` runs one page.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use upstart2systemd::diagnostic::registry::RULES;
use upstart2systemd::diagnostic::{ExampleFile, Rule, SectionKind};

const PROGRAM: &str = env!("CARGO_BIN_EXE_upstart2systemd");

/// Rules that no short example can show, with the reason.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("U000", "a file that cannot be read"),
    ("U018", "a condition of hundreds of operators"),
    ("U151", "takes ShellCheck, which not every machine has"),
    ("U152", "a program that checks a script and gives no answer"),
    ("U210", "a script of 128 KiB, or of 2047 bytes for the oldest systemd"),
    ("U229", "a line of 1 MiB, or of 2048 bytes for the oldest systemd"),
    ("U264", "a script too long for a unit"),
    ("U270", "the mode of a file"),
    ("U306", "two configuration directories"),
];

/// The path of a file of an example: in event.d if its name begins with it, otherwise in init.
fn place(file: &ExampleFile) -> String {
    if file.name.starts_with("event.d/") {
        file.name.to_owned()
    } else {
        format!("init/{}", file.name)
    }
}

/// The report of the program about the files of a section.
fn report(files: &[ExampleFile], command: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut arguments: Vec<String> = command.split(' ').map(str::to_owned).collect();
    arguments.extend(["--format", "concise"].map(str::to_owned));
    let mut jobs = Vec::new();
    let mut directories = Vec::new();
    for file in files {
        let place = place(file);
        let path = directory.path().join(&place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.contents()).unwrap();
        let (top, _) = place.split_once('/').unwrap();
        if !directories.iter().any(|known| known == top) {
            directories.push(top.to_owned());
        }
        if Path::new(&place).extension().is_none_or(|extension| extension != "override") {
            jobs.push(place);
        }
    }
    match arguments[0].as_str() {
        "lint" => arguments
            .extend(["--shellcheck".to_owned(), "never".to_owned()].into_iter().chain(directories)),
        "migrate" => {
            arguments.extend(directories.into_iter().chain(["-o".to_owned(), "out".to_owned()]));
        }
        _ => arguments.extend(jobs),
    }
    let output =
        Command::new(PROGRAM).args(&arguments).current_dir(directory.path()).output().unwrap();
    let mut report = String::from_utf8(output.stderr).unwrap();
    if arguments[0] == "lint" {
        report.push_str(&String::from_utf8(output.stdout).unwrap());
    }
    let answered = matches!(output.status.code(), Some(0 | 1 | 3));
    assert!(answered, "{PROGRAM} {}: {}\n{report}", arguments.join(" "), output.status);
    report
}

/// The codes of the findings, one for each finding.
fn codes(report: &str) -> Vec<&str> {
    report
        .lines()
        .filter_map(|line| {
            let (_, rest) = ["error[", "warning[", "note["]
                .iter()
                .find_map(|severity| line.split_once(severity))?;
            Some(rest.split_once(']')?.0)
        })
        .collect()
}

/// Checks that the page of a rule has the required examples, and that the program reports what they
/// show.
fn check(rule: &Rule) -> Result<(), String> {
    let page = rule.page();
    let name = format!("docs/rules/{}-{}.md", rule.code, rule.name);
    let kinds: Vec<SectionKind> = page.sections.iter().map(|section| section.kind).collect();
    let is_shown = NOT_SHOWN.iter().all(|(code, _)| *code != rule.code);
    match (&kinds[..], is_shown) {
        ([SectionKind::Bad, SectionKind::Good] | [SectionKind::Example], true) | ([], false) => {}
        ([], true) => return Err(format!("{name} has no example")),
        (_, false) => return Err(format!("{name} has an example; remove the rule from NOT_SHOWN")),
        (_, true) => {
            return Err(format!("{name} has {kinds:?}, and not Bad and Good, or Example alone"));
        }
    }
    let command = page
        .sections
        .first()
        .and_then(|section| section.files.first()?.command())
        .unwrap_or("lint --migration");
    for section in &page.sections {
        let title = section.kind.title();
        if section.files.is_empty() {
            return Err(format!("{name}: {title} has no file"));
        }
        let report = report(&section.files, command);
        let codes = codes(&report);
        match (codes.contains(&rule.code), section.kind) {
            (true, SectionKind::Bad | SectionKind::Example) | (false, SectionKind::Good) => {}
            (false, _) => {
                return Err(format!(
                    "{name}: `{command}` does not report {} for {title}:\n{report}",
                    rule.code
                ));
            }
            (true, SectionKind::Good) => {
                return Err(format!(
                    "{name}: `{command}` reports {} for {title}:\n{report}",
                    rule.code
                ));
            }
        }
        if section.kind == SectionKind::Good && codes.iter().any(|code| code.starts_with("U0")) {
            return Err(format!("{name}: init refuses {title}:\n{report}"));
        }
    }
    Ok(())
}

/// Paragraphs are wrapped; lines of code may be longer.
fn check_width(rule: &Rule) -> Result<(), String> {
    let is_wide = |line: &&str| !line.starts_with("    ") && line.chars().count() > 100;
    let page = rule.page();
    let remarks = page
        .sections
        .iter()
        .flat_map(|section| section.remarks.iter().flat_map(|remark| remark.lines()));
    match page.text.lines().chain(remarks).find(is_wide) {
        Some(line) => Err(format!(
            "docs/rules/{}-{}.md has a line of more than 100 columns: {line}",
            rule.code, rule.name
        )),
        None => Ok(()),
    }
}

/// Every reason must belong to an existing rule.
fn check_reasons() -> Result<(), String> {
    let is_known = |code: &str| RULES.iter().any(|rule| rule.code == code);
    NOT_SHOWN
        .iter()
        .find(|(code, _)| !is_known(code))
        .map_or(Ok(()), |(code, why)| Err(format!("there is no rule {code} ({why})")))
}

fn main() -> ExitCode {
    let page = |rule: &'static Rule| {
        let check = move || check(rule).and_then(|()| check_width(rule)).map_err(Failed::from);
        Trial::test(format!("rules::{}-{}", rule.code, rule.name), check)
    };
    let mut trials: Vec<Trial> = RULES.iter().map(|rule| page(rule)).collect();
    trials.push(Trial::test("rules::reasons_for_no_example", || {
        check_reasons().map_err(Failed::from)
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
