//! Quotes text for unit files, in such a way that systemd reads the same bytes back.
//!
//! systemd reads a value in this order: it joins lines, splits words and decodes their C escapes,
//! expands `%` specifiers, and when it runs the command expands `$`. So `\x25` and `\x24` do not
//! protect `%` and `$`; only doubling does (systemd.syntax(7), "Quoting"; systemd.service(5),
//! "Command lines").

use crate::text::bytes::is_stand_in;
use crate::text::visible::is_hidden;

/// What happens to `$`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dollar {
    Literal,
    /// systemd would expand it, so it is doubled.
    Doubled,
}

/// Whether the character is invisible or misleading, or systemd does not accept it, or it would be
/// written as a raw byte.
pub(super) fn is_unprintable(character: char) -> bool {
    is_hidden(character) || is_noncharacter(character) || is_stand_in(character)
}

/// Whether systemd does not accept the character as UTF-8.
pub(super) fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

fn is_bare(byte: u8) -> bool {
    byte >= 0x80 || (byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b';'))
}

/// A word for directives that decode C escapes, with quotes only if it needs them.
pub(super) fn quoted(word: &[u8], dollar: Dollar) -> String {
    let printable = std::str::from_utf8(word).is_ok_and(|text| !text.chars().any(is_unprintable));
    let bare = !word.is_empty() && printable && word.iter().copied().all(is_bare);
    let mut out = String::with_capacity(word.len() + 2);
    if bare {
        escape_into(&mut out, word, dollar, None);
    } else {
        let quote = quote_for(word, '"');
        out.push(quote);
        escape_into(&mut out, word, dollar, Some(quote));
        out.push(quote);
    }
    out
}

/// A word for directives that split words without decoding C escapes: a backslash only protects the
/// next character. The text must be printable.
pub(super) fn quoted_plainly(word: &str) -> String {
    let quoted = word.is_empty() || !word.bytes().all(is_bare);
    let mut out = String::with_capacity(word.len() + 2);
    if quoted {
        out.push('"');
    }
    for character in word.chars() {
        match character {
            '%' => out.push('%'),
            '"' | '\\' => out.push('\\'),
            _ => {}
        }
        out.push(character);
    }
    if quoted {
        out.push('"');
    }
    out
}

/// The quote that needs fewer escapes in the text.
fn quote_for(text: &[u8], preferred: char) -> char {
    let count = |quote: u8| text.iter().filter(|&&byte| byte == quote).count();
    match count(b'\'').cmp(&count(b'"')) {
        std::cmp::Ordering::Less => '\'',
        std::cmp::Ordering::Greater => '"',
        std::cmp::Ordering::Equal => preferred,
    }
}

fn escape_into(out: &mut String, text: &[u8], dollar: Dollar, quote: Option<char>) {
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '%' => out.push_str("%%"),
                '$' if dollar == Dollar::Doubled => out.push_str("$$"),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                _ if Some(character) == quote => {
                    out.push('\\');
                    out.push(character);
                }
                _ if is_unprintable(character) => {
                    escape_bytes(out, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.push(character),
            }
        }
        escape_bytes(out, chunk.invalid());
    }
}

fn escape_bytes(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("\\x{byte:02x}"));
    }
}

/// The indentation of the lines of a script.
const INDENT: &str = "    ";

/// A script over several physical lines. systemd replaces a backslash and the newline after it by
/// one blank and keeps the blanks that follow. It ignores a physical line that begins with `#` or
/// `;` (systemd.syntax(7)).
pub(super) fn laid_out(text: &[u8], breaks: &[usize], joins: &[usize], dollar: Dollar) -> String {
    let quote = quote_for(text, '\'');
    let pieces = pieces(text, breaks, joins);
    let mut out = String::from(quote);
    if let [whole] = pieces[..] {
        escape_into(&mut out, whole, dollar, Some(quote));
        out.push(quote);
        return out;
    }
    out.push_str("\\\n");
    let last = pieces.len() - 1;
    for (index, piece) in pieces.iter().enumerate() {
        let (indentation, rest) = piece.split_at(blanks(piece));
        if rest != b"\n" {
            out.push_str(INDENT);
        }
        if is_left_out(rest) && !is_comment_line(rest) {
            // systemd would ignore more than a comment. `\s` is a blank.
            out.push_str("\\s");
        }
        out.extend(indentation.iter().map(|&byte| char::from(byte)));
        escape_into(&mut out, rest, dollar, Some(quote));
        if index < last || is_comment_line(rest) {
            // The closing quote must not be on an ignored line.
            out.push_str("\\\n");
        }
    }
    out.push(quote);
    out
}

