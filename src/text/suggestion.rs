//! The known word that a misspelt word probably was meant to be.

/// The known word that is closest to `word`, or `None` if none is close enough.
///
/// Case makes no difference. Of two equally close words the first is returned.
pub fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer than any misspelling of a known word; bounds the work.
    const LONGEST: usize = 40;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    known
        // Each typing mistake changes the length by one at most, and comparing lengths is cheap.
        .filter(|candidate| {
            candidate.chars().count().abs_diff(word.chars().count())
                <= tolerated(candidate.len().min(word.len()))
        })
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= tolerated(candidate.len().min(word.len())))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// How many typing mistakes a word of this length may have. In a word of two letters, one mistake
/// would be half the word.
fn tolerated(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=6 => 1,
        7..=9 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["description", "exec", "task", "respawn", "env"];
        for (word, expected) in [
            ("decription", Some("description")),
            ("EXEC", Some("exec")),
            ("exce", Some("exec")),
            ("respwan", Some("respawn")),
            ("evn", Some("env")),
            ("tasks", Some("task")),
            ("service", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(closest(word, known.into_iter()), expected, "{word}");
        }
        assert_eq!(closest(&"x".repeat(1 << 20), known.into_iter()), None);
    }
}
