//! The physical lines of a command. systemd reads a backslash and the newline after it as a blank
//! (systemd.syntax(7)).

use std::collections::BTreeSet;

use crate::shell::{FILLED_MAX, UNFOLDED_MAX};

/// The most columns of a command that needs only one line, wherever its source was folded.
const SHORT_MAX: usize = 64;

/// What begins a physical line that goes on.
const FOLD: &str = " \\\n    ";

/// The words of a command in one value. The words at these indices begin a physical line, and so do
/// options where a line would get too long. Indices in any order may be given, also several times.
pub(super) fn folded(words: &[String], folds: &[usize]) -> String {
    let folds = if columns(words) <= SHORT_MAX { &[] } else { folds };
    folded_at(words, folds)
}

fn folded_at(words: &[String], folds: &[usize]) -> String {
    // systemd ignores a physical line that begins with one of these.
    let begins_line = |index: usize| !words[index].starts_with(['#', ';']);
    let mut out = String::new();
    let mut start = 0;
    let inside: BTreeSet<usize> =
        folds.iter().copied().filter(|&at| 0 < at && at < words.len() && begins_line(at)).collect();
    for end in inside.into_iter().chain([words.len()]) {
        if start > 0 {
            out.push_str(FOLD);
        }
        let line = &words[start..end];
        // A text of blanks and words stays long whatever begins a line.
        let is_text = |word: &String| {
            word.contains('\n')
                || (word.contains(' ') && columns(std::slice::from_ref(word)) > FILLED_MAX)
        };
        if columns(line) <= UNFOLDED_MAX || line.iter().any(is_text) {
            out.push_str(&line.join(" "));
        } else {
            out.push_str(&filled(line, |index| begins_line(start + index)));
        }
        start = end;
    }
    out
}

/// The words on as many lines as they need. An option stays together with its values.
fn filled(words: &[String], begins_line: impl Fn(usize) -> bool) -> String {
    let is_option = |word: &String| {
        word.trim_start_matches(['"', '\'']).starts_with('-')
            && !matches!(word.as_str(), "-" | "--")
    };
    let mut out = words.first().cloned().unwrap_or_default();
    let mut column = columns(&words[..1]);
    let mut at = 1;
    while at < words.len() {
        let end = (at + 1..words.len()).find(|&next| is_option(&words[next]));
        let end = end.unwrap_or(words.len());
        // Values without an option, such as many file names, are parted where the line is full.
        let unparted = if is_option(&words[at]) { 2 } else { 1 };
        let is_long = columns(&words[at..end]) > FILLED_MAX;
        let end = if is_long { end.min(at + unparted) } else { end };
        let group = &words[at..end];
        // A value that is too long for any line stays where it is.
        let fits = columns(group) <= FILLED_MAX || is_option(&words[at]);
        if column + 1 + columns(group) > FILLED_MAX && fits && begins_line(at) {
            out.push_str(FOLD);
            column = 0;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(&group.join(" "));
        column += columns(group);
        at = end;
    }
    out
}

/// The width of the words on one line.
fn columns(words: &[String]) -> usize {
    words.iter().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::{folded, folded_at};

    fn of(text: &str, folds: &[usize]) -> String {
        folded_at(&text.split(' ').map(str::to_owned).collect::<Vec<_>>(), folds)
    }

    #[test]
    fn a_command_is_folded_as_wanted() {
        assert_eq!(of("/a -b c -d", &[1, 3]), "/a \\\n    -b c \\\n    -d");
        assert_eq!(of("/a -b c -d", &[]), "/a -b c -d");
        assert_eq!(of("/a -b c -d", &[3, 1, 3]), "/a \\\n    -b c \\\n    -d");
        assert_eq!(of("/a #b \";\"", &[1, 2, 9]), "/a #b \\\n    \";\"");
    }

    #[test]
    fn a_short_command_is_on_one_line() {
        let words = ["/a", "-b", "c"].map(str::to_owned);
        assert_eq!(folded(&words, &[1]), "/a -b c");
    }

    #[test]
    fn a_word_that_fits_no_line_stays() {
        let long = format!("/a {}", "x".repeat(200));
        assert_eq!(of(&long, &[]), long);
    }

    #[test]
    fn a_long_command_is_folded_at_its_options() {
        let [long, longer] = [40, 150].map(|length| "x".repeat(length));
        assert_eq!(
            of(&format!("/a --one {long} --two {long} -- -3 {longer} -4 #{longer}"), &[]),
            format!(
                "/a --one {long} \\\n    --two {long} -- \\\n    -3 {longer} \\\n    -4 #{longer}"
            )
        );
        let many = [long.as_str(); 4].join(" ");
        assert_eq!(
            of(&format!("/bin/rm -f {many}"), &[]),
            format!("/bin/rm -f {long} {long} \\\n    {long} {long}")
        );
    }
}