/// An upper bound of the number of bytes that systemd reads for a script.
pub(super) fn laid_out_len(text: &[u8], breaks: &[usize], joins: &[usize]) -> usize {
    match pieces(text, breaks, joins).len() {
        1 => text.len(),
        // Each piece has the blank of its continuation, its indentation, and perhaps a `\s`.
        pieces => text.len() + pieces * (1 + INDENT.len() + 1) + 1,
    }
}

/// The script cut at the breaks and joins that begin a physical line. The escaped newline of a join
/// is left out, because the continuation of the physical line replaces it.
fn pieces<'a>(text: &'a [u8], breaks: &[usize], joins: &[usize]) -> Vec<&'a [u8]> {
    let next = |end: usize| text[end + blanks(&text[end..])..].first().copied();
    // `;;` is more readable at the end of the line before than after a `\s`.
    let after_break = breaks
        .iter()
        .filter(|&&end| end < text.len() && next(end) != Some(b';'))
        .map(|&end| (end, 0));
    // systemd must not ignore text after a join.
    let after_join = joins
        .iter()
        .filter(|&&end| end < text.len() && !matches!(next(end), Some(b';' | b'#')))
        .map(|&end| (end, 2));
    let mut cuts: Vec<(usize, usize)> = after_break.chain(after_join).collect();
    cuts.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for (end, escaped) in cuts {
        if end > start + escaped {
            pieces.push(&text[start..end - escaped]);
            start = end;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count()
}

fn is_left_out(piece: &[u8]) -> bool {
    matches!(piece.first(), Some(b'#' | b';'))
}

/// Whether the piece is a comment of the shell and nothing else.
fn is_comment_line(piece: &[u8]) -> bool {
    piece.first() == Some(&b'#') && !piece.strip_suffix(b"\n").unwrap_or(piece).contains(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_has_a_physical_line_for_each_of_its_lines() {
        let text = "case $1 in\n\ta)\n\t  echo 'a  b'\n\t  ;;\nesac\n";
        let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        let expected = "\"\\\n    case $1 in\\n\\\n    \ta)\\n\\\n    \t  echo 'a  b'\\n\\t  ;;\\n\\\n    esac\\n\"";
        assert_eq!(laid_out(text.as_bytes(), &breaks, &[], Dollar::Literal), expected);
        assert_eq!(laid_out(text.as_bytes(), &[], &[], Dollar::Literal).lines().count(), 1);
    }

    #[test]
    fn a_line_that_goes_on_does_so_in_the_unit() {
        let text = b"run --a \\\n  --b \\\n  # c\nnext\n";
        assert_eq!(
            laid_out(text, &[24], &[10, 18], Dollar::Literal),
            "'\\\n    run --a \\\n      --b \\\\\\n  # c\\n\\\n    next\\n'"
        );
    }

    #[test]
    fn only_comments_are_left_to_be_left_out() {
        // The break before `;;` is not used, so `;;` follows the comment.
        assert_eq!(
            laid_out(b"a\n# b\n;;\n# c\n", &[2, 6, 9], &[], Dollar::Literal),
            "'\\\n    a\\n\\\n    \\s# b\\n;;\\n\\\n    # c\\n\\\n'"
        );
        assert_eq!(laid_out(b";;\na", &[3], &[], Dollar::Literal), "'\\\n    \\s;;\\n\\\n    a'");
    }

    #[test]
    fn words_are_quoted_where_they_must_be() {
        for (word, bare) in [
            ("a", "a"),
            ("", "\"\""),
            (";", "\";\""),
            ("#", "#"),
            ("50%", "50%%"),
            ("$x", "$$x"),
            ("é", "é"),
            ("it's", "\"it's\""),
        ] {
            assert_eq!(quoted(word.as_bytes(), Dollar::Doubled), bare);
        }
        assert_eq!(
            quoted("a\u{FEFF}\u{9B}\u{2028}".as_bytes(), Dollar::Literal),
            "\"a\\xef\\xbb\\xbf\\xc2\\x9b\\xe2\\x80\\xa8\""
        );
        assert_eq!(quoted(b"\xFF\0\x7F", Dollar::Literal), "\"\\xff\\x00\\x7f\"");
    }
}
