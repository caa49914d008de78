//! The results that differ among those of several hosts.

use std::collections::BTreeMap;

use crate::convert::{Conversion, Converted};
use crate::diagnostic::Diagnostic;
use crate::text::source::{Source, Sources};

/// A result, and the hosts that have it.
pub(super) struct DistinctResult<'a> {
    pub(super) converted: &'a Converted,
    /// The indices of the hosts.
    pub(super) hosts: Vec<usize>,
    /// Whether another text, or another neighbour, leads to another result for a job of this name.
    pub(super) is_one_of_several: bool,
}

/// The results of groups of hosts, each once, in the order of the names of the jobs.
pub(super) fn distinct<'a>(
    groups: impl Iterator<Item = (&'a [usize], &'a [Converted])>,
) -> Vec<DistinctResult<'a>> {
    let mut results: BTreeMap<&str, Vec<DistinctResult<'a>>> = BTreeMap::new();
    for (hosts, jobs) in groups {
        for converted in jobs {
            let known = results.entry(&converted.conversion.job).or_default();
            match known.iter_mut().find(|known| is_same(known.converted, converted)) {
                Some(known) => known.hosts.extend(hosts),
                None => known.push(DistinctResult {
                    converted,
                    hosts: hosts.to_vec(),
                    is_one_of_several: false,
                }),
            }
        }
    }
    for known in results.values_mut() {
        let is_one_of_several = known.len() > 1;
        for result in known {
            result.is_one_of_several = is_one_of_several;
        }
    }
    results.into_values().flatten().collect()
}

/// Whether two results are the same but for the paths of the files.
fn is_same(first: &Converted, second: &Converted) -> bool {
    let (one, other) = (&first.conversion, &second.conversion);
    let Conversion { path: _, job, outputs, stanzas, diagnostics } = one;
    *job == other.job
        && is_same_text(&first.sources, &second.sources)
        && *outputs == other.outputs
        && *stanzas == other.stanzas
        && diagnostics.len() == other.diagnostics.len()
        && diagnostics
            .iter()
            .zip(&other.diagnostics)
            .all(|(one, other)| is_same_finding(one, other))
}

fn is_same_text(one: &Sources, other: &Sources) -> bool {
    one.conf.text() == other.conf.text()
        && one.overriding.as_ref().map(Source::text) == other.overriding.as_ref().map(Source::text)
}

fn is_same_finding(one: &Diagnostic, two: &Diagnostic) -> bool {
    let Diagnostic {
        rule,
        severity,
        span,
        message,
        label,
        related,
        elsewhere,
        notes,
        help,
        edits,
        without_unit,
    } = one;
    rule.code == two.rule.code
        && *severity == two.severity
        && *span == two.span
        && *message == two.message
        && *label == two.label
        && *related == two.related
        && *notes == two.notes
        && *help == two.help
        && *edits == two.edits
        && *without_unit == two.without_unit
        && elsewhere.len() == two.elsewhere.len()
        && elsewhere.iter().zip(&two.elsewhere).all(|((one, label), (two, other))| {
            label == other && one.span == two.span && is_same_text(&one.sources, &two.sources)
        })
}
