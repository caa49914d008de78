//! Jobs with random scripts, converted by the program, and what their units do when they run.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use upstart2systemd::convert::convert;
use upstart2systemd::lower::options::Options;
use upstart2systemd::systemd::Directive;
use upstart2systemd::text::source::{Source, Sources};
use upstart2systemd::upstart::job::JobName;

use crate::systemd::{Reading, commands, values};
use crate::unit::single_dollars;
use crate::{script, statement};

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
    systemd_version: u32,
}

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
        prop_oneof![2 => statement::scripts(), 1 => script::scripts().prop_map(|script| script.text.into_bytes())].prop_map(Text)
    };
    let scripts =
        (script().prop_map(Some), option::of(script()), option::of(script()), option::of(script()))
            .prop_map(<[_; 4]>::from);
    // Before version 242, no prefix makes systemd keep `$` in a command (NEWS of systemd 242).
    (scripts, select(vec!["", "    ", "\t"]), select(&VALUES[..]), select(vec![229, 241, 249, 252]))
        .prop_map(|(scripts, indentation, value, systemd_version)| Case {
            scripts,
            indentation,
            value,
            systemd_version,
        })
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

    /// The name and the text of the unit.
    pub fn unit(&self, name: &str) -> (String, String) {
        let sources =
            Sources { conf: Source::new(format!("{name}.conf"), self.job()), overriding: None };
        let options = Options { systemd_version: self.systemd_version, ..Options::default() };
        let conversion = convert(&sources, JobName(name.to_owned()), &options);
        let output = conversion
            .outputs
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{self:?} is refused: {:?}", conversion.diagnostics));
        let path = Path::new(&output.path).file_name().unwrap().to_str().unwrap().to_owned();
        (path, output.text)
    }

    /// Runs each script, and the command that systemd has read from the unit, and compares the
    /// results. Returns whether each script succeeds.
    pub fn check(
        &self,
        name: &str,
        (path, text): &(String, String),
        reading: &Reading,
        directory: &Path,
    ) -> Result<Vec<bool>, String> {
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
        for (script, (_, directive)) in self.scripts.iter().zip(PHASES) {
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
                Ok(argv.clone())
            } else {
                argv.iter().map(|word| single_dollars(word)).collect()
            }?;
            let before = run(&[b"/bin/sh", b"-e", b"-c", &script.0], &own, directory);
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
