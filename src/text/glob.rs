//! fnmatch(3) without flags, which init uses to compare the value of an event variable with a
//! pattern (`init/event_operator.c`, `event_operator_match`).

/// Whether the whole of `text` matches `pattern`: `*`, `?`, `[..]`, `[!..]`, and backslash escapes.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // Where to resume after the last star: its place in the pattern is `star`, and the text is
    // matched one character further on.
    let (mut at, mut read, mut star) = (0, 0, None);
    loop {
        if pattern.get(at) == Some(&'*') {
            star = Some((at + 1, read));
            at += 1;
            continue;
        }
        if read == text.len() && at == pattern.len() {
            return true;
        }
        match text.get(read).and_then(|&character| one(&pattern, at, character)) {
            Some(next) => {
                at = next;
                read += 1;
            }
            None => match star {
                Some((after, from)) if from < text.len() => {
                    star = Some((after, from + 1));
                    (at, read) = (after, from + 1);
                }
                _ => return false,
            },
        }
    }
}

/// Whether a value contains pattern characters, so that it may match more than its own text.
pub(crate) fn is_pattern(value: &str) -> bool {
    value.contains(['*', '?', '[', '\\'])
}

/// Matches one character with the element of the pattern at `at`. Returns the offset of the next
/// element, or `None` if the character does not match.
fn one(pattern: &[char], at: usize, character: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '\\' if at + 1 < pattern.len() => (pattern[at + 1] == character).then_some(at + 2),
        '[' => match class(pattern, at, character) {
            Some((matched, next)) => matched.then_some(next),
            // A bracket that is not closed matches itself.
            None => (character == '[').then_some(at + 1),
        },
        other => (*other == character).then_some(at + 1),
    }
}

fn class(pattern: &[char], at: usize, character: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(at + 1), Some('!' | '^'));
    let first = at + 1 + usize::from(negated);
    let mut index = first;
    let mut found = false;
    loop {
        let low = *pattern.get(index)?;
        if low == ']' && index > first {
            return Some((found != negated, index + 1));
        }
        match (pattern.get(index + 1), pattern.get(index + 2)) {
            (Some('-'), Some(&high)) if high != ']' => {
                found |= (low..=high).contains(&character);
                index += 3;
            }
            _ => {
                found |= low == character;
                index += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_fnmatch_does() {
        for (pattern, text, expected) in [
            ("[2345]", "2", true),
            ("[!2345]", "6", true),
            ("[!2345]", "2", false),
            ("[2-5]", "4", true),
            ("2345", "2", false),
            ("eth*", "eth0", true),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxc", false),
            ("?", "", false),
            ("*", "", true),
            ("a/*", "a/b/c", true),
            ("[]x]", "]", true),
            ("[x", "[x", true),
            ("\\*", "*", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
