//! What a redirection does.

use super::{Context, Word, read};

/// A redirection of one descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The descriptor that changes.
    pub descriptor: u8,
    /// What happens to it.
    pub operation: Operation,
    /// The file, or the number of another descriptor.
    pub target: Word,
}

/// What happens to a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `<`
    Read,
    /// `>`, and `>|`, which is the same unless `set -C` is in effect.
    Write,
    /// `>>`
    Append,
    /// `<&` and `>&`
    Duplicate,
}

/// Reads a redirection of a [`super::SimpleCommand`]. `None` if it is of another kind, such as a
/// here-document.
pub fn redirection(text: &str) -> Option<Redirection> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let (operation, default, target) = [
        ("<<", None, 0),
        ("<>", None, 0),
        ("<&", Some(Operation::Duplicate), 0),
        (">&", Some(Operation::Duplicate), 1),
        (">>", Some(Operation::Append), 1),
        (">|", Some(Operation::Write), 1),
        ("<", Some(Operation::Read), 0),
        (">", Some(Operation::Write), 1),
    ]
    .into_iter()
    .find_map(|(sign, operation, default)| Some((operation, default, rest.strip_prefix(sign)?)))?;
    let descriptor = if number.is_empty() { default } else { number.parse().ok()? };
    let target = target.trim_start_matches([' ', '\t']);
    let reading = read(target);
    let [command] = reading.commands.as_slice() else { return None };
    let [word] = command.words.as_slice() else { return None };
    let is_all = word.range == (0..target.len()) && command.context == Context::TOP;
    if reading.lost.is_some() || !is_all {
        return None;
    }
    Some(Redirection { descriptor, operation: operation?, target: word.clone() })
}

#[cfg(test)]
mod tests {
    use super::Operation::{Append, Duplicate, Read, Write};
    use super::redirection;

    #[test]
    fn redirections_of_files_and_descriptors_are_read() {
        for (text, expected) in [
            (">/a", (1, Write, "/a")),
            (">| /a", (1, Write, "/a")),
            ("2> /a", (2, Write, "/a")),
            (">>\t'/a b'", (1, Append, "/a b")),
            ("</dev/null", (0, Read, "/dev/null")),
            ("2>&1", (2, Duplicate, "1")),
            (">&2", (1, Duplicate, "2")),
            ("0<&-", (0, Duplicate, "-")),
        ] {
            let found = redirection(text).map(|found| {
                (found.descriptor, found.operation, found.target.literal.unwrap_or_default())
            });
            let (descriptor, operation, target) = expected;
            assert_eq!(found, Some((descriptor, operation, target.to_owned())), "{text:?}");
        }
        let expandable = redirection(">>$LOG").and_then(|found| found.target.expandable);
        assert_eq!(expandable.map(|found| found.expansions.len()), Some(1));
        for text in ["<<E", "<<-E", "<>/a", "a", "", ">", ">'", ">a;b", ">a b"] {
            assert_eq!(redirection(text), None, "{text:?}");
        }
    }
}
