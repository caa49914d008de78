//! Characters that a unit does not show unchanged.

use proptest::prelude::*;

use crate::text;

/// Like [`text::string`], without the hidden characters that most random texts contain.
pub fn visible() -> impl Strategy<Value = String> {
    text::string()
        .prop_map(|text| text.chars().filter(|&character| !is_hidden(character)).collect())
}

pub fn is_hidden(character: char) -> bool {
    let ranges = [
        '\u{AD}'..='\u{AD}',
        '\u{61C}'..='\u{61C}',
        '\u{180E}'..='\u{180E}',
        '\u{200B}'..='\u{200F}',
        '\u{2028}'..='\u{202E}',
    ]
    .into_iter()
    .chain([
        '\u{2060}'..='\u{206F}',
        '\u{FEFF}'..='\u{FEFF}',
        '\u{FFF9}'..='\u{FFFB}',
        '\u{E0000}'..='\u{E007F}',
    ]);
    character.is_control()
        || is_noncharacter(character)
        || is_stand_in(character)
        || ranges.into_iter().any(|range| range.contains(&character))
}

/// Whether a character replaces a raw byte in the text of a unit.
fn is_stand_in(character: char) -> bool {
    ('\u{10fe00}'..='\u{10feff}').contains(&character)
}

pub fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code % 0x10000 >= 0xFFFE
}
