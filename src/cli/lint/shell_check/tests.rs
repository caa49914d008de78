#![expect(clippy::print_stderr, reason = "a test says what it leaves out")]

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::convert::read;
use crate::convert::read::ReadJob;
use crate::diagnostic::Severity;
use crate::diagnostic::registry::SHELLCHECK;
use crate::lint::Subject;
use crate::text::source::{Source, Sources};
use crate::upstart::job::JobName;

fn sources(bytes: &[u8]) -> Sources {
    Sources { conf: Source::new("x.conf", bytes.to_vec()), overriding: None }
}

fn checker(shellcheck: bool) -> Option<Checker> {
    let checker = Checker::new(if shellcheck { Wanted::Auto } else { Wanted::Never }).unwrap();
    if shellcheck && checker.shellcheck.is_none() {
        crate::cli::tests::skipped::skipped("there is no shellcheck on this machine");
        return None;
    }
    // A longer time limit, because machines that run tests may be busy.
    let checker = checker.with_level(ShellCheckLevel::Style);
    Some(Checker { limit: Duration::from_secs(60), ..checker })
}

fn read(sources: &Sources) -> Option<ReadJob> {
    read::read(sources, JobName("x".to_owned()), None).ok()
}

/// Line, column, marked text, and message of each finding.
fn found(checker: &Checker, bytes: &[u8]) -> Vec<(usize, usize, String, String)> {
    let sources = sources(bytes);
    let read = read(&sources).unwrap();
    let subject = Subject::new(&sources, &read.files, &read.job, &read.scripts);
    let told = |diagnostic: Diagnostic| {
        let position = sources.conf.position(diagnostic.span.start);
        (
            position.line,
            position.column,
            subject.written(diagnostic.span).to_owned(),
            diagnostic.message,
        )
    };
    checker.check(&subject).into_iter().map(told).collect()
}

#[test]
fn the_line_that_a_shell_stops_at_is_found() {
    let checker = checker(false).unwrap();
    for (job, line, column, marked) in [
        ("task\nscript\n  a\n  fi b\n  c\nend script\n", 4, 3, "fi b"),
        ("task\r\nscript\r\n\t\u{e9}\r\n\t\u{e9} ) b\r\nend script\r\n", 4, 2, "\u{e9} ) b"),
        ("script\n    if a; then\n      b\n\nend script\n", 3, 7, "b"),
        ("exec foo ) \u{e9}\n", 1, 6, "foo ) \u{e9}"),
        ("pre-start exec if true; then foo; fi\n", 1, 16, "if true; then foo; fi"),
        ("exec foo \\\n  bar )\n", 1, 6, "foo \\\n  bar )"),
    ] {
        let found = found(&checker, job.as_bytes());
        let [(at_line, at_column, text, message)] = found.as_slice() else {
            panic!("{job}: {found:?}")
        };
        assert_eq!((*at_line, *at_column, text.as_str()), (line, column, marked), "{job}");
        assert!(message.starts_with("shell syntax error: "), "{message}");
    }
    let raw = found(&checker, b"script\n  caf\xe9\n  \xe9 )\nend script\n");
    assert_eq!((raw[0].0, raw[0].1), (3, 3));
    for job in [
        "exec foo bar\n",
        "exec a\nscript\n  if a; then b; fi\nend script\n",
        "exec foo \"$A\" &\n",
    ] {
        assert_eq!(found(&checker, job.as_bytes()), [], "{job}");
    }
}

#[test]
fn the_quote_that_is_never_closed_is_shown() {
    let checker = checker(false).unwrap();
    let sources = sources(b"script\n  a\n  echo \"b\n  c\n  d\nend script\n");
    let read = read(&sources).unwrap();
    let subject = Subject::new(&sources, &read.files, &read.job, &read.scripts);
    let diagnostic = checker.check(&subject).pop().unwrap();
    let related: Vec<usize> =
        diagnostic.related.iter().map(|(span, _)| sources.conf.position(span.start).line).collect();
    // dash reports the last line, bash the line of the quote.
    assert!(
        related == [3] || sources.conf.position(diagnostic.span.start).line == 3,
        "{diagnostic:?}"
    );
}

#[test]
fn what_shellcheck_says_has_its_place() {
    let Some(checker) = checker(true) else { return };
    for job in [
        "script\n\tcd /x\n\t\u{e9} \"\u{1f600}\" $A  # é\nend script\n",
        "task\r\nscript\r\n    cd /x\r\n    echo $A\r\nend script\r\n",
    ] {
        let of_variable: Vec<_> = found(&checker, job.as_bytes())
            .into_iter()
            .filter(|(.., message)| message.starts_with("SC2086: "))
            .collect();
        let [(line, _, marked, _)] = of_variable.as_slice() else {
            panic!("{job}: {of_variable:?}")
        };
        assert_eq!(
            (*line, marked.as_str()),
            (job.lines().position(|line| line.contains("$A")).unwrap() + 1, "$A"),
            "{job}"
        );
    }
    let raw = found(&checker, b"script\n  \xe9\xe9 $A\nend script\n");
    assert!(
        raw.iter()
            .any(|(line, column, marked, _)| (*line, *column, marked.as_str()) == (2, 6, "$A")),
        "{raw:?}"
    );
    let exec = found(&checker, b"exec foo $A\n");
    assert_eq!((exec[0].0, exec[0].1, exec[0].2.as_str()), (1, 10, "$A"));
    let folded = found(&checker, b"exec foo \\\n $A\n");
    assert_eq!((folded[0].0, folded[0].1, folded[0].2.as_str()), (2, 2, "$A"));
}

