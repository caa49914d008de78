//! The text of a job file and places in it.
//!
//! A job file is bytes, and init assumes no encoding. Everything after this module works on `str`,
//! so a byte that is not part of valid UTF-8 is represented by one private-use character
//! ([`carry`](super::bytes::carry)) and turned back when bytes leave the program
//! ([`encode`](super::bytes::encode)). The mapping loses nothing.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::bytes::decode;
use super::lines::boundary;

/// A token with quotes and escapes resolved as init resolves them (`nih/config.c`,
/// `nih_config_next_token`).
pub type SpannedWord = Spanned<String>;

/// The file of a job that a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// `NAME.conf`
    Conf,
    /// `NAME.override`, which init reads as if it were appended to the conf (`init/conf.c`,
    /// `conf_load_path_with_override`).
    Override,
}

/// A place in a source: byte offsets into [`Source::text`], end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the offsets are in.
    pub origin: Origin,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The place of a range of byte offsets in the file `origin`.
    pub fn new(origin: Origin, range: Range<usize>) -> Self {
        Self { origin, start: range.start, end: range.end }
    }

    /// The smallest span that covers both; `other` must be of the same origin.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            origin: self.origin,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The byte offsets, without the file.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value and the place where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// A place in the sources of another job.
#[derive(Clone, Debug)]
pub struct Place {
    /// The sources of that job.
    pub sources: Arc<Sources>,
    /// The place in them.
    pub span: Span,
}

/// A line and a column for people, and the byte offset in the file on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1, in characters; a tab is one character.
    pub column: usize,
    /// Offset in bytes of the file on disk, counted from 0.
    pub offset: usize,
}

/// The contents of one file.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) path: String,
    pub(super) text: String,
    /// Offsets in `text` at which a stand-in begins, in order.
    pub(super) raw: Vec<usize>,
    /// Offsets in `text` of the newlines, computed when the first position is needed.
    newlines: OnceLock<Vec<usize>>,
    pub(super) private: bool,
}

impl Source {
    /// Decodes the bytes of a file. Messages name the file by `path`.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let (text, raw) = decode(bytes);
        Self { path: path.into(), text, raw, newlines: OnceLock::new(), private: false }
    }

    /// Sets whether some users of the system cannot read the file.
    #[must_use]
    pub fn with_privacy(self, private: bool) -> Self {
        Self { private, ..self }
    }

    /// Whether some users of the system cannot read the file.
    pub fn is_private(&self) -> bool {
        self.private
    }

    /// The name of the file in messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The decoded text; [`encode`](crate::text::bytes::encode) gives the bytes of the file back.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The position of a byte offset of [`Source::text`]. An offset inside a character is moved
    /// back to the beginning of that character.
    pub fn position(&self, offset: usize) -> Position {
        let at = boundary(&self.text, offset);
        let newlines = self
            .newlines
            .get_or_init(|| self.text.match_indices('\n').map(|(newline, _)| newline).collect());
        let lines_before = newlines.partition_point(|&newline| newline < at);
        let line_start = lines_before
            .checked_sub(1)
            .and_then(|last| newlines.get(last))
            .map_or(0, |newline| newline + 1);
        // A stand-in takes four bytes for one byte of the file.
        let stand_ins = self.raw.partition_point(|&start| start < at);
        Position {
            line: lines_before + 1,
            column: self.text[line_start..at].chars().count() + 1,
            offset: at - 3 * stand_ins,
        }
    }

    /// The position of the first character of a span, and the position after its last. If the end
    /// of the span precedes its start, both are the start.
    pub fn ends(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end.max(span.start)))
    }
}

/// The sources of one job.
#[derive(Clone, Debug)]
pub struct Sources {
    /// `NAME.conf`
    pub conf: Source,
    /// `NAME.override`, if there is one.
    pub overriding: Option<Source>,
}

impl Sources {
    /// The source that `origin` names. Only reading an override gives spans in it, so without an
    /// override this returns the conf for either origin.
    pub fn get(&self, origin: Origin) -> &Source {
        match origin {
            Origin::Conf => &self.conf,
            Origin::Override => self.overriding.as_ref().unwrap_or(&self.conf),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::bytes::encode;

    #[test]
    fn every_byte_string_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let stand_in_itself = "a\u{10FE80}b".as_bytes().to_vec();
        for bytes in [all, stand_in_itself, b"plain".to_vec(), b"caf\xe9 \xe2\x9c".to_vec()] {
            let source = Source::new("x", bytes.clone());
            assert_eq!(encode(source.text()).as_ref(), bytes.as_slice());
            assert_eq!(source.position(source.text().len()).offset, bytes.len());
        }
    }

    #[test]
    fn positions_count_characters_and_file_bytes() {
        let source = Source::new("x", b"a\n\xe9\tb".to_vec());
        let at = source.text().find('b').unwrap();
        assert_eq!(source.position(at), Position { line: 2, column: 3, offset: 4 });
    }
}
