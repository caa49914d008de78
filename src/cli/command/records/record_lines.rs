//! Splits standard input into the lines of records.

use std::io;
use std::io::{ErrorKind, Read};

/// The bytes that are read at once.
const AT_ONCE: usize = 256 << 10;

/// The longest record in bytes. That of the longest job that is read, which has an override as long
/// and an escape of two bytes for each of its bytes, fits.
const LONGEST: usize = 64 << 20;

/// A line that is not empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RecordLine {
    /// The number of the line, from 1.
    pub(super) number: usize,
    /// `None` if the line is longer than any record, and was not kept.
    pub(super) bytes: Option<Vec<u8>>,
}

/// The lines of a stream.
#[derive(Debug, Default)]
pub(super) struct RecordLines {
    /// The beginning of a line whose end has not been read.
    pending: Vec<u8>,
    is_too_long: bool,
    number: usize,
    is_at_end: bool,
}

impl RecordLines {
    /// The next lines: at least one, and as many as can be read without waiting for more input.
    /// Empty at the end of the stream.
    pub(super) fn next_batch(&mut self, stream: &mut dyn Read) -> io::Result<Vec<RecordLine>> {
        let mut batch = Vec::new();
        let mut buffer = vec![0; AT_ONCE];
        while batch.is_empty() && !self.is_at_end {
            let read = match stream.read(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                self.is_at_end = true;
                if !self.pending.is_empty() || self.is_too_long {
                    self.finish(&mut batch);
                }
            }
            for part in bytes.split_inclusive(|&byte| byte == b'\n') {
                let line = part.strip_suffix(b"\n");
                self.add(line.unwrap_or(part));
                if line.is_some() {
                    self.finish(&mut batch);
                }
            }
        }
        Ok(batch)
    }

    fn add(&mut self, part: &[u8]) {
        if self.pending.len() + part.len() > LONGEST {
            self.is_too_long = true;
            self.pending = Vec::new();
        }
        if !self.is_too_long {
            self.pending.extend_from_slice(part);
        }
    }

    /// Ends the line. One that is blank is counted, and is not a record.
    fn finish(&mut self, batch: &mut Vec<RecordLine>) {
        self.number += 1;
        let bytes = std::mem::take(&mut self.pending);
        let bytes = if std::mem::take(&mut self.is_too_long) { None } else { Some(bytes) };
        if bytes.as_ref().is_none_or(|bytes| !bytes.trim_ascii().is_empty()) {
            batch.push(RecordLine { number: self.number, bytes });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes a time.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (now, later) = self.0.split_at(self.1.min(self.0.len()));
            buffer[..now.len()].copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn all(text: &[u8], at_once: usize) -> Vec<Vec<(usize, Vec<u8>)>> {
        let (mut lines, mut stream, mut batches) =
            (RecordLines::default(), Slowly(text, at_once), Vec::new());
        loop {
            let batch = lines.next_batch(&mut stream).unwrap();
            if batch.is_empty() {
                return batches;
            }
            batches
                .push(batch.into_iter().map(|line| (line.number, line.bytes.unwrap())).collect());
        }
    }

    #[test]
    fn lines_are_split_wherever_the_input_is() {
        let line = |number, text: &[u8]| (number, text.to_vec());
        let expected = [line(1, b"ab"), line(4, b"c"), line(5, b"d")];
        for at_once in 1..12 {
            let batches = all(b"ab\n\n  \nc\nd", at_once);
            assert_eq!(batches.concat(), expected, "{at_once}");
        }
        assert_eq!(all(b"ab\n\n  \nc\nd", 100).len(), 2);
        assert!(all(b"", 1).is_empty());
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let mut lines = RecordLines::default();
        let mut stream = io::repeat(b'a').take(LONGEST as u64 + 1).chain(&b"\nb\n"[..]);
        let mut found = Vec::new();
        loop {
            let batch = lines.next_batch(&mut stream).unwrap();
            if batch.is_empty() {
                break;
            }
            assert!(lines.pending.len() <= LONGEST);
            found.extend(batch);
        }
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], RecordLine { number: 1, bytes: None });
        assert_eq!(found[1].bytes.as_deref(), Some(&b"b"[..]));
    }
}
