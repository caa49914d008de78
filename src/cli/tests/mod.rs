//! Tests of the command line with a stub in place of the conversion.

mod read_once;
pub(super) mod skipped;

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::{fs, io};

use clap::Parser;

use super::arguments::{Arguments, ConvertArguments};
use super::{Colours, Status, Streams, convert};
use crate::convert::Conversion;
use crate::diagnostic::{Disposition, Outcome, Rule, Severity};
use crate::jobset::Outside;
use crate::lower::options::Options;
use crate::systemd::layout::Output;
use crate::text::source::{Origin, Sources, Span};
use crate::upstart::job::JobName;

static NOTE: Rule = Rule::sample("U291", "noted", Severity::Note);

static WARNING: Rule = Rule::sample("U292", "warned", Severity::Warning);

static ERROR: Rule = Rule::sample("U293", "hopeless", Severity::Error);

static REFUSED: Rule = Rule::sample("U093", "refused", Severity::Error);

/// Each line of the job is a word that selects a result.
fn translate(sources: &Sources, name: JobName, options: &Options, _: &Outside) -> Conversion {
    let path = format!("etc/systemd/system/{}.service", name.0);
    let overriding = sources.overriding.as_ref().map_or("", |source| source.text());
    let text = format!("{}{overriding}{}\n", sources.conf.text(), options.systemd_version);
    let mut conversion = Conversion {
        path: String::new(),
        job: name.0,
        outputs: vec![Output { path, text }],
        stanzas: Vec::new(),
        diagnostics: Vec::new(),
    };
    let at = Span::new(Origin::Conf, 0..1);
    for word in sources.conf.text().lines() {
        let outcome = |disposition, code| Outcome {
            stanza: "author",
            span: at,
            disposition,
            directives: Vec::new(),
            values: Vec::new(),
            code,
        };
        match word {
            "note" => conversion.diagnostics.push(NOTE.at(at, "noted")),
            "warning" => conversion.diagnostics.push(WARNING.at(at, "warned")),
            "error" => conversion.diagnostics.push(ERROR.at(at, "hopeless")),
            "refused" => conversion.diagnostics.push(REFUSED.at(at, "refused")),
            "exact" => conversion.stanzas.push(outcome(Disposition::Exact, None)),
            "harmless" => conversion.stanzas.push(outcome(Disposition::Dropped, None)),
            "dropped" => conversion.stanzas.push(outcome(Disposition::Dropped, Some("U291"))),
            "approximate" => {
                conversion.stanzas.push(outcome(Disposition::Approximate, Some("U291")));
            }
            "manual" => conversion.stanzas.push(outcome(Disposition::Manual, Some("U291"))),
            "companion" => conversion
                .outputs
                .push(Output { path: "usr/lib/companion".to_owned(), text: "x".to_owned() }),
            "bug" => panic!("a bug"),
            _ => {}
        }
    }
    conversion
}

struct Ran {
    status: Status,
    stdout: String,
    stderr: String,
}

fn run_with(arguments: &[&str], stdin: &[u8], stdout: &mut dyn Write) -> (Status, String) {
    let command = Arguments::try_parse_from(["upstart2systemd"].iter().chain(arguments)).unwrap();
    let (mut stdin, mut stderr) = (stdin, Vec::new());
    let mut streams = Streams {
        stdin: &mut stdin,
        stdout,
        stderr: &mut stderr,
        on_terminal: false,
        colours: Colours { stdout: false, stderr: false },
    };
    let arguments: &ConvertArguments = match &command.command {
        Some(crate::cli::arguments::ProgramCommand::Convert(convert)) => convert,
        None => &command.convert,
        Some(_) => panic!("another command"),
    };
    let status = convert::run(arguments, &mut streams, &translate);
    (status, String::from_utf8(stderr).unwrap())
}

fn run(arguments: &[&str], stdin: &str) -> Ran {
    let mut stdout = Vec::new();
    let (status, stderr) = run_with(arguments, stdin.as_bytes(), &mut stdout);
    Ran { status, stdout: String::from_utf8(stdout).unwrap(), stderr }
}

