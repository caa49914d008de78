//! The here-document that a script does not close.

use std::ops::Range;

use super::Script;

/// A here-document without the line that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDocument {
    /// The place of the redirection, including its delimiter.
    pub announced: Range<usize>,
    /// The delimiter, without quotes.
    pub delimiter: String,
    /// The first line that has only blanks around the delimiter and would end the document without
    /// them. The newline is left out.
    pub blank_end: Option<Range<usize>>,
}

/// The here-document at which the reader of `text` was lost because no line ends it. `reading` has
/// to be the reading of `text`.
pub fn open_document(text: &str, reading: &Script) -> Option<OpenDocument> {
    let start = reading.lost?;
    let rest = text.get(start..)?;
    let operator =
        rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).strip_prefix("<<")?;
    let tabs_stripped = operator.starts_with('-');
    let behind = operator.strip_prefix('-').unwrap_or(operator).trim_start_matches([' ', '\t']);
    let word = behind
        .split(|character: char| character.is_ascii_whitespace() || ";&|<>()".contains(character))
        .next()?;
    let delimiter: String =
        word.chars().filter(|character| !matches!(character, '"' | '\'' | '\\')).collect();
    // Delimiters with blanks in quotes are too rare to support.
    let is_cut = ['"', '\'']
        .iter()
        .any(|&quote| word.chars().filter(|&character| character == quote).count() % 2 == 1);
    if delimiter.is_empty() || delimiter.contains(['$', '`']) || is_cut {
        return None;
    }
    let announced = start..start + (rest.len() - behind.len()) + word.len();
    let mut at = announced.end + text.get(announced.end..)?.find('\n')? + 1;
    let mut blank_end = None;
    for line in text.get(at..)?.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let compared = if tabs_stripped { content.trim_start_matches('\t') } else { content };
        if compared == delimiter {
            // It is closed, so the reader was lost for another reason.
            return None;
        }
        if blank_end.is_none() && content.trim() == delimiter {
            blank_end = Some(at..at + content.len());
        }
        at += line.len();
    }
    Some(OpenDocument { announced, delimiter, blank_end })
}

#[cfg(test)]
mod tests {
    use super::open_document;
    use crate::shell::read;

    #[test]
    fn open_documents_are_told_from_closed_ones() {
        for (text, expected) in [
            ("cat <<EOF\nx\n", Some(("<<EOF", None))),
            ("cat > x << 'E F'\nx\n", None),
            ("cat <<-\"EOF\" >x\nx\n  EOF\n", Some(("<<-\"EOF\"", Some("  EOF")))),
            ("cat <<EOF\n  EOF \nx", Some(("<<EOF", Some("  EOF ")))),
            ("cat <<EOF\nx\nEOF\n'", None),
            ("cat <<-EOF\nx\n\tEOF\n'", None),
            ("cat <<$X\nx\n", None),
            ("cat <<EOF", None),
            ("cat", None),
        ] {
            let found = open_document(text, &read(text));
            let shown = found.as_ref().map(|open| {
                (&text[open.announced.clone()], open.blank_end.clone().map(|range| &text[range]))
            });
            assert_eq!(shown, expected, "{text:?}");
        }
    }
}
