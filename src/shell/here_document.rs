//! Here-documents: where they end, and what is expanded in them.

use super::Document;
use super::reader::{Lost, Reader, Sure};
use super::word::Quoting;

/// A here-document whose redirection has been read.
pub(super) struct HereDocument {
    /// The offset of its redirection.
    announced: usize,
    delimiter: String,
    /// Whether the delimiter is quoted, so nothing is expanded.
    verbatim: bool,
    tabs_stripped: bool,
}

impl Reader<'_> {
    /// Reads the delimiter at the reader's place.
    pub(super) fn delimiter(
        &mut self,
        announced: usize,
        tabs_stripped: bool,
    ) -> Sure<HereDocument> {
        let (mut delimiter, mut verbatim) = (String::new(), false);
        loop {
            let start = self.at;
            match self.peek() {
                None
                | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')') => {
                    break;
                }
                Some(b'\\') => {
                    self.at += 1;
                    let Some(character) = self.text[self.at..].chars().next() else {
                        return Err(Lost(announced));
                    };
                    delimiter.push(character);
                    self.at += character.len_utf8();
                    verbatim = true;
                }
                Some(quote @ (b'\'' | b'"')) => {
                    self.at += 1;
                    let Some(end) = self.find(quote) else { return Err(Lost(announced)) };
                    delimiter.push_str(&self.text[self.at..end]);
                    // Shells differ about a backslash in a quoted delimiter.
                    if quote == b'"' && self.bytes[start..end].contains(&b'\\') {
                        return Err(Lost(announced));
                    }
                    self.at = end + 1;
                    verbatim = true;
                }
                // Shells differ about expansions in a delimiter.
                Some(b'$' | b'`') => return Err(Lost(announced)),
                Some(_) => {
                    let more = &self.bytes[start..];
                    let plain = more
                        .iter()
                        .position(|byte| b" \t\n;&|<>()\\'\"$`".contains(byte))
                        .unwrap_or(more.len());
                    self.at += plain;
                    delimiter.push_str(&self.text[start..self.at]);
                }
            }
        }
        if delimiter.is_empty() || delimiter.contains('\n') {
            return Err(Lost(announced));
        }
        Ok(HereDocument { announced, delimiter, verbatim, tabs_stripped })
    }

    /// Reads the here-documents that begin at the reader's place, which follows a newline.
    pub(super) fn here_documents(&mut self) -> Sure<()> {
        for document in std::mem::take(&mut self.pending) {
            let start = self.at;
            let (end, behind) = self.terminator(&document)?;
            if !document.verbatim {
                self.expansions(&document, end)?;
            }
            if start < end {
                self.reading.documents.push(Document {
                    redirection: document.announced,
                    body: start..end,
                    verbatim: document.verbatim,
                    tabs_stripped: document.tabs_stripped,
                });
            }
            self.at = behind;
            self.document_end = Some(behind);
        }
        Ok(())
    }

    /// The beginning of the line that ends the document, and the offset after that line.
    fn terminator(&self, document: &HereDocument) -> Sure<(usize, usize)> {
        let delimiter = document.delimiter.as_bytes();
        let mut start = self.at;
        let mut continued = false;
        // Only some shells end the document at a last line without a newline.
        while let Some(length) = self.bytes[start..].iter().position(|&byte| byte == b'\n') {
            let line = &self.bytes[start..start + length];
            let tabs = if document.tabs_stripped {
                line.iter().take_while(|&&byte| byte == b'\t').count()
            } else {
                0
            };
            let content = &line[tabs..];
            if content == delimiter && !continued {
                return Ok((start, start + length + 1));
            }
            let backslashes = line.iter().rev().take_while(|&&byte| byte == b'\\').count();
            continued = !document.verbatim && backslashes % 2 == 1;
            // Shells differ about whether continued lines are joined before they are compared.
            if continued && delimiter.starts_with(&content[..content.len().saturating_sub(1)]) {
                break;
            }
            start += length + 1;
        }
        Err(Lost(document.announced))
    }

    /// Reads the expansions up to `end`. An expansion that reaches past `end` is an error, because
    /// shells then differ about where the document ends.
    fn expansions(&mut self, document: &HereDocument, end: usize) -> Sure<()> {
        let whole = self.bytes;
        self.bytes = &whole[..end];
        self.enter()?;
        self.unbreakable += 1;
        while let Some(byte) = self.peek() {
            let outcome = match byte {
                b'\\' => {
                    self.at = (self.at + 2).min(end);
                    Ok(())
                }
                b'$' => self.dollar(Quoting::Document, None),
                b'`' => self.backquotes(Quoting::Document),
                _ => {
                    self.at += 1;
                    Ok(())
                }
            };
            if outcome.is_err() {
                return Err(Lost(document.announced));
            }
        }
        self.unbreakable -= 1;
        self.leave();
        self.bytes = whole;
        Ok(())
    }
}
