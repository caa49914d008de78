//! `explain`: what a diagnostic means.

use super::{Status, Streams};
use crate::diagnostic::Rule;
use crate::report::visible;
use crate::suggestion;

pub(super) fn run(wanted: Option<&str>, rules: &[&Rule], streams: &mut Streams<'_>) -> Status {
    let Some(wanted) = wanted else {
        let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
        let line = |rule: &&Rule| format!("{}  {:width$}  {}\n", rule.code, rule.name, rule.severity.name());
        let list = rules.iter().map(line).collect::<Vec<_>>().concat();
        return streams.print(list.as_bytes());
    };
    let is_wanted = |rule: &&&Rule| [rule.code, rule.name].iter().any(|known| known.eq_ignore_ascii_case(wanted));
    if let Some(Rule { code, name, severity, explanation }) = rules.iter().find(is_wanted) {
        streams.print(format!("{code} {name} ({})\n\n{}\n", severity.name(), filled(explanation.trim_end())).as_bytes())
    } else {
        let meant = suggestion::closest(wanted, rules.iter().map(|rule| rule.name));
        let meant = meant.map_or(String::new(), |name| format!(" (is `{name}` meant?)"));
        streams.usage(&format!("there is no diagnostic `{}`{meant}: `upstart2systemd explain` lists all", visible(wanted)))
    }
}

/// How wide a page is, in characters.
const WIDTH: usize = 100;

/// The text in lines that fit on a page; lines that stand in are kept as they are.
fn filled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for paragraph in text.split("\n\n") {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        if paragraph.starts_with(' ') {
            out.push_str(paragraph);
            continue;
        }
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > WIDTH {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, filled};

    #[test]
    fn paragraphs_are_filled_and_examples_are_kept() {
        let text = format!("{}\n\n    an   example\n      of two lines\n\nshort\nlines", "word ".repeat(50));
        let page = filled(&text);
        assert!(page.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(page.ends_with("\n\n    an   example\n      of two lines\n\nshort lines"));
    }
}
