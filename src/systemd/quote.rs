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
pub(super) fn quote_for(text: &[u8], preferred: char) -> char {
    let count = |quote: u8| text.iter().filter(|&&byte| byte == quote).count();
    match count(b'\'').cmp(&count(b'"')) {
        std::cmp::Ordering::Less => '\'',
        std::cmp::Ordering::Greater => '"',
        std::cmp::Ordering::Equal => preferred,
    }
}

/// Adds text with the escapes that it needs within this quote, or without quotes.
pub(super) fn escape_into(out: &mut String, text: &[u8], dollar: Dollar, quote: Option<char>) {
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

pub(super) fn escape_bytes(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("\\x{byte:02x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
