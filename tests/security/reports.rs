//! Checks that text of a job, its name, its path, or of a file in the way cannot control a
//! terminal, end a line of a report, or be read as a command.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};

use crate::program::skipped::skipped;
use crate::program::system::System;
use crate::program::{PROGRAM, formats};

/// Text that moves a cursor, sets a title, rings the bell, hides text, changes its direction, ends
/// a line, or is not UTF-8.
const EVIL: &[u8] =
    b"\x1b[31m\x1b]0;title\x07\x08\x7f\r\xc2\x9b1A\xc2\x85\xe2\x80\xae\xe2\x80\x8b\xe2\x80\xa8\xef\xbb\xbf\xf3\xa0\x81\x81\xff\x0b\x0c";

/// A command for a workflow of GitHub, and markup of HTML and Markdown.
const MARKUP: &[u8] = b"::error file=a::b%0A::set-output name=a::b ##[command]c <script>alert(1)</script> [a](b) `c` & \"d\" </svg>, a:b";

/// Jobs for which messages of all kinds contain these texts.
fn system(text: &[u8]) -> System {
    let system = System::new(&[]);
    let jobs: [(&[u8], &[u8]); 14] = [
        (b"stanza", b"TEXT\n"),
        (b"word", b"respawn limit TEXT TEXT\n"),
        (b"late", b"exec /bin/x\nconsole TEXT\n"),
        (b"event", b"start on TEXT A=TEXT and (started TEXT or b TEXT\n"),
        (b"job", b"start on started TEXT and a TEXT B=TEXT\nstop on stopping TEXT\nexec /bin/x TEXT\n"),
        (b"names", b"start on socket PROTO=TEXT\nexec TEXT\n"),
        (b"variable", b"env TEXT=TEXT\nexport TEXT\nexec TEXT $TEXT\n"),
        (b"twice", b"chdir TEXT\nchdir /TEXT\nchroot TEXT\nsetuid TEXT\nsetuid TEXT\nexec /bin/x\n"),
        (b"limit", b"limit nofile TEXT TEXT\nexec /bin/x\n"),
        (b"script", b"env PASSWORD=TEXT\nscript\n  TEXT=1 cat <<TEXT\n  rm -rf $TEXT/*\n  TEXT &\nend script\n"),
        (b"unclosed", b"script\nTEXT\n"),
        (b"instance", b"instance TEXT$TEXT\nusage TEXT\nemits TEXT\nexec /bin/x\n"),
        (b"allowed", b"# upstart2systemd: allow TEXT\nexec /bin/x # upstart2systemd: allow(TEXT)\n"),
        (b"old", b"kill signal TEXT\nreload signal TEXT\nnormal exit TEXT\nexec /bin/x\n"),
    ];
    let text_of_names = text.split(|byte| *byte == b'/').collect::<Vec<_>>().concat();
    let put = |name: Vec<u8>, content: Vec<u8>| {
        let path = system.directory.path().join("etc/init").join(OsStr::from_bytes(&name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    for (name, job) in jobs {
        put([name, b".conf"].concat(), replaced(job, text));
        put([name, &text_of_names, b"\n.conf"].concat(), replaced(job, text));
    }
    put([&text_of_names, &b".override"[..]].concat(), b"manual\n".to_vec());
    put([&text_of_names, &b".CONF"[..]].concat(), b"manual\n".to_vec());
    put([&text_of_names, &b".d/a.conf"[..]].concat(), b"exec\n".to_vec());
    let shown: String = String::from_utf8_lossy(text)
        .chars()
        .map(|character| if character.is_control() { '\u{202e}' } else { character })
        .collect();
    system.put("config.toml", format!("select = ['{shown}']\n"));
    system
}

fn replaced(job: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = job;
    while let Some(at) = rest.windows(4).position(|window| window == b"TEXT") {
        out.extend([&rest[..at], text].concat());
        rest = &rest[at + 4..];
    }
    [out, rest.to_vec()].concat()
}

/// All commands that report on these jobs, each with its name and its output.
fn all(system: &System, format: &str) -> Vec<(String, Output)> {
    let mut files: Vec<OsString> = fs::read_dir(system.at("etc/init"))
        .unwrap()
        .map(|entry| entry.unwrap().path().into())
        .collect();
    files.sort();
    let words = |words: &str| words.split(' ').map(OsString::from).collect::<Vec<_>>();
    let mut commands: Vec<Vec<OsString>> = vec![
        words("migrate etc/init -o out --explain-jobs"),
        words("migrate etc/init --dry-run --fail-on note --systemd-version 229"),
        words("migrate etc/init --dry-run --dialect 0.3"),
        words("lint etc/init --migration"),
        words("lint etc/init --write-baseline baseline.json"),
        words("lint etc/init --baseline baseline.json"),
        words("lint etc/init --config config.toml"),
        [words("convert -o out2"), files.clone()].concat(),
        [words("lint"), files.clone()].concat(),
    ];
    // Paths that do not exist or that are in the way.
    for (number, file) in files.iter().enumerate() {
        commands.push([words("convert"), vec![file.clone()]].concat());
        if number == 0 {
            let missing = [file.as_bytes(), b".missing"].concat();
            commands.push([words("convert"), vec![OsStr::from_bytes(&missing).into()]].concat());
            commands.push(
                [words("migrate"), vec![OsStr::from_bytes(&missing).into()], words("-o out")]
                    .concat(),
            );
            commands.push(
                [
                    words("migrate etc/init -o"),
                    vec![[file.as_bytes(), b"/out"].concat()]
                        .into_iter()
                        .map(|path| OsStr::from_bytes(&path).into())
                        .collect(),
                ]
                .concat(),
            );
        }
    }
    commands
        .into_iter()
        .map(|command| {
            let output = system
                .program(&[command.clone(), words("--format"), words(format)].concat())
                .output()
                .unwrap();
            assert!(output.status.code().is_some_and(|code| code < 4), "{command:?}: {output:?}");
            (format!("{command:?} {format}"), output)
        })
        .collect()
}

fn acts(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[test]
fn nothing_acts_on_a_terminal() {
    let system = system(EVIL);
    system.put("out/etc/systemd/system/variable.service", [b"# ", EVIL, b"\n"].concat());
    for format in &formats() {
        for (command, output) in all(&system, format) {
            for stream in [&output.stdout, &output.stderr] {
                let text = std::str::from_utf8(stream).unwrap_or_else(|error| {
                    panic!("{command}: {error}: {}", stream.escape_ascii())
                });
                // In JSON, invisible characters are data.
                let machine = matches!(format.as_str(), "json" | "sarif" | "gitlab");
                let at = text.char_indices().find(|(_, character)| {
                    if machine {
                        character.is_control() && *character != '\n'
                    } else {
                        acts(*character)
                    }
                });
                assert!(
                    at.is_none(),
                    "{command}: {:?} in {:?}",
                    at,
                    text.get(at.unwrap().0.saturating_sub(80)..)
                        .unwrap_or(text)
                        .chars()
                        .take(160)
                        .collect::<String>()
                );
            }
        }
    }
    // With colours, only colours are added.
    let ran = system.migrate(&["etc/init", "-o", "out", "--color", "always"]);
    for (number, part) in ran.stderr.split('\x1b').enumerate() {
        let (colour, text) = if number == 0 { ("[0", part) } else { part.split_once('m').unwrap() };
        assert!(!text.chars().any(acts), "{text:?}");
        assert!(
            colour.strip_prefix('[').is_some_and(|digits| digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';')),
            "{colour:?}"
        );
    }
}

/// A patch contains the text of files byte by byte, except on a terminal.
#[test]
fn a_patch_does_not_act_on_a_terminal() {
    let system = system(EVIL);
    system.put("out/etc/systemd/system/allowed.service", [b"# ", EVIL, b"\n"].concat());
    for arguments in ["migrate etc/init -o out --diff", "lint etc/init --fix --unsafe --diff"] {
        let piped = system.program(&arguments.split(' ').collect::<Vec<_>>()).output().unwrap();
        assert!(
            piped.stdout.windows(EVIL.len()).any(|window| window == EVIL),
            "{arguments}: {}",
            piped.stdout.escape_ascii()
        );
        let mut script = Command::new("script");
        script
            .args(["-qec", &format!("{PROGRAM} {arguments} --color never"), "/dev/null"])
            .current_dir(system.directory.path());
        let Ok(output) = script.stdin(Stdio::null()).output() else {
            skipped("there is no script(1), and so no terminal");
            return;
        };
        let text = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
        assert!(text.contains("--- a/") && text.contains("␛[31m"), "{arguments}: {text}");
        assert_eq!(text.chars().find(|character| acts(*character)), None, "{arguments}: {text:?}");
    }
}

#[test]
fn nothing_is_markup() {
    let system = system(MARKUP);
    for (command, output) in all(&system, "github") {
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("::")) {
            // Each line is one command, whose properties and text do not end early.
            let (start, rest) = line
                .strip_prefix("::")
                .and_then(|line| line.split_once("::"))
                .unwrap_or_else(|| panic!("{command}: {line}"));
            let (severity, properties) = start.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&severity), "{command}: {line}");
            for property in properties.split(',') {
                let (name, value) =
                    property.split_once('=').unwrap_or_else(|| panic!("{command}: {line}"));
                assert!(
                    ["title", "file", "line", "endLine", "col", "endColumn"].contains(&name),
                    "{command}: {line}"
                );
                assert!(!value.contains(':'), "{command}: {line}");
            }
            let names: Vec<_> =
                properties.split(',').map(|property| property.split('=').next().unwrap()).collect();
            assert!(names.starts_with(&["title", "file", "line", "endLine"]), "{command}: {line}");
            // Text in a job that looks like an escape does not become a newline.
            assert!(
                !rest.contains('\r') && !line.contains("b%0A::set") && !line.contains("b%0A%3A"),
                "{command}: {line}"
            );
        }
    }
    for format in ["json", "sarif", "gitlab"] {
        for (command, output) in all(&system, format) {
            // `lint` prints its report on standard output, but for an error in the arguments.
            let is_report = command.starts_with("[\"lint") && output.status.code() != Some(2);
            let report = if is_report { output.stdout } else { output.stderr };
            let text = String::from_utf8(report).unwrap();
            // An error in the arguments is plain text. So is an error of writing, which follows the
            // object.
            if !text.starts_with("error: ") {
                let (object, rest) = text.split_once('\n').unwrap_or((&text, ""));
                let parsed = serde_json::from_str::<serde_json::Value>(object);
                assert!(
                    parsed.is_ok() && (rest.is_empty() || rest.starts_with("error: ")),
                    "{command}: {parsed:?}: {text}"
                );
            }
        }
    }
}
