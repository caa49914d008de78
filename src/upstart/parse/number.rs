//! Integers as `strtol` of C reads them if the whole argument has to be a number.

/// `None` if C would stop before the end of the text, or if the number does not fit.
pub(super) fn integer(text: &str, radix: u32) -> Option<i128> {
    let unsigned = text.trim_start_matches([' ', '\t', '\n', '\u{B}', '\u{C}', '\r']);
    let (sign, digits) = match unsigned.as_bytes().first()? {
        b'-' => (-1, &unsigned[1..]),
        b'+' => (1, &unsigned[1..]),
        _ => (1, unsigned),
    };
    // `from_str_radix` would accept a second sign.
    if !digits.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    i128::from_str_radix(digits, radix).ok().map(|magnitude| sign * magnitude)
}

/// A decimal integer of the given type.
pub(super) fn decimal<T: TryFrom<i128>>(text: &str) -> Option<T> {
    integer(text, 10).and_then(|number| T::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_argument_is_the_number() {
        for (text, expected) in [
            ("10", Some(10)),
            (" \t10", Some(10)),
            ("+5", Some(5)),
            ("-5", Some(-5)),
            ("010", Some(10)),
            ("--5", None),
            ("+-5", None),
            ("5 ", None),
            ("5.5", None),
            ("0x5", None),
            ("", None),
            ("-", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(decimal::<i64>(text), expected, "{text:?}");
        }
        assert_eq!(integer("0777", 8), Some(0o777));
        assert_eq!(integer("8", 8), None);
        assert_eq!(integer(&"9".repeat(100), 10), None);
    }
}