#[test]
fn what_makes_no_sense_for_a_job_is_left_out() {
    let Some(checker) = checker(true) else { return };
    let job =
        b"script\n  #!/bin/bash\n  . /etc/default/foo\n  . \"$CONFIG\"\n  cd /x\n  local y=1\n  echo \"$instance\" \"$y\"\nend script\n";
    let left: Vec<_> = found(&checker, job).into_iter().map(|(.., message)| message).collect();
    assert!(left.iter().all(|message| message.starts_with("SC2168")), "{left:?}");
}

#[test]
fn levels_become_severities() {
    let Some(checker) = checker(true) else { return };
    let sources =
        sources(b"script\n  echo $A\n  read x < `cat y`\n  [ \"$x\" == 1 ]\nend script\n");
    let read = read(&sources).unwrap();
    let subject = Subject::new(&sources, &read.files, &read.job, &read.scripts);
    let severities: Vec<_> = checker
        .check(&subject)
        .iter()
        .map(|diagnostic| (diagnostic.rule.code, diagnostic.rule.severity))
        .collect();
    assert!(
        severities.contains(&("U151", Severity::Note))
            && severities.contains(&("U151", Severity::Warning)),
        "{severities:?}"
    );
}

/// The codes of the findings in a job.
fn codes(checker: &Checker, job: &str) -> Vec<String> {
    let of = |message: &str| message.split(':').next().unwrap().to_owned();
    found(checker, job.as_bytes()).iter().map(|(.., message)| of(message)).collect()
}

#[test]
fn info_and_style_are_reported_on_request() {
    let Some(all) = checker(true) else { return };
    let job = "script\n  cd /srv\n  echo $A `date`\nend script\n";
    assert!(codes(&all, job).contains(&"SC2086".to_owned()));
    assert!(codes(&all, job).contains(&"SC2006".to_owned()));
    let warnings = codes(&all.with_level(ShellCheckLevel::Warning), job);
    assert!(!warnings.iter().any(|code| code == "SC2086" || code == "SC2006"), "{warnings:?}");
}

#[test]
fn the_job_explains_variables_and_traps() {
    let Some(checker) = checker(true) else { return };
    let script = "script\n  OTHER_PORT=1\n  serve \"$OTHERPORT\" \"$OTHER_PORT\"\nend script\n";
    assert_eq!(codes(&checker, script), ["SC2153"]);
    assert_eq!(codes(&checker, &format!("env OTHERPORT=2\n{script}")), [""; 0]);
    assert_eq!(codes(&checker, &format!("export OTHERPORT\n{script}")), [""; 0]);
    let ends = "script\n  bye() { rm -f /run/x; }\n  TRAPserve\n  exit 0\nend script\n";
    let without = codes(&checker, &ends.replace("TRAP", ""));
    assert!(without.iter().any(|code| code == "SC2317" || code == "SC2329"), "{without:?}");
    assert_eq!(codes(&checker, &ends.replace("TRAP", "trap bye TERM\n  ")), [""; 0]);
}

#[test]
fn the_shellcheckrc_of_the_project_is_read() {
    let Some(checker) = checker(true) else { return };
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(".shellcheckrc"), "disable=SC2086\n").unwrap();
    fs::create_dir_all(directory.path().join("etc/init")).unwrap();
    let job = "script\n  echo $A\nend script\n";
    assert_eq!(codes(&checker, job), ["SC2086"]);
    let checker =
        checker.with_rc(Checker::rc_of(&directory.path().join("etc/init/x.conf")).as_deref());
    assert_eq!(codes(&checker, job), [""; 0]);
}

#[test]
fn a_program_that_gives_no_answer_is_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let program = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt;
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    let with = |sh: Option<PathBuf>, shellcheck: Option<PathBuf>| Checker {
        sh,
        shellcheck,
        ..Checker::new(Wanted::Never).unwrap()
    };
    let slow = program("slow", "#!/bin/sh\nexec sleep 60\n");
    let checker = Checker { limit: Duration::from_millis(200), ..with(Some(slow), None) };
    assert_eq!(
        found(&checker, b"exec foo )\n")[0].3,
        "`sh -n` did not check this: it took longer than 0.2 seconds"
    );
    let old = program("old", "#!/bin/sh\ncat >/dev/null\necho unrecognised option >&2\nexit 3\n");
    assert_eq!(
        found(&with(None, Some(old)), b"exec foo $A\n")[0].3,
        "ShellCheck did not check this: unrecognised option"
    );
    let chatty = program("chatty", "#!/bin/sh\ncat >/dev/null\necho hello\n");
    assert!(
        found(&with(None, Some(chatty)), b"exec foo $A\n")[0]
            .3
            .starts_with("ShellCheck did not check this: its answer is not understood: ")
    );
    // Scripts are not passed as arguments, and each text is checked once.
    let log = directory.path().join("log");
    let logging = program(
        "logging",
        &format!(
            "#!/bin/sh\ncat >/dev/null\necho \"$*\" >>{}\necho '{{\"comments\":[]}}'\n",
            log.display()
        ),
    );
    let checker = with(None, Some(logging));
    assert_eq!(found(&checker, b"exec foo $A\npre-start exec foo $A\n"), []);
    let arguments = fs::read_to_string(log).unwrap();
    assert!(arguments.lines().count() == 1 && !arguments.contains("foo"), "{arguments}");
}

