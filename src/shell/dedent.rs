//! The indentation that the lines of a script share.

use super::read;

/// The script without the blanks that all of its lines begin with, and without the blanks of blank lines. Only
/// lines at whose beginning blanks mean nothing are counted and changed; those in quotes and here-documents stay.
pub fn dedent(text: &str) -> String {
    let breaks = read(text).breaks;
    let mut starts: Vec<usize> = std::iter::once(0).chain(breaks).filter(|&start| start < text.len()).collect();
    starts.dedup();
    let pieces: Vec<&str> = starts.iter().zip(starts.iter().skip(1).chain([&text.len()])).map(|(&start, &end)| &text[start..end]).collect();
    let blanks = |piece: &str| piece.len() - piece.trim_start_matches([' ', '\t']).len();
    let is_blank = |piece: &str| &piece[blanks(piece)..] == "\n";
    let mut lines = pieces.iter().filter(|piece| !is_blank(piece));
    let Some(mut shared) = lines.next().map(|piece| &piece[..blanks(piece)]) else { return text.to_owned() };
    for piece in lines {
        let common = shared.bytes().zip(piece.bytes()).take_while(|(a, b)| a == b).count();
        shared = &shared[..common];
    }
    pieces.iter().map(|piece| if is_blank(piece) { "\n" } else { &piece[shared.len()..] }).collect()
}

#[cfg(test)]
mod tests {
    use super::dedent;

    #[test]
    fn only_what_means_nothing_is_taken_away() {
        for (text, expected) in [
            ("  a\n\n  b\n", "a\n\nb\n"),
            ("\ta\n\t\tb\n\t\n\tc", "a\n\tb\n\nc"),
            ("  a\n b\n", " a\nb\n"),
            ("  cat <<E\n  x\nE\n  b\n", "cat <<E\n  x\nE\nb\n"),
            ("  echo 'a\n  b'\n", "echo 'a\n  b'\n"),
            ("  a \\\n  b\n", "a \\\n  b\n"),
            ("", ""),
        ] {
            assert_eq!(dedent(text), expected);
        }
    }
}
