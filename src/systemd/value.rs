//! Values of directives. A [`Value`] can only be made here, so nothing reaches a unit unquoted.
//!
//! How systemd reads them back was tried on systemd 252; see systemd.syntax(7), systemd.service(5)
//! ("Command lines") and systemd.unit(5) ("Specifiers").

use std::fmt;

use super::UnitName;

/// The right side of `Directive=`, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(String);

/// A line for people: a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Control characters, line ends among them, become blanks: systemd ends a line at CR and NUL too.
    pub fn new(text: &str) -> Self {
        Self(
            text.chars().map(|character| if is_unprintable(character) { ' ' } else { character }).collect::<String>().trim_end().to_owned(),
        )
    }

    pub(super) fn write_comment(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A comment is not continued by a backslash at its end.
        writeln!(f, "# {}", self.0)
    }
}

/// A command line of an `Exec*=` directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub prefix: Prefix,
    pub argv: Vec<Argument>,
}

/// What stands before the program (systemd.service(5), "Special executable prefixes").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix {
    /// `-`: a failure counts as success.
    pub ignore_failure: bool,
    /// `:`: `$` is left alone. systemd 244.
    pub literal_dollar: bool,
    /// `+`: with full privileges, whatever `User=` and `AppArmorProfile=` say. systemd 231.
    pub full_privileges: bool,
}

/// One argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Any bytes but NUL.
    Word(Vec<u8>),
    /// The text of a shell script, laid out over physical lines. Each of `breaks` is an offset just
    /// after a newline at which blanks may be added, and at which a comment line that follows may be left
    /// out, without changing what the script does.
    Script { text: Vec<u8>, breaks: Vec<usize> },
    /// A variable that systemd replaces, such as `MAINPID`.
    Variable(&'static str),
}

impl Command {
    pub fn new(argv: impl IntoIterator<Item = Argument>) -> Self {
        Self { prefix: Prefix::default(), argv: argv.into_iter().collect() }
    }

    pub fn words(words: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self::new(words.into_iter().map(|word| Argument::Word(word.into())))
    }
}

impl Value {
    /// A word of systemd's own.
    pub fn keyword(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    pub fn number(number: impl Into<i128>) -> Self {
        Self(number.into().to_string())
    }

    /// Something made of numbers and systemd's own words: `1024:infinity`, `50%`.
    pub fn measure(text: impl fmt::Display) -> Self {
        Self(text.to_string())
    }

    pub fn unit(name: &UnitName) -> Self {
        // A specifier may be part of a name: `dev-%i.device`; what a name was made of is escaped already.
        Self(name.as_str().to_owned())
    }

    /// One line of free text or a path, taken literally to the end of the line.
    pub fn line(text: &str) -> Self {
        let mut line = Text::new(text).0.replace('%', "%%");
        // An odd backslash at the end would continue the line; a blank after it does not, and is cut off.
        if line.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1 {
            line.push(' ');
        }
        Self(line)
    }

    /// A path where systemd splits at blanks: `RequiresMountsFor=`.
    pub fn path_word(path: &[u8]) -> Self {
        Self(quoted(path, Dollar::Literal, false))
    }

    /// A path below which `%i` or `%I` stands for the instance.
    pub fn instance_path(before: &str, specifier: &'static str, after: &str) -> Self {
        Self(format!("{}{specifier}{}", Self::line(before).0, Self::line(after).0))
    }

    /// `NAME=VALUE` for `Environment=`; `None` where systemd would drop it: a value that is not UTF-8,
    /// or that holds a Unicode noncharacter.
    pub fn environment(name: &str, value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        if text.chars().any(is_noncharacter) {
            return None;
        }
        Some(Self(quoted(format!("{name}={text}").as_bytes(), Dollar::Literal, false)))
    }

    /// `NAME=%I` and its kin.
    pub fn environment_specifier(name: &str, before: &str, specifier: &'static str) -> Self {
        Self(format!("{}{specifier}", quoted(format!("{name}={before}").as_bytes(), Dollar::Literal, false)))
    }

    pub fn command(command: &Command) -> Self {
        let Prefix { ignore_failure, literal_dollar, full_privileges } = command.prefix;
        let mut out = String::new();
        for (wanted, sign) in [(ignore_failure, '-'), (full_privileges, '+'), (literal_dollar, ':')] {
            if wanted {
                out.push(sign);
            }
        }
        let dollar = if literal_dollar { Dollar::Literal } else { Dollar::Doubled };
        for (index, argument) in command.argv.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            match argument {
                Argument::Word(word) => out.push_str(&quoted(word, dollar, index == 0)),
                Argument::Script { text, breaks } => out.push_str(&laid_out(text, breaks, dollar)),
                Argument::Variable(name) => {
                    out.push('$');
                    out.push_str(name);
                }
            }
        }
        Self(out)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dollar {
    Literal,
    /// systemd would expand it.
    Doubled,
}

/// Characters that a reader could not see or would be misled by.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || is_noncharacter(character)
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b';')
}

