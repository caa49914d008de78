//! Findings of one job that say the same of several places.

use std::collections::BTreeMap;

use super::Diagnostic;

/// The findings, with those of one rule that have the same text joined: the first one shows the
/// places of the others, because one cause is reported once.
#[must_use]
pub fn joined(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut joined: Vec<Diagnostic> = Vec::new();
    let mut seen = BTreeMap::new();
    for diagnostic in diagnostics {
        let text = (diagnostic.message.clone(), diagnostic.notes.clone(), diagnostic.help.clone());
        // What is changed at each place is a finding of its own.
        let index = if diagnostic.edits.is_empty() {
            *seen.entry((diagnostic.rule.code, text)).or_insert(joined.len())
        } else {
            joined.len()
        };
        match joined.get_mut(index) {
            Some(first) if first.span == diagnostic.span => {}
            Some(first) => {
                let label = diagnostic.label.unwrap_or_else(|| "also here".to_owned());
                first.related.push((diagnostic.span, label));
                first.related.extend(diagnostic.related);
            }
            None => joined.push(diagnostic),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::joined;
    use crate::diagnostic::registry::{COMPANION_NEEDED, UNKNOWN_JOB};
    use crate::text::source::{Origin, Span};

    #[test]
    fn one_cause_is_one_finding() {
        let at = |start| Span { origin: Origin::Conf, start, end: start + 1 };
        let found = joined(vec![
            UNKNOWN_JOB.at(at(0), "no job"),
            COMPANION_NEEDED.at(at(2), "no job"),
            UNKNOWN_JOB.at(at(4), "no job"),
            UNKNOWN_JOB.at(at(6), "no other job"),
            UNKNOWN_JOB.at(at(8), "no job").edit(at(8), ""),
        ]);
        let places: Vec<usize> = found.iter().map(|found| found.span.start).collect();
        assert_eq!(places, [0, 2, 6, 8]);
        assert_eq!(found[0].related, [(at(4), "also here".to_owned())]);
    }
}
