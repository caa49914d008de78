//! The identity of a finding from one run to the next; it survives changes of the lines above.

use std::collections::BTreeMap;
use std::fmt;

use super::Diagnostic;
use crate::text::bytes::encode;
use crate::text::lines;
use crate::text::source::{Source, Sources};

/// A hash of the rule, the name of the file without its directories, and the text of the line on
/// which the finding begins.
///
/// Two findings may have the same fingerprint, so comparing runs means counting them. Hashes are
/// stored in files, so the algorithm must not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a finding in these sources.
    pub fn of(sources: &Sources, diagnostic: &Diagnostic) -> Self {
        let source = sources.get(diagnostic.span.origin);
        // Only the last part can contain a newline, so different triples never give the same bytes.
        let parts = [
            diagnostic.rule.code,
            "\n",
            line(source, diagnostic.span.start),
            "\n",
            file_name(source),
        ];
        Self(parts.iter().fold(BASIS, |hash, part| hash_on(hash, &encode(part))))
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Numbers the findings of a run that have the same fingerprint.
#[derive(Debug, Default)]
pub struct Occurrences {
    seen: BTreeMap<Fingerprint, usize>,
}

impl Occurrences {
    /// The fingerprint of the next finding, with its number.
    pub fn next(&mut self, sources: &Sources, diagnostic: &Diagnostic) -> String {
        let fingerprint = Fingerprint::of(sources, diagnostic);
        let occurrence = self.seen.entry(fingerprint).or_default();
        *occurrence += 1;
        format!("{fingerprint}:{occurrence}")
    }
}

/// The path of a source without its directories.
pub fn file_name(source: &Source) -> &str {
    let path = source.path();
    path.rsplit('/').next().unwrap_or(path)
}

/// The line that an offset is on, without the blanks around it.
fn line(source: &Source, offset: usize) -> &str {
    lines::line(source.text(), offset).trim_matches([' ', '\t', '\r'])
}

/// The offset basis of FNV-1a, 64 bits. The hasher of the standard library may change with the
/// compiler.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

const PRIME: u64 = 0x0100_0000_01b3;

fn hash_on(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Rule, Severity};
    use crate::text::source::{Origin, Span};

    static RULE: Rule = Rule::sample("U207", "console-output", Severity::Warning);
    static OTHER: Rule = Rule::sample("U208", "console-owner", Severity::Warning);

    fn of(rule: &'static Rule, path: &str, text: &str, at: usize) -> String {
        let sources = Sources { conf: Source::new(path, text.into()), overriding: None };
        Fingerprint::of(&sources, &rule.at(Span::new(Origin::Conf, at..at), "")).to_string()
    }

    #[test]
    fn the_hash_is_the_published_one() {
        for (text, hash) in
            [("", BASIS), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(hash_on(BASIS, text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn a_line_may_move_and_nothing_else_may_change() {
        let known = of(&RULE, "a/demo.conf", "console output\n", 8);
        assert_eq!(known, "ca7bd25011ee6952");
        assert_eq!(of(&RULE, "b/demo.conf", "# new\n\n\tconsole output\r\n", 10), known);
        assert_eq!(of(&RULE, "demo.conf", "console output", usize::MAX), known);
        for (rule, path, text) in [
            (&OTHER, "demo.conf", "console output\n"),
            (&RULE, "demo.override", "console output\n"),
            (&RULE, "demo.conf", "console log\n"),
        ] {
            assert_ne!(of(rule, path, text, 3), known, "{rule:?} {path} {text}");
        }
    }

    #[test]
    fn any_offset_has_a_line() {
        let source = Source::new("x", "é\n\n".into());
        assert_eq!([0, 1, 2, 3, 4, 9].map(|at| line(&source, at)), ["é", "é", "é", "", "", ""]);
    }
}
