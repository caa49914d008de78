//! The account of what became of every stanza. A stanza without an entry is a defect of the
//! program, which `finish` makes visible instead of hiding it.

use crate::diagnostic::{Disposition, Outcome, Rule};
use crate::systemd::Directive;
use crate::upstart::job::{Job, StanzaId, StanzaRecord};

pub(super) struct Ledger {
    entries: Vec<LedgerEntry>,
}

#[derive(Clone, Default)]
struct LedgerEntry {
    disposition: Option<Disposition>,
    directives: Vec<String>,
    code: Option<&'static str>,
}

impl Ledger {
    pub(super) fn new(job: &Job) -> Self {
        Self { entries: vec![LedgerEntry::default(); job.stanzas.len()] }
    }

    /// Records that (a part of) a stanza is said by these directives, as faithfully as
    /// `disposition` says. Of several records the worst disposition counts, with the rule that came
    /// with it.
    pub(super) fn record(
        &mut self,
        stanza: StanzaId,
        disposition: Disposition,
        directives: &[Directive],
        rule: Option<&'static Rule>,
    ) {
        let Some(entry) = self.entries.get_mut(stanza.0) else { return };
        for directive in directives.iter().map(|directive| directive.path()) {
            if !entry.directives.contains(&directive) {
                entry.directives.push(directive);
            }
        }
        if entry.disposition.is_none_or(|known| known < disposition) {
            entry.disposition = Some(disposition);
            entry.code = rule.map(|rule| rule.code);
        }
    }

    /// A directive has been taken out of the unit: whatever it said is lost.
    pub(super) fn lost(&mut self, directive: Directive, rule: &'static Rule) {
        self.damaged(directive, rule);
        let path = directive.path();
        for entry in &mut self.entries {
            entry.directives.retain(|known| *known != path);
        }
    }

    /// A directive does not work as it stands: somebody has to see to what it says.
    pub(super) fn damaged(&mut self, directive: Directive, rule: &'static Rule) {
        let path = directive.path();
        for entry in self.entries.iter_mut().filter(|entry| entry.directives.contains(&path)) {
            entry.disposition = Some(Disposition::Manual);
            entry.code = Some(rule.code);
        }
    }

    /// Names a file that the stanza went to, beside or instead of directives.
    pub(super) fn file(&mut self, stanza: StanzaId, path: &str) {
        if let Some(entry) = self.entries.get_mut(stanza.0)
            && !entry.directives.iter().any(|known| known == path)
        {
            entry.directives.push(path.to_owned());
        }
    }

    pub(super) fn finish(self, job: &Job) -> Vec<Outcome> {
        let outcome = |(index, record): (usize, &StanzaRecord)| {
            // What became of a whole became of each part.
            let entry = record.part_of.map_or(index, |whole| whole.0);
            let entry = self.entries.get(entry).cloned().unwrap_or_default();
            Outcome {
                stanza: record.keyword,
                span: record.span,
                disposition: entry.disposition.unwrap_or(Disposition::Manual),
                directives: entry.directives,
                code: entry.code,
            }
        };
        job.stanzas.iter().enumerate().map(outcome).collect()
    }
}
