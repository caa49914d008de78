//! The page of a rule: what `explain` prints, and what is in src/report/rules.md.

use crate::diagnostic::Rule;
use crate::lint::{self, Example};

/// The page, each line ended by a newline. Lines that stand in are not filled.
pub fn page(rule: &Rule) -> String {
    let Rule { code, name, severity, explanation } = rule;
    let mut out = format!("{code} {name} ({})\n\n{}\n", severity.name(), filled(explanation.trim_end()));
    if let Some(Example { bad, good }) = lint::example(rule) {
        for (title, job) in [("Bad", bad), ("Good", good)] {
            out.push_str(&format!("\n{title}:\n\n"));
            for line in job.lines() {
                out.push_str(format!("    {line}").trim_end());
                out.push('\n');
            }
        }
    }
    out
}

/// The pages of all rules, as a document.
pub fn pages(rules: &[&Rule]) -> String {
    let mut out = "# The diagnostics of upstart2systemd\n\nEach page is what `upstart2systemd explain CODE` prints.\n".to_owned();
    for rule in rules {
        let page = page(rule);
        let (title, text) = page.split_once("\n\n").unwrap_or((&page, ""));
        out.push_str(&format!("\n## {title}\n\n{text}"));
    }
    out
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