#[test]
fn what_cannot_be_looked_for_is_said() {
    let nothing = Checker { sh: None, shellcheck: None, ..Checker::new(Wanted::Never).unwrap() };
    assert_eq!(
        [&SHELL_SYNTAX_ERROR, &SHELLCHECK, &UNCHECKED_SCRIPT].map(|rule| nothing.looks_for(rule)),
        [false, false, false]
    );
    assert_eq!(found(&nothing, b"exec foo )\n"), []);
    let other = Rule::sample("U105", "other", Severity::Note);
    assert!(nothing.looks_for(&other));
}

/// The job files of the project, and those of the directory in `JOB_COLLECTION` if it is set.
fn collection() -> Vec<PathBuf> {
    let more = std::env::var_os("JOB_COLLECTION").map(PathBuf::from);
    if more.is_none() {
        eprintln!("skipped: `JOB_COLLECTION` names no directory with more jobs");
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let (mut open, mut found) = (vec![fixtures], Vec::new());
    open.extend(more);
    while let Some(path) = open.pop() {
        if let Ok(entries) = fs::read_dir(&path) {
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Runs `what` on every text of the collection that init passes to a shell.
fn of_all_pieces<T: Send>(what: impl Fn(&Path, &Piece<'_>) -> T + Sync) -> Vec<T> {
    let of_file = |path: &PathBuf| {
        let sources = sources(&fs::read(path).unwrap());
        let Some(read) = read(&sources) else { return Vec::new() };
        let subject = Subject::new(&sources, &read.files, &read.job, &read.scripts);
        subject.scripts.iter().filter_map(Piece::of).map(|piece| what(path, &piece)).collect()
    };
    collection().par_iter().flat_map_iter(of_file).collect()
}

/// A shell accepts every script that the reader can follow, so only the others need a check.
#[test]
fn what_is_read_to_the_end_a_shell_accepts() {
    let wrong: Vec<String> = of_all_pieces(|path, piece| {
        if piece.is_doubtful() {
            return None;
        }
        let complaint =
            syntax::ask(Path::new("/bin/sh"), piece.text(), Duration::from_secs(60)).unwrap();
        complaint.map(|complaint| format!("{}: {complaint:?}", path.display()))
    })
    .into_iter()
    .flatten()
    .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_read_to_the_end_a_shell_accepts(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..12)) {
        let text = words.concat();
        if crate::shell::read(&text).lost.is_none() {
            proptest::prop_assert_eq!(syntax::ask(Path::new("/bin/sh"), &text, Duration::from_secs(60)), Ok(None), "{}", text);
        }
    }
}

/// Fragments of scripts.
const WORDS: &[&str] = &[
    "a",
    " ",
    " ",
    "\n",
    "\n",
    ";",
    "; ",
    " & ",
    " && ",
    " || ",
    " | ",
    "! ",
    "( ",
    " )",
    "{ ",
    "; }",
    "if a; then b",
    "; fi",
    "\nelse ",
    "while a; do b",
    "; done",
    "for x in a b; do c",
    "for 1x in a; do b; done",
    "case x in",
    " a) b;;",
    "\n*) c",
    " esac",
    "f() ",
    "f-x() ",
    "exit() ",
    "'q'",
    "\"q $x\"",
    "`a`",
    "$(b)",
    "$((1 + 2))",
    "${x:-y}",
    "${x y}",
    "$x",
    ">f ",
    "2>&1 ",
    "<<E\nt\nE\n",
    "<<-E ",
    "x=1 ",
    "x+=1 ",
    "a=(",
    "# c\n",
    "\\\n",
    "\\",
    "function g ",
    "export x",
    "\r\n",
    "\u{e9}",
    "[[ a ]] ",
    "exec ",
    "in ",
    "do ",
    "then ",
    "esac",
    ";; ",
    "$'",
    "~",
    "*",
    "}",
];

/// Most scripts need no other program, so checking a directory takes little more time than reading
/// it.
#[test]
fn most_scripts_need_no_other_program() {
    let doubtful: Vec<bool> = of_all_pieces(|_, piece| piece.is_doubtful());
    assert!(doubtful.iter().filter(|&&doubtful| doubtful).count() * 20 < doubtful.len());
}
