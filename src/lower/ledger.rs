//! What became of every stanza. A stanza without an entry is a defect of this program: `finish`
//! reports it as manual, which makes the defect visible.

use crate::diagnostic::{Disposition, Outcome, Rule};
use crate::systemd::{Directive, Value};
use crate::upstart::job::{Job, StanzaId, StanzaRecord};

/// The dispositions of the stanzas of one job.
pub(super) struct Ledger {
    /// One for each stanza, in source order.
    entries: Vec<LedgerEntry>,
}

/// What became of one stanza.
#[derive(Clone, Default)]
struct LedgerEntry {
    /// `None` until a pass has recorded one.
    disposition: Option<Disposition>,
    /// The directives and files that express the stanza, by their paths.
    directives: Vec<String>,
    /// Single values of directives that other stanzas also give values to.
    values: Vec<(String, String)>,
    /// The code of the rule that explains the disposition.
    code: Option<&'static str>,
}

impl Ledger {
    /// An empty ledger for the stanzas of a job.
    pub(super) fn new(job: &Job) -> Self {
        Self { entries: vec![LedgerEntry::default(); job.stanzas.len()] }
    }

    /// Records that these directives express a stanza, or a part of it, as faithfully as
    /// `disposition` states. The worst of several dispositions wins, with its rule.
    pub(super) fn record(
        &mut self,
        stanza: StanzaId,
        disposition: Disposition,
        directives: &[Directive],
        rule: Option<&'static Rule>,
    ) {
        self.wrote(stanza, directives);
        let Some(entry) = self.entries.get_mut(stanza.0) else { return };
        if entry.disposition.is_none_or(|known| known < disposition) {
            entry.disposition = Some(disposition);
            entry.code = rule.map(|rule| rule.code);
        }
    }

    /// Records that these directives come from a stanza, however faithful they are.
    pub(super) fn wrote(&mut self, stanza: StanzaId, directives: &[Directive]) {
        let Some(entry) = self.entries.get_mut(stanza.0) else { return };
        for path in directives.iter().map(|directive| directive.path()) {
            if !entry.directives.contains(&path) {
                entry.directives.push(path);
            }
        }
    }

    /// Records that the stanza gave this one of several values to a directive.
    pub(super) fn value(&mut self, stanza: StanzaId, directive: Directive, value: &Value) {
        if let Some(entry) = self.entries.get_mut(stanza.0) {
            entry.values.push((directive.path(), value.as_str().to_owned()));
        }
    }

    /// Records that a directive was removed from the unit, which loses all that it expressed.
    pub(super) fn lost(&mut self, directive: Directive, rule: &'static Rule) {
        self.damaged(directive, rule);
        let path = directive.path();
        for entry in &mut self.entries {
            entry.directives.retain(|known| *known != path);
        }
    }

    /// Records that systemd cannot read a directive, and that the user has to correct it.
    pub(super) fn damaged(&mut self, directive: Directive, rule: &'static Rule) {
        let path = directive.path();
        for entry in self.entries.iter_mut().filter(|entry| entry.directives.contains(&path)) {
            entry.disposition = Some(Disposition::Manual);
            entry.code = Some(rule.code);
        }
    }

    /// Records a file that expresses the stanza, in addition to directives or instead of them.
    pub(super) fn file(&mut self, stanza: StanzaId, path: &str) {
        if let Some(entry) = self.entries.get_mut(stanza.0)
            && !entry.directives.iter().any(|known| known == path)
        {
            entry.directives.push(path.to_owned());
        }
    }

    /// The outcome of each stanza, in source order. A stanza without an entry is manual.
    pub(super) fn finish(self, job: &Job) -> Vec<Outcome> {
        let outcome = |(index, record): (usize, &StanzaRecord)| {
            // A part of a stanza has the outcome of the whole stanza.
            let entry = record.part_of.map_or(index, |whole| whole.0);
            let entry = self.entries.get(entry).cloned().unwrap_or_default();
            Outcome {
                stanza: record.keyword,
                span: record.span,
                disposition: entry.disposition.unwrap_or(Disposition::Manual),
                directives: entry.directives,
                values: entry.values,
                code: entry.code,
            }
        };
        job.stanzas.iter().enumerate().map(outcome).collect()
    }
}
