//! A job beside what it became, for a terminal: each stanza on the left, its lines on the right.

use std::collections::BTreeSet;

use crate::assess::review::{OutputLine, Review};
use crate::convert::Converted;
use crate::convert::unstated::absence;
use crate::diagnostic::registry::OVERWRITTEN_STANZA;
use crate::diagnostic::{Diagnostic, Disposition, Outcome, Severity};
use crate::report::prose::prose;
use crate::systemd::layout::UNITS;
use crate::text::source::Origin;
use crate::text::visible::visible;

/// Fewer columns than this are not readable.
const NARROWEST: usize = 60;

/// The columns of the numbers of the lines, with the blank after them.
const NUMBERS: usize = 5;

/// The columns between the two sides.
const GAP: usize = 3;

/// The job beside its unit in so many columns. Lines that no stanza asks for are at the end, each
/// with the reason for it.
pub fn explanation(converted: &Converted, columns: usize) -> String {
    let review = Review::of(converted);
    let sheet = Sheet::new(columns);
    let mut out = String::new();
    let first = |paths: &mut dyn Iterator<Item = &str>| {
        paths.next().map_or_else(String::new, |path| file_name(path).to_owned())
    };
    let from = first(&mut review.sources.iter().map(|source| source.source.path()));
    let to = first(&mut review.outputs.iter().map(|output| output.path));
    let title = if to.is_empty() { "no unit".to_owned() } else { visible(&to) };
    sheet.row(Some(&visible(&from)), None, &title, &mut out);
    out.push_str(&format!("{}\n", "─".repeat(sheet.columns)));
    let (mut shown, mut in_override) = (BTreeSet::new(), false);
    let mut findings: Vec<&Diagnostic> = converted.conversion.diagnostics.iter().collect();
    for (index, outcome) in converted.conversion.stanzas.iter().enumerate() {
        stanza(&review, (index, outcome), &sheet, (&mut shown, &mut in_override), &mut out);
        let (here, later) = findings.into_iter().partition(|found| {
            found.span.origin == outcome.span.origin
                && found.span.start >= outcome.span.start
                && found.span.start < outcome.span.end.max(outcome.span.start + 1)
        });
        findings = later;
        for found in here {
            sheet.finding(found, &mut out);
        }
    }
    for found in findings {
        sheet.finding(found, &mut out);
    }
    unstated(&review, &sheet, &mut out);
    out
}

