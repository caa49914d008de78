//! Checks that no text of a job, and no name, begins a line of its own in any written file: neither
//! a directive nor a section nor a rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use upstart2systemd::upstart::stanza_table;

use crate::modes::below;
use crate::program::analyze;
use crate::program::system::System;

/// Jobs with each stanza. `TEXT` marks the places that take any text.
const STANZAS: [&str; 48] = [
    "apparmor load TEXT",
    "apparmor switch TEXT",
    "author TEXT",
    "cgroup cpu TEXT shares 5",
    "cgroup memory \"TEXT\" \"TEXT\" \"TEXT\"",
    "chdir /TEXT",
    "chroot /TEXT",
    "description TEXT",
    "emits TEXT",
    "env A=TEXT",
    "env TEXT",
    "export TEXT",
    "exec /bin/x TEXT",
    "exec /TEXT",
    "exec echo $A; TEXT",
    "instance TEXT",
    "instance a${TEXT}b",
    "kill signal TEXT",
    "kill timeout TEXT",
    "limit nofile TEXT TEXT",
    "nice TEXT",
    "normal exit TEXT 3",
    "oom score TEXT",
    "post-start exec /bin/x TEXT",
    "post-stop exec /bin/x TEXT",
    "pre-start exec /bin/x TEXT",
    "pre-stop exec /bin/x TEXT",
    "reload signal TEXT",
    "respawn limit TEXT 5",
    "script\nTEXT\nend script",
    "setgid TEXT",
    "setuid TEXT",
    "start on started TEXT",
    "start on TEXT",
    "start on TEXT and joined",
    "start on joined TEXT and also A=TEXT",
    "start on runlevel RUNLEVEL=TEXT",
    "start on file FILE=/TEXT EVENT=modified",
    "start on socket PROTO=unix PATH=/TEXT",
    "start on socket PROTO=inet PORT=TEXT ADDR=TEXT",
    "start on usb-device-added DEVNAME=\"TEXT\" ID_X=\"TEXT\"\ntask",
    "start on dbus-activation TEXT",
    "start on mounted MOUNTPOINT=/TEXT",
    "stop on stopping TEXT",
    "stop on TEXT A=TEXT",
    "umask TEXT",
    "usage TEXT",
    "version TEXT",
];

/// Stanzas of other versions of Upstart.
const OLD_STANZAS: [&str; 9] = [
    "start on TEXT",
    "start script\nTEXT\nend script",
    "stop script\nTEXT\nend script",
    "respawn script\nTEXT\nend script",
    "respawn /bin/x TEXT",
    "pid file /TEXT",
    "pid binary TEXT",
    "pid timeout TEXT",
    "daemon\nexec /bin/x TEXT",
];
const NEW_STANZAS: [&str; 2] = ["import TEXT\nexec /bin/x", "tmpfiles TEXT\nexec /bin/x"];

/// Stanzas that take no text.
const WITHOUT_TEXT: [&str; 9] =
    ["console", "debug", "expect", "manual", "respawn", "task", "service", "session leader", "oom"];

/// Texts that may end a line, with and without quotes, or prevent its end.
fn texts() -> Vec<String> {
    let ends = [
        "\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\\\n", "\\n",
        "\\x0a", "\\012", " ; ", "\\\r\n",
    ];
    let injected = |end: &str| format!("a{end}Injected=yes{end}[Injected]{end}Injected=yes{end}");
    let mut texts: Vec<String> =
        ends.iter().flat_map(|end| [injected(end), format!("\"{}\"", injected(end))]).collect();
    texts.extend(
        [
            "a\\",
            "\"a\\\"",
            "'a\\'",
            "\"a\\\\\"",
            "a\\\\\\",
            "a\" , RUN+=\"Injected",
            "a\\\", RUN+=\\\"Injected",
            "# [Injected]",
        ]
        .map(str::to_owned),
    );
    texts
}

/// File names, which contain no slash.
fn names() -> Vec<String> {
    ["\n", "\r", "\u{85}", "\u{2028}", "\\", "\\\n", "\"", ";\n"]
        .iter()
        .map(|end| format!("a{end}Injected=yes{end}[Injected]{end}Injected=yes{end}.conf"))
        .collect()
}

#[test]
fn the_stanzas_are_all_that_there_are() {
    let all = [&STANZAS[..], &OLD_STANZAS, &NEW_STANZAS].concat();
    let missing: Vec<_> = stanza_table::STANZAS
        .iter()
        .map(|row| row.keyword)
        .filter(|keyword| {
            !WITHOUT_TEXT.contains(keyword) && !all.iter().any(|stanza| stanza.starts_with(keyword))
        })
        .collect();
    assert!(missing.is_empty(), "no text is tried in {missing:?}");
}

#[test]
fn no_text_begins_a_line() {
    check("init", &["--dialect", "upstart-1.13"], &STANZAS, 600);
}

