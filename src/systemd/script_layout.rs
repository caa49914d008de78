//! The physical lines of a shell script in a unit.
//!
//! systemd replaces a backslash and the newline after it by one blank and keeps the blanks that
//! follow. Within such a value it ignores a physical line that begins with `#` or `;`, if it is new
//! enough ([`Feature::CommentWithinValue`](super::Feature::CommentWithinValue); systemd.syntax(7)).

use super::quote::{Dollar, escape_bytes, escape_into, is_unprintable, quote_for};

/// The indentation of the lines of a script.
const INDENT: &str = "    ";

/// A script, and where its lines may be broken; see [`Argument::Script`](super::Argument::Script).
#[derive(Clone, Copy)]
pub(super) struct ScriptLayout<'a> {
    pub(super) text: &'a [u8],
    pub(super) breaks: &'a [usize],
    pub(super) joins: &'a [usize],
    pub(super) ignored_comments: bool,
}

impl ScriptLayout<'_> {
    /// The script in quotes, over several physical lines if it can be broken.
    pub(super) fn written(&self, dollar: Dollar) -> String {
        let pieces = self.pieces();
        if let [whole] = pieces[..] {
            let quote = quote_for(whole, '\'');
            let mut out = String::from(quote);
            escape_into(&mut out, whole, dollar, Some(quote));
            out.push(quote);
            return out;
        }
        let read = pieces.iter().filter(|piece| !self.is_plain_comment(piece)).copied();
        let quote = quote_for(&read.collect::<Vec<_>>().concat(), '\'');
        let mut out = String::from(quote);
        out.push_str("\\\n");
        let last = pieces.len() - 1;
        for (index, piece) in pieces.iter().enumerate() {
            let (indentation, rest) = piece.split_at(blanks(piece));
            if rest != b"\n" {
                out.push_str(INDENT);
            }
            out.extend(indentation.iter().map(|&byte| char::from(byte)));
            if is_left_out(rest) && !is_comment_line(rest) {
                // systemd would ignore more than a comment. `\s` is a blank.
                out.push_str("\\s");
            }
            if self.is_plain_comment(piece) {
                comment_into(&mut out, rest);
                out.push('\n');
                continue;
            }
            escape_into(&mut out, rest, dollar, Some(quote));
            if index < last || is_comment_line(rest) {
                // The closing quote must not be on an ignored line.
                out.push_str("\\\n");
            }
        }
        out.push(quote);
        out
    }

    /// An upper bound of the number of bytes that systemd reads for the script.
    pub(super) fn len(&self) -> usize {
        match self.pieces().len() {
            1 => self.text.len(),
            // Each piece has the blank of its continuation, its indentation, and perhaps a `\s`.
            pieces => self.text.len() + pieces * (1 + INDENT.len() + 1) + 1,
        }
    }

    /// The script cut at the breaks and joins that begin a physical line. The escaped newline of a
    /// join is left out, because the continuation of the physical line replaces it.
    fn pieces(&self) -> Vec<&[u8]> {
        let Self { text, .. } = *self;
        let next = |end: usize| text[end + blanks(&text[end..])..].first().copied();
        let after_break = self.breaks.iter().filter(|&&end| end < text.len()).map(|&end| (end, 0));
        // systemd must not ignore text after a join.
        let after_join = self
            .joins
            .iter()
            .filter(|&&end| end < text.len() && !matches!(next(end), Some(b';' | b'#')))
            .map(|&end| (end, 2));
        let mut cuts: Vec<(usize, usize)> = after_break.chain(after_join).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for (end, escaped) in cuts {
            if end > start + escaped {
                pieces.push(&text[start..end - escaped]);
                start = end;
            }
        }
        pieces.push(&text[start..]);
        pieces
    }

    /// Whether the piece can be written as a comment of the unit, since systemd ignores it.
    fn is_plain_comment(&self, piece: &[u8]) -> bool {
        self.ignored_comments && is_comment_line(&piece[blanks(piece)..])
    }
}

/// A comment that systemd ignores, so that nothing in it has a meaning but the end of the line.
fn comment_into(out: &mut String, comment: &[u8]) {
    for chunk in comment.trim_ascii_end().utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_unprintable(character) && character != '\t' {
                escape_bytes(out, character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                out.push(character);
            }
        }
        escape_bytes(out, chunk.invalid());
    }
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count()
}

fn is_left_out(piece: &[u8]) -> bool {
    matches!(piece.first(), Some(b'#' | b';'))
}

/// Whether the piece is a comment of the shell and nothing else.
fn is_comment_line(piece: &[u8]) -> bool {
    piece.first() == Some(&b'#') && !piece.strip_suffix(b"\n").unwrap_or(piece).contains(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, breaks: &[usize], joins: &[usize]) -> String {
        let script = ScriptLayout { text: text.as_bytes(), breaks, joins, ignored_comments: false };
        script.written(Dollar::Literal)
    }

    #[test]
    fn a_script_has_a_physical_line_for_each_of_its_lines() {
        let text = "case $1 in\n\ta)\n\t  echo 'a  b' ;;\nesac\n";
        let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        let expected =
            "\"\\\n    case $1 in\\n\\\n    \ta)\\n\\\n    \t  echo 'a  b' ;;\\n\\\n    esac\\n\"";
        assert_eq!(written(text, &breaks, &[]), expected);
        assert_eq!(written(text, &[], &[]).lines().count(), 1);
    }

    #[test]
    fn a_line_that_goes_on_does_so_in_the_unit() {
        assert_eq!(
            written("run --a \\\n  --b \\\n  # c\nnext\n", &[24], &[10, 18]),
            "'\\\n    run --a \\\n      --b \\\\\\n  # c\\n\\\n    next\\n'"
        );
    }

    #[test]
    fn only_comments_are_left_to_be_left_out() {
        assert_eq!(
            written("a # b\n;;\n# c\n", &[6, 9], &[]),
            "'\\\n    a # b\\n\\\n    \\s;;\\n\\\n    # c\\n\\\n'"
        );
        assert_eq!(written(";;\na", &[3], &[]), "'\\\n    \\s;;\\n\\\n    a'");
    }

    #[test]
    fn a_comment_that_systemd_ignores_needs_no_escapes() {
        let text = "# it's 50% \\\na 'b'\n\t# \"c\" \\n \u{9B}\rd \ne \"f\"\n# g";
        let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        let script = ScriptLayout {
            text: text.as_bytes(),
            breaks: &breaks,
            joins: &[],
            ignored_comments: true,
        };
        assert_eq!(
            script.written(Dollar::Doubled),
            "'\\\n    # it's 50% \\\n    a \\'b\\'\\n\\\n    \t# \"c\" \\n \\xc2\\x9b\\x0dd\n    e \"f\"\\n\\\n    # g\n'"
        );
    }
}
