//! Text of jobs in the Markdown of GitHub.
//!
//! A backslash does not help against all of it: GitHub links `@name`, `#12`, `https://` and hashes
//! of commits in the text that comes out. In a code span nothing is linked, loaded or obeyed, so
//! every word goes into one that has a character with a meaning.

use crate::text::visible::visible;

/// The ASCII characters besides letters and digits that may be outside of a code span.
const HARMLESS: &str = "'\",.;:()/-?!%+=";

/// What may precede and follow a code span.
const OPENING: [char; 3] = ['(', '"', '\''];
const CLOSING: [char; 8] = [',', '.', ';', ':', ')', '"', '\'', '?'];

/// A part of a line.
enum InlinePart {
    Plain(String),
    Code(String),
}

/// A text as Markdown in one line, which may follow the marker of a list. What the text has between
/// two backticks is a code span.
pub(in crate::report) fn inline(text: &str) -> String {
    let text = visible(text);
    let mut line = InlineLine::default();
    let mut rest = text.trim();
    while let Some((plain, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else { break };
        line.plain(plain);
        line.code(if code.is_empty() { "``" } else { code });
        rest = after;
    }
    line.plain(rest);
    line.markdown()
}

/// A text as a code span.
pub(in crate::report) fn code_span(text: &str) -> String {
    // In the log of a job, the runner of GitHub obeys `##[command]` wherever it is.
    let text = visible(text).replace("##[", "## [");
    if text.is_empty() {
        return text;
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One blank is taken off at either end, where both have one.
    let is_between_blanks = text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty();
    let has_tick_at_end = text.starts_with('`') || text.ends_with('`');
    let pad = if is_between_blanks || has_tick_at_end { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of code with these lines.
pub(in crate::report) fn code_block(lines: &[String]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| visible(line).replace("##[", "## [")).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", lines.join("\n"))
}

/// The number of backticks in the longest row of them.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

#[derive(Default)]
struct InlineLine {
    parts: Vec<InlinePart>,
}

impl InlineLine {
    fn plain(&mut self, text: &str) {
        for (number, word) in text.split([' ', '\t']).enumerate() {
            if number > 0 {
                self.push(InlinePart::Plain(" ".to_owned()));
            }
            if word.is_empty() {
                continue;
            }
            if is_harmless(word, self.parts.is_empty()) {
                self.push(InlinePart::Plain(word.to_owned()));
                continue;
            }
            let inner = word.trim_start_matches(OPENING);
            let (opening, _) = word.split_at(word.len() - inner.len());
            let closes = |character| {
                CLOSING.contains(&character) && !(character == ')' && inner.contains('('))
            };
            let code = inner.trim_end_matches(closes);
            let (_, closing) = inner.split_at(code.len());
            self.push(InlinePart::Plain(opening.to_owned()));
            self.code(if code.is_empty() { word } else { code });
            if !code.is_empty() {
                self.push(InlinePart::Plain(closing.to_owned()));
            }
        }
    }

    fn code(&mut self, text: &str) {
        self.push(InlinePart::Code(text.to_owned()));
    }

    /// Two code spans in a row would be another one, so they become one.
    fn push(&mut self, part: InlinePart) {
        match (self.parts.last_mut(), part) {
            (_, InlinePart::Plain(text) | InlinePart::Code(text)) if text.is_empty() => {}
            (Some(InlinePart::Plain(last)), InlinePart::Plain(text))
            | (Some(InlinePart::Code(last)), InlinePart::Code(text)) => last.push_str(&text),
            (_, part) => self.parts.push(part),
        }
    }

    fn markdown(self) -> String {
        let shown = |part| match part {
            InlinePart::Plain(text) => text,
            InlinePart::Code(text) => code_span(&text),
        };
        self.parts.into_iter().map(shown).collect::<String>().trim().to_owned()
    }
}

/// Whether GitHub shows a word as it is. The first word of a line must not be the marker of a list.
fn is_harmless(word: &str, is_first: bool) -> bool {
    let is_known = |character: char| {
        !character.is_ascii() || character.is_ascii_alphanumeric() || HARMLESS.contains(character)
    };
    if !word.chars().all(is_known) {
        return false;
    }
    let bare = word.trim_start_matches(OPENING).trim_end_matches(CLOSING);
    let lower = bare.to_ascii_lowercase();
    let is_hash = bare.len() >= 7
        && bare.bytes().all(|byte| byte.is_ascii_hexdigit())
        && bare.bytes().any(|byte| byte.is_ascii_digit());
    let is_linked =
        bare.contains(':') || lower.starts_with("www.") || lower.starts_with("gh-") || is_hash;
    let of = |characters: &str| word.trim_matches(|character| characters.contains(character));
    let is_marker = is_first && (of("-+=").is_empty() || matches!(of("0123456789"), "." | ")"));
    !is_linked && !is_marker
}

#[cfg(test)]
mod tests {
    use super::{code_block, code_span, inline};

    #[test]
    fn only_words_without_a_meaning_are_outside_of_code() {
        for (text, expected) in [
            ("the unit differs, see `foo`.", "the unit differs, see `foo`."),
            ("nothing emits `a|b`", "nothing emits `a|b`"),
            ("<script>alert(1)</script>", "`<script>alert(1)</script>`"),
            ("by @octocat (#12), GH-3", "by `@octocat` (`#12`), `GH-3`"),
            ("![a](http://b/c) www.b.c", "`![a](http://b/c)` `www.b.c`"),
            ("a_b *c* ~d~ $e$ :f: g:h", "`a_b` `*c*` `~d~` `$e$` `:f`: `g:h`"),
            ("::error file=x::y", "`::error` `file=x::y`"),
            ("- one", "`-` one"),
            ("1. one", "`1`. one"),
            ("at a1b2c3d4", "at `a1b2c3d4`"),
            ("no\tend ` here", "no end `` ` `` here"),
            ("x@`y`", "`x@y`"),
            ("``", "``` `` ```"),
            ("8 jobs", "8 jobs"),
            ("a  ", "a"),
        ] {
            assert_eq!(inline(text), expected, "{text}");
        }
    }

    #[test]
    fn a_code_span_holds_every_text() {
        for (text, expected) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            (" a", "` a`"),
            (" a ", "`  a  `"),
            (" ", "` `"),
            ("##[command]x", "`## [command]x`"),
            ("a\nb\u{202e}", "`a␊b\u{fffd}`"),
        ] {
            assert_eq!(code_span(text), expected, "{text}");
        }
        assert_eq!(code_block(&["```".to_owned()]), "````text\n```\n````\n");
    }
}
