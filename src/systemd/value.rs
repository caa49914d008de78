//! Values of directives. A [`Value`] can only be made here, so nothing gets into a unit unquoted.
//!
//! The quoting was tested with systemd 252 (systemd.syntax(7); systemd.service(5), "Command lines";
//! systemd.unit(5), "Specifiers").

use std::borrow::Cow;
use std::fmt;

use super::folding::folded;
use super::quote::{Dollar, is_noncharacter, is_unprintable};
use super::script_layout::ScriptLayout;
use super::{UnitName, quote};
use crate::text::bytes::lossy;

/// One line that systemd reads literally. `None` if it cannot ([`Value::exact_line`]), or if the
/// text is not UTF-8.
pub(crate) fn literal(text: &str) -> Option<Value> {
    Value::exact_line(text).filter(|_| lossy(text) == text)
}

/// An argument or a variable, with the NUL at its end, is at most this many bytes long
/// (`MAX_ARG_STRLEN` of Linux).
const ARGUMENT_MAX: usize = 131_072;

/// systemd refuses a unit with a longer line, continuations joined (`LONG_LINE_MAX` of systemd).
const LINE_MAX: usize = 1_048_576;

/// The right side of `Directive=`, as written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(String);

/// A line of text for people, for comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Makes one line. Invisible characters, newlines among them, become blanks, because systemd
    /// ends a line at CR and NUL as well.
    pub fn new(text: &str) -> Self {
        let line: String = text
            .chars()
            .map(|character| if is_unprintable(character) { ' ' } else { character })
            .collect();
        Self(line.trim_end_matches(' ').to_owned())
    }

    /// A comment of one line, without its newline.
    pub fn comment(&self) -> String {
        match self.0.as_str() {
            "" => "#".to_owned(),
            // Before systemd 240, a backslash at the end of a comment makes the next line part of
            // it.
            text => format!("# {}", not_continued(text.to_owned())),
        }
    }
}

/// A command line of an `Exec*=` directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What is written before the program.
    pub prefix: Prefix,
    /// The program and its arguments.
    pub argv: Vec<Argument>,
    /// The arguments that begin a physical line, by their index in `argv`.
    pub folds: Vec<usize>,
}

/// The prefixes of a program (systemd.service(5), "Special executable prefixes").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix {
    /// `-`: a failure counts as success.
    pub ignore_failure: bool,
    /// `:`: `$` is not expanded. Since systemd 242. It has no effect together with an
    /// [`Argument::Variable`] or [`Argument::Expanded`].
    pub literal_dollar: bool,
    /// `+`: full privileges, regardless of `User=` and `AppArmorProfile=`. Since systemd 231.
    pub full_privileges: bool,
}

/// One argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Any bytes but NUL, which systemd would read as the four characters `\x00`.
    Word(Vec<u8>),
    /// The text of a shell script, written over several physical lines.
    Script {
        /// The text as the shell gets it.
        text: Vec<u8>,
        /// Offsets just after a newline at which blanks can be added, and at which a following
        /// comment line can be removed, without changing what the script does.
        breaks: Vec<usize>,
        /// Offsets just after an escaped newline that a blank can replace.
        joins: Vec<usize>,
        /// Whether systemd ignores comment lines within the script, which then need no escapes
        /// ([`super::Feature::CommentWithinValue`]).
        ignored_comments: bool,
    },
    /// A variable whose value systemd splits at blanks, such as `MAINPID`: no argument, one, or
    /// several.
    Variable(Cow<'static, str>),
    /// One argument in which systemd replaces variables by their values, whatever these are.
    Expanded(Vec<ArgumentPart>),
    /// A specifier that systemd replaces by one word, such as `%n` (systemd.unit(5), "Specifiers").
    Specifier(&'static str),
    /// The name of a unit, perhaps that of an instance with the specifier `%i`.
    Unit(UnitName),
}

impl Argument {
    fn layout(&self) -> Option<ScriptLayout<'_>> {
        let Self::Script { text, breaks, joins, ignored_comments } = self else { return None };
        Some(ScriptLayout { text, breaks, joins, ignored_comments: *ignored_comments })
    }
}

/// A part of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentPart {
    /// Any bytes but NUL.
    Text(Vec<u8>),
    /// The value of a variable.
    Variable(String),
}

impl Command {
    /// A command without prefixes.
    pub fn new(argv: impl IntoIterator<Item = Argument>) -> Self {
        Self { prefix: Prefix::default(), argv: argv.into_iter().collect(), folds: Vec::new() }
    }

