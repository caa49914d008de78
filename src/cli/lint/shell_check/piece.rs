//! A text as init passes it to a shell, with the mapping to its source.

use std::borrow::Cow;
use std::ops::Range;

use crate::lint::PhaseScript;
use crate::shell;
use crate::text::source::Span;
use crate::upstart::exec;

/// init puts this before the command of an `exec` that needs a shell (`init/job_process.c`,
/// `job_process_start`).
const EXEC: &str = "exec ";

/// The text that a shell reads.
pub(super) struct Piece<'a> {
    script: &'a PhaseScript<'a>,
    text: Cow<'a, str>,
    /// The number of bytes at the beginning that the source lacks.
    added: usize,
    /// The offset at which the reader of shell text gave up, if it did.
    lost: Option<usize>,
    /// The offset in the source of each byte of the command, if init joined its lines.
    folded: Option<Vec<usize>>,
}

impl<'a> Piece<'a> {
    /// Returns `None` if init runs the command without a shell.
    pub(super) fn of(script: &'a PhaseScript<'a>) -> Option<Self> {
        let text = script.text();
        if !script.is_exec() {
            return Some(Self {
                script,
                text: Cow::Borrowed(text),
                added: 0,
                lost: script.reading.lost,
                folded: None,
            });
        }
        if exec::direct_argv(text).is_some() {
            return None;
        }
        // Read again with the prefix, because different words are special after `exec` than at the
        // beginning of a line.
        let text = format!("{EXEC}{text}");
        let lost = shell::read(&text).lost;
        Some(Self { script, text: Cow::Owned(text), added: EXEC.len(), lost, folded: None })
    }

    /// Finds the places in a command whose lines init joined. `written` is the command as it is
    /// written in the source.
    pub(super) fn with_source(mut self, written: &str) -> Self {
        if !self.script.is_exact() {
            self.folded = unfold(written, self.script.text());
        }
        self
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is uncertain that a shell can read the text.
    pub(super) fn is_doubtful(&self) -> bool {
        self.lost.is_some()
    }

    pub(super) fn whole(&self) -> Span {
        self.place(0..self.text.trim_end().len())
    }

    /// The span of a line without the blanks at its ends. Lines are counted from 1. For an empty
    /// line, or one after the end, the span of the line before.
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

    /// The span between two positions of line and column, counted from 1, with columns in
    /// characters. It has at least one character, except at the end of the text.
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

    /// The span of the quote that was open when the reader gave up, if that was the reason.
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
        let end = range.end.saturating_sub(self.added).max(start);
        let whole = self.script.stated.value.text().span;
        match &self.folded {
            None => self.script.span(&(start..end)),
            Some(offsets) => {
                let at = |offset: usize| offsets.get(offset).copied();
                let last = end.checked_sub(1).filter(|&last| last >= start).and_then(at);
                let begin = at(start).unwrap_or(whole.end - whole.start);
                let finish = last.map_or(begin, |last| last + 1);
                Span::new(whole.origin, whole.start + begin..whole.start + finish)
            }
        }
    }
}

/// The offset in `written` of each byte of `joined`, which has the same characters except at the
/// ends of lines and for blanks. `None` if they differ in more.
fn unfold(written: &str, joined: &str) -> Option<Vec<usize>> {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let source = written.as_bytes();
    let mut offsets = Vec::with_capacity(joined.len());
    let mut at = 0;
    for &byte in joined.as_bytes() {
        loop {
            let rest = source.get(at..)?;
            let fold =
                [b"\\\n".as_slice(), b"\\\r\n"].into_iter().find(|fold| rest.starts_with(fold));
            if let Some(fold) = fold {
                at += fold.len();
            } else if rest.first() == Some(&byte) {
                offsets.push(at);
                at += 1;
                break;
            } else if is_blank(byte) {
                offsets.push(at);
                break;
            } else if rest.first().is_some_and(|&first| is_blank(first)) {
                at += 1;
            } else {
                return None;
            }
        }
    }
    Some(offsets)
}

#[cfg(test)]
mod tests {
    use super::unfold;

    #[test]
    fn joined_lines_are_found_again() {
        let place = |written: &str, joined: &str, part: &str| {
            let offsets = unfold(written, joined)?;
            let start = joined.find(part)?;
            let range = offsets[start]..offsets[start + part.len() - 1] + 1;
            Some(written[range].to_owned())
        };
        for (written, joined) in [
            ("a \\\n  $B c", "a $B c"),
            ("a \\\n  $B c", "a   $B c"),
            ("a\\\n$B", "a $B"),
            ("a \\\r\n\t$B \\\n c", "a $B c"),
        ] {
            assert_eq!(place(written, joined, "$B").as_deref(), Some("$B"), "{written:?}");
        }
        assert_eq!(unfold("a b", "a c"), None);
        assert_eq!(unfold("a", "a b"), None);
    }
}
