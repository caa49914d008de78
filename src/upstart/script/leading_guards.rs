//! Start guards: tests at the beginning of a script that cancel the start.

use std::ops::Range;

use crate::shell::{Script, SimpleCommand};

/// What `test` checks about a file (test(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileTestKind {
    /// `-e`
    Exists,
    /// `-d`
    IsDirectory,
    /// `-f`
    IsRegular,
    /// `-x`
    IsExecutable,
    /// `-s`
    IsNotEmpty,
    /// `-r`
    IsReadable,
    /// `-h`, `-L`
    IsSymbolicLink,
}

const OPERATORS: [(&str, FileTestKind); 8] = [
    ("-e", FileTestKind::Exists),
    ("-d", FileTestKind::IsDirectory),
    ("-f", FileTestKind::IsRegular),
    ("-x", FileTestKind::IsExecutable),
    ("-s", FileTestKind::IsNotEmpty),
    ("-r", FileTestKind::IsReadable),
    ("-h", FileTestKind::IsSymbolicLink),
    ("-L", FileTestKind::IsSymbolicLink),
];

/// A test that has to succeed, or the start is cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTest {
    /// What is checked.
    pub kind: FileTestKind,
    /// The check must be false.
    pub negated: bool,
    /// An absolute path without expansions.
    pub path: String,
    /// The whole statement that contains the test. The tests of one statement have the same range
    /// and belong together.
    pub range: Range<usize>,
}

/// A script, split into its guards and the rest. The text after the range of any guard is a script
/// of its own, so a caller that supports only some kinds of test can remove just the first
/// statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guards {
    /// The tests, all of which have to succeed.
    pub guards: Vec<FileTest>,
    /// The rest of the script.
    pub rest: Range<usize>,
}

/// Finds the statements at the beginning of a script that only `stop` the job and `exit 0` unless
/// certain files exist (or have another property). The last statement of a script may lack the
/// `exit`. Blank lines and comments are allowed between the statements. So is `set -e`, which is in
/// effect already.
pub fn leading_guards(text: &str, reading: &Script) -> Guards {
    let mut guards = Vec::new();
    let mut rest = 0;
    if reading.lost.is_none() {
        let mut statements = Statements {
            text,
            at: 0,
            commands: &reading.commands,
            last_status: text.rfind("$?").unwrap_or(0),
        };
        while let Some(tests) = statements.guard() {
            rest = statements.at;
            guards.extend(tests);
        }
    }
    Guards { guards, rest: rest..text.len() }
}

/// How the tests of a statement are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    And,
    Or,
}

/// A script, statement by statement. Between simple commands without expansions there are only
/// operators, reserved words, blanks and comments, so searching the text between them is safe.
struct Statements<'t> {
    text: &'t str,
    at: usize,
    /// The commands after `at`.
    commands: &'t [SimpleCommand],
    /// The offset of the last `$?`; 0 if there is none.
    last_status: usize,
}

impl<'t> Statements<'t> {
    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            if rest.starts_with([' ', '\t']) {
                self.at += 1;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn skip_lines(&mut self) {
        self.skip_blanks();
        while self.text[self.at..].starts_with('\n') {
            self.at += 1;
            self.skip_blanks();
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Reads a reserved word that is followed by a blank.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let found = rest
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with([' ', '\t', '\n']) || rest.starts_with("\\\n "));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Reads the simple command that begins exactly here.
    fn command(&mut self) -> Option<&'t SimpleCommand> {
        self.skip_blanks();
        let command = self.next()?;
        self.commands = &self.commands[1..];
        self.at = command.range.end;
        Some(command)
    }

    /// The simple command that begins exactly here, without reading it.
    fn next(&self) -> Option<&'t SimpleCommand> {
        self.commands.first().filter(|command| command.range.start == self.at)
    }

    /// Reads `;` or a newline, and the newlines after it.
    fn separator(&mut self) -> Option<()> {
        self.skip_blanks();
        if self.text[self.at..].starts_with(";;") {
            return None;
        }
        let semicolon = self.take(";");
        let before = self.at;
        self.skip_lines();
        (semicolon || self.text[before..self.at].contains('\n')).then_some(())
    }

