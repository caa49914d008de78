//! Hides secrets in the text that a report shows.

use std::borrow::Cow;

use crate::lint::rule::secret_in_env::holds_secret;

/// What is shown in place of a secret.
pub const MASK: &str = "••••••";

/// A line in which the value of each assignment or option that holds a secret is masked:
/// `DB_PASSWORD=…`, `--password …`, `scheme://user:…@host`.
pub fn masked(line: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    let bytes = line.as_bytes();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let mut at = 0;
    while at < line.len() {
        if !is_name(bytes[at]) || at > 0 && is_name(bytes[at - 1]) {
            at += 1;
            continue;
        }
        let name_end = (at..line.len()).find(|&end| !is_name(bytes[end])).unwrap_or(line.len());
        let quoted_by = at.checked_sub(1).map(|before| char::from(bytes[before]));
        let name = line[at..name_end].trim_start_matches('-');
        let is_option = line[at..name_end].starts_with('-');
        let separated = match bytes.get(name_end) {
            Some(b'=') => true,
            Some(b' ') => is_option,
            _ => false,
        };
        at = name_end;
        if !separated {
            continue;
        }
        let (start, end) = value(line, name_end + 1, quoted_by);
        if holds_secret(name, &line[start..end]) {
            out.push_str(&line[done..start]);
            out.push_str(MASK);
            done = end;
            at = end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(line);
    }
    out.push_str(&line[done..]);
    Cow::Owned(out)
}

/// The value that starts here. It ends at the quote that begins it, at the one before the name, or
/// at a blank.
fn value(line: &str, start: usize, quoted_by: Option<char>) -> (usize, usize) {
    let rest = &line[start..];
    if let Some(quote @ ('"' | '\'')) = quoted_by {
        return (start, rest.find(quote).map_or(line.len(), |end| start + end));
    }
    if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
        let inner = start + 1;
        let end = line[inner..].find(quote).map_or(line.len(), |end| inner + end);
        return (inner, end);
    }
    let ends = |character: char| character.is_whitespace() || "\"';".contains(character);
    (start, rest.find(ends).map_or(line.len(), |end| start + end))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_secrets_are_masked() {
        for (line, shown) in [
            ("env DB_PASSWORD=hunter22", "env DB_PASSWORD=••••••"),
            ("Environment=\"API_KEY=abc def\"", "Environment=\"API_KEY=••••••\""),
            ("export TOKEN='x y z' PORT=80", "export TOKEN='••••••' PORT=80"),
            (
                "exec /bin/x --db-password s3cret --port 80",
                "exec /bin/x --db-password •••••• --port 80",
            ),
            ("env URL=db://me:pw@host/x PORT=1", "env URL=•••••• PORT=1"),
            ("env PASSWORD_FILE=/etc/secret", "env PASSWORD_FILE=/etc/secret"),
            ("env PASSWORD=$OTHER", "env PASSWORD=$OTHER"),
            ("start on started db", "start on started db"),
            ("ä=ü PASSWORD=äöü", "ä=ü PASSWORD=••••••"),
        ] {
            assert_eq!(masked(line), shown);
        }
    }
}
