//! What the passes of the lowering share: the draft of the unit, the ledger, the findings.

use std::collections::BTreeSet;

use super::companion::Companion;
use super::condition::NeededEventUnit;
use super::draft::Draft;
use super::ledger::Ledger;
use super::options::{Options, Style};
use crate::diagnostic::{Diagnostic, Disposition, Rule};
use crate::jobset::JobSet;
use crate::systemd::{Directive, Feature, Section, Text, UnitName, Value};
use crate::text::bytes::encode;
use crate::upstart::ast::Phase;
use crate::upstart::instances::Instance;
use crate::upstart::job::{Job, StanzaId};
use crate::upstart::script::Scripts;

/// A job while it is lowered. Every pass reads its inputs and adds to its results.
pub(super) struct Lowering<'a> {
    /// The job that is lowered.
    pub(super) job: &'a Job,
    /// The scripts of the job, each parsed once.
    pub(super) scripts: &'a Scripts,
    /// Whether the account of the unit is that of its main process alone. The other phases run as
    /// root.
    pub(super) has_account_of_main: bool,
    /// Those of init's own variables that scripts in files of their own read.
    pub(super) read_in_files: BTreeSet<&'static str>,
    /// What the user chose.
    pub(super) options: &'a Options,
    /// The other jobs of the directory, as far as they are known.
    pub(super) job_set: &'a JobSet,
    /// How the instances of the job are named.
    pub(super) instance: &'a Instance,
    /// The name of the unit.
    pub(super) name: &'a UnitName,
    /// What single stanzas contribute to the unit. Passes cannot read it.
    pub(super) draft: Draft,
    /// What became of each stanza.
    pub(super) ledger: Ledger,
    /// The findings of the passes, in the order of the passes.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The event units of the conditions that the user has to write, for one finding about them.
    pub(super) needed_event_units: Vec<NeededEventUnit>,
}

impl Lowering<'_> {
    /// Whether the version of systemd that the unit is for has this feature.
    pub(super) fn has(&self, feature: Feature) -> bool {
        self.options.systemd_version >= feature.since()
    }

    /// Whether the unit keeps the corner cases of Upstart.
    pub(super) fn is_exact(&self) -> bool {
        self.options.style == Style::Exact
    }

    /// Records that these directives express the stanza exactly. There may be none if systemd
    /// behaves that way by default.
    pub(super) fn exact(&mut self, stanza: StanzaId, directives: &[Directive]) {
        self.ledger.record(stanza, Disposition::Exact, directives, None);
    }

    /// Records that these directives express the stanza with a difference, which the diagnostic
    /// explains.
    pub(super) fn approximate(
        &mut self,
        stanza: StanzaId,
        directives: &[Directive],
        diagnostic: Diagnostic,
    ) {
        self.ledger.record(stanza, Disposition::Approximate, directives, Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// Records that the stanza has no effect under systemd, or had none under Upstart.
    pub(super) fn dropped(&mut self, stanza: StanzaId, diagnostic: Diagnostic) {
        self.ledger.record(stanza, Disposition::Dropped, &[], Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// Records that the user has to act on the stanza.
    pub(super) fn manual(
        &mut self,
        stanza: StanzaId,
        directives: &[Directive],
        diagnostic: Diagnostic,
    ) {
        self.ledger.record(stanza, Disposition::Manual, directives, Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// Adds a comment above a directive that explains a difference in behaviour.
    pub(super) fn comment(&mut self, directive: Directive, rule: &Rule, text: &str) {
        self.draft.comment(directive, Text::new(&format!("{}: {text}", rule.code)));
    }

    /// Adds a comment at the end of a section that explains what is missing from it.
    pub(super) fn remark(&mut self, section: Section, rule: &Rule, text: &str) {
        self.draft.remark(section, Text::new(&format!("{}: {text}", rule.code)));
    }

    /// Adds a companion.
    pub(super) fn companion(&mut self, companion: Companion) {
        self.draft.companion(companion);
    }

    /// The directive that removes the limit on starts. systemd 230 renamed it.
    pub(super) fn unlimited_starts(&self) -> Directive {
        if Directive::StartLimitIntervalSec.since() <= self.options.systemd_version {
            Directive::StartLimitIntervalSec
        } else {
            Directive::StartLimitInterval
        }
    }

    /// Adds a value to a directive of the unit.
    pub(super) fn add(&mut self, directive: Directive, value: Value) {
        self.draft.add(directive, value);
    }

    /// Sets a directive of the unit to a single value.
    pub(super) fn set(&mut self, directive: Directive, value: Value) {
        self.draft.set(directive, value);
    }

    /// Whether the job has a main process.
    pub(super) fn has_main(&self) -> bool {
        self.job.process(Phase::Main).is_some()
    }

    /// Whether the text of any process of the job contains this word, such as the name of a
    /// variable.
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
