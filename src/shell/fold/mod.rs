//! Lines of a command that goes on.

pub(super) mod fold_lines;

use std::ops::Range;

use super::{Context, Script};

/// The most columns of a command that is not folded.
pub const UNFOLDED_MAX: usize = 120;

/// The columns that a line is filled up to if it is folded.
pub const FILLED_MAX: usize = 96;

/// Replaces the blanks at these offsets, or those before options if there are none and the text is
/// long, by an escaped newline and an indentation, if they are
/// between the words of a simple command. `reading` has to be the reading of `text`.
pub fn fold(text: &str, reading: &Script, blanks: &[usize]) -> String {
    let outer =
        reading.commands.iter().filter(|command| !command.context.has(Context::SUBSTITUTION));
    let mut words: Vec<&Range<usize>> = outer
        .clone()
        .flat_map(|command| {
            let words = command.assignments.iter().chain(&command.words).map(|word| &word.range);
            words.chain(&command.redirections)
        })
        .collect();
    words.sort_unstable_by_key(|range| range.start);
    let commands: Vec<&Range<usize>> = outer.map(|command| &command.range).collect();
    let is_between_words = |at: usize| {
        reading.lost.is_none_or(|lost| at < lost) && is_in(&commands, at) && !is_in(&words, at)
    };
    let mut blanks = blanks.to_vec();
    if blanks.is_empty() && text.chars().count() > UNFOLDED_MAX {
        blanks = before_options(text, reading);
    }
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    for at in blanks {
        if at >= start && text[at..].starts_with(' ') && is_between_words(at) {
            out.push_str(&text[start..at]);
            out.push_str(" \\\n    ");
            start = at + 1;
        }
    }
    out + &text[start..]
}

/// Whether one of these ranges, which are in the order of the text, has the offset.
fn is_in(ranges: &[&Range<usize>], at: usize) -> bool {
    ranges[..ranges.partition_point(|range| range.start <= at)]
        .last()
        .is_some_and(|range| range.contains(&at))
}

/// The blanks before options of the first command that end a line.
fn before_options(text: &str, reading: &Script) -> Vec<usize> {
    let words = reading.commands.first().map_or(&[][..], |command| &command.words);
    let options = words.iter().skip(1).map(|word| word.range.start);
    let mut options =
        options.filter(|&start| text[start..].starts_with('-') && text[..start].ends_with(' '));
    let (mut found, mut start) = (Vec::new(), 0);
    let mut last = options.next();
    for next in options.by_ref().map(Some).chain([None]) {
        let end = next.unwrap_or(text.len());
        if let Some(option) = last.filter(|_| text[start..end].chars().count() > FILLED_MAX) {
            found.push(option - 1);
            start = option;
        }
        last = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::fold;
    use crate::shell::read;

    #[test]
    fn a_long_command_is_folded_at_its_options() {
        let [a, b] = ["a", "b"].map(|letter| letter.repeat(50));
        let text = format!("run -x {a} --y={b} -z $X {a} >log");
        assert_eq!(
            fold(&text, &read(&text), &[]),
            format!("run -x {a} \\\n    --y={b} \\\n    -z $X {a} >log")
        );
        assert_eq!(fold("run -x $A -y", &read("run -x $A -y"), &[]), "run -x $A -y");
    }

    #[test]
    fn only_blanks_between_words_are_replaced() {
        // A `|` stands for a blank that is to be replaced.
        for (marked, expected) in [
            ("A=b|run|--a|\"$x\"|2>&1", "A=b \\\n    run \\\n    --a \\\n    \"$x\" \\\n    2>&1"),
            ("run \"a|b\"|'c|d'|$(e|f)", "run \"a b\" \\\n    'c d' \\\n    $(e f)"),
            ("run|a ;|run >|b # c|d", "run \\\n    a ; run > b # c d"),
            ("for i in \"a|b\"; do c|d; done", "for i in \"a b\"; do c \\\n    d; done"),
            ("run|a; run 'b|c", "run \\\n    a; run 'b c"),
        ] {
            let blanks: Vec<usize> = marked.match_indices('|').map(|(at, _)| at).collect();
            let text = marked.replace('|', " ");
            assert_eq!(fold(&text, &read(&text), &blanks), expected, "{marked}");
        }
    }
}