    /// Reads the end of a statement: `;`, the end of its line, or the end of the script. Returns
    /// the offset after it.
    fn end(&mut self) -> Option<usize> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        if rest.starts_with('\n') || (rest.starts_with(';') && !rest.starts_with(";;")) {
            self.at += 1;
        } else if !rest.is_empty() {
            return None;
        }
        Some(self.at)
    }

    /// Reads tests that are all joined by `&&` or all by `||`. Also returns how they are joined,
    /// and the operator after them, which is read as well.
    fn tests(&mut self) -> Option<(Vec<FileTest>, Option<Join>, Option<Join>)> {
        let (mut tests, mut join) = (Vec::new(), None);
        loop {
            let negated = self.take_word("!");
            let (mut found, inner) = file_tests(self.command()?)?;
            if negated {
                if inner.is_some() {
                    return None;
                }
                negate(&mut found);
            }
            if inner.is_some() && join.is_some() && inner != join {
                return None;
            }
            tests.append(&mut found);
            let next = if self.take("&&") {
                Join::And
            } else if self.take("||") {
                Join::Or
            } else {
                return Some((tests, join.or(inner), None));
            };
            self.skip_lines();
            let is_test = self.text[self.at..].starts_with('!')
                || self.next().is_some_and(|command| matches!(command.name(), Some("[" | "test")));
            if !is_test {
                return Some((tests, join.or(inner), Some(next)));
            }
            join = join.or(inner);
            if join.is_some_and(|join| join != next) {
                return None;
            }
            join = Some(next);
        }
    }

    /// Reads `stop`, and `; exit 0` with a separator if `separated`. Returns whether the `exit`
    /// exists.
    fn calls_off(&mut self, separated: bool) -> Option<bool> {
        let stop = self.command()?;
        if ![&["stop"][..], &["/sbin/stop"], &["initctl", "stop"], &["/sbin/initctl", "stop"]]
            .iter()
            .any(|words| stop.is(words))
        {
            return None;
        }
        if !separated {
            return Some(false);
        }
        self.separator()?;
        let exits = self.next().is_some_and(|command| command.is(&["exit", "0"]));
        if exits {
            self.command()?;
            self.separator()?;
        }
        Some(exits)
    }

    /// Reads the next statement. `None` if it is not a guard.
    fn guard(&mut self) -> Option<Vec<FileTest>> {
        self.skip_lines();
        // The script runs under `sh -e` already.
        while self.next().is_some_and(|command| command.is(&["set", "-e"])) {
            self.command()?;
            self.end()?;
            self.skip_lines();
        }
        let start = self.at;
        let (mut tests, exits, fires_on_success, fails_when_passed);
        if self.take_word("if") {
            let (found, join, None) = self.tests()? else { return None };
            // Any one test has to be enough to cancel the start.
            if join == Some(Join::And) {
                return None;
            }
            self.separator()?;
            if !self.take_word("then") {
                return None;
            }
            self.skip_lines();
            exits = self.calls_off(true)?;
            if !self.take("fi") {
                return None;
            }
            (tests, fires_on_success, fails_when_passed) = (found, true, false);
        } else {
            let (found, join, Some(last)) = self.tests()? else { return None };
            // `a && b || stop` cancels unless both hold, `a || b && stop` cancels if either holds.
            if join == Some(last) {
                return None;
            }
            if self.take_word("{") {
                self.skip_lines();
                exits = self.calls_off(true)?;
                if !self.take("}") {
                    return None;
                }
            } else {
                exits = self.calls_off(false)?;
            }
            (tests, fires_on_success, fails_when_passed) =
                (found, last == Join::And, last == Join::And);
        }
        let end = self.end()?;
        let is_last = self.only_comments_follow();
        // Without an `exit` the rest of the script would run. If the test of `&& stop` fails, that
        // is the status of the statement, and of the script if the statement is the last one.
        let status_is_used = || {
            is_last
                || self.last_status >= end
                || self.commands.first().is_some_and(|next| next.is(&["exit"]))
        };
        if (!exits && !is_last) || (fails_when_passed && status_is_used()) {
            return None;
        }
        if fires_on_success {
            negate(&mut tests);
        }
        for test in &mut tests {
            test.range = start..end;
        }
        Some(tests)
    }

    fn only_comments_follow(&self) -> bool {
        let mut rest = Statements { commands: &[], ..*self };
        rest.skip_lines();
        rest.at == self.text.len()
    }
}

