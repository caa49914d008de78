//! Jobs with random scripts and commands, converted by the program, and what their units do when
//! they run.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use upstart2systemd::convert::convert;
use upstart2systemd::lower::options::{Options, ScriptPlace, Style};
use upstart2systemd::systemd::Directive;
use upstart2systemd::text::bytes::encode;
use upstart2systemd::text::source::{Source, Sources};
use upstart2systemd::upstart::job::JobName;

use crate::expansion::expanded;
use crate::systemd::{Reading, commands, values};
use crate::{script, statement};

/// A command that init runs without a shell if its arguments need none.
const PRINTF: &str = "/usr/bin/printf %s,";

const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// The words before `script`, and the directive of its command in the unit.
const PHASES: [(&str, Directive); 4] = [
    ("", Directive::ExecStart),
    ("pre-start ", Directive::ExecStartPre),
    ("post-start ", Directive::ExecStartPost),
    ("post-stop ", Directive::ExecStopPost),
];

/// Values of `env V=`, as written and as parsed.
const VALUES: [(&str, &str); 5] = [
    ("plain", "plain"),
    ("a%i%%b", "a%i%%b"),
    ("\"a  'b'; #é\"", "a  'b'; #é"),
    ("'a\\tb \"c\"'", "a\\tb \"c\""),
    ("\"\"", ""),
];

#[derive(Clone, Debug)]
pub struct Case {
    scripts: [Option<Text>; 4],
    /// The indentation of all lines in the job.
    indentation: &'static str,
    value: (&'static str, &'static str),
    /// The words of an `exec` in place of the main script, each with what separates it from the word
    /// before.
    exec: Option<Vec<(&'static str, &'static str)>>,
    options: Options,
}

/// Words of a command, and what separates words in a job.
const WORDS: [&str; 17] = [
    "a",
    "-b",
    "--c=d",
    "'e f'",
    "\"$V\"",
    "$V",
    "x\"$V\"y",
    "'#'",
    "\"; g\"",
    "\\;",
    "'%i'",
    "50%",
    "é",
    "''",
    "--long=0123456789012345678901234567890123456789",
    "'$x'",
    "\"i  j\"",
];
const SEPARATORS: [&str; 5] = [" ", "  ", " \\\n", " \\\n    ", "\t\\\n\\\n  "];

/// The `Debug` output can be pasted into a test.
#[derive(Clone)]
struct Text(Vec<u8>);

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// The exit status of a process and its output.
type End = (ExitStatus, String);

pub fn cases() -> impl Strategy<Value = Case> {
    let script = || {
        prop_oneof![2 => statement::scripts(), 1 => fed(), 1 => script::scripts().prop_map(|script| script.text.into_bytes())].prop_map(Text)
    };
    let scripts =
        (script().prop_map(Some), option::of(script()), option::of(script()), option::of(script()))
            .prop_map(<[_; 4]>::from);
    // Before version 242, no prefix makes systemd keep `$` in a command (NEWS of systemd 242).
    let options = (
        select(vec![229, 241, 249, 252]),
        select(&[Style::Plain, Style::Exact][..]),
        select(&[ScriptPlace::Inline, ScriptPlace::Files, ScriptPlace::Auto][..]),
    )
        .prop_map(|(systemd_version, style, scripts)| Options {
            systemd_version,
            style,
            scripts,
            companions: true,
            ..Options::default()
        });
    let words = vec((select(&SEPARATORS[..]), select(&WORDS[..])), 0..9);
    let exec = option::weighted(0.3, words);
    (scripts, select(vec!["", "    ", "\t"]), select(&VALUES[..]), exec, options).prop_map(
        |(scripts, indentation, value, exec, options)| Case {
            scripts,
            indentation,
            value,
            exec,
            options,
        },
    )
}

/// Scripts that give a script to a shell in a here-document, as the last command.
fn fed() -> impl Strategy<Value = Vec<u8>> {
    let before = select(vec!["", "# first\n", "echo before\n\n", "f() { echo f; }\nf\n"]);
    let shell = select(vec!["/bin/sh", "exec /bin/sh", "exec sh -e", "/bin/sh -eu"]);
    let redirection = select(vec!["<<'THE END'", ">&1 <<\"THE END\"", "<<'THE END' 2>/dev/null"]);
    let inner = prop_oneof![
        script::scripts().prop_map(|script| script.text.into_bytes()),
        statement::scripts(),
    ];
    (before, shell, redirection, inner, select(vec!["", "\n# last\n"])).prop_map(
        |(before, shell, redirection, mut inner, after)| {
            if !inner.ends_with(b"\n") {
                inner.push(b'\n');
            }
            [
                format!("{before}{shell} {redirection}\n").as_bytes(),
                &inner,
                format!("THE END\n{after}").as_bytes(),
            ]
            .concat()
        },
    )
}

impl Case {
    fn job(&self) -> Vec<u8> {
        let mut out = format!("description \"50% of $it\"\nenv V={}\n", self.value.0).into_bytes();
        for (script, (phase, _)) in self
            .scripts
            .iter()
            .zip(PHASES)
            .filter_map(|(script, phase)| Some((script.as_ref()?, phase)))
        {
            if let Some(exec) = self.exec.as_ref().filter(|_| phase.is_empty()) {
                out.extend(format!("exec {PRINTF}").as_bytes());
                out.extend(
                    exec.iter().flat_map(|(before, word)| [*before, *word]).flat_map(str::bytes),
                );
                out.push(b'\n');
                continue;
            }
            out.extend(format!("{phase}script\n").as_bytes());
            for line in script.0.split_inclusive(|&byte| byte == b'\n') {
                out.extend([self.indentation.as_bytes(), line].concat());
            }
            out.extend(if script.0.ends_with(b"\n") {
                &b"end script\n"[..]
            } else {
                b"\nend script\n"
            });
        }
        out
    }

