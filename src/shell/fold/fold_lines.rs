//! Long lines of a script, over several lines.

use std::ops::Range;

use super::{FILLED_MAX, UNFOLDED_MAX};
use crate::shell::Script;

/// What begins a line that goes on, beyond the indentation of the line.
const INDENT: &str = "    ";

/// The script with escaped newlines between the tokens of its long lines. `reading` has to be the
/// reading of `text`. A line that is part of a longer word or of a here-document stays.
pub fn fold_lines(text: &str, reading: &Script) -> String {
    let sure = reading.lost.unwrap_or(text.len());
    let mut gaps: Vec<usize> =
        reading.gaps.iter().copied().filter(|&at| at < sure && can_end_line(text, at)).collect();
    gaps.sort_unstable();
    gaps.dedup();
    // The newlines at the end of the reading may have been cut off.
    let ends = reading.breaks.iter().chain(&reading.joins).copied();
    let mut ends: Vec<usize> = ends.filter(|&end| end < text.len()).chain([text.len()]).collect();
    ends.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    for end in ends {
        if end > start {
            let within =
                gaps.partition_point(|&gap| gap < start)..gaps.partition_point(|&gap| gap < end);
            let goes_on = reading.joins.binary_search(&start).is_ok();
            fold_line(text, start..end, (&gaps[within], goes_on), &mut out);
            start = end;
        }
    }
    out
}

/// Whether a line can end at this blank between two tokens. systemd ignores a line of a value that
/// begins with `#` or `;` (systemd.syntax(7)), and a bracket alone makes a poor line.
fn can_end_line(text: &str, at: usize) -> bool {
    let rest = &text[at + 1..];
    !rest.is_empty() && !rest.starts_with(['#', ';', ' ', '\t', '\n', '\\', '}', ')'])
}

/// Adds a line, which ends at some of the gaps if it is long. `goes_on` is whether it is the rest of
/// the line before it.
fn fold_line(text: &str, line: Range<usize>, (gaps, goes_on): (&[usize], bool), out: &mut String) {
    let whole = &text[line.clone()];
    let content = whole.trim_end_matches(['\n', '\\']);
    let indentation = &whole[..whole.len() - whole.trim_start_matches([' ', '\t']).len()];
    let is_comment = whole[indentation.len()..].starts_with('#');
    if !is_wider(content, UNFOLDED_MAX) || content.contains('\n') || is_comment {
        out.push_str(whole);
        return;
    }
    let end = line.start + content.len();
    let indent = if goes_on { "" } else { INDENT };
    let rest_width = FILLED_MAX.saturating_sub(indentation.len() + indent.len());
    let (mut start, mut width) = (line.start, FILLED_MAX);
    let mut gaps = &gaps[gaps.partition_point(|&gap| gap < line.start + indentation.len())..];
    while is_wider(&text[start..end], width) {
        let fitting = gaps.partition_point(|&gap| !is_wider(&text[start..gap], width));
        // A line is a third full at least, where that can be.
        let is_full = |gap: usize| is_wider(&text[start..gap], width / 3);
        let best = gaps[..fitting]
            .iter()
            .enumerate()
            .max_by_key(|&(_, &gap)| (is_full(gap), rank(text, gap), gap))
            .map_or(0, |(index, _)| index);
        // A word that fits no line stays where it is.
        let after = gaps.get(fitting).copied().unwrap_or(end);
        let stays = fitting > 0
            && !is_full(gaps[best])
            && is_wider(&text[gaps[fitting - 1] + 1..after], rest_width);
        let best = if stays { fitting } else { best };
        let Some(&gap) = gaps.get(best) else { break };
        out.push_str(&text[start..gap]);
        out.push_str(" \\\n");
        out.push_str(indentation);
        out.push_str(indent);
        start = gap + 1;
        width = rest_width;
        gaps = &gaps[best + 1..];
    }
    out.push_str(&text[start..line.end]);
}

/// Whether the text has more columns.
fn is_wider(text: &str, columns: usize) -> bool {
    text.chars().nth(columns).is_some()
}

/// How well a line ends at this gap.
fn rank(text: &str, gap: usize) -> usize {
    let (before, after) = (&text[..gap], &text[gap + 1..]);
    let begins = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
    if begins(&["then ", "do ", "esac", "done", "fi"]) {
        0
    } else if before.ends_with([';', '{']) {
        4
    } else if begins(&["&&", "||"]) {
        3
    } else if [" in", " do", " then", " else"].iter().any(|word| before.ends_with(word)) {
        2
    } else {
        usize::from(begins(&["-", "| "]))
    }
}

#[cfg(test)]
mod tests {
    use super::fold_lines;
    use crate::shell::read;

    fn folded(text: &str) -> String {
        fold_lines(text, &read(text))
    }

    #[test]
    fn a_long_line_is_parted_between_commands() {
        let [a, b] = ["a", "b"].map(|letter| letter.repeat(60));
        for (text, expected) in [
            (format!("f() {{ {a} || {b}; }}\nf\n"), format!("f() {{ {a} \\\n    || {b}; }}\nf\n")),
            (
                format!("\tif {a}; then {b}; else {a}; fi"),
                format!("\tif {a}; then \\\n\t    {b}; \\\n\t    else {a}; fi"),
            ),
            (format!("{a} \\\n  {b} x {a}"), format!("{a} \\\n  {b} x \\\n  {a}")),
            (
                format!("{a} x x x x x x x x -x x x {b}"),
                format!("{a} x x x x x x x x \\\n    -x x x {b}"),
            ),
        ] {
            assert_eq!(folded(&text), expected);
            assert_eq!(folded(expected.as_str()), expected);
        }
    }

    #[test]
    fn a_blank_that_means_something_stays() {
        let long = "a".repeat(120);
        for text in [
            "'x x'",
            "\"x $(x x) x\"",
            "$(x -x)",
            "`x x`",
            "$((x + 1))${x:- x}",
            "\\ x\\ ",
            " # x x",
            "x\nx <<E\nx x",
            "'x x",
        ] {
            let text = format!("{long}{text}{long}\n");
            assert_eq!(folded(&text), text);
        }
    }
}
