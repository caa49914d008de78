//! What became of the stanzas of all jobs, and which rules reported how often.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::convert::Converted;
use crate::diagnostic::{Disposition, Rule};

/// Counts over jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The stanzas in the order of their names.
    pub stanzas: Vec<StanzaCount>,
    /// The rules with findings, those with the most first.
    pub rules: Vec<RuleCount>,
}

/// How often a stanza has each outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StanzaCount {
    /// The keywords: `respawn limit`.
    pub stanza: &'static str,
    /// systemd does the same.
    pub exact: usize,
    /// systemd does nearly the same.
    pub approximate: usize,
    /// It has no effect any more.
    pub dropped: usize,
    /// A person has to do it.
    pub manual: usize,
}

/// How often a rule has reported something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule.
    pub rule: &'static Rule,
    /// The number of its findings.
    pub findings: usize,
    /// The number of the jobs that have them.
    pub jobs: usize,
}

/// A file of the overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// The path relative to the root of the system.
    pub path: String,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

impl Statistics {
    /// The counts over these jobs.
    pub fn of(jobs: &[Converted]) -> Self {
        let mut stanzas: BTreeMap<&'static str, StanzaCount> = BTreeMap::new();
        let mut rules: BTreeMap<&'static str, RuleCount> = BTreeMap::new();
        for Converted { conversion, .. } in jobs {
            for outcome in &conversion.stanzas {
                let stanza = outcome.stanza;
                let count = stanzas.entry(stanza).or_insert(StanzaCount {
                    stanza,
                    exact: 0,
                    approximate: 0,
                    dropped: 0,
                    manual: 0,
                });
                *match outcome.disposition {
                    Disposition::Exact => &mut count.exact,
                    Disposition::Approximate => &mut count.approximate,
                    Disposition::Dropped => &mut count.dropped,
                    Disposition::Manual => &mut count.manual,
                } += 1;
            }
            let mut of_job: BTreeMap<&'static str, (&'static Rule, usize)> = BTreeMap::new();
            for found in &conversion.diagnostics {
                of_job.entry(found.rule.code).or_insert((found.rule, 0)).1 += 1;
            }
            for (code, (rule, findings)) in of_job {
                let none = RuleCount { rule, findings: 0, jobs: 0 };
                let count = rules.entry(code).or_insert(none);
                count.findings += findings;
                count.jobs += 1;
            }
        }
        let mut rules: Vec<RuleCount> = rules.into_values().collect();
        rules.sort_by_key(|count| Reverse(count.findings));
        Self { stanzas: stanzas.into_values().collect(), rules }
    }
}
