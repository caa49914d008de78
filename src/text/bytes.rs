//! Bytes that are not UTF-8, represented in text by private-use characters (stand-ins).

use std::borrow::Cow;

fn stand_in(byte: u8) -> char {
    char::from_u32(RAW_BYTE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn raw_byte(character: char) -> Option<u8> {
    u32::from(character).checked_sub(RAW_BYTE).and_then(|byte| u8::try_from(byte).ok())
}

/// Whether [`encode`] writes the character as one raw byte.
pub(crate) fn is_stand_in(character: char) -> bool {
    raw_byte(character).is_some()
}

fn has_stand_in(text: &str) -> bool {
    // In UTF-8, all characters from U+100000 on begin with this byte.
    text.bytes().any(|byte| byte == 0xF4) && text.chars().any(is_stand_in)
}

pub(super) fn decode(bytes: Vec<u8>) -> (String, Vec<usize>) {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if !has_stand_in(&text) => return (text, Vec::new()),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let (mut text, mut raw) = (String::with_capacity(bytes.len() + bytes.len() / 8), Vec::new());
    let mut push_raw = |text: &mut String, byte: u8| {
        raw.push(text.len());
        text.push(stand_in(byte));
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_stand_in(character) {
                // A stand-in that is really in the file would come back as one byte, so its own
                // bytes become stand-ins.
                for &byte in character.encode_utf8(&mut [0; 4]).as_bytes() {
                    push_raw(&mut text, byte);
                }
            } else {
                text.push(character);
            }
        }
        for &byte in chunk.invalid() {
            push_raw(&mut text, byte);
        }
    }
    (text, raw)
}

/// The bytes that decoded text represents.
pub fn encode(text: &str) -> Cow<'_, [u8]> {
    if !has_stand_in(text) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match raw_byte(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Cow::Owned(bytes)
}

/// Bytes that are not a file, such as a path, as text that [`encode`] turns back into them.
pub fn carry(bytes: &[u8]) -> String {
    decode(bytes.to_vec()).0
}

/// The text for display: each raw byte becomes U+FFFD.
pub fn lossy(text: &str) -> Cow<'_, str> {
    if !has_stand_in(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(
                |character| {
                    if is_stand_in(character) { char::REPLACEMENT_CHARACTER } else { character }
                },
            )
            .collect(),
    )
}

/// The stand-in for the raw byte `0x00`; the stand-in for byte `b` is this plus `b`. Plane 16 is
/// for private use, so these characters have no meaning in a job.
pub(super) const RAW_BYTE: u32 = 0x10_FE00;