/// The lines of a stanza, and those that it became.
fn stanza(
    review: &Review<'_>,
    (index, outcome): (usize, &Outcome),
    sheet: &Sheet,
    (shown, in_override): (&mut BTreeSet<(usize, usize)>, &mut bool),
    out: &mut String,
) {
    let mut left: Vec<(Option<usize>, String)> = Vec::new();
    for source in &review.sources {
        for (number, line) in source.lines.iter().enumerate() {
            if line.stanza == Some(index) {
                if source.origin == Origin::Override && !std::mem::replace(in_override, true) {
                    left.push((None, format!("in {}:", file_name(source.source.path()))));
                }
                left.push((Some(number + 1), line.text.to_owned()));
            }
        }
    }
    if left.is_empty() {
        // Another stanza is on the same line, or this one is a part of it.
        return;
    }
    let mut right: Vec<String> = Vec::new();
    for (file, output) in review.outputs.iter().enumerate() {
        let lines = output.lines.iter().enumerate();
        let own: Vec<(usize, &OutputLine<'_>)> =
            lines.filter(|(_, line)| line.stanzas.contains(&index)).collect();
        if own.is_empty() {
            continue;
        }
        if file > 0 {
            right.push(format!("+ {}", output.path.strip_prefix(UNITS).unwrap_or(output.path)));
            continue;
        }
        for (number, line) in own {
            if shown.insert((file, number)) {
                right.push(line.text.to_owned());
            } else if let Some((name, _)) = line.text.split_once('=') {
                let again = format!("({name}= is above)");
                if !right.contains(&again) {
                    right.push(again);
                }
            }
        }
    }
    if right.is_empty() {
        right.push(match outcome.disposition {
            Disposition::Exact => format!("({})", absence(outcome.stanza)),
            Disposition::Approximate => "(no line)".to_owned(),
            Disposition::Dropped if outcome.code == Some(OVERWRITTEN_STANZA.code) => {
                "(a later stanza replaces it)".to_owned()
            }
            Disposition::Dropped => "(without effect)".to_owned(),
            Disposition::Manual => "(missing: see below)".to_owned(),
        });
    }
    sheet.rows(&left, &right, out);
}

/// The lines that no stanza asks for.
fn unstated(review: &Review<'_>, sheet: &Sheet, out: &mut String) {
    let Some(unit) = review.outputs.first() else { return };
    let mut is_first = true;
    for line in &unit.lines {
        let is_directive = line.text.contains('=') && !line.text.starts_with(['#', ' ']);
        if !line.stanzas.is_empty() || !is_directive {
            continue;
        }
        if is_first {
            out.push_str("\nWhat init does without being asked:\n");
            is_first = false;
        }
        let reason = line.reason.map_or_else(String::new, str::to_owned);
        sheet.rows(&[(None, reason)], &[line.text.to_owned()], out);
    }
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Two columns of text.
struct Sheet {
    columns: usize,
    left: usize,
    right: usize,
}

impl Sheet {
    fn new(columns: usize) -> Self {
        let columns = columns.max(NARROWEST);
        let text = columns - NUMBERS - GAP;
        let left = text / 2;
        Self { columns, left, right: text - left }
    }

    /// Lines beside lines.
    fn rows(&self, left: &[(Option<usize>, String)], right: &[String], out: &mut String) {
        let mut left = left.iter().flat_map(|(number, text)| {
            let parts = broken(&visible(text), self.left).into_iter().enumerate();
            parts.map(move |(part, text)| (number.filter(|_| part == 0), text))
        });
        let mut right = right.iter().flat_map(|text| broken(&visible(text), self.right));
        loop {
            match (left.next(), right.next()) {
                (None, None) => break,
                (Some((number, text)), other) => {
                    self.row(Some(&text), number, other.as_deref().unwrap_or_default(), out);
                }
                (None, Some(text)) => self.row(None, None, &text, out),
            }
        }
    }

    fn row(&self, left: Option<&str>, number: Option<usize>, right: &str, out: &mut String) {
        let number = number.map_or_else(String::new, |number| number.to_string());
        let (left, width) = (left.unwrap_or_default(), self.left + GAP);
        let pad = width.saturating_sub(left.chars().count());
        let line = format!("{number:>4} {left}{:pad$}{right}", "");
        out.push_str(line.trim_end());
        out.push('\n');
    }

    /// A finding below the stanza that it is about.
    fn finding(&self, found: &Diagnostic, out: &mut String) {
        let (indent, mut is_first) = (" ".repeat(NUMBERS), true);
        let marked = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        for text in prose(found) {
            let text =
                if is_first { format!("{marked}[{}]: {text}", found.rule.code) } else { text };
            let width = self.columns - NUMBERS - if is_first { 0 } else { 2 };
            for (part, line) in broken(&text, width).into_iter().enumerate() {
                let deeper = if is_first && part == 0 { "" } else { "  " };
                out.push_str(&format!("{indent}{deeper}{line}\n"));
            }
            is_first = false;
        }
    }
}

/// A text in pieces of at most so many characters: at blanks, if there are any.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let text = text.replace('\t', "    ");
    let indent: String = text.chars().take_while(|&character| character == ' ').collect();
    let indent = if indent.len() + 2 > width / 2 { String::new() } else { indent };
    let mut rest: &str = text.trim_end();
    loop {
        let lead = if pieces.is_empty() { String::new() } else { format!("{indent}  ") };
        let room = width.saturating_sub(lead.chars().count()).max(1);
        let Some((end, _)) = rest.char_indices().nth(room) else {
            pieces.push(format!("{lead}{rest}"));
            return pieces;
        };
        let first = rest.len() - rest.trim_start().len();
        let cut = rest[..end].rfind(' ').filter(|&at| at > first);
        let (piece, next) = match cut {
            Some(at) => (&rest[..at], rest[at..].trim_start()),
            None => rest.split_at(end),
        };
        pieces.push(format!("{lead}{}", piece.trim_end()));
        rest = next;
    }
}
