//! JSON that is safe to print on a terminal: characters that a terminal would act upon are escaped,
//! which does not change the data.

use std::io;
use std::io::Write;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::text::visible::is_hidden;

/// Writes a value as JSON on one line. An error means that `out` failed or that the value cannot be
/// serialized.
pub fn write_json(out: &mut dyn Write, value: &impl Serialize) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaping))
}

/// Returns a value as JSON on one line.
pub(in crate::report) fn json_of(value: &impl Serialize) -> serde_json::Result<String> {
    let mut out = Vec::new();
    write_json(&mut out, value)?;
    // The serializer writes valid UTF-8 only.
    Ok(String::from_utf8(out).unwrap_or_default())
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut done = 0;
        for (at, character) in
            fragment.char_indices().filter(|(_, character)| is_hidden(*character))
        {
            out.write_all(fragment.get(done..at).unwrap_or_default().as_bytes())?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            done = at + character.len_utf8();
        }
        out.write_all(fragment.get(done..).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_the_same() {
        let text = "a\u{7f}b\u{9b}31m\u{202e}é😀\u{e0041}\n\t\"\\";
        let written = json_of(&text).unwrap();
        assert_eq!(written, r#""a\u007fb\u009b31m\u202eé😀\udb40\udc41\n\t\"\\""#);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