    /// A command of words, without prefixes.
    pub fn words(words: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self::new(words.into_iter().map(|word| Argument::Word(word.into())))
    }

    /// Why systemd would not run this command. Its [`Value`] is harmless even then: systemd refuses
    /// the unit, or the command fails when it is started.
    pub fn refusal(&self) -> Option<Unwritable> {
        let Some(Argument::Word(program)) = self.argv.first() else {
            return Some(Unwritable::Program);
        };
        if !is_program(program) || (program.contains(&b'$') && !self.has_literal_dollar()) {
            return Some(Unwritable::Program);
        }
        for (index, argument) in self.argv.iter().enumerate() {
            let written;
            let (text, len) = match argument {
                Argument::Word(word) => (word, word.len()),
                Argument::Script { text, .. } => {
                    (text, argument.layout().map_or(0, |script| script.len()))
                }
                Argument::Expanded(parts) => {
                    written = with_variables(parts);
                    (&written, written.len())
                }
                Argument::Variable(_) | Argument::Specifier(_) | Argument::Unit(_) => continue,
            };
            if text.contains(&0) {
                return Some(Unwritable::Nul(index));
            }
            if len >= ARGUMENT_MAX {
                return Some(Unwritable::TooLong(index));
            }
        }
        // The name of the directive is on the line as well.
        (Value::command(self).0.len() + 64 > LINE_MAX).then_some(Unwritable::LineTooLong)
    }

    fn has_literal_dollar(&self) -> bool {
        self.prefix.literal_dollar
            && !self
                .argv
                .iter()
                .any(|argument| matches!(argument, Argument::Variable(_) | Argument::Expanded(_)))
    }
}

/// Why a command cannot be written in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// The program is missing, or systemd refuses or misreads it: a relative path; a name with a
    /// control character, a quote or a backslash; a name that begins with a prefix such as `-`,
    /// even in quotes; a name with a `$`; or the name `;`, which ends a command even in quotes.
    Program,
    /// The argument of this index contains a NUL.
    Nul(usize),
    /// The argument of this index is longer than 131 071 bytes, the limit of Linux.
    TooLong(usize),
    /// The line is longer than 1 MiB, the limit of systemd.
    LineTooLong,
}

/// Whether systemd accepts it as an executable: an absolute path, or a name that it looks up
/// (systemd.service(5), "Command lines").
fn is_program(program: &[u8]) -> bool {
    let safe = !program.iter().any(|byte| byte.is_ascii_control() || b"\"'\\".contains(byte));
    let named = match program.first() {
        Some(b'/') => program.last() != Some(&b'/'),
        Some(first) => {
            !b"-@:+!|".contains(first)
                && !program.contains(&b'/')
                && ![&b"."[..], b"..", b";"].contains(&program)
        }
        None => false,
    };
    safe && named
}

