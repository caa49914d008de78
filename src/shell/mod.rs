//! A reader of POSIX shell text: what can be told of a script without running it.
//!
//! The dialect is dash's, with `sh -e` of a non-interactive shell in mind. Where bash in its POSIX
//! mode would read a text otherwise, and where dash of different ages differ, the reader is not
//! sure and says so ([`Reading::lost`], [`Word::literal`] of `None`). It knows nothing of what the
//! commands do.
//!
//! What it cannot see: aliases and functions that a sourced file defines.

mod context;
pub(super) mod dedent;
mod here_document;
pub(super) mod open_document;
mod reader;
mod word;
pub(super) mod words;
pub mod wrapper;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use context::Context;
pub use dedent::dedent;
pub use open_document::{OpenDocument, open_document};
pub use words::words;

/// What a script is made of. All offsets are bytes of the text that was read, on character
/// boundaries, and every list is in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Offsets just after a newline at which blanks may be put in, and at which a comment line that
    /// follows may be left out, without any change to what the script does (`$LINENO` and the line
    /// numbers of messages aside). The end of the text may be one of them. A newline within quotes,
    /// `${}`, `$(())`, backquotes or a here-document never is, nor one behind a backslash.
    pub breaks: Vec<usize>,
    /// Offsets just after an escaped newline that stands between two tokens, with blanks around it:
    /// blanks in its place are the same.
    pub joins: Vec<usize>,
    /// From the `#` to before the newline.
    pub comments: Vec<Range<usize>>,
    /// Those within `$()` and backquotes too.
    pub commands: Vec<SimpleCommand>,
    /// The names of parameters that are expanded, and those that stand in arithmetic, with the
    /// place of the name itself. Positional and special parameters are not among them.
    pub variables: Vec<(String, Range<usize>)>,
    /// The `for` loops of the script itself, those of substitutions left out.
    pub loops: Vec<ForLoop>,
    /// What is sent to the background, up to and with the `&`. For bash the `&` of `&>file` would
    /// be none.
    pub background: Vec<Range<usize>>,
    /// Where the reader no longer knew what it saw, or where something begins that is never closed.
    /// All that the other fields say holds for the text before; nothing may be concluded from what
    /// they do not say.
    pub lost: Option<usize>,
    /// Functions that the script defines.
    pub functions: Vec<String>,
    /// Where the script ends without the newlines at its end that do nothing.
    pub end: usize,
}

/// Assignments, words and redirections that the shell takes as one command. There may be no words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// From the first assignment, word or redirection to the end of the last.
    pub range: Range<usize>,
    /// The words of the form `NAME=value` in front.
    pub assignments: Vec<Word>,
    pub words: Vec<Word>,
    /// With the number in front and the word behind. The text of a here-document is not within.
    pub redirections: Vec<Range<usize>>,
    pub context: Context,
}

impl SimpleCommand {
    /// The name of the command, if it is certain.
    pub fn name(&self) -> Option<&str> {
        self.words.first()?.literal.as_deref()
    }

    /// Whether it is just these words, without assignments and redirections.
    pub fn is(&self, words: &[&str]) -> bool {
        self.assignments.is_empty()
            && self.redirections.is_empty()
            && self.words.len() == words.len()
            && self
                .words
                .iter()
                .zip(words)
                .all(|(word, &expected)| word.literal.as_deref() == Some(expected))
    }
}

/// `for VARIABLE in WORDS; do BODY; done`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForLoop {
    pub variable: String,
    /// `None` where a word is not literal, or where the loop runs over the arguments of the script.
    pub words: Option<Vec<String>>,
    /// From behind `do` to before `done`.
    pub body: Range<usize>,
    /// How the loop itself stands in the script.
    pub context: Context,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    pub range: Range<usize>,
    /// The one argument that the word becomes, quotes removed; `None` where any kind of expansion
    /// might change it, in dash or in bash.
    pub literal: Option<String>,
    /// Whether some of it is quoted.
    pub quoted: bool,
}

/// Reads a script. Takes time linear in the length of the text.
pub fn read(text: &str) -> Script {
    #[cfg(test)]
    crate::text::read_count::count(crate::text::read_count::TextReader::Shell, text);
    // No shell can be handed a NUL: what is sure ends with the line before it.
    let Some(nul) = text.find('\0') else { return reader::read(text) };
    let line = text[..nul].rfind('\n').map_or(0, |newline| newline + 1);
    let mut reading = reader::read(&text[..line]);
    reading.lost.get_or_insert(line);
    reading.end = text.len();
    reading
}
