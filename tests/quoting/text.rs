//! Text that is hard to quote.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Characters with a meaning to systemd, to a shell or to a terminal, and some without.
#[rustfmt::skip]
const FRAGMENTS: [&[u8]; 92] = [
    b" ", b"  ", b"\t", b"\n", b"\n\n", b"\r", b"\r\n", b"\x0B", b"\x0C", b"\x1B[31m", b"\x07", b"\x7F", b"\x01",
    b"\"", b"'", b"\"\"", b"''", b"\\", b"\\\\", b"\\\n", b"\\ ", b"\\n", b"\\x41", b"\\x25", b"\\x24", b"\\101",
    b"\\u00e9", b"\\s", b"\\d", b"%", b"%%", b"%%%", b"%i", b"%n", b"%z", b"%5s", b"% ", b"$", b"$$", b"$$$", b"$A",
    b"${A}", b"${A:-b}", b"$(id)", b"$1", b"$MAINPID", b"`id`", b";", b";;", b"\\;", b" ; ", b"#", b"# c", b"\n# c\n",
    b"\n; c\n", b"\n  # c\\\n", b"[Service]", b"\n[Service]\n", b"\nExecStart=/bin/b\n", b"ExecStart=", b"=",
    b"<<EOF\n", b"\nEOF\n", b"-", b"@", b":", b"+", b"!", b"!!", b"|", b"~", b"[", b"]", b"*", b"?", b"&", b"<", b">",
    b"(", b")", b"{", b"}", b"a", b"word", b"/", b"\xC3\xA9", b"\xFF", b"\xC3", b"\xED\xA0\x80", b"\xC0\x80",
    b"\xF0\x9F\x98\x80", b"\xF4\x90\x80\x80",
];

/// Characters outside ASCII: C1 controls, blanks, line ends, bidi, invisible, BOM, noncharacters,
/// and others.
#[rustfmt::skip]
const CHARACTERS: [char; 26] = [
    '\u{80}', '\u{85}', '\u{9B}', '\u{A0}', '\u{AD}', '\u{61C}', '\u{200B}', '\u{200F}', '\u{2028}', '\u{2029}',
    '\u{202E}', '\u{2066}', '\u{2069}', '\u{3000}', '\u{FEFF}', '\u{FDD0}', '\u{FFFE}', '\u{FFFF}', '\u{1FFFE}',
    '\u{10FFFF}', '\u{E000}', '\u{FFFD}', '\u{E0041}', '\u{301}', '€', '語',
];

/// Any bytes except for NUL.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        12 => select(&FRAGMENTS[..]).prop_map(<[u8]>::to_vec),
        3 => select(&CHARACTERS[..]).prop_map(|character| character.to_string().into_bytes()),
        2 => vec(1..=u8::MAX, 1..4),
        1 => any::<char>().prop_filter("NUL", |&character| character != '\0').prop_map(|character| character.to_string().into_bytes()),
        1 => vec(b'a'..=b'z', 1..80),
    ];
    vec(fragment, 0..9).prop_map(|fragments| fragments.concat())
}

/// Like [`bytes`], but valid UTF-8.
pub fn string() -> impl Strategy<Value = String> {
    bytes().prop_map(|bytes| bytes.utf8_chunks().map(|chunk| chunk.valid()).collect())
}