impl Value {
    /// A word that systemd defines, such as `yes` or `oneshot`.
    pub fn keyword(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    /// A decimal number.
    pub fn number(number: impl Into<i128>) -> Self {
        Self(number.into().to_string())
    }

    /// A text of numbers and words that systemd defines: `1024:infinity`, `50%`.
    pub fn measure(text: impl fmt::Display) -> Self {
        Self(not_continued(Text::new(&text.to_string()).0))
    }

    /// The name of a unit.
    pub fn unit(name: &UnitName) -> Self {
        // The name may contain a specifier: `dev-%i.device`. Everything else in it is escaped
        // already.
        Self(not_continued(name.as_str().to_owned()))
    }

    /// One line of text for people. Invisible characters become blanks, and blanks at both ends are
    /// removed.
    pub fn line(text: &str) -> Self {
        Self(not_continued(Text::new(text).0.trim_matches(' ').replace('%', "%%")))
    }

    /// A line as from [`Value::line`], followed by the instance name of the template.
    pub fn line_with_instance(text: &str) -> Self {
        Self(format!(
            "{}%I",
            Text::new(text).0.replace('%', "%%") + if text.ends_with(' ') { " " } else { "" }
        ))
    }

    /// One line that systemd reads literally to its end, such as a path. `None` if that is
    /// impossible because the text has invisible characters, newlines among them, or blanks at its
    /// ends.
    pub fn exact_line(text: &str) -> Option<Self> {
        (is_visible(text) && text.trim_matches(' ') == text).then(|| Self::line(text))
    }

    /// A path for a directive that splits its value at blanks, such as `RequiresMountsFor=`. `None`
    /// if the path is not UTF-8 or has invisible characters, because the directive decodes no
    /// escapes.
    pub fn path_word(path: &[u8]) -> Option<Self> {
        let path = std::str::from_utf8(path).ok()?;
        is_visible(path).then(|| Self(quote::quoted_plainly(path)))
    }

    /// A path with `%i` or `%I` for the instance name between `before` and `after`. `None` in the
    /// same cases as [`Value::exact_line`].
    pub fn instance_path(before: &str, specifier: &'static str, after: &str) -> Option<Self> {
        let visible = is_visible(before)
            && is_visible(after)
            && !before.starts_with(' ')
            && !after.ends_with(' ');
        visible.then(|| {
            Self(not_continued(format!(
                "{}{specifier}{}",
                before.replace('%', "%%"),
                after.replace('%', "%%")
            )))
        })
    }

    /// `NAME=VALUE` for `Environment=`. `None` if systemd would ignore it: the name is not a letter
    /// or `_` followed by letters, digits and `_`; the value is not UTF-8, or contains a Unicode
    /// noncharacter or a NUL; or both together are longer than 131 071 bytes. Some systemd versions
    /// do not accept control characters; see [`crate::systemd::Feature::of_value`].
    pub fn environment(name: &str, value: &[u8]) -> Option<Self> {
        assignment(name, value).map(Self)
    }

    /// The name of a variable that systemd accepts. `None` if the name is not valid; see
    /// [`Value::environment`].
    pub fn variable_name(name: &str) -> Option<Self> {
        is_variable_name(name).then(|| Self(name.to_owned()))
    }

    /// `NAME=` with text and a specifier such as `%I`. `None` in the same cases as
    /// [`Value::environment`].
    pub fn environment_specifier(
        name: &str,
        before: &str,
        specifier: &'static str,
    ) -> Option<Self> {
        assignment(name, before.as_bytes()).map(|text| Self(format!("{text}{specifier}")))
    }

    /// Several assignments of `Environment=` in one line.
    pub fn assignments(values: &[Self]) -> Self {
        Self(values.iter().map(Self::as_str).collect::<Vec<_>>().join(" "))
    }

    /// A command line; see [`Command::refusal`].
    pub fn command(command: &Command) -> Self {
        let Prefix { ignore_failure, literal_dollar: _, full_privileges } = command.prefix;
        let literal_dollar = command.has_literal_dollar();
        let mut signs = String::new();
        for (wanted, sign) in [(ignore_failure, '-'), (full_privileges, '+'), (literal_dollar, ':')]
        {
            if wanted {
                signs.push(sign);
            }
        }
        let dollar = if literal_dollar { Dollar::Literal } else { Dollar::Doubled };
        let words = command.argv.iter().map(|argument| match argument {
            Argument::Word(word) => quote::quoted(word, dollar),
            Argument::Script { .. } => {
                argument.layout().map_or_else(String::new, |script| script.written(dollar))
            }
            // Its text has the dollars already.
            Argument::Expanded(parts) => quote::quoted(&with_variables(parts), Dollar::Literal),
            Argument::Variable(name) => format!("${name}"),
            Argument::Specifier(specifier) => (*specifier).to_owned(),
            Argument::Unit(name) => name.as_str().replace('\\', "\\\\"),
        });
        let words: Vec<String> = words.collect();
        Self(signs + &folded(&words, &command.folds))
    }

    /// The text as written in the unit file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The argument with `$` doubled in its text, and `${NAME}` for each variable.
fn with_variables(parts: &[ArgumentPart]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        match part {
            ArgumentPart::Text(text) => {
                for &byte in text {
                    if byte == b'$' {
                        out.push(b'$');
                    }
                    out.push(byte);
                }
            }
            ArgumentPart::Variable(name) => {
                out.extend_from_slice(format!("${{{name}}}").as_bytes());
            }
        }
    }
    out
}

fn is_visible(text: &str) -> bool {
    !text.chars().any(is_unprintable)
}

/// Prevents an odd number of backslashes at the end from continuing the line: it adds a blank,
/// which systemd removes.
fn not_continued(mut line: String) -> String {
    if line.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1 {
        line.push(' ');
    }
    line
}

fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn assignment(name: &str, value: &[u8]) -> Option<String> {
    let value = std::str::from_utf8(value).ok()?;
    let valid = !value.chars().any(|character| character == '\0' || is_noncharacter(character));
    let text = format!("{name}={value}");
    (is_variable_name(name) && valid && text.len() < ARGUMENT_MAX)
        .then(|| quote::quoted(text.as_bytes(), Dollar::Literal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_has_a_second_line() {
        for text in [
            "a\n[Service]\nExecStart=/bin/b",
            "a\rb",
            "a\0b",
            "a\u{85}b",
            "a\u{2028}b",
            "a\\",
            "a\\\n",
            "\n",
        ] {
            let values = [
                Some(Value::line(text)),
                Value::exact_line(text),
                Some(Value::measure(text)),
                Value::path_word(text.as_bytes()),
                Value::instance_path(text, "%i", text),
                Value::environment("A", text.as_bytes()),
                Value::environment(text, b"a"),
                Value::environment_specifier("A", text, "%I"),
                Some(Value::unit(&UnitName::known(text))),
                Some(Value::command(&Command::words([text, text]))),
            ];
            for value in values.into_iter().flatten() {
                assert!(!value.0.chars().any(is_unprintable), "{value:?}");
                assert!(
                    value.0.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 0,
                    "{value:?}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        let refusal = |words: &[&[u8]]| Command::words(words.iter().copied()).refusal();
        assert_eq!(refusal(&[b"/bin/a b", b"\xFF\n", b""]), None);
        for program in
            [&b""[..], b"-a", b"a/b", b"/a/", b"/a\"b", b"/a\nb", b"/a\\b", b"/a$b", b"..", b";"]
        {
            assert_eq!(
                refusal(&[program]),
                Some(Unwritable::Program),
                "{}",
                program.escape_ascii()
            );
        }
        assert_eq!(refusal(&[]), Some(Unwritable::Program));
        assert_eq!(refusal(&[b"/a", b"\0"]), Some(Unwritable::Nul(1)));
        assert_eq!(refusal(&[b"/a", &vec![b'x'; 131_071]]), None);
        assert_eq!(refusal(&[b"/a", &vec![b'x'; 131_072]]), Some(Unwritable::TooLong(1)));
        assert_eq!(
            refusal(&[&[b'a'; 9], &vec![0xFF; 131_071], &vec![0xFF; 131_071]]),
            Some(Unwritable::LineTooLong)
        );
        for (name, value) in [
            ("", ""),
            ("1", ""),
            ("A-B", ""),
            ("A.B", ""),
            ("É", ""),
            ("A\nB", ""),
            ("A", "\0"),
            ("A", "\u{FDD0}"),
        ] {
            assert_eq!(Value::environment(name, value.as_bytes()), None, "{name:?}={value:?}");
            assert!(!value.is_empty() || Value::variable_name(name).is_none(), "{name:?}");
        }
        assert_eq!(Value::environment("A", b"\xFF"), None);
    }

    #[test]
    fn a_variable_needs_its_dollar() {
        let mut command = Command::new([
            Argument::Word(b"/bin/kill".to_vec()),
            Argument::Variable("MAINPID".into()),
            Argument::Word(b"$$".to_vec()),
        ]);
        command.prefix.literal_dollar = true;
        assert_eq!(Value::command(&command).as_str(), "/bin/kill $MAINPID $$$$");
    }

    #[test]
    fn variables_within_an_argument_are_in_braces() {
        let variable = || ArgumentPart::Variable("X".to_owned());
        let text = |text: &str| ArgumentPart::Text(text.as_bytes().to_vec());
        let mut command = Command::new([
            Argument::Word(b"/bin/a$".to_vec()),
            Argument::Expanded(vec![variable()]),
            Argument::Expanded(vec![text("--a=50%$"), variable(), text("/b")]),
            Argument::Expanded(vec![text("it's "), variable(), variable()]),
        ]);
        command.prefix.literal_dollar = true;
        assert_eq!(
            Value::command(&command).as_str(),
            "/bin/a$$ ${X} --a=50%%$$${X}/b \"it's ${X}${X}\""
        );
        assert_eq!(command.refusal(), Some(Unwritable::Program));
    }

    #[test]
    fn the_name_of_a_unit_keeps_its_backslashes_and_its_specifier() {
        let unit = UnitName::known("a\\x2fb@%i.service");
        let command = Command::new([Argument::Word(b"/bin/true".to_vec()), Argument::Unit(unit)]);
        assert_eq!(Value::command(&command).as_str(), "/bin/true a\\\\x2fb@%i.service");
    }
}
