//! The tokens of one stanza, read from left to right as init reads them, so the first error found
//! is the error that init would report.

use super::advice::keywords::unknown_second_keyword;
use super::advice::values;
use super::cursor::{Cursor, Nodes, Rule};
use super::quoting;
use super::refusal::{ErrorKind, Refusal};
use crate::text::source::{Span, Spanned, SpannedWord};

pub(super) struct Tokens<'t, 'm> {
    /// The keywords read so far: `kill`, then `kill timeout`.
    pub(super) keyword: &'static str,
    pub(super) keyword_span: Span,
    nodes: Nodes<'t>,
    /// The token that was read last.
    last: Span,
    pub(super) mangled: &'m mut Vec<Span>,
}

impl<'t, 'm> Tokens<'t, 'm> {
    pub(super) fn new(
        keyword: &'static str,
        span: Span,
        nodes: Nodes<'t>,
        mangled: &'m mut Vec<Span>,
    ) -> Self {
        Self { keyword, keyword_span: span, nodes, last: span, mangled }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.peek().is_none()
    }

    /// From the first keyword to the token that was read last.
    pub(super) fn span(&self) -> Span {
        self.keyword_span.to(self.last)
    }

    /// The next argument.
    pub(super) fn word(&mut self) -> Result<SpannedWord, Refusal> {
        let node = self.take()?;
        let word = quoting::word(&node, self.mangled);
        if word.value.is_empty() {
            return Err(values::empty_quotes(self.keyword, self.keyword_span, word.span));
        }
        Ok(word)
    }

    /// All remaining arguments, at least one.
    pub(super) fn words(&mut self) -> Result<Vec<SpannedWord>, Refusal> {
        let mut words = vec![self.word()?];
        while !self.is_empty() {
            words.push(self.word()?);
        }
        Ok(words)
    }

    /// The next word, which has to be one of the known words. Quotes are removed.
    pub(super) fn choice(
        &mut self,
        known: &[&'static str],
    ) -> Result<Spanned<&'static str>, Refusal> {
        let word = self.word()?;
        match known.iter().find(|&&known| known == word.value) {
            Some(&known) => Ok(Spanned::new(known, word.span)),
            None => Err(values::unknown_choice(self.keyword, &word, known)),
        }
    }

    /// The second keyword of a stanza. Its quotes are kept, so a quoted keyword is unknown
    /// (`nih/config.c`, `nih_config_next_token`). `combined` is both keywords.
    pub(super) fn second_keyword(
        &mut self,
        combined: &[&'static str],
    ) -> Result<&'static str, Refusal> {
        let node = self.take()?;
        let second = |combined: &'static str| combined.rsplit(' ').next().unwrap_or(combined);
        match combined.iter().find(|&&combined| second(combined) == node.text()) {
            Some(&combined) => {
                self.keyword = combined;
                Ok(combined)
            }
            None => Err(unknown_second_keyword(self.keyword, self.keyword_span, &node, combined)),
        }
    }

    /// The next argument, converted. `expected` describes a correct argument.
    pub(super) fn converted<T>(
        &mut self,
        kind: ErrorKind,
        expected: &str,
        convert: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Spanned<T>, Refusal> {
        let word = self.word()?;
        match convert(&word.value) {
            Some(value) => Ok(Spanned::new(value, word.span)),
            None => Err(values::illegal_value(kind, self.keyword, &word, expected)),
        }
    }

    /// Checks that the line ends after a complete stanza.
    pub(super) fn finish(&mut self) -> Result<(), Refusal> {
        match self.nodes.peek() {
            Some(extra) => {
                Err(values::extra_word(self.keyword, self.keyword_span, self.last, &extra))
            }
            None => Ok(()),
        }
    }

    fn take(&mut self) -> Result<Cursor<'t>, Refusal> {
        let Some(node) = self.nodes.next() else {
            return Err(values::missing_word(self.keyword, self.span(), self.nodes.input()));
        };
        let span = node.span();
        if node.rule() == Rule::broken_word {
            return Err(values::broken(self.keyword, &node));
        }
        self.last = span;
        Ok(node)
    }
}