fn negate(tests: &mut [FileTest]) {
    for test in tests {
        test.negated = !test.negated;
    }
}

/// The tests of `[ -x /a ]`, `test ! -d /a` or `[ -f /a -a -x /b ]`, and how they are joined.
fn file_tests(command: &SimpleCommand) -> Option<(Vec<FileTest>, Option<Join>)> {
    if !command.assignments.is_empty() || !command.redirections.is_empty() {
        return None;
    }
    let words: Vec<&str> =
        command.words.iter().map(|word| word.literal.as_deref()).collect::<Option<_>>()?;
    let (["test", rest @ ..] | ["[", rest @ .., "]"]) = words.as_slice() else { return None };
    let mut rest = rest;
    let (mut tests, mut join) = (Vec::new(), None);
    loop {
        let negated = rest.first() == Some(&"!");
        let &[operator, path, ref more @ ..] = &rest[usize::from(negated)..] else { return None };
        let (_, kind) = OPERATORS.iter().find(|(name, _)| *name == operator)?;
        if !path.starts_with('/') {
            return None;
        }
        tests.push(FileTest {
            kind: *kind,
            negated,
            path: path.to_owned(),
            range: command.range.clone(),
        });
        let Some((joining, more)) = more.split_first() else { return Some((tests, join)) };
        let next = match *joining {
            "-a" => Join::And,
            "-o" => Join::Or,
            _ => return None,
        };
        if join.is_some_and(|join| join != next) {
            return None;
        }
        join = Some(next);
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::read;

    fn found(text: &str) -> (Vec<String>, &str) {
        let Guards { guards, rest } = leading_guards(text, &read(text));
        let guards = guards.iter().map(|test| {
            format!("{}{:?} {}", if test.negated { "!" } else { "" }, test.kind, test.path)
        });
        (guards.collect(), &text[rest])
    }

    #[test]
    fn guards_are_taken_from_the_beginning() {
        for (text, expected, rest) in [
            ("[ -x /a ] || { stop; exit 0; }\nfoo\n", &["IsExecutable /a"][..], "foo\n"),
            (
                "  test -f '/a b' || { stop; exit 0; }  # why\n\n# next\nfoo",
                &["IsRegular /a b"],
                "\n# next\nfoo",
            ),
            ("[ ! -e /a ] && { stop; exit 0; }\nfoo", &["Exists /a"], "foo"),
            ("[ -e /a ] && { stop; exit 0; }; foo", &["!Exists /a"], " foo"),
            ("if [ ! -x /a ]; then stop; exit 0; fi\n", &["IsExecutable /a"], ""),
            (
                "if ! test -d /a; then\n    stop\n    exit 0\nfi\nfoo\n",
                &["IsDirectory /a"],
                "foo\n",
            ),
            (
                "if ! test -d /a # x; y\nthen # it's\n\n stop # x\n /bin/true\nfi\n",
                &[],
                "if ! test -d /a # x; y\nthen # it's\n\n stop # x\n /bin/true\nfi\n",
            ),
            ("! [ -s /a ] ||\n{\n /sbin/stop\n exit 0\n}", &["!IsNotEmpty /a"], ""),
            (
                "[ -x /a ] || { initctl stop; exit 0; }\n\n#\n[ -h /b ] || { stop; exit 0; }\nx",
                &["IsExecutable /a", "IsSymbolicLink /b"],
                "x",
            ),
            ("[ -x /a ] \\\n    || { stop ; exit 0 ; }\nx", &["IsExecutable /a"], "x"),
            (
                "[ -f /a -a -x /b ] || { stop; exit 0; }\nx",
                &["IsRegular /a", "IsExecutable /b"],
                "x",
            ),
            (
                "[ -f /a ] && [ -x /b ] || { stop; exit 0; }\nx",
                &["IsRegular /a", "IsExecutable /b"],
                "x",
            ),
            (
                "if [ ! -f /a -o ! -x /b ]; then stop; exit 0; fi\nx",
                &["IsRegular /a", "IsExecutable /b"],
                "x",
            ),
            (
                "if [ ! -f /a ] || test -x /b; then stop; exit 0; fi\nx",
                &["IsRegular /a", "!IsExecutable /b"],
                "x",
            ),
            (
                "[ -f /a ] || [ -f /b ] && { stop; exit 0; }\nx",
                &["!IsRegular /a", "!IsRegular /b"],
                "x",
            ),
            ("[ -x /a ] || stop\n# end\n", &["IsExecutable /a"], "# end\n"),
            (
                "set -e\n\n[ -x /a ] || { stop; exit 0; }\nset -e\nx",
                &["IsExecutable /a"],
                "set -e\nx",
            ),
            (
                "[ -x /a ] || { stop; exit 0; }\n[ -e /b ] && { stop; exit 0; }\n",
                &["IsExecutable /a"],
                "[ -e /b ] && { stop; exit 0; }\n",
            ),
            (
                "[ -x /a ] || { stop; exit 0; }\n. /etc/default/x\n[ -x /b ] || { stop; exit 0; }\n",
                &["IsExecutable /a"],
                ". /etc/default/x\n[ -x /b ] || { stop; exit 0; }\n",
            ),
        ] {
            let expected: Vec<String> = expected.iter().map(|&test| test.to_owned()).collect();
            assert_eq!(found(text), (expected, rest), "{text:?}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "foo\n[ -x /a ] || { stop; exit 0; }\n",
            "[ -x a ] || { stop; exit 0; }\nx",
            "[ -x $A ] || { stop; exit 0; }\nx",
            "[ -x /a* ] || { stop; exit 0; }\nx",
            "[ -x /a ] || { exit 0; }\nx",
            "[ -x /a ] || exit 0\nx",
            "[ -x /a ] || { stop; exit 1; }\nx",
            "[ -x /a ] || { stop; exit; }\nx",
            "[ -x /a ] || { stop; }\nx",
            "[ -x /a ] || stop\nx",
            "[ -x /a ] || stop\nf() { x; }",
            "[ -x /a ] || { stop foo; exit 0; }\nx",
            "[ -x /a ] || { stop 2>/dev/null; exit 0; }\nx",
            "[ -x /a ] || { echo no; stop; exit 0; }\nx",
            "[ -x /a ] || { stop; exit 0; } >/b\nx",
            "[ -x /a ] || { stop; exit 0; } &\nx",
            "[ -x /a ] || { stop; exit 0; } | x",
            "[ -x /a ] || { stop; exit 0; } || true\nx",
            "[ -x /a ] || ( stop; exit 0; )\nx",
            "[ -x /a ] 2>/dev/null || { stop; exit 0; }\nx",
            "A=b [ -x /a ] || { stop; exit 0; }\nx",
            "[ -x /a -a -n x ] || { stop; exit 0; }\nx",
            "[ -x /a -o -x /b ] || { stop; exit 0; }\nx",
            "[ -x /a ] || [ -x /b ] || { stop; exit 0; }\nx",
            "[ -x /a ] && [ -x /b ] && { stop; exit 0; }\nx",
            "[ -x /a ] && [ -x /b -o -x /c ] || { stop; exit 0; }\nx",
            "! [ -x /a -a -x /b ] || { stop; exit 0; }\nx",
            "if [ -x /a ] && [ -x /b ]; then stop; exit 0; fi\nx",
            "if [ -x /a ]; then stop; exit 0; else x; fi\n",
            "if [ -x /a ]; then stop; exit 0; elif x; then y; fi\n",
            "if [ -x /a ]; then stop; exit 0; fi | x\n",
            "if [ -x /a ]; then stop; exit 0; fi >x\n",
            "[ -e /a ] && { stop; exit 0; }\n# end\n",
            "[ -e /a ] && { stop; exit 0; }\necho $?\n",
            "[ -e /a ] && { stop; exit 0; }\nexit\n",
            "[ -x /a ] || { stop; exit 0; }\nx 'unclosed",
        ] {
            let (guards, rest) = found(text);
            assert_eq!((guards.as_slice(), rest), (&[][..], text));
        }
    }
}
