//! The lines of a script without what means nothing.

use super::Script;

/// Removes blank lines at the beginning and at the end, makes one of several blank lines in a row,
/// and puts each `;;` behind the command before it. `reading` has to be the reading of `text`.
/// Nothing changes but `$LINENO` and the line numbers of messages.
pub fn tidy(text: &str, reading: &Script) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = Lines { text, reading, out: &mut out, blank: true, start: 0 };
    for end in &reading.case_ends {
        lines.up_to(end.start);
        lines.out.push(' ');
        lines.start = end.end;
    }
    lines.up_to(text.len());
    if reading.lost.is_none() {
        let end = reading.breaks.last().filter(|&&end| end == text.len());
        // Only a newline that ends a command, and not one within a here-document, is at a break.
        if end.is_some() && lines.blank && out.ends_with("\n\n") {
            out.pop();
        }
    }
    out
}

/// A text that is copied line by line.
struct Lines<'a> {
    text: &'a str,
    reading: &'a Script,
    out: &'a mut String,
    /// Whether the line before is blank, or there is none.
    blank: bool,
    /// What is before is copied or left out.
    start: usize,
}

impl Lines<'_> {
    /// Copies the text up to this offset, without blank lines that follow one another.
    fn up_to(&mut self, end: usize) {
        let breaks = &self.reading.breaks;
        let first = breaks.partition_point(|&at| at <= self.start);
        let within = breaks.iter().skip(first).copied().take_while(|&at| at < end);
        for at in within.chain([end]) {
            let line = &self.text[self.start..at];
            let is_blank = line.ends_with('\n')
                && line.trim_matches([' ', '\t', '\n']).is_empty()
                && (self.start == 0 || breaks.binary_search(&self.start).is_ok());
            if !(is_blank && self.blank) {
                self.out.push_str(if is_blank { "\n" } else { line });
            }
            self.blank = is_blank;
            self.start = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;
    use crate::shell::read;

    #[test]
    fn only_what_means_nothing_is_taken_away() {
        for (text, expected) in [
            ("\n \t\na\n\n\n\nb\n\n\n", "a\n\nb\n"),
            ("a\n\n", "a\n"),
            ("\n\n", ""),
            ("", ""),
            ("\n# a\n\n# b", "# a\n\n# b"),
            ("echo 'a\n\n\nb'\n", "echo 'a\n\n\nb'\n"),
            ("cat <<E\n\n\nE\n\n\nb\n", "cat <<E\n\n\nE\n\nb\n"),
            ("cat <<E\n\n\nE\n", "cat <<E\n\n\nE\n"),
            ("\n\na '\n\n\n", "a '\n\n\n"),
            ("a \\\n\n\nb\n", "a \\\n\n\nb\n"),
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
            ("case x in\na) b\n# c\n\n;;\nesac", "case x in\na) b\n# c\n\n;;\nesac"),
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
