//! What the parts of the lowering share: the draft of the unit, the account, the findings.

use super::companion::Companion;
use super::draft::Draft;
use super::ledger::Ledger;
use super::options::Options;
use crate::diagnostic::{Diagnostic, Disposition, Rule};
use crate::jobset::JobSet;
use crate::systemd::{Directive, Feature, Section, Text, UnitName, Value};
use crate::text::bytes::encode;
use crate::upstart::ast::Phase;
use crate::upstart::instances::Instance;
use crate::upstart::job::{Job, StanzaId};
use crate::upstart::script::Scripts;

pub(super) struct Lowering<'a> {
    pub(super) job: &'a Job,
    pub(super) scripts: &'a Scripts,
    pub(super) options: &'a Options,
    pub(super) job_set: &'a JobSet,
    pub(super) instance: &'a Instance,
    /// The name of the unit.
    pub(super) name: &'a UnitName,
    pub(super) draft: Draft,
    pub(super) ledger: Ledger,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Lowering<'_> {
    pub(super) fn has(&self, feature: Feature) -> bool {
        self.options.systemd_version >= feature.since()
    }

    /// The stanza is said exactly by these directives, which may be none where systemd does it
    /// anyway.
    pub(super) fn exact(&mut self, stanza: StanzaId, directives: &[Directive]) {
        self.ledger.record(stanza, Disposition::Exact, directives, None);
    }

    /// Behaviour differs: the diagnostic says how.
    pub(super) fn approximate(
        &mut self,
        stanza: StanzaId,
        directives: &[Directive],
        diagnostic: Diagnostic,
    ) {
        self.ledger.record(stanza, Disposition::Approximate, directives, Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// The stanza has no effect any more, or never had one.
    pub(super) fn dropped(&mut self, stanza: StanzaId, diagnostic: Diagnostic) {
        self.ledger.record(stanza, Disposition::Dropped, &[], Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// A person has to act.
    pub(super) fn manual(
        &mut self,
        stanza: StanzaId,
        directives: &[Directive],
        diagnostic: Diagnostic,
    ) {
        self.ledger.record(stanza, Disposition::Manual, directives, Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// Says above a directive how behaviour differs there.
    pub(super) fn comment(&mut self, directive: Directive, rule: &Rule, text: &str) {
        self.draft.comment(directive, Text::new(&format!("{}: {text}", rule.code)));
    }

    /// Says at the end of a section what is not there.
    pub(super) fn remark(&mut self, section: Section, rule: &Rule, text: &str) {
        self.draft.remark(section, Text::new(&format!("{}: {text}", rule.code)));
    }

    /// Adds a file beside the unit.
    pub(super) fn companion(&mut self, companion: Companion) {
        self.draft.companion(companion);
    }

    /// The directive that takes the limit on starts away.
    pub(super) fn unlimited_starts(&self) -> Directive {
        if Directive::StartLimitIntervalSec.since() <= self.options.systemd_version {
            Directive::StartLimitIntervalSec
        } else {
            Directive::StartLimitInterval
        }
    }

    pub(super) fn add(&mut self, directive: Directive, value: Value) {
        self.draft.add(directive, value);
    }

    pub(super) fn set(&mut self, directive: Directive, value: Value) {
        self.draft.set(directive, value);
    }

    pub(super) fn has_main(&self) -> bool {
        self.job.process(Phase::Main).is_some()
    }

    /// Whether any process of the job names a variable or word, so that it has to be there.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.job
            .processes
            .values()
            .any(|process| contains(encode(&process.value.text().value).as_ref(), word.as_bytes()))
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
