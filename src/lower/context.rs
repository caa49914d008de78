//! What the parts of the lowering share: the unit that is being made, the account, the findings.

use std::collections::{BTreeMap, BTreeSet};

use super::companion::Companion;
use super::ledger::Ledger;
use super::started::Wait;
use crate::ast::Phase;
use crate::conversion::Options;
use crate::diagnostic::{Diagnostic, Disposition, Rule};
use crate::instance::Instance;
use crate::job::{Job, StanzaId};
use crate::script::Scripts;
use crate::source::{Span, encode};
use crate::systemd::{Directive, Feature, Section, Text, Unit, UnitName, Value};
use crate::world::World;

pub(super) struct Lowering<'a> {
    pub(super) job: &'a Job,
    pub(super) scripts: &'a Scripts,
    pub(super) options: &'a Options,
    pub(super) world: &'a World,
    pub(super) instance: Instance,
    pub(super) unit: Unit,
    pub(super) ledger: Ledger,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) companions: Vec<Companion>,
    /// Which event of a condition brought a unit into the ordering.
    pub(super) origins: BTreeMap<UnitName, Span>,
    /// Those of them that only some of the alternatives are about.
    pub(super) optional: BTreeSet<UnitName>,
    /// The unit starts before the ordinary ones.
    pub(super) is_early: bool,
    pub(super) at_shutdown: bool,
    pub(super) waits: Vec<Wait>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(job: &'a Job, scripts: &'a Scripts, (options, world): (&'a Options, &'a World), name: UnitName) -> Self {
        Self {
            job,
            scripts,
            options,
            world,
            instance: Instance::of(job),
            unit: Unit::new(name),
            ledger: Ledger::new(job),
            diagnostics: Vec::new(),
            companions: Vec::new(),
            origins: BTreeMap::new(),
            optional: BTreeSet::new(),
            is_early: false,
            at_shutdown: false,
            waits: Vec::new(),
        }
    }

    pub(super) fn has(&self, feature: Feature) -> bool {
        self.options.systemd_version >= feature.since()
    }

    /// The stanza is said exactly by these directives, which may be none where systemd does it anyway.
    pub(super) fn exact(&mut self, stanza: StanzaId, directives: &[Directive]) {
        self.ledger.record(stanza, Disposition::Exact, directives, None);
    }

    /// Behaviour differs: the diagnostic says how.
    pub(super) fn approximate(&mut self, stanza: StanzaId, directives: &[Directive], diagnostic: Diagnostic) {
        self.ledger.record(stanza, Disposition::Approximate, directives, Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// The stanza has no effect any more, or never had one.
    pub(super) fn dropped(&mut self, stanza: StanzaId, diagnostic: Diagnostic) {
        self.ledger.record(stanza, Disposition::Dropped, &[], Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// A person has to act.
    pub(super) fn manual(&mut self, stanza: StanzaId, directives: &[Directive], diagnostic: Diagnostic) {
        self.ledger.record(stanza, Disposition::Manual, directives, Some(diagnostic.rule));
        self.diagnostics.push(diagnostic);
    }

    /// Says above a directive how behaviour differs there.
    pub(super) fn comment(&mut self, directive: Directive, rule: &Rule, text: &str) {
        self.unit.comment(directive, Text::new(&format!("{}: {text}", rule.code)));
    }

    /// Says at the end of a section what is not there.
    pub(super) fn remark(&mut self, section: Section, rule: &Rule, text: &str) {
        self.unit.remark(section, Text::new(&format!("{}: {text}", rule.code)));
    }

    /// Adds a file beside the unit. What the job says in one and the same file is put together.
    pub(super) fn companion(&mut self, companion: Companion) {
        if !self.companions.iter_mut().any(|known| known.absorb(&companion)) {
            self.companions.push(companion);
        }
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
        self.unit.add(directive, value);
    }

    pub(super) fn set(&mut self, directive: Directive, value: Value) {
        self.unit.set(directive, value);
    }

    pub(super) fn has_main(&self) -> bool {
        self.job.process(Phase::Main).is_some()
    }

    /// Whether any process of the job names a variable or word, so that it has to be there.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.job.processes.values().any(|process| contains(encode(&process.value.text().value).as_ref(), word.as_bytes()))
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
