//! How wide text is. Which font shows a picture is not known, so the widths are those of `DejaVu Sans`,
//! which is wider than nearly every other one.

use crate::text::visible::visible;

/// The width of a text in a size, in pixels, rounded up.
pub(super) fn text_width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(width).sum();
    (thousandths * size + 999) / 1000
}

/// The width of a character in thousandths of the size.
fn width(character: char) -> i32 {
    match character {
        'i' | 'j' | 'l' | '\'' => 280,
        ' ' | '.' | ',' | ':' | ';' | '!' | '|' | '/' | '\\' | 'I' => 360,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' => 430,
        'm' | 'W' | '%' | '@' | '…' => 1020,
        'w' | 'M' | '+' | '=' | '<' | '>' | '~' | '#' | '^' | '&' => 900,
        'N' | 'O' | 'Q' | 'D' | 'G' | 'H' | 'U' => 800,
        'A'..='Z' => 720,
        ' '..='~' => 650,
        // Scripts whose characters are squares, and whatever is not known.
        '\u{1f000}'.. => 1400,
        '\u{2e80}'.. => 1100,
        '\u{700}'.. => 1000,
        _ => 750,
    }
}

/// A text that is at most so wide: as it is, or its beginning and `…`. Nothing in it controls how it
/// is shown.
pub(super) fn shortened(text: &str, size: i32, most: i32) -> String {
    let text = visible(text);
    if text_width(&text, size) <= most {
        return text;
    }
    let mut short = String::new();
    let mut thousandths = width('…');
    for character in text.chars() {
        thousandths += width(character);
        if (thousandths * size + 999) / 1000 > most {
            break;
        }
        short.push(character);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_is_cut() {
        assert_eq!(shortened("short", 12, 100), "short");
        let cut = shortened(&"wide".repeat(20), 12, 100);
        assert!(cut.ends_with('…') && text_width(&cut, 12) <= 100 && cut.len() > 8, "{cut}");
        assert_eq!(shortened("a\u{202e}b\n", 12, 100), "a\u{fffd}b␊");
    }
}
