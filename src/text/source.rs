//! The text of a job file and places in it.
//!
//! A job file is bytes, and init assumes no encoding. Everything after this module works on `str`,
//! so a byte that is not part of valid UTF-8 is carried as one character of a private plane
//! ([`decode`]) and turned back when bytes leave the program ([`encode`]). The mapping loses
//! nothing.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::bytes::decode;
use super::lines::boundary;

/// A token with quotes and escapes resolved as init resolves them.
pub type SpannedWord = Spanned<String>;

/// The character that stands for the raw byte `0x00`; byte `b` is this plus `b`.
/// Plane 16 is private use, so no job can mean anything by these characters.
pub(super) const RAW_BYTE: u32 = 0x10_FE00;

/// Which of the two files of a job a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// `NAME.conf`
    Conf,
    /// `NAME.override`, which init reads as if it were appended to the conf.
    Override,
}

/// A place in a source: byte offsets into [`Source::text`], end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub origin: Origin,
    pub start: usize,
    pub end: usize,
}

impl Span {
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

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// A place in the sources of another job.
#[derive(Clone, Debug)]
pub struct Place {
    pub sources: Arc<Sources>,
    pub span: Span,
}

/// A line and a column as people count them: both from 1, the column in characters with a tab as
/// one. The offset counts bytes of the file as it is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub offset: usize,
}

/// One file, read.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) path: String,
    pub(super) text: String,
    /// Offsets in `text` at which a stand-in for a raw byte begins, in order.
    pub(super) raw: Vec<usize>,
    /// Offsets in `text` of the newlines; found when the first position is asked for.
    newlines: OnceLock<Vec<usize>>,
    private: bool,
}

impl Source {
    /// `path` is how the file is called in messages.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let (text, raw) = decode(bytes);
        Self { path: path.into(), text, raw, newlines: OnceLock::new(), private: false }
    }

    /// Says whether the file is closed to some users of the system.
    #[must_use]
    pub fn with_privacy(self, private: bool) -> Self {
        Self { private, ..self }
    }

    pub fn is_private(&self) -> bool {
        self.private
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The position of a byte offset of [`Source::text`], moved back to the beginning of its
    /// character.
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

    /// The position of the first character of a span, and that after its last. A span that is
    /// upside down is answered as the empty one at its start.
    pub fn ends(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end.max(span.start)))
    }
}

/// The sources of one job.
#[derive(Clone, Debug)]
pub struct Sources {
    pub conf: Source,
    pub overriding: Option<Source>,
}

impl Sources {
    /// The source that `origin` names. A span of an override can only come from reading one;
    /// without one the conf is answered, so that this is total.
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
