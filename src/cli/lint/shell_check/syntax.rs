//! `sh -n`: whether a shell can read a text, without running it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Answer;
use crate::cli::child;
use crate::text::bytes::encode;

/// Why a shell cannot read a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// Counted from 1. Shells that read a single line may not report it.
    pub(super) line: Option<usize>,
    pub(super) message: String,
}

/// Runs the shell on the text. Returns `None` if it can read the text.
pub(super) fn ask(sh: &Path, text: &str, limit: Duration) -> Answer<Option<Complaint>> {
    // The environment is cleared, because some shells read a file that it names, and because
    // messages must be in English.
    let ended = child::run(
        Command::new(sh).arg("-n").env_clear().env("LC_ALL", "C"),
        encode(text).into_owned(),
        limit,
    )?;
    match ended.status {
        Some(0) => Ok(None),
        Some(_) => Ok(Some(complaint(&String::from_utf8_lossy(&ended.stderr)))),
        None => Err("a signal ended it".to_owned()),
    }
}

/// Parses the first complaint of the shell. Its forms are:
///
/// ```text
/// sh: 2: Syntax error: "fi" unexpected                          dash
/// sh: line 2: syntax error near unexpected token `fi'           bash, which then repeats the line
/// sh: line 2: unexpected EOF while looking for matching `"'     bash
/// sh: syntax error near unexpected token `)'                    bash, in last line without an end
/// sh: line 2: syntax error: unexpected "fi"                     busybox
/// ```
fn complaint(stderr: &str) -> Complaint {
    let lines = stderr.lines().filter(|line| !line.trim().is_empty());
    let said = lines.map(split).find(|(_, message)| !message.starts_with("warning: "));
    let (line, message) = said.unwrap_or((None, "without a message"));
    let message = ["Syntax error: ", "syntax error: "]
        .into_iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .unwrap_or(message);
    Complaint { line, message: message.trim_end().to_owned() }
}

/// The number of the line, and the message.
fn split(said: &str) -> (Option<usize>, &str) {
    // The first part is the name of the shell or of its input.
    let Some((_, rest)) = said.split_once(": ") else { return (None, said) };
    let numbered = rest.split_once(": ").and_then(|(place, message)| {
        let number = place.strip_prefix("line ").unwrap_or(place).parse().ok()?;
        Some((Some(number), message))
    });
    numbered.unwrap_or((None, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_of_shells_are_understood() {
        for (stderr, line, message) in [
            (
                "sh: 2: Syntax error: end of file unexpected (expecting \"fi\")\n",
                Some(2),
                "end of file unexpected (expecting \"fi\")",
            ),
            (
                "/bin/sh: 12: Syntax error: Unterminated quoted string\n",
                Some(12),
                "Unterminated quoted string",
            ),
            (
                "sh: line 1: syntax error near unexpected token `)'\nsh: line 1: `foo )'\n",
                Some(1),
                "syntax error near unexpected token `)'",
            ),
            (
                "sh: line 3: syntax error: unexpected end of file\n",
                Some(3),
                "unexpected end of file",
            ),
            (
                "sh: line 3: syntax error: unexpected end of file from `if' command on line 1\n",
                Some(3),
                "unexpected end of file from `if' command on line 1",
            ),
            (
                "sh: line 1: unexpected EOF while looking for matching `\"'\n",
                Some(1),
                "unexpected EOF while looking for matching `\"'",
            ),
            (
                "sh: syntax error near unexpected token `)'\nsh: `foo )'\n",
                None,
                "syntax error near unexpected token `)'",
            ),
            (
                "sh: line 2: warning: here-document at line 1 delimited by end-of-file (wanted `E')\nsh: line 4: syntax error: x\n",
                Some(4),
                "x",
            ),
            ("sh: line 1: syntax error: unexpected \"fi\"\n", Some(1), "unexpected \"fi\""),
            ("sh: syntax error: unterminated quoted string\n", None, "unterminated quoted string"),
            ("what", None, "what"),
            ("\n", None, "without a message"),
        ] {
            assert_eq!(
                complaint(stderr),
                Complaint { line, message: message.to_owned() },
                "{stderr}"
            );
        }
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test says what it leaves out")]
    fn shells_that_are_here_are_understood() {
        for shell in ["/bin/sh", "/bin/dash", "/bin/bash"] {
            if !child::is_program(Path::new(shell)) {
                eprintln!("skipped: there is no {shell} on this machine");
                continue;
            }
            for (text, lines) in [
                ("a\nb\n", &[][..]),
                ("a\nfi\nb\n", &[2]),
                ("a\n\u{e9} ) b\nc\n", &[2]),
                ("if a; then\n  b\n", &[2, 3]),
                ("a\n\"b\nc\n", &[2, 3, 4]),
                ("a\r\nif b; then\r\nfi\r\n", &[3, 4]),
            ] {
                let complaint = ask(Path::new(shell), text, Duration::from_secs(20)).unwrap();
                match complaint {
                    None => assert!(lines.is_empty(), "{shell}: {text}"),
                    Some(complaint) => assert!(
                        complaint.line.is_some_and(|line| lines.contains(&line)),
                        "{shell}: {text}: {complaint:?}"
                    ),
                }
            }
        }
    }

    #[test]
    fn nothing_is_run() {
        let directory = tempfile::tempdir().unwrap();
        let witness = directory.path().join("witness");
        let text = format!(
            "touch {0}\n$(touch {0})\n`touch {0}`\nset +n\ntouch {0}\nif\n",
            witness.display()
        );
        assert!(ask(Path::new("/bin/sh"), &text, Duration::from_secs(20)).unwrap().is_some());
        assert!(!witness.exists());
    }
}
