//! The indentation that the lines of a script share.

use super::{Script, read};

/// Removes the indentation that all lines of a script share, and the blanks of blank lines. Lines
/// on which leading blanks have a meaning, as in quotes and here-documents, are not compared and
/// not changed.
pub fn dedent(text: &str, reading: &Script) -> String {
    let mut starts: Vec<usize> = std::iter::once(0)
        .chain(reading.breaks.iter().copied())
        .filter(|&start| start < text.len())
        .collect();
    starts.dedup();
    let pieces: Vec<&str> = starts
        .iter()
        .zip(starts.iter().skip(1).chain([&text.len()]))
        .map(|(&start, &end)| &text[start..end])
        .collect();
    let blanks = |piece: &str| piece.len() - piece.trim_start_matches([' ', '\t']).len();
    let is_blank = |piece: &str| &piece[blanks(piece)..] == "\n";
    let mut lines = pieces.iter().filter(|piece| !is_blank(piece));
    let Some(mut shared) = lines.next().map(|piece| &piece[..blanks(piece)]) else {
        return text.to_owned();
    };
    for piece in lines {
        let common = shared.bytes().zip(piece.bytes()).take_while(|(a, b)| a == b).count();
        shared = &shared[..common];
    }
    let mixed =
        shared.is_empty() && pieces.iter().all(|piece| is_blank(piece) || blanks(piece) > 0);
    if mixed && text.contains('\t') {
        // Some lines are indented with blanks and some with tabs.
        let aligned: String = pieces
            .iter()
            .map(|piece| if is_blank(piece) { "\n".to_owned() } else { untabbed(piece) })
            .collect();
        return dedent(&aligned, &read(&aligned));
    }
    let mut out = String::with_capacity(text.len());
    for (piece, start) in pieces.iter().zip(&starts) {
        if is_blank(piece) {
            out.push('\n');
            continue;
        }
        // A continued line moves with the line that it continues.
        let mut from = start + shared.len();
        for &join in
            reading.joins.iter().filter(|&&join| (*start..start + piece.len()).contains(&join))
        {
            if text[join..].starts_with(shared) && text[..join - 2].ends_with([' ', '\t']) {
                out.push_str(&text[from..join]);
                from = join + shared.len();
            }
        }
        out.push_str(&text[from..start + piece.len()]);
    }
    out
}

/// The line with its indentation in blanks. A tab reaches to the next multiple of eight columns.
fn untabbed(line: &str) -> String {
    let rest = line.trim_start_matches([' ', '\t']);
    let indentation = &line[..line.len() - rest.len()];
    let columns = indentation
        .bytes()
        .fold(0, |column, byte| if byte == b'\t' { (column / 8 + 1) * 8 } else { column + 1 });
    format!("{}{rest}", " ".repeat(columns))
}

#[cfg(test)]
mod tests {
    use super::dedent;
    use crate::shell::read;

    #[test]
    fn only_what_means_nothing_is_taken_away() {
        for (text, expected) in [
            ("  a\n\n  b\n", "a\n\nb\n"),
            ("\ta\n\t\tb\n\t\n\tc", "a\n\tb\n\nc"),
            ("  a\n b\n", " a\nb\n"),
            ("        a\n\tb\n\t  c\n", "a\nb\n  c\n"),
            ("  cat <<E\n  x\nE\n  b\n", "cat <<E\n  x\nE\nb\n"),
            ("  echo 'a\n  b'\n", "echo 'a\n  b'\n"),
            ("  a \\\n  b\n", "a \\\nb\n"),
            ("  a\\\n  b\n", "a\\\n  b\n"),
            ("    a \\\n      b \\\n  c\n", "a \\\n  b \\\n  c\n"),
            ("", ""),
        ] {
            assert_eq!(dedent(text, &read(text)), expected);
        }
    }
}
