//! A job beside what it became, line by line.

use crate::convert::Converted;
use crate::convert::pairing::{PairedLines, pairs};
use crate::convert::unstated::reason;
use crate::text::source::{Origin, Source, Span};

/// The files of a job beside the files that were written for it.
#[derive(Debug)]
pub struct Review<'a> {
    /// The `.conf`, and the `.override` if there is one.
    pub sources: Vec<ReviewedSource<'a>>,
    /// The unit, followed by its companions.
    pub outputs: Vec<ReviewedOutput<'a>>,
}

/// A file of a job.
#[derive(Debug)]
pub struct ReviewedSource<'a> {
    /// Whether it is the `.conf` or the override.
    pub origin: Origin,
    /// The file.
    pub source: &'a Source,
    /// Its lines.
    pub lines: Vec<SourceLine<'a>>,
}

/// A line of a job file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine<'a> {
    /// The text without the line break.
    pub text: &'a str,
    /// The stanza that the line belongs to, by its index. Parts of a stanza belong to the whole.
    pub stanza: Option<usize>,
}

/// A file that was written.
#[derive(Debug)]
pub struct ReviewedOutput<'a> {
    /// The path relative to the root of the system.
    pub path: &'a str,
    /// Its lines.
    pub lines: Vec<OutputLine<'a>>,
}

/// A line of a written file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine<'a> {
    /// The text without the line break.
    pub text: &'a str,
    /// The stanzas that the line comes from, by their indices.
    pub stanzas: Vec<usize>,
    /// Why the line is there, if no stanza asks for it.
    pub reason: Option<&'static str>,
}

impl<'a> Review<'a> {
    /// The review of a job.
    pub fn of(converted: &'a Converted) -> Self {
        let Converted { sources, conversion } = converted;
        let spans: Vec<Span> = conversion.stanzas.iter().map(|outcome| outcome.span).collect();
        let source = |origin| ReviewedSource {
            origin,
            source: sources.get(origin),
            lines: source_lines(sources.get(origin), origin, &spans),
        };
        let mut outputs: Vec<ReviewedOutput<'a>> = conversion
            .outputs
            .iter()
            .map(|output| ReviewedOutput {
                path: &output.path,
                lines: output
                    .text
                    .lines()
                    .map(|text| OutputLine { text, stanzas: Vec::new(), reason: None })
                    .collect(),
            })
            .collect();
        for PairedLines { stanza, output, lines } in pairs(conversion) {
            let first = lines.start().saturating_sub(1);
            let Some(output) = outputs.get_mut(output) else { continue };
            for line in output.lines.iter_mut().take(*lines.end()).skip(first) {
                if !line.stanzas.contains(&stanza) {
                    line.stanzas.push(stanza);
                }
            }
        }
        if let Some(unit) = outputs.first_mut() {
            for line in unit.lines.iter_mut().filter(|line| line.stanzas.is_empty()) {
                line.reason = reason(line.text);
            }
        }
        let overriding = sources.overriding.as_ref().map(|_| source(Origin::Override));
        Self { sources: std::iter::once(source(Origin::Conf)).chain(overriding).collect(), outputs }
    }
}

/// The lines of a source, each with the first stanza that is on it.
fn source_lines<'a>(source: &'a Source, origin: Origin, spans: &[Span]) -> Vec<SourceLine<'a>> {
    let mut lines: Vec<SourceLine<'a>> =
        source.text().lines().map(|text| SourceLine { text, stanza: None }).collect();
    for (index, span) in spans.iter().enumerate().filter(|(_, span)| span.origin == origin) {
        let (start, end) = source.ends(*span);
        // A span that ends with the line break ends on the next line.
        let last = if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line };
        for line in lines.iter_mut().take(last).skip(start.line.saturating_sub(1)) {
            line.stanza = line.stanza.or(Some(index));
        }
    }
    lines
}
