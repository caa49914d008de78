//! A text as init hands it to a shell, and the way back to where it is written.

use std::borrow::Cow;
use std::ops::Range;

use crate::lint::PhaseScript;
use crate::shell;
use crate::text::source::Span;
use crate::upstart::exec;

/// What init puts before the command of an `exec`.
const EXEC: &str = "exec ";

/// What a shell gets to read.
pub(super) struct Piece<'a> {
    script: &'a PhaseScript<'a>,
    text: Cow<'a, str>,
    /// Bytes at its beginning that are written nowhere.
    added: usize,
    /// Where the reader of shell text lost its way.
    lost: Option<usize>,
}

impl<'a> Piece<'a> {
    /// `None` if init runs this without a shell.
    pub(super) fn of(script: &'a PhaseScript<'a>) -> Option<Self> {
        let text = script.text();
        if !script.is_exec() {
            return Some(Self {
                script,
                text: Cow::Borrowed(text),
                added: 0,
                lost: script.reading.lost,
            });
        }
        if exec::direct_argv(text).is_some() {
            return None;
        }
        // Behind `exec`, other words begin a command than at the beginning of a line.
        let text = format!("{EXEC}{text}");
        let lost = shell::read(&text).lost;
        Some(Self { script, text: Cow::Owned(text), added: EXEC.len(), lost })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is not certain that a shell can read it.
    pub(super) fn is_doubtful(&self) -> bool {
        self.lost.is_some()
    }

    pub(super) fn whole(&self) -> Span {
        self.place(0..self.text.trim_end().len())
    }

    /// The place of a line that is counted from 1, blanks at its ends left out; for one behind the
    /// text, or an empty one, the line before.
    pub(super) fn line(&self, number: usize) -> Span {
        let (mut start, mut last) = (0, 0..0);
        for line in self.text.split_inclusive('\n').take(number) {
            let shown = line.trim();
            if !shown.is_empty() {
                let begin = start + (line.len() - line.trim_start().len());
                last = begin..begin + shown.len();
            }
            start += line.len();
        }
        self.place(last)
    }

    /// The place from one line and column to another, both counted from 1 and the columns in
    /// characters; at least one character where there is one.
    pub(super) fn place_between(&self, start: (usize, usize), end: (usize, usize)) -> Span {
        let start = self.offset(start);
        let next = self
            .text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .filter(|&character| character != '\n');
        let end = self.offset(end).max(start + next.map_or(0, char::len_utf8));
        self.place(start..end)
    }

    /// The quote that is open where the reader lost its way, if that is why.
    pub(super) fn open_quote(&self) -> Option<Span> {
        let at = self.lost?;
        let is_quote = matches!(self.text.as_bytes().get(at), Some(b'\'' | b'"' | b'`'));
        (is_quote && at >= self.added).then(|| self.place(at..at + 1))
    }

    fn offset(&self, (line, column): (usize, usize)) -> usize {
        let start = match line {
            0 | 1 => 0,
            _ => self
                .text
                .match_indices('\n')
                .nth(line - 2)
                .map_or(self.text.len(), |(newline, _)| newline + 1),
        };
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        start
            + line
                .char_indices()
                .nth(column.saturating_sub(1))
                .map_or(line.len(), |(offset, _)| offset)
    }

    fn place(&self, range: Range<usize>) -> Span {
        let start = range.start.saturating_sub(self.added);
        self.script.span(&(start..range.end.saturating_sub(self.added).max(start)))
    }
}
