//! Runs the program on bad jobs and with bad output paths. Checks the exit status and standard
//! error, and that standard output stays empty if no unit was made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod program;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use rayon::prelude::*;

use program::test_directory::TestDirectory;
use program::{PROGRAM, closed_pipe, path, program, run};

const MEGABYTE: usize = 1 << 20;

struct Ran {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn unit(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Asserts that a unit was written, with these messages.
    #[track_caller]
    fn converts(self, said: &[&str]) -> Self {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        assert!(self.unit().contains("[Service]\n"), "{}", self.unit());
        self.says(said)
    }

    /// Asserts that no unit was written, with these messages.
    #[track_caller]
    fn fails(self, status: i32, said: &[&str]) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.stderr);
        assert!(self.stdout.is_empty(), "{}", self.unit());
        self.says(said)
    }

    #[track_caller]
    fn says(self, said: &[&str]) -> Self {
        for part in said {
            assert!(self.stderr.contains(part), "{part:?} is not in: {}", self.stderr);
        }
        self
    }
}

/// A directory with a job in it.
struct Job {
    directory: TestDirectory,
}

impl Job {
    fn new(text: impl AsRef<[u8]>) -> Self {
        let job = Self { directory: TestDirectory::new() };
        job.add("foo.conf", text);
        job
    }

    fn add(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.directory.path().join(name), text).unwrap();
        self.at(name)
    }

    fn at(&self, name: &str) -> String {
        path(self.directory.path(), name)
    }

    fn convert(&self, options: &[&str]) -> Ran {
        Ran::of(run(&[&[self.at("foo.conf").as_str()], options].concat(), b""))
    }

    /// The line that `parse` writes.
    fn parsed(&self) -> (Option<i32>, String) {
        let output = run(&["parse", &self.at("foo.conf")], b"");
        assert!(output.stderr.is_empty());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}

fn convert(text: impl AsRef<[u8]>) -> Ran {
    Job::new(text).convert(&[])
}

