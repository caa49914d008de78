//! A reader of POSIX shell text: finds what is certain about a script without running it.
//!
//! The dialect is dash's, for a non-interactive `sh -e`. If bash in its POSIX mode would read a
//! text differently, or if versions of dash differ, the reader reports that it is not sure
//! ([`Script::lost`], or `None` in [`Word::literal`]). It does not know what the commands do.
//!
//! It cannot see aliases and functions that a sourced file defines.

mod context;
pub(super) mod dedent;
mod fold;
mod here_document;
mod inner_script;
pub(super) mod open_document;
mod own;
pub mod program;
mod reader;
pub mod redirection;
mod tidy;
mod word;
pub(super) mod words;
pub mod wrapper;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use context::Context;
pub use dedent::dedent;
pub use fold::fold_lines::fold_lines;
pub use fold::{FILLED_MAX, UNFOLDED_MAX, fold};
pub use inner_script::{as_argument, line_ends, only_shell};
pub use open_document::{OpenDocument, open_document};
pub use own::{is_builtin, is_own_variable};
pub use redirection::redirection;
pub use tidy::readable;
pub use words::{alone, words};

/// The parts of a script. All offsets are in bytes of the text, on character boundaries. Every list
/// is in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Offsets just after a newline at which blanks can be inserted, and at which a following
    /// comment line can be removed, without changing what the script does (except `$LINENO` and the
    /// line numbers of messages). The end of the text may be one of them. A newline within quotes,
    /// `${}`, `$(())`, backquotes or a here-document, or after a backslash, never is.
    pub breaks: Vec<usize>,
    /// Offsets just after an escaped newline that is between two tokens, with blanks around it.
    /// Blanks in place of the newline have the same meaning.
    pub joins: Vec<usize>,
    /// The blanks between two tokens, also those that begin a line, but none in a substitution. More
    /// blanks in the place of one have the same meaning, and so has an escaped newline between two.
    pub gaps: Vec<usize>,
    /// The newlines and blanks before a `;;` that follows on a later line. One blank in their place
    /// has the same meaning. Left out if the line ends with a comment or a here-document.
    pub case_ends: Vec<Range<usize>>,
    /// The comments, from the `#` to before the newline.
    pub comments: Vec<Range<usize>>,
    /// The simple commands, including those within `$()` and backquotes.
    pub commands: Vec<SimpleCommand>,
    /// The names of expanded parameters and of variables in arithmetic, each with the place of the
    /// name. Positional and special parameters are left out.
    pub variables: Vec<(String, Range<usize>)>,
    /// The `for` loops of the script itself, without those of substitutions.
    pub loops: Vec<ForLoop>,
    /// What runs in the background, up to and including the `&`. In bash the `&` of `&>file` would
    /// not be one.
    pub background: Vec<Range<usize>>,
    /// The offset at which the reader was not sure any more, or at which something begins that is
    /// never closed. The other fields are right for the text before it; they may be incomplete for
    /// the text after it.
    pub lost: Option<usize>,
    /// The names of the functions that the script defines.
    pub functions: Vec<String>,
    /// The here-documents, without empty ones.
    pub documents: Vec<Document>,
    /// Where the script ends, without the newlines at its end that have no effect.
    pub end: usize,
}

/// Assignments, words and redirections that the shell runs as one command. There may be no words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// From the first assignment, word or redirection to the end of the last.
    pub range: Range<usize>,
    /// The words of the form `NAME=value` before the name of the command.
    pub assignments: Vec<Word>,
    /// The name of the command and its arguments.
    pub words: Vec<Word>,
    /// The redirections, each with its number and its word. The text of a here-document is not
    /// included.
    pub redirections: Vec<Range<usize>>,
    /// The circumstances under which the shell runs it.
    pub context: Context,
}

impl SimpleCommand {
    /// The name of the command, if it is certain.
    pub fn name(&self) -> Option<&str> {
        self.words.first()?.literal.as_deref()
    }

    /// Whether the command consists of exactly these words, without assignments and redirections.
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

/// A here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The offset of the redirection, with its number.
    pub redirection: usize,
    /// The lines of the document, without the line that ends it.
    pub body: Range<usize>,
    /// Whether the delimiter is quoted, so nothing is expanded.
    pub verbatim: bool,
    /// Whether leading tabs are removed (`<<-`).
    pub tabs_stripped: bool,
}

/// `for VARIABLE in WORDS; do BODY; done`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForLoop {
    /// The name of the loop variable.
    pub variable: String,
    /// The words that the variable gets. `None` if a word is not literal, or if the loop is over
    /// the arguments of the script.
    pub words: Option<Vec<String>>,
    /// From after `do` to before `done`.
    pub body: Range<usize>,
    /// The circumstances under which the shell runs the loop.
    pub context: Context,
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The word as written, with quotes.
    pub range: Range<usize>,
    /// The one argument that the word becomes, without quotes. `None` if an expansion might change
    /// it, in dash or in bash.
    pub literal: Option<String>,
    /// Whether some of the word is quoted.
    pub quoted: bool,
    /// The word, if `$NAME` and `${NAME}` are all that might change it.
    pub expandable: Option<Expandable>,
}

/// A word with expansions of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expandable {
    /// The rest of the word, without quotes.
    pub text: String,
    /// The expansions, at least one, in order.
    pub expansions: Vec<Expansion>,
}

/// `$NAME` or `${NAME}` in a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The name of the variable.
    pub name: String,
    /// The offset in the text of the word at which the value goes.
    pub at: usize,
    /// Whether it is within double quotes, so that the value is not split and no pattern.
    pub quoted: bool,
}

/// Reads a script, in time linear in the length of the text.
pub fn read(text: &str) -> Script {
    #[cfg(test)]
    crate::text::read_count::count(crate::text::read_count::TextReader::Shell, text);
    // A shell cannot get a NUL in a script, so only the lines before it are certain.
    let Some(nul) = text.find('\0') else { return reader::read(text) };
    let line = text[..nul].rfind('\n').map_or(0, |newline| newline + 1);
    let mut reading = reader::read(&text[..line]);
    reading.lost.get_or_insert(line);
    reading.end = text.len();
    reading
}
