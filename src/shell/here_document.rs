//! Here-documents: where they end, and what is expanded in them.

use super::reader::{Lost, Reader, Sure};
use super::word::Quoting;

/// A here-document that has been announced.
pub(super) struct HereDocument {
    /// The offset of its redirection.
    announced: usize,
    delimiter: String,
    /// The delimiter was quoted: nothing is expanded.
    verbatim: bool,
    tabs_stripped: bool,
}

impl Reader<'_> {
    /// The delimiter at the reader's place.
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
                    // What a backslash does in a quoted delimiter is nothing to build on.
                    if quote == b'"' && self.bytes[start..end].contains(&b'\\') {
                        return Err(Lost(announced));
                    }
                    self.at = end + 1;
                    verbatim = true;
                }
                // The shells do not agree on what these are in a delimiter.
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

    /// The here-documents that begin at the reader's place, which is behind a newline.
    pub(super) fn here_documents(&mut self) -> Sure<()> {
        for document in std::mem::take(&mut self.pending) {
            let (end, behind) = self.terminator(&document)?;
            if !document.verbatim {
                self.expansions(&document, end)?;
            }
            self.at = behind;
            self.document_end = Some(behind);
        }
        Ok(())
    }

    /// The beginning of the line that ends the document, and the end of that line.
    fn terminator(&self, document: &HereDocument) -> Sure<(usize, usize)> {
        let delimiter = document.delimiter.as_bytes();
        let mut start = self.at;
        let mut continued = false;
        // A last line without a newline ends the document in some shells only.
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
            // Whether lines are joined before they are compared depends on the shell.
            if continued && delimiter.starts_with(&content[..content.len().saturating_sub(1)]) {
                break;
            }
            start += length + 1;
        }
        Err(Lost(document.announced))
    }

    /// What is expanded up to `end`. An expansion that reaches beyond would make the end a matter
    /// of the shell.
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
