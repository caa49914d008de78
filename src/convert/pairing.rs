//! Which lines of the written files a stanza became.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Conversion;

/// Lines of a file that a stanza became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedLines {
    /// The index of the stanza in [`Conversion::stanzas`].
    pub stanza: usize,
    /// The index of the file in [`Conversion::outputs`].
    pub output: usize,
    /// The lines, counted from 1. Comments above a directive belong to it.
    pub lines: RangeInclusive<usize>,
}

/// A directive of a unit with its value, and the comments above it.
struct Block<'a> {
    /// Its path: `Service.ExecStart`.
    directive: String,
    value: &'a str,
    lines: RangeInclusive<usize>,
}

/// The lines of the unit and of its companions that the stanzas became, in the order of the stanzas.
pub fn pairs(conversion: &Conversion) -> Vec<PairedLines> {
    let Some(unit) = conversion.outputs.first() else { return Vec::new() };
    let mut by_directive: BTreeMap<String, Vec<Block<'_>>> = BTreeMap::new();
    for block in blocks(&unit.text) {
        by_directive.entry(block.directive.clone()).or_default().push(block);
    }
    let companions: BTreeMap<&str, (usize, usize)> = conversion
        .outputs
        .iter()
        .enumerate()
        .skip(1)
        .map(|(index, output)| (output.path.as_str(), (index, output.text.lines().count())))
        .collect();
    let mut pairs = Vec::new();
    for (stanza, outcome) in conversion.stanzas.iter().enumerate() {
        for directive in &outcome.directives {
            if let Some(&(output, lines)) = companions.get(directive.as_str()) {
                pairs.push(PairedLines { stanza, output, lines: 1..=lines.max(1) });
                continue;
            }
            let own = |block: &&Block<'_>| {
                let mut values = outcome.values.iter().filter(|(path, _)| path == directive);
                let first = values.next();
                first.is_none_or(|(_, value)| value == block.value)
                    || values.any(|(_, value)| value == block.value)
            };
            let blocks = by_directive.get(directive).map_or(&[][..], Vec::as_slice);
            pairs.extend(blocks.iter().filter(own).map(|block| PairedLines {
                stanza,
                output: 0,
                lines: block.lines.clone(),
            }));
        }
    }
    pairs
}

/// The directives of a unit file, in order (systemd.syntax(7)).
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let (mut section, mut first) = ("", None);
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    while let Some((number, line)) = lines.next() {
        if line.is_empty() {
            first = None;
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            (section, first) = (name, None);
        } else if line.starts_with('#') {
            first = first.or(Some(number));
        } else if let Some((name, value)) = line.split_once('=') {
            let mut last = number;
            let mut continued = line.ends_with('\\');
            while continued && let Some((number, line)) = lines.next() {
                // A comment between continued lines is ignored, also an indented one.
                continued = line.trim_start().starts_with(['#', ';']) || line.ends_with('\\');
                last = number;
            }
            let lines = first.take().unwrap_or(number)..=last;
            blocks.push(Block { directive: format!("{section}.{name}"), value, lines });
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn a_block_has_the_comments_above_and_the_lines_that_go_on() {
        let text = "# Made.\n\n[Unit]\nDescription=x\n\n[Service]\n# Why.\n# And why.\nExecStart=/bin/a \\\n    # in between\n  b\nUser=u\n# Remark.\n";
        let found: Vec<_> = blocks(text)
            .into_iter()
            .map(|block| (block.directive, block.value.to_owned(), block.lines))
            .collect();
        let expected = [
            ("Unit.Description", "x", 4..=4),
            ("Service.ExecStart", "/bin/a \\", 7..=11),
            ("Service.User", "u", 12..=12),
        ];
        let expected =
            expected.map(|(path, value, lines)| (path.to_owned(), value.to_owned(), lines));
        assert_eq!(found, expected);
    }
}
