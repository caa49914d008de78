//! The syntax of a comment that is addressed to this program.

use std::ops::Range;

/// The word with which a comment to this program begins.
pub(super) const TOOL: &str = "upstart2systemd";

const BLANKS: [char; 3] = [' ', '\t', '\r'];

/// `allow(NAME, NAME) reason`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AllowList {
    /// Ranges in bytes of the comment; there is at least one name.
    pub(super) names: Vec<Range<usize>>,
    pub(super) has_reason: bool,
}

/// Parses a comment, which begins with `#`. Returns `None` if the comment is not addressed to this
/// program, and `Err` with the reason if it is malformed.
pub(super) fn read(comment: &str) -> Option<Result<AllowList, &'static str>> {
    let rest = comment
        .trim_start_matches('#')
        .trim_start_matches(BLANKS)
        .strip_prefix(TOOL)?
        .trim_start_matches(BLANKS);
    let Some(rest) = rest.strip_prefix(':') else {
        // Prose may begin with the name of the program.
        let is_prose = rest
            .strip_prefix("allow")
            .is_none_or(|rest| !rest.trim_start_matches(BLANKS).starts_with('('));
        return (!is_prose).then_some(Err("a `:` is missing after `upstart2systemd`"));
    };
    Some(allow(comment, rest))
}

/// Parses what follows the colon; `rest` is the end of the comment.
fn allow(comment: &str, rest: &str) -> Result<AllowList, &'static str> {
    let Some(rest) = rest.trim_start_matches(BLANKS).strip_prefix("allow") else {
        return Err("upstart2systemd does not know this comment");
    };
    let Some(rest) = rest.trim_start_matches(BLANKS).strip_prefix('(') else {
        return Err("the list of rules is missing after `allow`");
    };
    let Some((list, reason)) = rest.split_once(')') else {
        return Err("the `)` is missing after the list of rules");
    };
    let mut start = comment.len() - rest.len();
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim_matches(BLANKS);
        if name.is_empty() {
            return Err("a name is missing in the list of rules");
        }
        let begin = start + (part.len() - part.trim_start_matches(BLANKS).len());
        names.push(begin..begin + name.len());
        start += part.len() + 1;
    }
    Ok(AllowList { names, has_reason: reason.chars().any(char::is_alphanumeric) })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn names_and_reasons_are_found() {
        for (comment, names, has_reason) in [
            ("# upstart2systemd: allow(a) why", &["a"][..], true),
            ("#upstart2systemd:allow(a,b)why", &["a", "b"], true),
            ("##\tupstart2systemd : allow ( a ,\tU105 ) - why (not)", &["a", "U105"], true),
            ("# upstart2systemd: allow(é, b)", &["é", "b"], false),
            ("# upstart2systemd: allow(a) --", &["a"], false),
            ("# upstart2systemd: allow(a) ぜ\r", &["a"], true),
        ] {
            let directive = read(comment).unwrap().unwrap();
            let found: Vec<&str> = directive.names.into_iter().map(|name| &comment[name]).collect();
            assert_eq!((found.as_slice(), directive.has_reason), (names, has_reason), "{comment}");
        }
    }

    #[test]
    fn other_comments_are_left_alone() {
        for comment in [
            "#",
            "# allow(a) b",
            "# upstart2systemd",
            "# upstart2systemd allows (a)",
            "# upstart2systemd made this",
            "# by upstart2systemd: allow(a)",
        ] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }

    #[test]
    fn what_is_meant_for_this_program_is_understood_or_refused() {
        for comment in [
            "# upstart2systemd:",
            "# upstart2systemd allow(a) b",
            "# upstart2systemd: deny(a) b",
            "# upstart2systemd: allow a b",
            "# upstart2systemd: allow(a b",
            "# upstart2systemd: allow() b",
            "# upstart2systemd: allow(a,) b",
            "# upstart2systemd: allow(,a) b",
        ] {
            assert!(matches!(read(comment), Some(Err(_))), "{comment}");
        }
    }
}