    /// What init runs in a shell for a phase, or what has the same effect.
    fn text(&self, phase: &str, script: &Text) -> Vec<u8> {
        match self.exec.as_ref().filter(|_| phase.is_empty()) {
            Some(exec) => {
                let words: Vec<&str> = exec.iter().map(|(_, word)| *word).collect();
                format!("exec {PRINTF} {}", words.join(" ")).into_bytes()
            }
            None => script.0.clone(),
        }
    }

    /// The files of the job: paths and texts. The unit is the first.
    pub fn files(&self, name: &str) -> Vec<(String, String)> {
        let sources =
            Sources { conf: Source::new(format!("{name}.conf"), self.job()), overriding: None };
        let conversion = convert(&sources, JobName(name.to_owned()), &self.options);
        assert!(
            !conversion.outputs.is_empty(),
            "{self:?} is refused: {:?}",
            conversion.diagnostics
        );
        conversion.outputs.into_iter().map(|output| (output.path, output.text)).collect()
    }

    /// Runs each script, and the command that systemd has read from the unit, and compares the
    /// results. Returns whether each script succeeds.
    pub fn check(
        &self,
        name: &str,
        files: &[(String, String)],
        reading: &Reading,
        directory: &Path,
    ) -> Result<Vec<bool>, String> {
        let (path, text) = &files[0];
        let path = unit_name(path);
        let unit = reading.unit(path).ok_or_else(|| format!("{path} is not loaded"))?;
        let environment: Vec<(&[u8], &[u8])> = values(unit, "Environment")
            .into_iter()
            .map(|line| line.split_at(line.iter().position(|&byte| byte == b'=').unwrap()))
            .map(|(key, value)| (key, &value[1..]))
            .collect();
        let own: [(&[u8], &[u8]); 3] = [
            (b"V", self.value.1.as_bytes()),
            (b"UPSTART_JOB", name.as_bytes()),
            (b"UPSTART_INSTANCE", b""),
        ];
        let mut successes = Vec::new();
        for (script, (phase, directive)) in self.scripts.iter().zip(PHASES) {
            let read = commands(unit, directive.name())?;
            let Some(script) = script else {
                if read.is_empty() {
                    continue;
                }
                return Err(format!("{} from nowhere: {text}", directive.name()));
            };
            let [argv] = read.as_slice() else {
                return Err(format!("{} of {}: {text}", read.len(), directive.name()));
            };
            let argv = if is_literal(text, directive) {
                argv.clone()
            } else {
                let set: Vec<_> =
                    environment.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
                expanded(argv, &set)
            };
            let argv = in_file(argv, files, directory);
            let script = self.text(phase, script);
            let before = run(&[b"/bin/sh", b"-e", b"-c", &script], &own, directory);
            let after =
                run(&argv.iter().map(Vec::as_slice).collect::<Vec<_>>(), &environment, directory);
            if before != after {
                return Err(format!(
                    "{}: {before:?} before, {after:?} after\n{text}",
                    directive.name()
                ));
            }
            successes.push(before.0.success());
        }
        Ok(successes)
    }
}

/// The name of the unit at a path.
pub fn unit_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The command that runs a script from a file of the job, or the command itself.
fn in_file(argv: Vec<Vec<u8>>, files: &[(String, String)], directory: &Path) -> Vec<Vec<u8>> {
    let (program, words) = argv.split_last().unwrap();
    let is_program = |path: &str| program.strip_prefix(b"/") == Some(path.as_bytes());
    let Some((path, text)) = files.iter().find(|(path, _)| is_program(path)) else { return argv };
    assert!(text.starts_with("#!/bin/sh -e\n"), "{text}");
    // systemd does not run programs with unusual names.
    assert!(words.is_empty() || words == [&b"/bin/sh"[..], b"-e"], "{argv:?}");
    let file = directory.join(path.replace('/', "_"));
    fs::write(&file, &*encode(text)).unwrap();
    // A file that is written elsewhere at this time cannot be executed.
    vec![b"/bin/sh".to_vec(), b"-e".to_vec(), file.into_os_string().into_vec()]
}

/// Whether systemd keeps `$` unchanged in a command.
fn is_literal(unit: &str, directive: Directive) -> bool {
    let start = format!("{}=", directive.name());
    let command = unit.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default();
    command.split('/').next().is_some_and(|prefixes| prefixes.contains(':'))
}

fn run(argv: &[&[u8]], environment: &[(&[u8], &[u8])], directory: &Path) -> End {
    let text = |bytes| OsStr::from_bytes(bytes);
    let output = Command::new(text(argv[0]))
        .args(argv[1..].iter().map(|word| text(word)))
        .env_clear()
        .env("PATH", PATH)
        .envs(environment.iter().map(|(key, value)| (text(key), text(value))))
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", argv.concat().escape_ascii()));
    (output.status, output.stdout.escape_ascii().to_string())
}
