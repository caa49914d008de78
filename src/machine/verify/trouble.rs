//! What a check finds.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;

/// A finding about a file of the overlay. It is not a diagnostic of a rule: a rule is about a job,
/// has a page and can be allowed in the job, and this is about a target that lacks something, or is
/// a sentence of systemd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How much it matters. An error means that systemd refuses the unit.
    pub severity: Severity,
    /// The check that found it, in the words of the JSON report.
    pub check: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where it is.
    pub place: TroublePlace,
    /// Other places with the same trouble.
    pub also: Vec<TroublePlace>,
}

/// A line of a file of the overlay, and of the job that it was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TroublePlace {
    /// The path in the overlay.
    pub file: String,
    /// The line of the file, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The places of the stanzas that the line was made from: `app.conf:7`.
    pub stanzas: Vec<String>,
    /// The name of the job that the file was made from.
    pub job: Option<String>,
}

impl Trouble {
    pub(super) fn new(
        severity: Severity,
        check: &'static str,
        message: String,
        place: TroublePlace,
    ) -> Self {
        Self { severity, check, message, help: None, place, also: Vec::new() }
    }

    #[must_use]
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The findings in the order of their places. Those that say the same are one, with several places.
pub fn merged(mut found: Vec<Trouble>) -> Vec<Trouble> {
    found.sort_by(|one, other| one.place.cmp(&other.place));
    let mut index: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    let mut merged: Vec<Trouble> = Vec::new();
    for trouble in found {
        let key = (trouble.check, trouble.message.clone());
        if let Some(first) = index.get(&key).and_then(|&at| merged.get_mut(at)) {
            first.severity = first.severity.max(trouble.severity);
            if first.place != trouble.place && !first.also.contains(&trouble.place) {
                first.also.push(trouble.place);
            }
        } else {
            index.insert(key, merged.len());
            merged.push(trouble);
        }
    }
    merged
}
