//! The lines of a script without what means nothing.

use std::ops::Range;

use super::{Script, dedent, read};

/// The script without the indentation that all lines share, without blank lines, and with each `;;`
/// behind the command before it. `reading` has to be the reading of `text`. Nothing changes but
/// `$LINENO` and the line numbers of messages.
pub fn readable(text: &str, reading: &Script) -> String {
    let tidied = tidy(text, reading);
    if tidied == text { dedent(text, reading) } else { dedent(&tidied, &read(&tidied)) }
}

fn tidy(text: &str, reading: &Script) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    for end in &reading.case_ends {
        copy(text, reading, start..end.start, &mut out);
        out.push(' ');
        start = end.end;
    }
    copy(text, reading, start..text.len(), &mut out);
    out
}

/// Copies the lines of a part of the text that are not blank.
fn copy(text: &str, reading: &Script, part: Range<usize>, out: &mut String) {
    let breaks = &reading.breaks;
    let first = breaks.partition_point(|&at| at <= part.start);
    let within = breaks.iter().skip(first).copied().take_while(|&at| at < part.end);
    let mut start = part.start;
    for end in within.chain([part.end]) {
        let line = &text[start..end];
        let begins_line = start == 0 || breaks.binary_search(&start).is_ok();
        if !(begins_line && line.ends_with('\n') && line.trim_matches([' ', '\t', '\n']).is_empty())
        {
            out.push_str(line);
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;
    use crate::shell::read;

    #[test]
    fn only_what_means_nothing_is_taken_away() {
        for (text, expected) in [
            ("\n \t\na\n\n\n\nb\n\n\n", "a\nb\n"),
            ("a\n\n", "a\n"),
            ("\n\n", ""),
            ("", ""),
            ("\n# a\n\n# b", "# a\n# b"),
            ("echo 'a\n\n\nb'\n", "echo 'a\n\n\nb'\n"),
            ("cat <<E\n\n\nE\n\n\nb\n", "cat <<E\n\n\nE\nb\n"),
            ("cat <<E\n\n\nE\n", "cat <<E\n\n\nE\n"),
            ("\n\na '\n\n\n", "a '\n\n\n"),
            ("a \\\n\n\nb\n", "a \\\n\nb\n"),
        ] {
            assert_eq!(tidy(text, &read(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn a_case_ends_behind_its_command() {
        for (text, expected) in [
            ("case $1 in\na)\n  b\n  ;;\nesac\n", "case $1 in\na)\n  b ;;\nesac\n"),
            ("case x in a) b; c\n\n\n;;\nd) ;; esac", "case x in a) b; c ;;\nd) ;; esac"),
            ("case x in\na)\n  ;;\nesac", "case x in\na) ;;\nesac"),
            ("case x in\na) b &\n;;\nesac", "case x in\na) b & ;;\nesac"),
            ("case x in\na) b # c\n;;\nesac", "case x in\na) b # c\n;;\nesac"),
            ("case x in\na) b\n# c\n\n;;\nesac", "case x in\na) b\n# c\n;;\nesac"),
            ("case x in\na) cat <<E\nE\n;;\nesac", "case x in\na) cat <<E\nE\n;;\nesac"),
            ("case x in\na) b \\\n\n;;\nesac", "case x in\na) b \\\n\n;;\nesac"),
            ("case x in\na) b \\\\\n;;\nesac", "case x in\na) b \\\\\n;;\nesac"),
            (
                "case x in\na)\ncase y in\nb)\nc\n;;\nesac\n;;\nesac\n",
                "case x in\na)\ncase y in\nb)\nc ;;\nesac ;;\nesac\n",
            ),
            ("case x in\na) b\r\n;;\nesac", "case x in\na) b\r ;;\nesac"),
            ("echo \"$(case x in\na) b\n;;\nesac)\"", "echo \"$(case x in\na) b ;;\nesac)\""),
        ] {
            assert_eq!(tidy(text, &read(text)), expected, "{text:?}");
        }
    }
}
