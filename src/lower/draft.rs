//! The unit and its companions while they are drafted. The content of a draft cannot be read.

use super::companion::Companion;
use crate::systemd::{Directive, Section, Text, Unit, UnitName, Value};

/// What single stanzas contribute to the unit. Passes add to it and cannot read it, which keeps
/// them independent of the directives that others have written: a pass that needs to know something
/// of another takes the value that the other returns.
pub(super) struct Draft {
    unit: Unit,
    companions: Vec<Companion>,
}

impl Draft {
    /// An empty draft of the unit with this name.
    pub(super) fn new(name: UnitName) -> Self {
        Self { unit: Unit::new(name), companions: Vec::new() }
    }

    /// Adds a value to a directive.
    pub(super) fn add(&mut self, directive: Directive, value: Value) {
        self.unit.add(directive, value);
    }

    /// Sets a directive to a single value.
    pub(super) fn set(&mut self, directive: Directive, value: Value) {
        self.unit.set(directive, value);
    }

    /// Adds a comment above a directive.
    pub(super) fn comment(&mut self, directive: Directive, text: Text) {
        self.unit.comment(directive, text);
    }

    /// Adds a comment at the end of a section.
    pub(super) fn remark(&mut self, section: Section, text: Text) {
        self.unit.remark(section, text);
    }

    /// Adds a comment at the top of the unit.
    pub(super) fn header(&mut self, text: Text) {
        self.unit.header.push(text);
    }

    /// Adds a companion. Contributions of the job to the same file are merged.
    pub(super) fn companion(&mut self, companion: Companion) {
        if !self.companions.iter_mut().any(|known| known.absorb(&companion)) {
            self.companions.push(companion);
        }
    }

    /// Ends the draft and returns the unit with its companions.
    pub(super) fn close(self) -> (Unit, Vec<Companion>) {
        (self.unit, self.companions)
    }
}
