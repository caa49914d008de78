//! The unit and the files beside it while they are being made: what is in them cannot be read.

use super::companion::Companion;
use crate::systemd::{Directive, Section, Text, Unit, UnitName, Value};

/// What single stanzas say in the unit. A pass adds to it and never looks into it, so that no pass
/// depends on which directives others have written: what one has to know of another is a value that
/// the other one returns.
pub(super) struct Draft {
    unit: Unit,
    companions: Vec<Companion>,
}

impl Draft {
    pub(super) fn new(name: UnitName) -> Self {
        Self { unit: Unit::new(name), companions: Vec::new() }
    }

    pub(super) fn add(&mut self, directive: Directive, value: Value) {
        self.unit.add(directive, value);
    }

    pub(super) fn set(&mut self, directive: Directive, value: Value) {
        self.unit.set(directive, value);
    }

    pub(super) fn comment(&mut self, directive: Directive, text: Text) {
        self.unit.comment(directive, text);
    }

    pub(super) fn remark(&mut self, section: Section, text: Text) {
        self.unit.remark(section, text);
    }

    pub(super) fn header(&mut self, text: Text) {
        self.unit.header.push(text);
    }

    /// Adds a file beside the unit. What the job says in one and the same file is put together.
    pub(super) fn companion(&mut self, companion: Companion) {
        if !self.companions.iter_mut().any(|known| known.absorb(&companion)) {
            self.companions.push(companion);
        }
    }

    /// What was drafted. Nothing more can be.
    pub(super) fn close(self) -> (Unit, Vec<Companion>) {
        (self.unit, self.companions)
    }
}
