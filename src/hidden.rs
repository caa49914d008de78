//! Characters that are not what a reader sees.

/// Whether it cannot be seen, and may do something: C0 and C1 controls, soft hyphen, zero widths, marks and overrides of direction, line and
/// paragraph separators, invisible operators, byte order mark, interlinear annotation, tags.
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