/// A word as systemd's word splitter gives it back, in quotes only where it needs them.
fn quoted(word: &[u8], dollar: Dollar, is_program: bool) -> String {
    // A prefix character would be taken off the program's name.
    let misread = is_program && word.first().is_some_and(|byte| b"-@:+!|".contains(byte));
    let printable = std::str::from_utf8(word).is_ok_and(|text| !text.chars().any(is_unprintable));
    let bare = !word.is_empty() && !misread && printable && word.iter().all(|&byte| is_bare(byte) || byte >= 0x80);
    let mut out = String::with_capacity(word.len() + 2);
    if bare {
        escape_into(&mut out, word, dollar, None);
    } else {
        let quote = quote_for(word, '"');
        out.push(quote);
        escape_into(&mut out, word, dollar, Some(quote));
        out.push(quote);
    }
    out
}

/// The quote that leaves more of the text as it is.
fn quote_for(text: &[u8], preferred: char) -> char {
    let count = |quote: u8| text.iter().filter(|&&byte| byte == quote).count();
    match count(b'\'').cmp(&count(b'"')) {
        std::cmp::Ordering::Less => '\'',
        std::cmp::Ordering::Greater => '"',
        std::cmp::Ordering::Equal => preferred,
    }
}

fn escape_into(out: &mut String, text: &[u8], dollar: Dollar, quote: Option<char>) {
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '%' => out.push_str("%%"),
                '$' if dollar == Dollar::Doubled => out.push_str("$$"),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                _ if Some(character) == quote => {
                    out.push('\\');
                    out.push(character);
                }
                _ if is_unprintable(character) => escape_bytes(out, character.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => out.push(character),
            }
        }
        escape_bytes(out, chunk.invalid());
    }
}

fn escape_bytes(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("\\x{byte:02x}"));
    }
}

/// How far the lines of a script stand in.
const INDENT: &str = "    ";

/// A script over several physical lines. systemd turns a backslash and the newline after it into one
/// blank and keeps the blanks that follow; a physical line that begins with `#` or `;` is left out.
fn laid_out(text: &[u8], breaks: &[usize], dollar: Dollar) -> String {
    let mut pieces = Vec::new();
    let mut start = 0;
    for &end in breaks.iter().filter(|&&end| end < text.len()) {
        let next = text[end..].iter().find(|&&byte| byte != b' ' && byte != b'\t');
        // What follows must not be lost as a comment.
        if end > start && next != Some(&b';') {
            pieces.push(&text[start..end]);
            start = end;
        }
    }
    pieces.push(&text[start..]);
    if pieces.len() == 1 {
        let quote = quote_for(text, '\'');
        let mut out = String::from(quote);
        escape_into(&mut out, text, dollar, Some(quote));
        out.push(quote);
        return out;
    }
    let quote = quote_for(text, '\'');
    let mut out = format!("{quote}\\\n");
    let last = pieces.len() - 1;
    for (index, piece) in pieces.iter().enumerate() {
        let blanks = piece.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let (indentation, rest) = piece.split_at(blanks);
        if rest != b"\n" {
            out.push_str(INDENT);
        }
        out.extend(indentation.iter().map(|&byte| char::from(byte)));
        escape_into(&mut out, rest, dollar, Some(quote));
        if index < last {
            out.push_str("\\\n");
        } else if rest.starts_with(b"#") {
            // The closing quote must not stand on a line that is left out.
            out.push_str("\\\n");
        }
    }
    out.push(quote);
    out
}
