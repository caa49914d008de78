//! Lines and characters around a byte offset. An offset inside a character is moved back to the
//! beginning of that character, and an offset past the end to the end of the text.

/// The beginning of the character that `offset` is in, or the end of the text.
pub(crate) fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The end of the character that `offset` is in, or the end of the text.
pub(crate) fn boundary_after(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The offset of the first character of the line that `offset` is on.
pub(crate) fn line_start(text: &str, offset: usize) -> usize {
    text[..boundary(text, offset)].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The offset of the newline that ends the line, or the end of the text.
pub(crate) fn line_end(text: &str, offset: usize) -> usize {
    let at = boundary(text, offset);
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The line that `offset` is on, without its newline.
pub(crate) fn line(text: &str, offset: usize) -> &str {
    &text[line_start(text, offset)..line_end(text, offset)]
}

/// The rest of the line from `offset` on, without its newline.
pub(crate) fn rest_of_line(text: &str, offset: usize) -> &str {
    &text[boundary(text, offset)..line_end(text, offset)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_on_a_line() {
        let text = "a\n\u{e9}b\n";
        for (offset, start, end, rest) in [
            (0, 0, 1, "a"),
            (1, 0, 1, ""),
            (2, 2, 5, "\u{e9}b"),
            (3, 2, 5, "\u{e9}b"),
            (4, 2, 5, "b"),
            (6, 6, 6, ""),
            (9, 6, 6, ""),
        ] {
            assert_eq!(
                (line_start(text, offset), line_end(text, offset)),
                (start, end),
                "{offset}"
            );
            assert_eq!(
                (line(text, offset), rest_of_line(text, offset)),
                (&text[start..end], rest),
                "{offset}"
            );
        }
        assert_eq!(
            (boundary(text, 3), boundary_after(text, 3), boundary_after(text, 9)),
            (2, 4, 6)
        );
    }
}
