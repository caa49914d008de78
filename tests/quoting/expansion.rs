//! Jobs whose command has variables: what systemd makes of the arguments, if the unit has no shell,
//! is what the shell of the job makes of them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use upstart2systemd::convert::convert;
use upstart2systemd::lower::options::Options;
use upstart2systemd::text::source::{Source, Sources};
use upstart2systemd::upstart::job::JobName;

use crate::systemd::{Reading, commands, values};
use crate::text;

/// Prints its arguments.
const PROGRAM: &str = "/bin/sh -c 'for word; do printf \"[%s]\" \"$word\"; done' -";

/// Words with the variables `V` and `W`, and with one that nothing sets.
const WORDS: [&str; 26] = [
    "$V",
    "${V}",
    "\"$V\"",
    "\"${V}\"",
    "\"$V \"",
    "$W",
    "\"$W\"",
    "$V$W",
    "\"$V\"$W",
    "\"$V$W\"",
    "a$V",
    "a=\"$V\"",
    "--a=$V/b",
    "\"--a=${V}/b\"",
    "$V-$W",
    "'$V'",
    "'$'\"$V\"",
    "\\$$V",
    "\"50% $V\"",
    "it\\'s\"$V\"",
    "\"\"$V",
    "literal",
    "'two words'",
    "'*'",
    "\"$UNSET\"",
    "~$V",
];

/// The beginnings of values, which say more about a rule than random text.
const VALUES: [&str; 18] = [
    "",
    " ",
    "plain",
    "/srv/a-b_c.d",
    "two words",
    "  three  more words ",
    "a\tb",
    "it's",
    "'a b' c",
    "\"a b\"",
    "a\\b",
    "*",
    "b?",
    "[ab]",
    "50%",
    "$V ${W} $$",
    "~",
    "a\rb",
];

/// Files that patterns find.
const FILES: [&str; 5] = ["a", "ab", "b c", "\\b", "\\"];

#[derive(Clone, Debug)]
pub struct Case {
    words: Vec<&'static str>,
    values: [String; 2],
    systemd_version: u32,
}

pub fn cases() -> impl Strategy<Value = Case> {
    let value = || {
        let value = prop_oneof![4 => select(&VALUES[..]).prop_map(str::to_owned), 1 => text::string(), 1 => "[ -~\t]{0,6}"];
        // init reads a line end in a value as a blank.
        value.prop_map(|value| value.replace('\n', " "))
    };
    let versions = select(vec![229, 241, 249, 252]);
    (vec(select(&WORDS[..]), 1..5), [value(), value()], versions)
        .prop_map(|(words, values, systemd_version)| Case { words, values, systemd_version })
}

impl Case {
    fn command(&self) -> String {
        format!("exec {PROGRAM} {}", self.words.join(" "))
    }

    /// The name and the text of the unit.
    pub fn unit(&self, name: &str) -> (String, String) {
        let quoted = |value: &String| value.replace('\'', "'\"'\"'");
        let [v, w] = self.values.each_ref().map(quoted);
        let job = format!("env V='{v}'\nenv W='{w}'\n{}\n", self.command());
        let sources =
            Sources { conf: Source::new(format!("{name}.conf"), job.into()), overriding: None };
        let options = Options { systemd_version: self.systemd_version, ..Options::default() };
        let conversion = convert(&sources, JobName(name.to_owned()), &options);
        let text = conversion.outputs.into_iter().next().map(|output| output.text);
        (format!("{name}.service"), text.unwrap_or_default())
    }

    /// Compares what the shell prints with what the unit does. Returns whether the unit has no
    /// shell around the program.
    pub fn check(
        &self,
        (path, text): &(String, String),
        reading: &Reading,
        directory: &Path,
    ) -> Result<bool, String> {
        // Some text is no value of a job: a backslash at its end would quote the quote.
        let Some(unit) = reading.unit(path).filter(|_| !text.is_empty()) else { return Ok(false) };
        for file in FILES {
            std::fs::write(directory.join(file), "").unwrap();
        }
        let environment: Vec<(Vec<u8>, Vec<u8>)> = values(unit, "Environment")
            .into_iter()
            .filter_map(|line| {
                let at = line.iter().position(|&byte| byte == b'=')?;
                Some((line[..at].to_vec(), line[at + 1..].to_vec()))
            })
            .collect();
        let read = commands(unit, "ExecStart")?;
        let [argv] = read.as_slice() else { return Err(format!("no command: {text}")) };
        // Around the program, the shell has the option -e.
        if argv.get(1).is_some_and(|word| word == b"-e") {
            return Ok(false);
        }
        let is_literal = text.contains("\nExecStart=:");
        let after = if is_literal { argv.clone() } else { expanded(argv, &environment) };
        let before = [&b"/bin/sh"[..], b"-e", b"-c", self.command().as_bytes()].map(<[u8]>::to_vec);
        let (before, after) =
            (run(&before, &environment, directory), run(&after, &environment, directory));
        if before == after {
            Ok(true)
        } else {
            Err(format!("{before} before, {after} after\n{text}"))
        }
    }
}

fn run(argv: &[Vec<u8>], environment: &[(Vec<u8>, Vec<u8>)], directory: &Path) -> String {
    let text = |bytes| OsStr::from_bytes(bytes);
    let output = Command::new(text(&argv[0]))
        .args(argv[1..].iter().map(|word| text(word)))
        .env_clear()
        .envs(environment.iter().map(|(key, value)| (text(key), text(value))))
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    output.stdout.escape_ascii().to_string()
}

/// What systemd makes of the arguments when it executes a command: `replace_env_argv()` in
/// `src/basic/env-util.c`, which is the same in all versions from 229 to 252 for the words that the
/// program writes.
pub(crate) fn expanded(argv: &[Vec<u8>], environment: &[(Vec<u8>, Vec<u8>)]) -> Vec<Vec<u8>> {
    let value = |name: &[u8]| {
        environment.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
    };
    let mut out = vec![argv[0].clone()];
    for word in &argv[1..] {
        match word.as_slice() {
            [b'$', next, ..] if !b"{$".contains(next) => {
                out.extend(split(value(&word[1..]).unwrap_or_default()));
            }
            _ => out.push(replaced(word, value)),
        }
    }
    out
}

/// The word with `${NAME}` replaced by values, and `$$` by `$`.
fn replaced<'v>(mut word: &[u8], value: impl Fn(&[u8]) -> Option<&'v [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        match word {
            [] => return out,
            [b'$', b'$', rest @ ..] => {
                out.push(b'$');
                word = rest;
            }
            [b'$', b'{', rest @ ..] => {
                let end = rest.iter().position(|&byte| byte == b'}').expect("a closing brace");
                out.extend(value(&rest[..end]).unwrap_or_default());
                word = &rest[end + 1..];
            }
            [byte, rest @ ..] => {
                out.push(*byte);
                word = rest;
            }
        }
    }
}

/// The words of a value: `extract_first_word()` with `EXTRACT_UNQUOTE` and `EXTRACT_RELAX`.
fn split(value: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let (mut word, mut quote): (Option<Vec<u8>>, _) = (None, None);
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b' ' | b'\t' | b'\n' | b'\r', None) => words.extend(word.take()),
            (b'\'' | b'"', None) => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (_, Some(open)) if open == byte => quote = None,
            (b'\\', _) => word.get_or_insert_default().extend(bytes.next()),
            _ => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    words
}
