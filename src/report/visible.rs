//! Characters that a terminal would act upon, or that would hide something, made visible.

use crate::hidden::is_hidden;
use crate::source;

/// More than this of a message tells nobody anything.
const MAX_CHARACTERS: usize = 2000;

/// One line of text that does nothing to a terminal. Raw bytes become U+FFFD, newlines `␤`.
pub fn visible(text: &str) -> String {
    let text = source::lossy(text);
    let mut shown: String = text.chars().take(MAX_CHARACTERS).map(character).collect();
    if shown.len() < text.len() && text.chars().nth(MAX_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// Text of several lines that does nothing to a terminal.
pub fn visible_lines(text: &str) -> String {
    text.split_inclusive('\n').map(|text| text.strip_suffix('\n').map_or_else(|| line(text), |text| line(text) + "\n")).collect()
}

/// The visible form of a character; always one character, so that columns stay right. A tab remains.
pub(super) fn character(character: char) -> char {
    match character {
        '\t' => character,
        // Control Pictures stand in the order of the controls.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '␡',
        _ if is_hidden(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// A line of a source: as [`character`], and raw bytes become U+FFFD.
pub(super) fn line(text: &str) -> String {
    source::lossy(text).chars().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn nothing_acts_on_a_terminal() {
        assert_eq!(visible("a\x1b[31m\n\r\x07\x7f\u{9b}\u{202e}b\tc"), "a␛[31m␊␍␇␡\u{fffd}\u{fffd}b\tc");
        assert_eq!(visible_lines("a\x1b\n\tb\r\nc"), "a␛\n\tb␍\nc");
        assert_eq!(visible(Source::new("x", b"caf\xe9".to_vec()).text()), "caf\u{fffd}");
    }

    #[test]
    fn what_is_endless_ends() {
        assert_eq!(visible(&"x".repeat(5000)).chars().count(), MAX_CHARACTERS + 1);
        assert_eq!(visible(&"x".repeat(MAX_CHARACTERS)).chars().count(), MAX_CHARACTERS);
    }
}