#[test]
fn no_text_of_another_upstart_begins_a_line() {
    check("event.d", &["--dialect", "0.3"], &OLD_STANZAS, 100);
    check("init", &["--dialect", "chromeos"], &NEW_STANZAS, 20);
}

/// Converts jobs with arbitrary text, and checks all files that are written. At least `least` units
/// must be written.
fn check(directory: &str, options: &[&str], stanzas: &[&str], least: usize) {
    let is_old = directory == "event.d";
    let system = System::new(&[]);
    for (number, stanza) in stanzas.iter().enumerate() {
        for (which, text) in texts().iter().enumerate() {
            let exec = if stanza.contains("exec /") || stanza.contains("respawn ") {
                ""
            } else {
                "\nexec /bin/z"
            };
            let ending = if is_old { "" } else { ".conf" };
            system.put(
                &format!("{directory}/s{number}-{which}{ending}"),
                format!("{}{exec}\n", stanza.replace("TEXT", text)),
            );
        }
    }
    let long = "echo 'one line of a script'\n".repeat(6_000);
    for (number, name) in names().iter().enumerate() {
        let name = if is_old { name.trim_end_matches(".conf") } else { name };
        let start = [
            "start on dbus-activation a.bN",
            "start on usb-device-added\ntask",
            "start on started s0-0 and stopped s0-1",
            "instance $X",
            "start on joined and also",
        ];
        system.put(
            &format!("{directory}/{name}"),
            format!(
                "{}\nscript\n{long}end script\n",
                start[number % start.len()].replace('N', &number.to_string())
            ),
        );
    }
    let mut units = 0;
    for more in [["--logs", "file"], ["--systemd-version", "229"]] {
        let out = format!("out{}", more.concat());
        let ran = system.migrate(
            &[&[directory, "-o", &out, "-q", "--fail-on", "never"], options, &more].concat(),
        );
        assert!(matches!(ran.status, Some(0 | 3)), "{ran:?}");
        let files: Vec<_> =
            below(&system.at(&out)).into_iter().filter(|path| path.is_file()).collect();
        for path in &files {
            read(path);
        }
        let written = system.at(&out).join("etc/systemd/system");
        units = analyze::units(&written).len();
        if more[0] == "--logs" {
            // systemd does not detect injections, but the units must be valid as well.
            let said = analyze::of(&written, &analyze::units(&written)).unwrap_or_default();
            assert!(said.is_empty(), "systemd says {said:#?}");
        }
    }
    assert!(units >= least, "only {units} units were written");
}

/// Reads a file by lines, as systemd, udev and other readers do.
fn read(path: &Path) {
    let text = String::from_utf8(fs::read(path).unwrap()).unwrap();
    let shown = path.display();
    // Characters that systemd or another reader takes for the end of a line, or that are invisible.
    let hidden = text
        .chars()
        .find(|character| character.is_control() && *character != '\n' && *character != '\t');
    assert_eq!(hidden, None, "{shown}: {text}");
    if path.to_str().unwrap().contains("usr/local/lib/") {
        // The content of a script is the job's own.
        let body = text.strip_prefix("#!/bin/sh -e\n").unwrap_or(&text);
        let (header, rest) = body.split_once('\n').unwrap();
        assert!(
            header.starts_with("# Made for ") && !rest.starts_with("Injected"),
            "{shown}: {header}"
        );
        return;
    }
    let is_rule = path.extension().is_some_and(|ending| ending == "rules");
    let (mut continued, mut keys) = (false, BTreeSet::new());
    for line in text.lines() {
        let comment = line.starts_with(['#', ';']);
        if continued && !comment {
            assert!(
                line.starts_with("    ") || line == "'" || line == "\"",
                "{shown}: a line is swallowed: {line:?}\n{text}"
            );
        } else if !continued {
            assert!(
                !line.trim_start().starts_with("Injected")
                    && !line.trim_start().starts_with("[Injected"),
                "{shown}: {line:?}\n{text}"
            );
            keys.insert(line.split(['=', ' ']).next().unwrap().to_owned());
        }
        if is_rule && !comment {
            // The text outside of quotes.
            let outside: String = line.split('"').step_by(2).collect();
            assert!(
                !outside.contains("RUN")
                    && !line.contains("\\\"")
                    && line.matches('"').count().is_multiple_of(2),
                "{shown}: {line}"
            );
        }
        let backslashes = line.bytes().rev().take_while(|&byte| byte == b'\\').count();
        // Before version 240, a comment continues after a backslash as well.
        assert!(!(comment && !continued && backslashes % 2 == 1), "{shown}: {line}");
        continued = if comment { continued } else { backslashes % 2 == 1 };
    }
    assert!(!continued, "{shown}: {text}");
    if path.extension().is_some_and(|ending| ending == "service") && path.starts_with("etc/systemd")
    {
        assert!(keys.contains("IgnoreSIGPIPE") || keys.contains("Type"), "{shown}: {text}");
    }
}
