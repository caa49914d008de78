//! Whole job files: stanzas with anything that is allowed between their words and lines.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;

use super::stanza::{self, Words};

/// A file whose `Debug` output can be pasted into a test.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Vec<u8>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Jobs that init accepts, except for a few in which a text happens to end its word or stanza.
pub(crate) fn valid() -> impl Strategy<Value = Text> {
    (vec((stanza::valid(), layout()), 0..14), ends())
        .prop_map(|(stanzas, ends)| file(&stanzas, ends))
}

/// Jobs that init may accept or refuse.
pub(crate) fn doubtful() -> impl Strategy<Value = Text> {
    let stanza = prop_oneof![6 => stanza::valid().boxed(), 1 => stanza::nearly_valid().boxed()];
    let bytes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    let text = (vec((stanza, layout()), 0..12), ends())
        .prop_map(|(stanzas, ends)| file(&stanzas, ends))
        .boxed();
    prop_oneof![
        4 => text.clone(),
        1 => (text, bytes).prop_map(|(Text(mut text), bytes)| {
            for (at, byte) in bytes {
                if !text.is_empty() {
                    let at = at.index(text.len());
                    text[at] = byte;
                }
            }
            Text(text)
        }),
    ]
}

/// Numbers that select what is between words and around a line.
#[derive(Clone, Debug)]
struct Layout {
    gaps: Vec<u8>,
    before: u8,
    behind: u8,
}

fn layout() -> impl Strategy<Value = Layout> {
    (vec(any::<u8>(), 8), any::<u8>(), any::<u8>()).prop_map(|(gaps, before, behind)| Layout {
        gaps,
        before,
        behind,
    })
}

/// How the lines of a file end, and whether the last line ends.
#[derive(Clone, Copy, Debug)]
struct Ends {
    carriage_returns: bool,
    last: bool,
}

fn ends() -> impl Strategy<Value = Ends> {
    (prop::bool::weighted(0.1), prop::bool::weighted(0.9))
        .prop_map(|(carriage_returns, last)| Ends { carriage_returns, last })
}

fn file(stanzas: &[(Words, Layout)], ends: Ends) -> Text {
    let mut text = String::new();
    for (words, layout) in stanzas {
        text.push_str(match layout.before {
            0..120 => "",
            120..150 => "\n",
            150..180 => "# a comment, it's \"one\"\n",
            180..200 => "\n\n  # indented\n",
            200..210 => "# upstart2systemd: allow(no-description, U121) as it is\n",
            210..235 => "  ",
            _ => "\t",
        });
        line(&mut text, words, layout, ends);
        text.push_str(match layout.behind {
            0..180 => "",
            180..200 => " ",
            200..220 => " # why",
            220..230 => "# glued",
            230..240 => "\t",
            _ => " # upstart2systemd: allow(no-stop-on) it ends itself",
        });
        text.push('\n');
    }
    if !ends.last {
        text.pop();
    }
    Text(
        if ends.carriage_returns { text.replace("\\\n", " ").replace('\n', "\r\n") } else { text }
            .into_bytes(),
    )
}

fn line(text: &mut String, words: &Words, layout: &Layout, ends: Ends) {
    let mut depth = 0_usize;
    for (index, word) in words.iter().enumerate() {
        // A line ends before the body of a script, which begins with that newline.
        if index > 0 && !word.starts_with('\n') {
            let gap = layout.gaps[index % layout.gaps.len()];
            text.push_str(match gap {
                150..180 => "  ",
                180..200 => "\t",
                200..210 if !ends.carriage_returns => " \\\n    ",
                210..220 if depth > 0 => "\n  ",
                220..230 if depth > 0 => " # and\n\t",
                230.. if word == "(" || word == ")" => "",
                _ => " ",
            });
        }
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        text.push_str(word);
    }
}
