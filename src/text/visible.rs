//! Makes characters visible that a terminal would act on or that would hide other text.

use super::bytes::lossy;

/// Whether the character is invisible or controls the display: C0 and C1 controls, soft hyphen,
/// zero widths, direction marks and overrides, line and paragraph separators, invisible operators,
/// byte order mark, interlinear annotation, tags.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A longer message is cut to this number of characters, because the rest is not useful.
const MAX_CHARACTERS: usize = 2000;

/// Text as one line without terminal controls. Raw bytes become U+FFFD, newlines `␤`.
pub(crate) fn visible(text: &str) -> String {
    let text = lossy(text);
    let mut shown: String = text.chars().take(MAX_CHARACTERS).map(character).collect();
    if shown.len() < text.len() && text.chars().nth(MAX_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// Text of several lines without terminal controls.
pub(crate) fn visible_lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|text| text.strip_suffix('\n').map_or_else(|| line(text), |text| line(text) + "\n"))
        .collect()
}

/// The visible form of a character. It is always one character, so columns stay right. A tab is
/// unchanged.
pub(crate) fn character(character: char) -> char {
    match character {
        '\t' => character,
        // Control Pictures are in the order of the controls.
        '\0'..='\x1f' => {
            char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\x7f' => '␡',
        _ if is_hidden(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// A line of a source, each character changed by [`character`]; raw bytes become U+FFFD.
pub(crate) fn line(text: &str) -> String {
    lossy(text).chars().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::Source;

    #[test]
    fn nothing_acts_on_a_terminal() {
        assert_eq!(
            visible("a\x1b[31m\n\r\x07\x7f\u{9b}\u{202e}b\tc"),
            "a␛[31m␊␍␇␡\u{fffd}\u{fffd}b\tc"
        );
        assert_eq!(visible_lines("a\x1b\n\tb\r\nc"), "a␛\n\tb␍\nc");
        assert_eq!(visible(Source::new("x", b"caf\xe9".to_vec()).text()), "caf\u{fffd}");
    }

    #[test]
    fn what_is_endless_ends() {
        assert_eq!(visible(&"x".repeat(5000)).chars().count(), MAX_CHARACTERS + 1);
        assert_eq!(visible(&"x".repeat(MAX_CHARACTERS)).chars().count(), MAX_CHARACTERS);
    }
}
