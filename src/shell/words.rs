//! The words of a command that needs no shell.

use super::{Context, Script, SimpleCommand};

/// The arguments of the text after `exec`, if a shell would only split the text and remove quotes:
/// one simple command of literal words, without assignments, redirections, operators and comments.
/// `None` otherwise. A first word that begins with `-` could be an option of `exec`, and a first
/// word without a name is an error, so both give `None`. After `exec`, a name never is a builtin.
pub fn words(text: &str, reading: &Script) -> Option<Vec<String>> {
    let command = alone(text, reading)?;
    let begins_and_ends = |blanks: &[char]| {
        let rest = text.trim_end_matches(['\n', ' ', '\t']).trim_start_matches(blanks);
        rest.len() == command.range.len()
    };
    if !command.redirections.is_empty() || !begins_and_ends(&[' ', '\t']) {
        return None;
    }
    let words: Vec<String> =
        command.words.iter().map(|word| word.literal.clone()).collect::<Option<_>>()?;
    words.first().filter(|name| !name.is_empty() && !name.starts_with('-'))?;
    Some(words)
}

/// The command of a text that has nothing else but comments: one simple command, without
/// assignments and operators.
pub fn alone<'r>(text: &str, reading: &'r Script) -> Option<&'r SimpleCommand> {
    let [command] = reading.commands.as_slice() else { return None };
    if reading.lost.is_some() || !command.assignments.is_empty() || command.context != Context::TOP
    {
        return None;
    }
    let mut end = 0;
    let mut others: Vec<_> = reading.comments.iter().chain([&command.range]).collect();
    others.sort_by_key(|range| range.start);
    for range in others {
        if !is_blank(text.get(end..range.start)?) {
            return None;
        }
        end = range.end;
    }
    is_blank(text.get(end..)?).then_some(command)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::words;
    use crate::shell::read;

    #[test]
    fn literal_commands_are_split() {
        for (text, expected) in [
            ("/usr/bin/foo", &["/usr/bin/foo"][..]),
            ("foo --opt=value \"a b\" 'c  d' e\\ f", &["foo", "--opt=value", "a b", "c  d", "e f"]),
            ("  foo\t-c ''\n", &["foo", "-c", ""]),
            ("foo \\\n  bar", &["foo", "bar"]),
            ("foo \"a\\\"b\\x\\\\\\$\\`\\\nc\"", &["foo", "a\"b\\x\\$`c"]),
            (
                "foo a#b [ ] % ! ^ @x, a~ a{b}",
                &["foo", "a#b", "[", "]", "%", "!", "^", "@x,", "a~", "a{b}"],
            ),
            ("foo 'a'\"b\"c$ \"$\"", &["foo", "abc$", "$"]),
            ("foo -- VAR=value {} \\;", &["foo", "--", "VAR=value", "{}", ";"]),
            ("foo bar\r", &["foo", "bar\r"]),
            ("test x", &["test", "x"]),
        ] {
            let expected: Vec<String> = expected.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(words(text, &read(text)), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_a_shell_is_needed_for_is_not() {
        for text in [
            "",
            "   ",
            "-a foo bar",
            "''",
            "\nfoo",
            "foo; bar",
            "foo;",
            "foo &",
            "foo && bar",
            "foo | bar",
            "foo $X",
            "foo \"$X\"",
            "foo `x`",
            "foo $(x)",
            "foo $((1))",
            "foo *.c",
            "foo a?",
            "foo [a]",
            "foo ~/x",
            "foo --home=~",
            "foo a:~",
            "foo {a,b}",
            "foo {1..3}",
            "foo $'a'",
            "foo $\"a\"",
            "foo >x",
            "foo 2>&1",
            "foo <<E\nE\n",
            "A=b foo",
            "foo # comment",
            "foo\n# comment\n",
            "foo\nbar",
            "if foo",
            "! foo",
            "(foo)",
            "{ foo; }",
            "f() { foo; }",
            "foo 'a",
            "foo \"a",
            "foo \\",
            "foo a\0b",
        ] {
            assert_eq!(words(text, &read(text)), None, "{text:?}");
        }
    }
}
