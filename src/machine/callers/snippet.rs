//! A part of a file that is read on its own, perhaps with other text in the place of some of it.

use std::ops::Range;

/// Text to be read as shell text, and the place of each of its bytes in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Snippet {
    /// The text.
    pub(super) text: String,
    /// The offset in the file of each byte, and that of the end.
    places: SnippetPlaces,
}

#[derive(Clone, Debug)]
enum SnippetPlaces {
    /// The text is that of the file from this offset on.
    From(usize),
    Each(Vec<usize>),
}

impl Default for SnippetPlaces {
    fn default() -> Self {
        Self::Each(vec![0])
    }
}

impl Snippet {
    /// Text that is in the file at this offset as it is.
    pub(super) fn at(text: &str, offset: usize) -> Self {
        Self { text: text.to_owned(), places: SnippetPlaces::From(offset) }
    }

    /// An empty snippet, to which text is added.
    pub(super) fn new(offset: usize) -> Self {
        Self { text: String::new(), places: SnippetPlaces::Each(vec![offset]) }
    }

    /// Adds text that is in the file at this offset as it is.
    pub(super) fn push(&mut self, text: &str, offset: usize) {
        for at in 0..text.len() {
            self.place_next(offset + at, offset + at + 1);
        }
        self.text.push_str(text);
    }

    /// Adds text in the place of that between the offsets.
    pub(super) fn replace(&mut self, text: &str, place: Range<usize>) {
        for _ in 0..text.len() {
            self.place_next(place.start, place.end);
        }
        self.text.push_str(text);
    }

    /// Adds another snippet.
    pub(super) fn append(&mut self, other: &Self) {
        for (at, character) in other.text.char_indices() {
            let place = other.place(&(at..at + character.len_utf8()));
            self.replace(character.encode_utf8(&mut [0; 4]), place);
        }
    }

    fn place_next(&mut self, offset: usize, end: usize) {
        if let SnippetPlaces::Each(places) = &mut self.places {
            if let Some(last) = places.last_mut() {
                *last = offset;
            }
            places.push(end);
        }
    }

    /// The place in the file of a range of the text.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        match &self.places {
            SnippetPlaces::From(offset) => offset + range.start..offset + range.end,
            SnippetPlaces::Each(places) => {
                let at = |index: usize| places.get(index).or(places.last()).copied();
                let start = at(range.start).unwrap_or_default();
                // The byte after the range may come from elsewhere.
                let end = match range.end.checked_sub(1) {
                    Some(last) if range.end < places.len() && last >= range.start => {
                        at(range.end).unwrap_or_default().max(at(last).unwrap_or_default() + 1)
                    }
                    _ => at(range.end).unwrap_or_default(),
                };
                start..end.max(start)
            }
        }
    }

    /// A part of the text.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let places = match &self.places {
            SnippetPlaces::From(offset) => SnippetPlaces::From(offset + range.start),
            SnippetPlaces::Each(places) => {
                SnippetPlaces::Each(places.get(range.start..=range.end).unwrap_or(&[0]).to_vec())
            }
        };
        Self { text, places }
    }

    /// The text of a shell word that is in quotes, without them. A backslash in double quotes that
    /// takes the meaning of the next character is left out, because a second shell reads the text.
    pub(super) fn unquoted(&self, word: &Range<usize>) -> Option<Self> {
        let raw = self.text.get(word.clone())?;
        let quote = raw.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let inner = raw.strip_prefix(quote)?.strip_suffix(quote)?;
        let start = word.start + 1;
        if quote == '\'' || !inner.contains('\\') {
            return Some(self.part(start..start + inner.len()));
        }
        let mut out = Self::new(self.place(&(start..start)).start);
        let mut characters = inner.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let escapes = character == '\\'
                && characters.peek().is_some_and(|(_, next)| "\"\\$`".contains(*next));
            if !escapes {
                let place = self.place(&(start + at..start + at + character.len_utf8()));
                out.replace(character.encode_utf8(&mut [0; 4]), place);
            } else if let Some((at, next)) = characters.next() {
                let place = self.place(&(start + at..start + at + next.len_utf8()));
                out.replace(next.encode_utf8(&mut [0; 4]), place);
            }
        }
        Some(out)
    }
}

/// A name of a variable made of any text: what another language puts in a string becomes `${NAME}`.
pub(super) fn variable_of(text: &str) -> String {
    let name: String = text
        .trim()
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '_' })
        .collect();
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if begins_well { format!("${{{name}}}") } else { format!("${{_{name}}}") }
}
