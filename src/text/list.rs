//! Lists in a sentence.

use std::fmt::Display;

/// "`a`, `b`, `c`"
pub(crate) fn quoted(words: impl IntoIterator<Item = impl Display>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// "a, b and c"
pub(crate) fn and(words: &[impl Display]) -> String {
    with_last(words, " and ")
}

/// "a, b, or c". Two items become "a, or b", because each may be several words.
pub(crate) fn or(words: &[impl Display]) -> String {
    with_last(words, ", or ")
}

/// "a, b and 3 more" if there are more than `most` items.
pub(crate) fn first(words: &[impl Display], most: usize) -> String {
    let more = match words.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", joined(words.get(..most).unwrap_or(words)))
}

fn with_last(words: &[impl Display], before_last: &str) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.to_string(),
        Some((last, others)) => format!("{}{before_last}{last}", joined(others)),
    }
}

fn joined(words: &[impl Display]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_list() {
        let words = ["a", "b", "c"];
        for (length, expected) in
            [(0, ["", "", ""]), (1, ["a", "a", "`a`"]), (2, ["a and b", "a, or b", "`a`, `b`"])]
        {
            let some = &words[..length];
            assert_eq!([and(some), or(some), quoted(some)], expected);
        }
        assert_eq!((and(&words), or(&words)), ("a, b and c".to_owned(), "a, b, or c".to_owned()));
        assert_eq!(
            (first(&words, 3), first(&words, 2)),
            ("a, b, c".to_owned(), "a, b and 1 more".to_owned())
        );
    }
}
