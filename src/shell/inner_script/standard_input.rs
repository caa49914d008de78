//! The commands of a script that may read its standard input.

use std::ops::Range;

use crate::shell::{Script, SimpleCommand};

/// Programs that read their standard input, whatever their arguments are.
const ALWAYS: [&str; 23] = [
    "bc",
    "dc",
    "ffmpeg",
    "ftp",
    "mail",
    "mapfile",
    "mysql",
    "nc",
    "ncat",
    "passwd",
    "psql",
    "read",
    "readarray",
    "select",
    "sftp",
    "ssh",
    "su",
    "tee",
    "telnet",
    "tr",
    "uuencode",
    "xargs",
    "zcat",
];

/// Programs that read their standard input unless they have an operand.
const WITHOUT_OPERAND: [&str; 18] = [
    "ash", "bash", "cat", "cut", "dash", "head", "ksh", "node", "perl", "php", "python", "python3",
    "ruby", "sh", "sort", "tail", "uniq", "wc",
];

/// Programs that read their standard input unless they have an operand behind the first.
const WITH_ONE_OPERAND: [&str; 5] = ["awk", "egrep", "fgrep", "grep", "sed"];

/// Whether a command of the script visibly reads the standard input of the script. It is not known
/// of most programs. `reading` has to be the reading of `text`.
pub(super) fn reads_standard_input(text: &str, reading: &Script) -> bool {
    reading.commands.iter().any(|command| {
        reads_input(command)
            && !command.redirections.iter().any(|range| is_input(text, range))
            && !text[..command.range.start].trim_end().ends_with('|')
    })
}

fn reads_input(command: &SimpleCommand) -> bool {
    let Some(name) = command.name().and_then(|name| name.rsplit('/').next()) else { return false };
    let operands = command
        .words
        .iter()
        .skip(1)
        .filter(|word| !word.literal.as_deref().is_some_and(|literal| literal.starts_with('-')))
        .count();
    match name {
        // `exec PROGRAM` runs a program that is none of this list.
        "exec" => command.words.get(1).is_some_and(|_| {
            let inner = SimpleCommand { words: command.words[1..].to_vec(), ..command.clone() };
            reads_input(&inner)
        }),
        _ if ALWAYS.contains(&name) => true,
        _ if WITHOUT_OPERAND.contains(&name) => operands == 0,
        _ => WITH_ONE_OPERAND.contains(&name) && operands < 2,
    }
}

/// Whether the redirection in this range is one of the standard input.
pub(super) fn is_input(text: &str, range: &Range<usize>) -> bool {
    text[range.clone()].trim_start_matches('0').starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::reads_standard_input;
    use crate::shell::read;

    #[test]
    fn what_reads_its_input_is_seen() {
        for (text, expected) in [
            ("read x\n", true),
            ("ssh host true\n", true),
            ("exec cat\n", true),
            ("cat -n\n", true),
            ("if grep -q x; then y; fi\n", true),
            ("/bin/sh -x\n", true),
            ("cat /a; grep x /b; sort </c; read x <&3\n", false),
            ("a | grep -q x\na |\n  wc -l\n", false),
            ("bash /a; exec bundle exec cat\n", false),
            ("cd /x\nexec run\n", false),
        ] {
            let reading = read(text);
            assert_eq!(reads_standard_input(text, &reading), expected, "{text:?}");
        }
    }
}
