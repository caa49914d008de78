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

/// The known name that is a slip of the pen away from `name`, or `None` if there is none. Names
/// consist of words, joined with `-`, `_`, `.` or `/`: each word of one is that of the other, with
/// one letter wrong in a word of four or more, or two in one of eight. The first letter is right, or
/// swapped with the second: `unmounted` and `x-started` are names of their own.
pub fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer than any name with a slip that is looked for; bounds the work.
    const LONGEST: usize = 60;
    if name.len() > LONGEST {
        return None;
    }
    known
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| Some((slips(name, candidate)?, candidate)))
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, candidate)| candidate)
}

/// The number of letters that are wrong, if each word may be a slip for that of the other name.
fn slips(name: &str, candidate: &str) -> Option<usize> {
    let words =
        |name: &'_ str| name.split(['-', '_', '.', '/']).map(str::to_owned).collect::<Vec<_>>();
    let (ours, theirs) = (words(&name.to_lowercase()), words(&candidate.to_lowercase()));
    if ours.len() != theirs.len() {
        // Only the separators differ.
        return (ours.len() > 1 || theirs.len() > 1)
            .then(|| ours.concat() == theirs.concat())?
            .then_some(1);
    }
    let mut all = 0;
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let distance = strsim::damerau_levenshtein(ours, theirs);
        let tolerated = match ours.chars().count().min(theirs.chars().count()) {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        let begins = || {
            let first = |word: &str| word.chars().take(2).collect::<Vec<_>>();
            let (ours, theirs) = (first(ours), first(theirs));
            ours.first() == theirs.first() || ours.iter().eq(theirs.iter().rev())
        };
        if distance > tolerated || distance > 0 && !begins() {
            return None;
        }
        all += distance;
    }
    (all <= 2).then_some(all)
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
    use super::{closest, near};

    #[test]
    fn a_slip_is_within_a_word() {
        let known =
            ["started", "mounted", "runlevel", "local-filesystems", "zram-config", "ceph-osd"];
        for (name, expected) in [
            ("runelvel", Some("runlevel")),
            ("urnlevel", Some("runlevel")),
            ("local-filesystem", Some("local-filesystems")),
            ("local-flesystem", Some("local-filesystems")),
            ("localfilesystems", Some("local-filesystems")),
            ("x-started", None),
            ("backup-started", None),
            ("unmounted", None),
            ("oem-config", None),
            ("ceph-mds", None),
            ("", None),
        ] {
            assert_eq!(near(name, known.into_iter()), expected, "{name}");
        }
    }

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
