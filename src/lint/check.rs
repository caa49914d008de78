//! What a rule of the linter consists of.

use super::subject::Subject;
use crate::diagnostic::{Diagnostic, Rule};

/// A rule and what finds it.
pub struct Lint {
    pub rule: &'static Rule,
    pub(super) check: fn(&Subject<'_>, &'static Rule, &mut Vec<Diagnostic>),
}
