//! Words: quotes, expansions, and the literal value of a word without expansions.

use super::reader::{Lost, Reader, Sure, begins_name, continues_name};
use super::{Context, Expandable, Expansion, Word};

/// The quotes around an expansion.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Plain,
    Double,
    Document,
}

/// The class of a byte in an unquoted word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Ordinary,
    /// Quotes or expands, or may do so.
    Special,
    /// Ends the word.
    End,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Ordinary; 256];
    let (special, end) = (b"\\'\"$`*?[~{", b" \t\n;&|<>()");
    let mut index = 0;
    while index < special.len() {
        classes[special[index] as usize] = Class::Special;
        index += 1;
    }
    index = 0;
    while index < end.len() {
        classes[end[index] as usize] = Class::End;
        index += 1;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// The value of a word while it is read.
#[derive(Default)]
pub(super) struct WordValue {
    text: String,
    expansions: Vec<Expansion>,
    uncertain: bool,
    quoted: bool,
}

impl Reader<'_> {
    /// Reads the word that begins at the reader's place.
    pub(super) fn word(&mut self) -> Sure<Word> {
        let start = self.at;
        let more = &self.bytes[start..];
        let ordinary =
            more.iter().position(|&byte| class(byte) != Class::Ordinary).unwrap_or(more.len());
        self.at += ordinary;
        if self.peek().is_none_or(|byte| class(byte) == Class::End) {
            let literal = Some(self.text[start..self.at].to_owned());
            return Ok(Word { range: start..self.at, literal, ..Word::default() });
        }
        let mut value =
            WordValue { text: self.text[start..self.at].to_owned(), ..WordValue::default() };
        self.rest_of_word(start, &mut value)?;
        let raw = &self.text[start..self.at];
        let range = start..self.at;
        let WordValue { text, expansions, uncertain, quoted } = value;
        // The command `[` is not a pattern.
        if raw == "[" {
            let literal = Some(raw.to_owned());
            return Ok(Word { range, literal, quoted, expandable: None });
        }
        let is_literal = expansions.is_empty();
        let literal = (!uncertain && is_literal).then(|| text.clone());
        let expandable = (!uncertain && !is_literal).then_some(Expandable { text, expansions });
        Ok(Word { range, literal, quoted, expandable })
    }

    fn rest_of_word(&mut self, start: usize, value: &mut WordValue) -> Sure<()> {
        let mut brace = false;
        while let Some(byte) = self.peek() {
            let here = self.at;
            match (byte, class(byte)) {
                (_, Class::End) => break,
                (_, Class::Ordinary) => {
                    let more = &self.bytes[here..];
                    self.at += more
                        .iter()
                        .position(|&byte| class(byte) != Class::Ordinary)
                        .unwrap_or(more.len());
                    value.text.push_str(&self.text[here..self.at]);
                }
                (b'\\', _) => {
                    self.at += 1;
                    match self.text[self.at..self.bytes.len()].chars().next() {
                        // The shell keeps a backslash at the very end, but appending a newline
                        // would change that.
                        None => return Err(Lost(here)),
                        Some('\n') => self.at += 1,
                        Some(character) => {
                            value.text.push(character);
                            value.quoted = true;
                            self.at += character.len_utf8();
                        }
                    }
                }
                (b'\'', _) => {
                    let content = self.single_quotes()?;
                    value.text.push_str(&self.text[content]);
                    value.quoted = true;
                }
                (b'"', _) => {
                    self.double_quotes(value)?;
                    value.quoted = true;
                }
                (b'$', _) => self.dollar(Quoting::Plain, Some(value))?,
                (b'`', _) => {
                    self.backquotes(Quoting::Plain)?;
                    value.uncertain = true;
                }
                (b'~', _) => {
                    value.uncertain |=
                        here == start || matches!(self.byte(here - 1), Some(b':' | b'='));
                    value.text.push('~');
                    self.at += 1;
                }
                (b'{', _) => {
                    brace = true;
                    value.text.push('{');
                    self.at += 1;
                }
                // `*`, `?` and `[`.
                _ => {
                    value.uncertain = true;
                    self.at += 1;
                }
            }
        }
        if brace {
            let raw = &self.text[start..self.at];
            // bash expands `{a,b}` and `{1..3}`, and takes `{name}>` for a descriptor.
            value.uncertain |=
                raw.contains(',') || raw.contains("..") || matches!(self.peek(), Some(b'<' | b'>'));
        }
        Ok(())
    }

    /// Reads from the opening quote to the closing one. Returns the range between them.
    fn single_quotes(&mut self) -> Sure<std::ops::Range<usize>> {
        let open = self.at;
        self.at += 1;
        let Some(close) = self.find(b'\'') else { return Err(Lost(open)) };
        self.at = close + 1;
        Ok(open + 1..close)
    }

    fn double_quotes(&mut self, value: &mut WordValue) -> Sure<()> {
        let open = self.at;
        self.at += 1;
        loop {
            let more = &self.bytes[self.at..];
            let Some(plain) =
                more.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'`'))
            else {
                return Err(Lost(open));
            };
            value.text.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match self.bytes[self.at] {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    match self.byte(self.at + 1) {
                        None => return Err(Lost(open)),
                        Some(b'\n') => {}
                        Some(byte @ (b'"' | b'\\' | b'$' | b'`')) => {
                            value.text.push(char::from(byte));
                        }
                        Some(_) => {
                            value.text.push('\\');
                            self.at += 1;
                            continue;
                        }
                    }
                    self.at += 2;
                }
                b'$' => self.dollar(Quoting::Double, Some(value))?,
                _ => {
                    self.backquotes(Quoting::Double)?;
                    value.uncertain = true;
                }
            }
        }
    }

    /// Reads what begins with the `$` at the reader's place.
    pub(super) fn dollar(&mut self, quoting: Quoting, value: Option<&mut WordValue>) -> Sure<()> {
        let start = self.at;
        let known = self.reading.variables.len();
        let literal = match self.byte(start + 1) {
            Some(b'(') => {
                match self.byte(self.after_continuations(start + 2)) {
                    Some(b'(') if self.byte(start + 2) == Some(b'(') => self.arithmetic()?,
                    Some(b'(') => return Err(Lost(start)),
                    _ => self.substitution()?,
                }
                false
            }
            Some(b'{') => {
                self.braces(quoting)?;
                false
            }
            Some(byte) if begins_name(byte) => {
                self.at += 1;
                self.variable();
                // Shells of different ages differ about whether the name continues after an escaped
                // newline.
                let behind = self.after_continuations(self.at);
                if behind > self.at && self.byte(behind).is_some_and(continues_name) {
                    return Err(Lost(start));
                }
                false
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => {
                self.at += 2;
                false
            }
            // This is an old form of arithmetic in bash.
            Some(b'[') => return Err(Lost(start)),
            Some(b'\\') if self.byte(start + 2) == Some(b'\n') => return Err(Lost(start)),
            Some(b'\'') if quoting == Quoting::Plain => {
                // bash allows `\'` within such quotes. The end is certain only if both shells find
                // the same one.
                self.at += 1;
                let content = self.single_quotes()?;
                if self.bytes[content].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2
                    == 1
                {
                    return Err(Lost(start));
                }
                false
            }
            Some(b'"') if quoting == Quoting::Plain => {
                // bash translates the text; the quotes are read next.
                self.at += 1;
                false
            }
            _ => {
                self.at += 1;
                true
            }
        };
        let Some(value) = value else { return Ok(()) };
        let raw = &self.text[start..self.at];
        match self.reading.variables.get(known).map(|(name, _)| name) {
            _ if literal => value.text.push('$'),
            Some(name) if raw == format!("${name}") || raw == format!("${{{name}}}") => {
                let (name, at) = (name.clone(), value.text.len());
                value.expansions.push(Expansion { name, at, quoted: quoting != Quoting::Plain });
            }
            _ => value.uncertain = true,
        }
        Ok(())
    }

    /// Records the name at the reader's place and moves after it.
    fn variable(&mut self) {
        let start = self.at;
        self.at += self.bytes[start..].iter().take_while(|&&byte| continues_name(byte)).count();
        self.reading.variables.push((self.text[start..self.at].to_owned(), start..self.at));
    }

    /// `$(`...`)`
    fn substitution(&mut self) -> Sure<()> {
        let start = self.at;
        self.enter()?;
        self.at += 2;
        let before = self.open(Context::SUBSTITUTION);
        let outer = std::mem::take(&mut self.pending);
        let inherited = self.inherited;
        self.inherited += outer.len();
        let gaps = self.reading.gaps.len();
        self.list()?;
        self.reading.gaps.truncate(gaps);
        // A here-document in the substitution has its text after the substitution.
        if !self.pending.is_empty() || self.peek() != Some(b')') {
            return Err(Lost(start));
        }
        self.at += 1;
        self.pending = outer;
        self.inherited = inherited;
        self.close(before);
        self.leave();
        Ok(())
    }

    /// `${`...`}`
    fn braces(&mut self, quoting: Quoting) -> Sure<()> {
        let start = self.at;
        self.enter()?;
        self.unbreakable += 1;
        self.at += 2;
        // `${#name}` and bash's `${!name}`.
        if matches!(self.peek(), Some(b'#' | b'!'))
            && self.byte(self.at + 1).is_some_and(continues_name)
        {
            self.at += 1;
        }
        match self.peek() {
            Some(byte) if begins_name(byte) => self.variable(),
            Some(b'0'..=b'9') => {
                self.at +=
                    self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            }
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.at += 1,
            _ => return Err(Lost(start)),
        }
        let colon = self.peek() == Some(b':');
        let operator = self.byte(self.at + usize::from(colon));
        let trims = !colon && matches!(operator, Some(b'#' | b'%'));
        let substitutes = matches!(operator, Some(b'-' | b'=' | b'?' | b'+'));
        // dash ignores the meaning of these in the place of an operator.
        if matches!(operator, Some(b'$' | b'`' | b'\'' | b'"' | b'\\' | b'\n')) {
            return Err(Lost(start));
        }
        loop {
            match (self.peek(), quoting) {
                (None, _) => return Err(Lost(start)),
                (Some(b'}'), _) => break,
                (Some(b'\\'), _) => self.at = (self.at + 2).min(self.bytes.len()),
                (Some(b'$'), _) => self.dollar(quoting, None)?,
                (Some(b'`'), _) => self.backquotes(quoting)?,
                (Some(b'"'), Quoting::Plain) => self.double_quotes(&mut WordValue::default())?,
                (Some(b'"'), Quoting::Double | Quoting::Document) => self.inner_quotes(b"}")?,
                (Some(b'\''), Quoting::Plain) => {
                    self.single_quotes()?;
                }
                (Some(b'\''), Quoting::Double) if trims => {
                    self.single_quotes()?;
                }
                // Within double quotes this is not a quote, unless the word is a pattern.
                (Some(b'\''), Quoting::Double | Quoting::Document) if !substitutes => {
                    return Err(Lost(start));
                }
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.unbreakable -= 1;
        self.leave();
        Ok(())
    }

    /// Reads double quotes in a place at which shells differ about whether they quote. That makes
    /// no difference unless a byte of `contested` is in them.
    fn inner_quotes(&mut self, contested: &[u8]) -> Sure<()> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
                Some(b'$') => self.dollar(Quoting::Double, None)?,
                Some(b'`') => self.backquotes(Quoting::Double)?,
                Some(byte) if !contested.contains(&byte) => self.at += 1,
                _ => return Err(Lost(open)),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// `$((`...`))`
    fn arithmetic(&mut self) -> Sure<()> {
        let (start, mut open) = (self.at, 0_usize);
        self.enter()?;
        self.unbreakable += 1;
        self.at += 3;
        loop {
            match self.peek() {
                Some(b'(') => {
                    open += 1;
                    self.at += 1;
                }
                Some(b')') if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                Some(b')') if self.byte(self.at + 1) == Some(b')') => break,
                Some(b'\\') if self.byte(self.at + 1) == Some(b'\n') => self.at += 2,
                // Without `))` bash reads a substitution that begins with a subshell. Shells differ
                // about quotes.
                None | Some(b')' | b'\\' | b'\'') => return Err(Lost(start)),
                Some(b'"') => self.inner_quotes(b"()")?,
                Some(b'$') => self.dollar(Quoting::Double, None)?,
                Some(b'`') => self.backquotes(Quoting::Double)?,
                Some(byte) if begins_name(byte) => self.variable(),
                Some(b'0'..=b'9') => {
                    let number = |byte: &u8| continues_name(*byte) || *byte == b'#';
                    self.at += self.bytes[self.at..].iter().take_while(|byte| number(byte)).count();
                }
                Some(_) => self.at += 1,
            }
        }
        self.at += 2;
        self.unbreakable -= 1;
        self.leave();
        Ok(())
    }

    /// Reads a substitution in backquotes. First its end is found, then backslashes are removed,
    /// and the result is a script of its own.
    pub(super) fn backquotes(&mut self, quoting: Quoting) -> Sure<()> {
        let open = self.at;
        let mut close = open + 1;
        loop {
            match self.byte(close) {
                None => return Err(Lost(open)),
                Some(b'`') => break,
                Some(b'\\') => close += 2,
                Some(_) => close += 1,
            }
        }
        let script = &self.text[open + 1..close];
        self.enter()?;
        if script.contains('\\') {
            let (script, places) = unescaped(script, open + 1, quoting).ok_or(Lost(open))?;
            self.separate_script(&script, open, |offset| places[offset])?;
        } else {
            self.separate_script(script, open, |offset| open + 1 + offset)?;
        }
        self.leave();
        self.at = close + 1;
        Ok(())
    }

    fn separate_script(
        &mut self,
        script: &str,
        open: usize,
        place: impl Fn(usize) -> usize,
    ) -> Sure<()> {
        let mut inner = Reader::new(script, self.depth);
        inner.unbreakable = 1;
        inner.script().map_err(|_| Lost(open))?;
        let reading = inner.finish();
        self.adopt(reading, place);
        Ok(())
    }
}

/// The script in backquotes, and for each of its bytes the offset in the source, counted from
/// `base`. `None` if shells differ.
fn unescaped(script: &str, base: usize, quoting: Quoting) -> Option<(String, Vec<usize>)> {
    let (mut text, mut places) =
        (String::with_capacity(script.len()), Vec::with_capacity(script.len()));
    let mut characters = script.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let mut keep = |offset: usize, character: char| {
            text.push(character);
            places.extend((0..character.len_utf8()).map(|byte| base + offset + byte));
        };
        if character != '\\' {
            keep(offset, character);
            continue;
        }
        match (characters.peek().copied(), quoting) {
            (Some((_, '\\' | '`' | '$')), _) | (Some((_, '"')), Quoting::Double) => {
                if let Some((offset, character)) = characters.next() {
                    keep(offset, character);
                }
            }
            (Some((_, '"')), Quoting::Document) => return None,
            // dash removes it even from single quotes and comments.
            (Some((_, '\n')), _) if script.contains(['\'', '#']) => return None,
            _ => keep(offset, '\\'),
        }
    }
    Some((text, places))
}