/// Bytes without a pattern, which depend only on the seed.
fn rubbish(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

// ---- Files ------------------------------------------------------------------------------------

#[test]
fn parse_has_a_line_for_what_cannot_be_read() {
    let job = Job::new("task\n");
    let output = run(&["parse", &job.at("absent.conf"), &job.at(""), &job.at("foo.conf")], b"");
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!((output.status.code(), lines.len()), (Some(3), 3));
    assert!(
        lines[0].contains(r#""ok":false,"error":{"kind":"unreadable","message":"cannot be read: No such file or directory"#),
        "{lines:?}"
    );
    assert!(
        lines[1].contains(r#""kind":"unreadable","message":"this is a directory"}"#),
        "{lines:?}"
    );
    assert!(lines[2].contains(r#""ok":true"#), "{lines:?}");
}

/// Runs the program as an unprivileged user if the tests run as root.
fn as_nobody(job: &Job, arguments: &[&str]) -> Ran {
    let root = job.directory.path();
    fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
    let program = root.join("program");
    fs::copy(PROGRAM, &program).unwrap();
    let mut command = Command::new(program);
    if fs::metadata("/proc/self")
        .is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
    {
        command.uid(65534).gid(65534);
    }
    Ran::of(command.args(arguments).output().unwrap())
}

#[test]
fn what_may_not_be_read_is_status_3() {
    let job = Job::new("task\n");
    let file = job.at("foo.conf");
    fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    as_nobody(&job, &[&file]).fails(
        3,
        &[
            "error[U000] unreadable-input: cannot be read: Permission denied",
            &file,
            "= help: run this as a user who may read it",
        ],
    );
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let overriding = job.add("foo.override", "task\n");
    fs::set_permissions(&overriding, Permissions::from_mode(0o000)).unwrap();
    as_nobody(&job, &[&file]).fails(3, &["Permission denied", &overriding, "--no-override"]);
    as_nobody(&job, &[&file, "--no-override"]).converts(&[]);
}

#[test]
fn an_empty_file_is_a_job_with_nothing_to_run() {
    for text in ["", "\n\n", "# nothing\n", " \t\r\n#"] {
        convert(text).converts(&[
            "note[U110] nothing-to-run: the job `foo` has nothing to run",
            "foo.conf",
            "= help: ",
        ]);
    }
    Ran::of(run(&["-", "--name", "foo"], b"")).converts(&["note[U110]"]);
}

#[test]
fn rubbish_is_refused() {
    for seed in 1..40 {
        convert(rubbish(seed, 8192))
            .fails(3, &["error[U0", "foo.conf:", "help: ", "not converted, 1 error"]);
    }
    convert(b"\x7fELF\x02\x01\x01\0\0\0")
        .fails(3, &["a NUL byte", "foo.conf:1:8", "this is a binary file"]);
    convert(b"\x1f\x8b\x08\x01\xd5\n").fails(3, &["foo.conf:1:1", "looks like a binary one"]);
    convert(b"\xff\xfee\0x\0e\0c\0 \0a\0\n\0").fails(3, &["UTF-16", "iconv"]);
    convert(b"\xff\xfe#\0 \0a\0\n\0").fails(3, &["UTF-16", "iconv"]);
}

#[test]
fn a_script_of_ten_megabytes_is_no_burden() {
    let job = Job::new(format!(
        "script\n{}end script\n",
        "    # A line of a script, as long as such lines are: echo \"$A\" | cat\n"
            .repeat(10 * MEGABYTE / 69)
    ));
    job.convert(&[]).fails(1, &["error[U210]", "foo.conf:1:1", "-o DIR"]);
}

#[test]
fn a_word_of_ten_megabytes_is_no_burden() {
    let word = "a".repeat(10 * MEGABYTE);
    let convert = |text: &str| convert(text.replace("WORD", &word));
    convert("# WORD\nexec /bin/x\n").converts(&[]);
    convert("exec /bin/x WORD\n").fails(1, &["error[U210]", "foo.conf:1:1", "-o DIR"]);
    ["WORD", "WORD b\n", "exec a\nWORD\n", "exec 'WORD", "kill timeout WORD\n"]
        .par_iter()
        .for_each(|text| {
            let ran = convert(text).fails(3, &["error[U0", "help: "]);
            assert!(ran.stderr.len() < 5000, "{}", ran.stderr.len());
        });
}

#[test]
fn thousands_of_stanzas_are_no_burden() {
    let variables: String = (0..20_000).map(|number| format!("env A{number}=1\n")).collect();
    convert(format!("{variables}exec /bin/x\n")).converts(&[]);
    convert(format!("start on a{}\nexec /bin/x\n", " b".repeat(50_000))).says(&["foo.conf:1"]);
}

/// The text format shows a hundred findings of a rule and counts the rest; the other formats show
/// all of them.
#[test]
fn what_is_said_again_and_again_is_counted() {
    let variables: String = (0..1000).map(|number| format!("env A-{number}=1\n")).collect();
    let job = Job::new(format!("{variables}exec /bin/a\n"));
    let text = job
        .convert(&[])
        .converts(&["900 more of these in ", "/foo.conf; `--format concise`", ": 1000 warnings"])
        .stderr;
    let code =
        text.lines().find_map(|line| line.strip_prefix("warning[")?.split_once(']')).unwrap().0;
    let said = |text: &str, word: &str| {
        text.lines().filter(|line| line.contains(word) && line.contains(code)).count()
    };
    assert_eq!(said(&text, "warning["), 100 + 1);
    assert_eq!(said(&job.convert(&["--format", "concise"]).stderr, "warning["), 1000);
    assert_eq!(
        job.convert(&["--format", "json"]).stderr.matches("\"name\":\"unusable-variable\"").count(),
        1000
    );
}

#[test]
fn parentheses_are_counted_to_any_depth() {
    let count = 100_000;
    let condition = |open: usize, close: usize| {
        format!("exec /bin/x\nstart on {}runlevel 2{}\n", "(".repeat(open), ")".repeat(close))
    };
    let unit = convert(condition(count, count)).converts(&[]).unit();
    assert_eq!(unit, convert(condition(0, 0)).unit());
    convert(condition(count, 0)).fails(
        3,
        &[
            "error[U010] mismatched-parentheses: this parenthesis is never closed",
            "foo.conf:2:100009",
            "help: ",
        ],
    );
    convert(condition(0, count)).fails(3, &["error[U010]", "foo.conf:2:20", "help: "]);
}

// ---- Texts ------------------------------------------------------------------------------------

#[test]
fn a_script_that_never_ends_is_refused() {
    convert("task\nscript\n  echo\n").fails(
        3,
        &[
            "error[U005] unterminated-block: this script is never ended",
            "foo.conf:2:1",
            "write `end script`",
        ],
    );
    convert("script\n  echo\nendscript\n")
        .fails(3, &["this does not end it", "3 - endscript", "3 + end script"]);
    convert("script").fails(3, &["error[U005]", "foo.conf:1:1"]);
}

#[test]
fn nul_bytes_are_refused_but_in_comments() {
    convert("# a\0b\nexec /bin/x # \0\n").converts(&[]);
    for text in [
        "exec /bin/x\nexec a\0b\n",
        "exec /bin/x\n\0\n",
        "\nenv A=\0\n",
        "task\nexec \"a\0\"\n",
        "script\n\0\nend script\n",
    ] {
        convert(text).fails(
            3,
            &[
                "error[U002] unexpected-token: a NUL byte",
                "foo.conf:2:",
                "help: a job is a text file",
            ],
        );
    }
}

#[test]
fn carriage_returns_are_blanks() {
    let text = "description \"a b\"\nstart on (runlevel 2\n  or runlevel 3)\nenv A=1\nlimit nofile 1 2\nexec /bin/x -a\n";
    let (plain, carriage) =
        (convert(text).converts(&[]), convert(text.replace('\n', "\r\n")).converts(&[]));
    assert_eq!(plain.unit(), carriage.unit());
    // The backslash escapes the carriage return, so the line ends.
    convert("exec /bin/x \\\r\n  -a\r\n")
        .fails(3, &["unknown stanza `-a`", "foo.conf:2:3", "a carriage return follows it", "sed"]);
}

#[test]
fn a_byte_order_mark_is_named() {
    for text in ["exec /bin/x\n", "# comment\nexec /bin/x\n", "\nexec /bin/x\n", "  exec /bin/x\n"]
    {
        let marked = format!("\u{feff}{text}");
        convert(&marked).fails(
            3,
            &["error[U003]", "foo.conf:1:1", "byte order mark", "help: delete the byte order mark"],
        );
    }
}

#[test]
fn text_in_another_encoding_stays_what_it_is() {
    let ran = convert(b"exec /bin/x caf\xe9\nenv B=ok\n").converts(&[]);
    assert!(ran.unit().contains(r#"ExecStart=/bin/x "caf\xe9""#), "{}", ran.unit());
    let ran = convert(b"exec /bin/x\nenv A=caf\xe9\n").converts(&[
        "warning[U248]",
        "foo.conf:2:5",
        "`A`",
        "help: ",
    ]);
    assert!(!ran.unit().contains("A=caf") && !ran.stderr.contains("\u{10fee9}"), "{}", ran.unit());
    convert(b"exec /bin/x\ncaf\xe9 1\n")
        .fails(3, &["unknown stanza `caf\u{fffd}`", "foo.conf:2:1", "help: "]);
    let (status, line) = Job::new(b"description caf\xe9\n").parsed();
    assert_eq!(status, Some(0));
    assert!(line.contains(r#""description":"caf"#), "{line}");
}

#[test]
fn names_that_systemd_cannot_carry_are_refused() {
    let job = Job::new("");
    let file = job.add(&format!("{}.conf", "n".repeat(250)), "exec /bin/x\n");
    for options in [&[][..], &["--no-override"]] {
        let ran = Ran::of(run(&[&[file.as_str()], options].concat(), b""));
        ran.fails(1, &["error[U208] name-too-long: the unit of this job would have a name of 258 bytes, and systemd takes 255", &file, "help: "]);
    }
    Ran::of(run(&[&file, "--name", "short"], b"")).converts(&[]);
    let name = "n".repeat(300);
    Ran::of(run(&["-", "--name", &name], b"exec /bin/x\n"))
        .fails(1, &["error[U208]", "<stdin>:1:1"]);
}

// ---- Overrides --------------------------------------------------------------------------------

#[test]
fn a_refused_override_refuses_the_job() {
    let job = Job::new("exec /bin/x\n");
    let overriding = job.add("foo.override", "# mine\nstrat on a\n");
    let place = format!("{overriding}:2:1");
    job.convert(&[]).fails(
        3,
        &[
            "error[U003] unknown-stanza: unknown stanza `strat`",
            &place,
            "help: did you mean `start`?",
            "init applies the override up to",
        ],
    );
    job.convert(&["--format", "concise"]).fails(3, &[&format!("{place}: error[U003]: ")]);
    job.convert(&["--format", "json"]).fails(3, &[&format!(r#""path":"{overriding}""#)]);
    job.convert(&["--no-override"]).converts(&[]);
    let (status, line) = job.parsed();
    assert_eq!(status, Some(3));
    assert!(
        line.contains(&format!(r#""message":"{overriding}: unknown stanza `strat`","line":2"#)),
        "{line}"
    );
}

// ---- Output paths -----------------------------------------------------------------------------

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let job = Job::new("exec /bin/x\n");
    let (bad, last) = (job.add("bad.conf", "task\nexec\n"), job.add("last.conf", "exec /bin/y\n"));
    let (first, absent, out) = (job.at("foo.conf"), job.at("absent.conf"), job.at("out"));
    let ran = Ran::of(run(&["convert", &first, &bad, &absent, &last, "-o", &out], b""));
    ran.fails(
        3,
        &[
            "error[U001] expected-token: `exec` is not complete",
            &format!("{bad}:2:1"),
            &absent,
            "4 files: 2 not converted, 2 errors",
        ],
    );
    let mut written: Vec<_> = fs::read_dir(job.at("out/etc/systemd/system"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    written.sort();
    assert_eq!(written, ["foo.service", "last.service"]);
}

#[test]
fn places_that_cannot_be_written_to_are_told() {
    let job = Job::new("exec /bin/x\n");
    let file = job.add("file", "mine");
    let refused = |out: &str, said: &[&str]| {
        job.convert(&["-o", out]).fails(
            3,
            &[said, &["help: give a directory that can be written to with `-o DIR`"]].concat(),
        );
    };
    refused(&file, &[&format!("error: `{file}` is not a directory")]);
    refused(
        &format!("{file}/below"),
        &[&format!("error: cannot write to `{file}/below`"), "Not a directory"],
    );
    refused("/dev/null", &["error: `/dev/null` is not a directory"]);
    assert_eq!(fs::read(&file).unwrap(), b"mine");

    let taken = job.at("taken/etc/systemd/system/foo.service");
    fs::create_dir_all(&taken).unwrap();
    refused(
        &job.at("taken"),
        &[&format!("error: `{taken}` is a directory, and a file has to go there")],
    );
    assert_eq!(fs::read_dir(job.at("taken/etc/systemd/system")).unwrap().count(), 1);

    fs::create_dir(job.at("fixed")).unwrap();
    fs::set_permissions(job.at("fixed"), Permissions::from_mode(0o555)).unwrap();
    let ran = as_nobody(&job, &[&job.at("foo.conf"), "-o", &job.at("fixed")]);
    ran.fails(3, &["error: cannot write", "Permission denied", "help: "]);

    // A refused job needs no output directory.
    let bad = job.add("bad.conf", "bad\n");
    Ran::of(run(&[&bad, "-o", &job.at("never")], b"")).fails(3, &["error[U003]"]);
    assert!(!Path::new(&job.at("never")).exists());
}

#[test]
fn directories_that_are_missing_are_made() {
    let job = Job::new("exec /bin/x\n");
    let out = job.at("a/b/c");
    let ran = job.convert(&["-o", &out]);
    assert_eq!((ran.status, ran.stdout.as_slice()), (Some(0), &b""[..]), "{}", ran.stderr);
    assert!(
        fs::read_to_string(format!("{out}/etc/systemd/system/foo.service"))
            .unwrap()
            .contains("ExecStart=/bin/x\n")
    );
}

#[test]
fn a_script_that_cannot_be_written_takes_its_unit_with_it() {
    let job = Job::new(format!(
        "script\n{}end script\n",
        "echo \"one line of many\"\n".repeat(MEGABYTE / 20)
    ));
    let out = job.at("out");
    fs::create_dir_all(&out).unwrap();
    fs::write(format!("{out}/usr"), "in the way").unwrap();
    job.convert(&["-o", &out])
        .fails(3, &["is not a directory, and files have to go below it", "help: "]);
    assert!(!Path::new(&format!("{out}/etc/systemd/system/foo.service")).exists());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let job = Job::new("exec /bin/x\n");
    let file = job.at("foo.conf");
    let many = vec![file.as_str(); 2000];
    for arguments in [
        vec![file.as_str(), "-q"],
        vec!["convert", &file, "-q"],
        vec!["parse", &file],
        [&["parse"], many.as_slice()].concat(),
    ] {
        let output = program().args(&arguments).stdout(closed_pipe()).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    }
    let bad = job.add("bad.conf", "bad\n");
    for arguments in [&[bad.as_str()][..], &["parse", &bad]] {
        let status =
            program().args(arguments).stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(3));
    }
}

#[test]
fn a_full_disk_is_told() {
    if !Path::new("/dev/full").exists() {
        eprintln!("not tested: there is no /dev/full");
        return;
    }
    let job = Job::new("exec /bin/x\n");
    let file = job.at("foo.conf");
    for arguments in [&[file.as_str()][..], &["convert", &file], &["parse", &file]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(program().args(arguments).stdout(full).output().unwrap());
        ran.fails(3, &["error: cannot write to standard output: No space left on device"]);
    }
}