fn job(words: &str, options: &[&str]) -> Ran {
    run(&[&["-", "--name", "foo"], options].concat(), words)
}

fn path(directory: &Path, name: &str) -> String {
    directory.join(name).to_str().unwrap().to_owned()
}

#[test]
fn the_unit_goes_to_stdout_and_nothing_else() {
    let ran = job("note\n", &[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Status::Done, "note\n249\n"));
    let last =
        "what changes for every job: `explain U271`; what plain units leave out: `explain U289`\n";
    let said =
        "note[U291] noted: noted\n --> <stdin>:1:1\n  |\n1 | note\n  | ^\n\n<stdin>: 1 note; ";
    assert_eq!(ran.stderr, format!("{said}{last}"));
    let ran = job("fine\n", &["--systemd-version", "255"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("fine\n255\n", last));
    for silent in [&["-q"][..], &["--format", "github"]] {
        assert_eq!(job("fine\n", silent).stderr, "");
    }
}

#[test]
fn raw_bytes_come_back() {
    let mut stdout = Vec::new();
    let (status, _) = run_with(&["-", "--name", "foo"], b"caf\xe9\n", &mut stdout);
    assert_eq!((status, stdout.as_slice()), (Status::Done, b"caf\xe9\n249\n".as_slice()));
}

#[test]
fn the_threshold_is_inclusive() {
    let statuses = |words: &str| {
        ["error", "warning", "note", "never"]
            .map(|fail_on| job(words, &["--fail-on", fail_on]).status as u8)
    };
    assert_eq!(statuses("fine"), [0, 0, 0, 0]);
    assert_eq!(statuses("note"), [0, 0, 1, 0]);
    assert_eq!(statuses("warning"), [0, 1, 1, 0]);
    assert_eq!(statuses("error"), [1, 1, 1, 0]);
    assert_eq!(statuses("refused"), [3, 3, 3, 3]);
    assert_eq!(job("warning\nnote", &[]).status, Status::Done);
    assert_eq!(job("error", &[]).status, Status::Findings);
}

#[test]
fn strict_is_about_what_is_lost() {
    for (word, status) in
        [("exact", 0), ("harmless", 0), ("dropped", 1), ("approximate", 1), ("manual", 1)]
    {
        assert_eq!(job(word, &["--strict"]).status as u8, status, "{word}");
        assert_eq!(job(word, &[]).status, Status::Done, "{word}");
    }
}

#[test]
fn an_error_leaves_stdout_empty() {
    for word in ["error", "refused"] {
        assert_eq!(job(word, &["--fail-on", "never"]).stdout, "", "{word}");
    }
}

#[test]
fn quiet_hides_notes() {
    let ran = job("note\nwarning", &["-q", "--format", "concise"]);
    assert_eq!(ran.stderr, "<stdin>:1:1: warning[U292]: warned\n");
    assert_eq!(job("note", &["--quiet"]).stderr, "");
    assert_eq!(job("note", &["--quiet", "--fail-on", "note"]).status, Status::Findings);
    let ran = job("note\nwarning", &["-q", "--format", "github"]);
    assert!(
        ran.stderr.starts_with("::warning title=U292 warned,file=<stdin>,line=1,"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr.lines().count(), 1);
    for format in ["json", "sarif"] {
        assert!(job("note", &["-q", "--format", format]).stderr.contains("U291"), "{format}");
    }
}

#[test]
fn reports_for_programs_go_to_stderr() {
    let ran = job("note\ncompanion", &["--format", "json"]);
    let object: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(object["files"][0]["outputs"][0]["content"].as_str().unwrap(), ran.stdout);
    assert_eq!(object["files"][0]["path"], "<stdin>");
    let ran = job("note\ncompanion", &["--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(log["runs"][0]["artifacts"][0]["location"]["uri"], "%3Cstdin%3E");
    assert!(!ran.stdout.is_empty());
}

#[test]
fn colours_are_for_terminals_and_who_asks() {
    assert!(!job("note", &[]).stderr.contains('\x1b'));
    assert!(job("note", &["--color", "always"]).stderr.contains('\x1b'));
}

#[test]
fn companions_are_mentioned() {
    assert_eq!(
        job("companion", &["-q"]).stderr,
        "note: the unit needs more files, which `-o DIR` writes: usr/lib/companion\n"
    );
}

#[test]
fn one_bad_job_does_not_stop_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| path(directory.path(), name);
    for (name, words) in [
        ("a.conf", "refused"),
        ("b.conf", "bug"),
        ("c.conf", "warning"),
        ("c.override", "overridden\n"),
    ] {
        fs::write(at(name), words).unwrap();
    }
    let ran =
        run(&["convert", &at("a.conf"), &at("absent.conf"), &at("c.conf"), "-o", &at("out")], "");
    assert_eq!((ran.status, ran.stdout.as_str()), (Status::Refused, ""));
    assert_eq!(
        fs::read_to_string(at("out/etc/systemd/system/c.service")).unwrap(),
        "warningoverridden\n249\n"
    );
    assert!(!Path::new(&at("out/etc/systemd/system/a.service")).exists());
    assert!(
        ran.stderr.contains(&format!("wrote {}", at("out/etc/systemd/system/c.service"))),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("\n3 files: 2 not converted, 2 errors, 1 warning; "),
        "{}",
        ran.stderr
    );

    let ran =
        run(&["convert", &at("b.conf"), &at("c.conf"), "-o", &at("out"), "--no-override"], "");
    assert_eq!(ran.status, Status::Bug);
    assert!(
        ran.stderr.starts_with(&format!("{}: error: bug in upstart2systemd", at("b.conf"))),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read_to_string(at("out/etc/systemd/system/c.service")).unwrap(), "warning249\n");
}

#[test]
fn two_jobs_of_one_name_do_not_overwrite_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| path(directory.path(), name);
    for (name, words) in [("a", "first"), ("b", "second")] {
        fs::create_dir(at(name)).unwrap();
        fs::write(at(&format!("{name}/x.conf")), words).unwrap();
    }
    let ran = run(&["convert", &at("a/x.conf"), &at("b/x.conf"), "-o", &at("out")], "");
    assert_eq!(ran.status, Status::Usage);
    assert!(ran.stderr.contains("is already the output of a file before it"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(at("out/etc/systemd/system/x.service")).unwrap(), "first249\n");
}

#[test]
fn an_override_is_read_as_init_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| path(directory.path(), name);
    fs::write(at("a.conf"), "a\n").unwrap();
    fs::write(at("elsewhere"), "linked\n").unwrap();
    std::os::unix::fs::symlink(at("elsewhere"), at("a.override")).unwrap();
    assert_eq!(run(&[&at("a.conf")], "").stdout, "a\n249\n");
    fs::remove_file(at("a.override")).unwrap();
    fs::create_dir(at("a.override")).unwrap();
    let ran = run(&[&at("a.conf")], "");
    assert_eq!((ran.status, ran.stdout.as_str()), (Status::Refused, ""));
    assert!(
        ran.stderr.contains("error[U000] unreadable-input: this is a directory\n"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("a.override\n") && ran.stderr.contains("--no-override"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&[&at("a.conf"), "--no-override"], "").stdout, "a\n249\n");
}

struct Failing(ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
    let status =
        |kind, words: &[u8]| run_with(&["-", "--name", "foo", "-q"], words, &mut Failing(kind));
    assert_eq!(status(ErrorKind::BrokenPipe, b"fine"), (Status::Done, String::new()));
    assert_eq!(status(ErrorKind::BrokenPipe, b"error").0, Status::Findings);
    let (full, message) = status(ErrorKind::StorageFull, b"fine");
    assert_eq!(full, Status::Refused);
    assert!(message.starts_with("error: cannot write to standard output: "), "{message}");
}
